/* parts.c - see parts.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/parts.h"

#include <stdlib.h>
#include <string.h>

#include "store/dir.h"
#include "store/lines.h"

enum { PARTS_FORMAT = 1 };

const char *const parts_names[PARTS_COUNT] = {
    [PARTS_TERMS] = "terms",   [PARTS_WORDS] = "words", [PARTS_VOCAB] = "vocab",     [PARTS_DOCS] = "docs",
    [PARTS_PLACES] = "places", [PARTS_TEXT] = "text",   [PARTS_HOLDERS] = "holders", [PARTS_PAIRS] = "pairs",
    [PARTS_BLOCKS] = "blocks", [PARTS_STEMS] = "stems", [PARTS_BIGRAMS] = "bigrams",
};

static void print_parts(const char *id, struct parts *parts, struct buf *out)
{
    lines_begin(out, "segment", PARTS_FORMAT);
    lines_word(out, "id");
    lines_word(out, id);
    lines_end(out);
    lines_word(out, "docs");
    lines_number(out, parts->docs);
    lines_end(out);
    lines_word(out, "words");
    lines_number(out, parts->words);
    lines_end(out);
    for (size_t i = 0; i < PARTS_COUNT; i++) {
        lines_word(out, "part");
        lines_word(out, parts_names[i]);
        lines_number(out, parts->seals[i].len);
        lines_hex(out, parts->seals[i].crc);
        lines_end(out);
    }
    parts->crc = lines_seal(out);
    parts->len = out->len;
}

enum status parts_write(const char *dir, const char *id, struct parts *parts, struct err *err)
{
    struct buf text = BUF_INIT;
    print_parts(id, parts, &text);
    char *path = dir_path("%s/segment", dir);
    enum status status =
        path == NULL || !buf_ok(&text) ? err_nomem(err) : file_write_all(path, text.data, text.len, err);
    free(path);
    buf_release(&text);
    return status;
}

static enum status parse_parts(struct lines *l, const char *id, struct parts *parts, struct err *err)
{
    uint64_t docs = 0;
    enum status status = lines_expect(l, "id", 1, err);
    if (status == ST_OK && strcmp(lines_get_word(l, 0), id) != 0)
        status = lines_damaged(l, "it is of another segment than its folder", err);
    if (status == ST_OK)
        status = lines_expect(l, "docs", 1, err);
    if (status == ST_OK)
        status = lines_get_number(l, 0, UINT32_MAX - 1, &docs, err);
    parts->docs = (uint32_t)docs;
    if (status == ST_OK)
        status = lines_expect(l, "words", 1, err);
    if (status == ST_OK)
        status = lines_get_number(l, 0, UINT64_MAX, &parts->words, err);
    for (size_t i = 0; status == ST_OK && i < PARTS_COUNT; i++) {
        status = lines_expect(l, "part", 3, err);
        if (status == ST_OK && strcmp(lines_get_word(l, 0), parts_names[i]) != 0)
            status = lines_damaged(l, "it lists other parts", err);
        if (status == ST_OK)
            status = lines_get_number(l, 1, UINT64_MAX, &parts->seals[i].len, err);
        if (status == ST_OK)
            status = lines_get_hex(l, 2, &parts->seals[i].crc, err);
    }
    if (status == ST_OK && lines_next(l, err) != ST_END)
        status = lines_damaged(l, "more than there should be", err);
    return status;
}

enum status parts_read(const char *dir, const char *id, struct parts *parts, struct err *err)
{
    *parts = (struct parts){0};
    char *path = dir_path("%s/segment", dir);
    if (path == NULL)
        return err_nomem(err);
    struct lines l;
    enum status status = lines_open(&l, path, "segment", PARTS_FORMAT, err);
    if (status == ST_OK) {
        parts->crc = l.crc;
        parts->len = l.len + LINES_SEAL_LEN;
        status = parse_parts(&l, id, parts, err);
        lines_release(&l);
    }
    free(path);
    return status;
}
