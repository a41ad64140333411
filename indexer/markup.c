/* markup.c - see markup.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/markup.h"

#include <stdlib.h>
#include <string.h>

#include "lib/array.h"

void markup_begin(struct markup *m, const char *source, size_t len)
{
    struct buf text = m->text;
    buf_clear(&text);
    *m = (struct markup){.source = source,
                         .source_len = len,
                         .text = text,
                         .columns = m->columns,
                         .columns_cap = m->columns_cap,
                         .block_ends = m->block_ends,
                         .block_ends_cap = m->block_ends_cap};
}

void markup_release(struct markup *m)
{
    buf_release(&m->text);
    free(m->columns);
    free(m->block_ends);
    *m = (struct markup){0};
}

/* Writes the line breaks of the source up to off, each with the CR before it. */
static void advance(struct markup *m, size_t off)
{
    while (m->done < off) {
        const char *from = m->source + m->done;
        const char *lf = memchr(from, '\n', off - m->done);
        if (lf == NULL)
            break;
        if (lf > from && lf[-1] == '\r')
            buf_addc(&m->text, '\r');
        buf_addc(&m->text, '\n');
        m->done = (size_t)(lf - m->source) + 1;
        m->source_line = m->done;
        m->text_line = m->text.len;
        m->shift = 0;
    }
    m->done = off;
}

static void separate_now(struct markup *m)
{
    if (m->separator != 0 && m->text.len > m->text_line) {
        char last = m->text.data[m->text.len - 1];
        if (last != ' ' && last != '\t' && last != '\r')
            buf_addc(&m->text, m->separator);
    }
    m->separator = 0;
}

/* How many of the blanks right before off make up the indentation that was asked for; a tab counts as four. */
static size_t indentation(const struct markup *m, size_t off)
{
    size_t n = 0;
    for (size_t width = 0; width < m->padding && off - n > m->done; n++) {
        char c = m->source[off - n - 1];
        if (c != ' ' && c != '\t')
            break;
        width += c == '\t' ? 4 : 1;
    }
    return n;
}

/* Notes where the next text byte stands in the source. */
static void note_column(struct markup *m, size_t off)
{
    int64_t column = (int64_t)(off - m->source_line);
    int64_t shift = column - (int64_t)(m->text.len - m->text_line);
    if (shift == m->shift)
        return;
    if (!ARRAY_RESERVE(m->columns, m->columns_cap, m->n_columns + 1)) {
        m->failed = true;
        return;
    }
    m->columns[m->n_columns++] = (struct document_column){(uint32_t)m->text.len, (uint32_t)column + 1};
    m->shift = shift;
}

/* False when it is not to be written: out of order, or memory ran out. */
static bool begin_piece(struct markup *m, size_t off, size_t len)
{
    if (off < m->done || off + len > m->source_len || m->text.len > DOCUMENT_TEXT_MAX) {
        m->n_dropped++;
        return false;
    }
    size_t indent = indentation(m, off);
    m->padding = 0;
    advance(m, off - indent);
    separate_now(m);
    m->last_start = m->text.len + indent;
    note_column(m, off - indent);
    buf_add(&m->text, m->source + off - indent, indent);
    m->done = off;
    return !m->failed;
}

void markup_piece(struct markup *m, size_t off, size_t len)
{
    if (m->failed || len == 0 || !begin_piece(m, off, len))
        return;
    buf_add(&m->text, m->source + off, len);
    m->done = off + len;
    const char *lf = memrchr(m->source + off, '\n', len);
    if (lf == NULL)
        return;
    m->source_line = (size_t)(lf - m->source) + 1;
    m->text_line = m->text.len - (m->done - m->source_line);
    m->shift = 0;
}

void markup_decoded(struct markup *m, size_t off, const char *bytes, size_t len)
{
    if (m->failed || !begin_piece(m, off, 0))
        return;
    for (size_t i = 0; i < len; i++)
        buf_addc(&m->text, (unsigned char)bytes[i] < 0x20 ? ' ' : bytes[i]);
}

void markup_separate(struct markup *m, char with)
{
    if (m->separator != '\t')
        m->separator = with;
}

void markup_pad(struct markup *m, size_t n)
{
    m->padding = n;
}

void markup_block_end(struct markup *m)
{
    size_t off = m->text.len;
    if (off == 0 || (m->n_block_ends > 0 && m->block_ends[m->n_block_ends - 1] == off))
        return;
    if (!ARRAY_RESERVE(m->block_ends, m->block_ends_cap, m->n_block_ends + 1)) {
        m->failed = true;
        return;
    }
    m->block_ends[m->n_block_ends++] = (uint32_t)off;
}

void markup_cut(struct markup *m, size_t len)
{
    if (len >= m->text.len || len < m->text_line)
        return;
    m->text.len = len;
    while (m->n_columns > 0 && m->columns[m->n_columns - 1].text >= len) {
        m->n_columns--;
        m->shift = INT64_MAX; /* unknown: the next piece notes its column */
    }
    while (m->n_block_ends > 0 && m->block_ends[m->n_block_ends - 1] > len)
        m->n_block_ends--;
}

bool markup_end(struct markup *m)
{
    advance(m, m->source_len);
    return !m->failed && buf_ok(&m->text);
}

void markup_document(const struct markup *m, struct document *doc)
{
    doc->text = m->text.data == NULL ? "" : m->text.data;
    doc->text_len = m->text.len;
    doc->block_ends = m->block_ends;
    doc->n_block_ends = m->n_block_ends;
    doc->blocks_only = true;
    doc->columns = m->columns;
    doc->n_columns = m->n_columns;
}
