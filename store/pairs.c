/* pairs.c - see pairs.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/pairs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/bytes.h"

enum { GROUP_COLUMNS = PAIRS_GROUP / 64, ROWS_AT_ONCE = 8 /* of 64 bits: a line of the processor's cache */ };

/* ---- writing ---------------------------------------------------------------------------------------------------- */

enum status pairs_create(struct pairs_writer *w, const char *path, struct err *err)
{
    *w = (struct pairs_writer){0};
    w->lanes = calloc(PAIRS_ROWS, sizeof *w->lanes);
    w->group = malloc(((size_t)PAIRS_ROWS + ROWS_AT_ONCE) * GROUP_COLUMNS * sizeof *w->group);
    if (w->lanes == NULL || w->group == NULL) {
        pairs_release(w);
        return err_nomem(err);
    }
    return file_create(&w->file, path, PAIRS_KIND, err);
}

void pairs_release(struct pairs_writer *w)
{
    file_release(&w->file);
    free(w->lanes);
    free(w->group);
    free(w->first_docs);
    free(w->starts);
    *w = (struct pairs_writer){0};
}

static void out_of_memory(struct pairs_writer *w)
{
    if (w->file.failure.status == ST_OK)
        w->file.failure.status = err_nomem(&w->file.failure);
}

/* The group is there by columns, a file has it by rows. */
static void put_group(struct pairs_writer *w, size_t n_columns)
{
    uint64_t *rows = w->group + (size_t)PAIRS_ROWS * GROUP_COLUMNS;
    for (size_t row = 0; row < PAIRS_ROWS; row += ROWS_AT_ONCE) {
        for (size_t i = 0; i < n_columns; i++)
            for (size_t k = 0; k < ROWS_AT_ONCE; k++)
                rows[k * n_columns + i] = w->group[i * PAIRS_ROWS + row + k];
        for (size_t i = 0; i < n_columns * ROWS_AT_ONCE; i++)
            file_put64(&w->file, rows[i]);
    }
}

static void put_lanes(struct pairs_writer *w)
{
    uint64_t *column = w->group + w->block / 64 % GROUP_COLUMNS * PAIRS_ROWS;
    memcpy(column, w->lanes, PAIRS_ROWS * sizeof *w->lanes);
    memset(w->lanes, 0, PAIRS_ROWS * sizeof *w->lanes);
}

/* Goes on to a block, which has the last pairs of the one before, too. */
static void enter_block(struct pairs_writer *w, uint64_t block)
{
    for (; w->block < block; w->block++) {
        if (w->block % 64 == 63)
            put_lanes(w);
        if (w->block % PAIRS_GROUP == PAIRS_GROUP - 1)
            put_group(w, GROUP_COLUMNS);
    }
    uint32_t n = w->n_recent < PAIRS_OVERLAP ? w->n_recent : PAIRS_OVERLAP;
    for (uint32_t i = 0; i < n; i++)
        pairs_set(w, w->recent[i]);
}

/* No document begins in the blocks up to that of off that have none yet. */
static bool fill_first_docs(struct pairs_writer *w, uint64_t n_blocks)
{
    if (!ARRAY_RESERVE(w->first_docs, w->first_docs_cap, (size_t)n_blocks))
        return false;
    while (w->n_first_docs < n_blocks)
        w->first_docs[w->n_first_docs++] = (uint32_t)w->n_starts;
    return true;
}

void pairs_doc(struct pairs_writer *w, uint64_t off)
{
    if (!fill_first_docs(w, off / PAIRS_BLOCK + 1) || !ARRAY_RESERVE(w->starts, w->starts_cap, w->n_starts + 1)) {
        out_of_memory(w);
        return;
    }
    w->starts[w->n_starts++] = (uint16_t)(off % PAIRS_BLOCK);
    pairs_break(w);
}

void pairs_words(struct pairs_writer *w, const uint32_t *codes, const uint64_t *offs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (w->code != 0) {
            uint64_t hash = pairs_hash(w->code, codes[i]);
            if (w->off / PAIRS_BLOCK != w->block)
                enter_block(w, w->off / PAIRS_BLOCK);
            pairs_set(w, hash);
            w->recent[w->n_recent++ % PAIRS_OVERLAP] = hash;
        }
        w->code = codes[i];
        w->off = offs[i];
    }
}

static void put_tables(struct pairs_writer *w, uint64_t n_blocks)
{
    if (!fill_first_docs(w, n_blocks + 1))
        out_of_memory(w);
    for (size_t i = 0; i < w->n_first_docs; i++)
        file_put32(&w->file, w->first_docs[i]);
    for (size_t i = 0; i < w->n_starts; i++) {
        uint8_t bytes[2] = {(uint8_t)w->starts[i], (uint8_t)(w->starts[i] >> 8)};
        file_put(&w->file, bytes, sizeof bytes);
    }
    file_put32(&w->file, (uint32_t)n_blocks);
    file_put32(&w->file, (uint32_t)w->n_starts);
    file_put64(&w->file, 0);
}

static uint64_t blocks_of(uint64_t words_len)
{
    return (words_len + PAIRS_BLOCK - 1) / PAIRS_BLOCK;
}

