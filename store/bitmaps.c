/* bitmaps.c - see bitmaps.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/bitmaps.h"

#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/etdc.h"

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static uint32_t rank_of_code(uint32_t code)
{
    uint8_t bytes[ETDC_MAX_BYTES];
    const uint8_t *p = bytes;
    uint32_t rank = 0;
    memcpy(bytes, &code, sizeof bytes);
    (void)etdc_get(&p, bytes + sizeof bytes, &rank);
    return rank;
}

static uint32_t count_words(const struct wordtab *words, uint32_t fewest)
{
    uint32_t n = 0;
    for (size_t i = 0; i < words->n; i++)
        n += words->words[i].documents >= fewest;
    return n;
}

static int compare_ranks(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void take_ranks(struct bitmaps_rows *rows, const struct wordtab *words, const uint32_t *codes, uint32_t fewest)
{
    uint32_t n = 0;
    for (size_t i = 0; i < words->n; i++)
        if (words->words[i].documents >= fewest)
            rows->ranks[n++] = rank_of_code(codes[i]);
    qsort(rows->ranks, n, sizeof *rows->ranks, compare_ranks);
    rows->max_rank = n > 0 ? rows->ranks[n - 1] : 0;
}

enum status bitmaps_choose(struct bitmaps_rows *rows, const struct wordtab *words, const uint32_t *codes,
                           uint32_t n_docs, struct err *err)
{
    *rows = (struct bitmaps_rows){.n_docs = n_docs, .row_len = (n_docs / 8 + 64) / 64 * 64};
    uint32_t fewest = n_docs / BITMAPS_SHARE + 1;
    if (n_docs >= BITMAPS_FEWEST_DOCS)
        rows->n = count_words(words, fewest);
    while ((uint64_t)rows->n * rows->row_len > BITMAPS_MAX_BYTES) {
        fewest += fewest / 2;
        rows->n = count_words(words, fewest);
    }
    rows->ranks = calloc((size_t)rows->n + 1, sizeof *rows->ranks);
    rows->bits = calloc((size_t)rows->n + 1, rows->row_len);
    if (rows->ranks == NULL || rows->bits == NULL)
        return err_nomem(err);
    if (rows->n > 0)
        take_ranks(rows, words, codes, fewest);
    rows->row_of = calloc((size_t)rows->max_rank + 1, sizeof *rows->row_of);
    if (rows->row_of == NULL)
        return err_nomem(err);
    for (uint32_t i = 0; i < rows->n; i++)
        rows->row_of[rows->ranks[i]] = i + 1;
    return ST_OK;
}

void bitmaps_rows_release(struct bitmaps_rows *rows)
{
    free(rows->ranks);
    free(rows->row_of);
    free(rows->bits);
    *rows = (struct bitmaps_rows){0};
}

uint32_t bitmaps_row_of_code(const struct bitmaps_rows *rows, uint32_t code)
{
    uint32_t rank = rank_of_code(code);
    return rank <= rows->max_rank ? rows->row_of[rank] : 0;
}

/* Bytes of the ranks with what fills them up. */
static size_t ranks_len(uint32_t n)
{
    return ((size_t)n * 4 + 63) / 64 * 64;
}

enum status bitmaps_write(const struct bitmaps_rows *rows, const char *path, struct file_seal *seal, struct err *err)
{
    struct file_writer w;
    enum status status = file_create(&w, path, BITMAPS_KIND, err);
    if (status != ST_OK)
        return status;
    uint8_t head[BITMAPS_HEAD_LEN] = {0};
    bytes_put32(head, rows->n);
    bytes_put32(head + 4, rows->n_docs);
    bytes_put32(head + 8, rows->row_len);
    file_put(&w, head, sizeof head);
    for (uint32_t i = 0; i < ranks_len(rows->n) / 4; i++)
        file_put32(&w, i < rows->n ? rows->ranks[i] : 0);
    file_put(&w, rows->bits, (size_t)rows->n * rows->row_len);
    return file_finish(&w, seal, err);
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

enum status bitmaps_open(struct bitmaps *b, const char *path, uint32_t n_docs, struct err *err)
{
    *b = (struct bitmaps){0};
    enum status status = file_map(&b->map, path, BITMAPS_KIND, err);
    if (status != ST_OK)
        return status;
    uint32_t docs = 0;
    if (b->map.body_len >= BITMAPS_HEAD_LEN) {
        b->n = bytes_get32(b->map.body);
        docs = bytes_get32(b->map.body + 4);
        b->row_len = bytes_get32(b->map.body + 8);
    }
    uint64_t len = BITMAPS_HEAD_LEN + (uint64_t)ranks_len(b->n) + (uint64_t)b->n * b->row_len;
    if (docs != n_docs || b->row_len % 64 != 0 || b->row_len < n_docs / 8 + 1 || len != b->map.body_len) {
        status = file_damaged(&b->map, "its tables do not fill it", err);
        bitmaps_release(b);
        return status;
    }
    b->ranks = b->map.body + BITMAPS_HEAD_LEN;
    b->rows = b->ranks + ranks_len(b->n);
    return ST_OK;
}

void bitmaps_release(struct bitmaps *b)
{
    file_map_release(&b->map);
    *b = (struct bitmaps){0};
}

const uint8_t *bitmaps_row(const struct bitmaps *b, uint32_t rank)
{
    uint32_t low = 0, high = b->n;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2, at = bytes_get32(b->ranks + (size_t)mid * 4);
        if (at == rank)
            return b->rows + (size_t)mid * b->row_len;
        if (at < rank)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}
