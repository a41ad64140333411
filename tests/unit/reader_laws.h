/* reader_laws.h - what holds of every document whose text keeps the lines of its source. For tests and fuzzers.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_READER_LAWS_H
#define VERBATIM_READER_LAWS_H

#include <stdio.h>
#include <string.h>

#include "indexer/markup.h"
#include "lib/utf8.h"
#include "store/document.h"

/* Column in the source of a byte of the text, as document.h has it. */
static inline size_t column_of(const struct document *doc, size_t off)
{
    size_t line = off;
    while (line > 0 && doc->text[line - 1] != '\n')
        line--;
    size_t column = off - line + 1;
    for (size_t i = 0; i < doc->n_columns && doc->columns[i].text <= off; i++) {
        if (doc->columns[i].text >= line)
            column = doc->columns[i].column + off - doc->columns[i].text;
    }
    return column;
}

static inline size_t count_lines(const char *text, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += text[i] == '\n';
    return n;
}

static inline bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static int failures;

static inline void broken(const char *law, size_t off)
{
    (void)fprintf(stderr, "broken: %s at byte %zu of the text\n", law, off);
    failures++;
}

/* Each byte of a word stands in the source where the map says, or is part of a reference there. */
static inline void check_bytes(const struct document *doc, const char *source, size_t len)
{
    const char *line = source, *source_end = source + len;
    size_t entry = 0, column = 1, last = 0;
    for (size_t i = 0; i < doc->text_len; i++, column++) {
        char c = doc->text[i];
        while (entry < doc->n_columns && doc->columns[entry].text == i) {
            column = doc->columns[entry++].column;
            if (column < last)
                broken("columns of a line ascend", i);
        }
        last = column;
        const char *at = line + column - 1;
        if (is_word_byte(c) && (at >= source_end || (*at != c && *at != '&'))) {
            const char *amp = at > source_end ? source_end : at;
            while (amp > line && at - amp < 4 && *amp != '&')
                amp--;
            if (*amp != '&')
                broken("a word's byte stands in the source where the map says", i);
        }
        if (c == '\n') {
            line = memchr(line, '\n', (size_t)(source_end - line));
            line = line == NULL ? source_end : line + 1;
            column = 0;
            last = 0;
        }
    }
    if (entry != doc->n_columns)
        broken("columns lie in the text, ascending", doc->text_len);
}

static inline void check_laws(const struct document *doc, const struct markup *m, const char *source, size_t len)
{
    if (utf8_invalid_at(doc->text, doc->text_len) != doc->text_len)
        broken("the text is UTF-8", utf8_invalid_at(doc->text, doc->text_len));
    if (doc->title != NULL && utf8_invalid_at(doc->title, doc->title_len) != doc->title_len)
        broken("the title is UTF-8", 0);
    if (count_lines(doc->text, doc->text_len) != count_lines(source, len))
        broken("the text has the lines of the source", 0);
    if (m->n_dropped > 0)
        broken("pieces come in order", 0);
    for (size_t i = 0; i < doc->n_block_ends; i++) {
        if (doc->block_ends[i] > doc->text_len || (i > 0 && doc->block_ends[i] <= doc->block_ends[i - 1]))
            broken("block ends ascend and lie in the text", doc->block_ends[i]);
    }
    if (doc->title_in_text && (doc->title_start >= doc->title_end || doc->title_end > doc->text_len))
        broken("the heading lies in the text", doc->title_start);
    check_bytes(doc, source, len);
}

#endif