enum status pairs_finish(struct pairs_writer *w, uint64_t words_len, struct file_seal *seal, struct err *err)
{
    uint64_t n_blocks = blocks_of(words_len);
    if (n_blocks > 0) {
        enter_block(w, n_blocks - 1);
        put_lanes(w);
        put_group(w, ((n_blocks - 1) % PAIRS_GROUP) / 64 + 1);
    }
    put_tables(w, n_blocks);
    return file_finish(&w->file, seal, err);
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* Words of 64 bits of all groups together, a row: those before the last are full. */
static uint64_t columns_of(uint64_t n_blocks)
{
    return (n_blocks + 63) / 64;
}

enum status pairs_open(struct pairs *p, const char *path, uint64_t words_len, uint32_t n_docs, struct err *err)
{
    *p = (struct pairs){0};
    enum status status = file_map(&p->map, path, PAIRS_KIND, err);
    if (status != ST_OK)
        return status;
    uint64_t n_blocks = blocks_of(words_len), rows_len = columns_of(n_blocks) * 8 * PAIRS_ROWS;
    uint64_t len = rows_len + (n_blocks + 1) * 4 + (uint64_t)n_docs * 2 + PAIRS_TAIL_LEN;
    const uint8_t *tail = p->map.body + p->map.body_len - PAIRS_TAIL_LEN;
    if (n_blocks >= UINT32_MAX || len != p->map.body_len || bytes_get32(tail) != n_blocks ||
        bytes_get32(tail + 4) != n_docs) {
        status = file_damaged(&p->map, "its tables do not fill it", err);
        pairs_release_map(p);
        return status;
    }
    p->n_blocks = (uint32_t)n_blocks;
    p->n_docs = n_docs;
    p->first_docs = p->map.body + rows_len;
    p->starts = p->first_docs + (n_blocks + 1) * 4;
    return ST_OK;
}

void pairs_release_map(struct pairs *p)
{
    file_map_release(&p->map);
    *p = (struct pairs){0};
}

/* A row of the group whose first column is `column`; *n columns. */
static const uint8_t *row_in_group(const struct pairs *p, uint32_t row, uint64_t column, size_t *n)
{
    uint64_t rest = columns_of(p->n_blocks) - column;
    *n = rest < GROUP_COLUMNS ? (size_t)rest : GROUP_COLUMNS;
    return p->map.body + column * 8 * PAIRS_ROWS + (size_t)row * *n * 8;
}

/* Rows are read side by side: memory serves several streams faster than one. */
static void and_columns(const uint8_t *const *rows, size_t n_rows, size_t n, uint64_t *bits)
{
    for (size_t i = 0; i < n; i++)
        bits[i] = bytes_get64(rows[0] + i * 8);
    for (; n_rows > 3; n_rows -= 3)
        for (size_t i = 0; i < n; i++)
            bits[i] &= bytes_get64(rows[n_rows - 1] + i * 8) & bytes_get64(rows[n_rows - 2] + i * 8) &
                       bytes_get64(rows[n_rows - 3] + i * 8);
    for (; n_rows > 1; n_rows--)
        for (size_t i = 0; i < n; i++)
            bits[i] &= bytes_get64(rows[n_rows - 1] + i * 8);
}

void pairs_and(const struct pairs *p, const uint32_t *rows, size_t n, uint64_t *bits)
{
    enum { AT_ONCE = 16 };
    const uint8_t *from[AT_ONCE];
    uint64_t n_columns = columns_of(p->n_blocks);
    assert(n > 0 && n <= AT_ONCE);
    for (uint64_t column = 0; column < n_columns; column += GROUP_COLUMNS) {
        size_t len = 0;
        for (size_t i = 0; i < n; i++)
            from[i] = row_in_group(p, rows[i], column, &len);
        and_columns(from, n, len, bits + column);
    }
}

bool pairs_has(const struct pairs *p, uint32_t row, uint32_t block)
{
    size_t n;
    const uint8_t *from = row_in_group(p, row, (uint64_t)block / PAIRS_GROUP * GROUP_COLUMNS, &n);
    return from[block % PAIRS_GROUP / 8] >> block % 8 & 1;
}

static uint32_t start_of(const struct pairs *p, uint32_t doc)
{
    return p->starts[(size_t)doc * 2] | (uint32_t)p->starts[(size_t)doc * 2 + 1] << 8;
}

/* Document before one that begins in or behind a block; there is one before all but the first. */
static uint32_t before(const struct pairs *p, uint32_t doc)
{
    if (doc > p->n_docs)
        doc = p->n_docs;
    return doc > 0 ? doc - 1 : 0;
}

void pairs_docs_of(const struct pairs *p, uint64_t block, uint32_t *first, uint32_t *last)
{
    const uint8_t *at = p->first_docs + block * 4;
    *first = before(p, bytes_get32(at));
    *last = before(p, bytes_get32(at + 4));
}

uint32_t pairs_doc_of(const struct pairs *p, uint64_t off)
{
    const uint8_t *at = p->first_docs + off / PAIRS_BLOCK * 4;
    uint32_t doc = bytes_get32(at), end = bytes_get32(at + 4);
    while (doc < end && doc < p->n_docs && start_of(p, doc) <= off % PAIRS_BLOCK)
        doc++;
    return before(p, doc);
}
