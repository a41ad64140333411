/* bitmaps.c - writing the part `bitmaps`; see bitmaps.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/bitmaps.h"

#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/bytes.h"
#include "lib/etdc.h"

enum { MANY = 16 }; /* occurrences that 4 bits do not tell */

struct many {
    uint32_t doc, occurrences;
};

struct bitmaps_row {
    uint32_t rank, doc, occurrences; /* counted so far in doc, which is not yet put */
    uint32_t documents, n_put;
    uint8_t *counts; /* owned */
    struct many *many;
    size_t n_many, many_cap;
};

struct bitmaps_list {
    uint32_t rank, doc, occurrences;
    uint32_t next; /* the first document that may come */
    uint8_t *bytes; /* owned */
    size_t len, cap;
};

/* ---- choosing --------------------------------------------------------------------------------------------------- */

static uint32_t rank_of_code(uint32_t code)
{
    uint8_t bytes[ETDC_MAX_BYTES];
    const uint8_t *p = bytes;
    uint32_t rank = 0;
    memcpy(bytes, &code, sizeof bytes);
    (void)etdc_get(&p, bytes + sizeof bytes, &rank);
    return rank;
}

static void count_words(struct bitmaps_rows *rows, const struct wordtab *words, uint32_t fewest)
{
    rows->n_rows = rows->n_lists = 0;
    for (size_t i = 0; i < words->n; i++) {
        const struct wordtab_word *word = &words->words[i];
        if (word->documents >= fewest)
            rows->n_rows++;
        else if (word->left_out)
            rows->n_lists++;
    }
}

static int compare_rows(const void *a, const void *b)
{
    const struct bitmaps_row *x = a, *y = b;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

static int compare_lists(const void *a, const void *b)
{
    const struct bitmaps_list *x = a, *y = b;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

static void take_words(struct bitmaps_rows *rows, const struct wordtab *words, const uint32_t *codes, uint32_t fewest)
{
    uint32_t n_rows = 0, n_lists = 0;
    for (size_t i = 0; i < words->n; i++) {
        const struct wordtab_word *word = &words->words[i];
        uint32_t rank = word->documents >= fewest || word->left_out ? rank_of_code(codes[i]) : 0;
        if (word->documents >= fewest)
            rows->rows[n_rows++] = (struct bitmaps_row){.rank = rank, .documents = word->documents};
        else if (word->left_out)
            rows->lists[n_lists++] = (struct bitmaps_list){.rank = rank};
        rows->max_rank = rank > rows->max_rank ? rank : rows->max_rank;
    }
    qsort(rows->rows, n_rows, sizeof *rows->rows, compare_rows);
    qsort(rows->lists, n_lists, sizeof *rows->lists, compare_lists);
}

static bool make_slots(struct bitmaps_rows *rows)
{
    rows->slot_of = calloc((size_t)rows->max_rank + 1, sizeof *rows->slot_of);
    if (rows->slot_of == NULL)
        return false;
    for (uint32_t i = 0; i < rows->n_rows; i++) {
        rows->slot_of[rows->rows[i].rank] = i + 1;
        rows->rows[i].counts = calloc((size_t)rows->rows[i].documents / 2 + 1, 1);
        if (rows->rows[i].counts == NULL)
            return false;
    }
    for (uint32_t i = 0; i < rows->n_lists; i++)
        rows->slot_of[rows->lists[i].rank] = rows->n_rows + i + 1;
    return true;
}

enum status bitmaps_choose(struct bitmaps_rows *rows, const struct wordtab *words, const uint32_t *codes,
                           uint32_t n_docs, struct err *err)
{
    *rows = (struct bitmaps_rows){.n_docs = n_docs, .row_len = (n_docs / 8 + 64) / 64 * 64};
    uint32_t fewest = n_docs >= BITMAPS_FEWEST_DOCS ? n_docs / BITMAPS_SHARE + 1 : n_docs + 1;
    count_words(rows, words, fewest);
    while ((uint64_t)rows->n_rows * rows->row_len > BITMAPS_MAX_BYTES) {
        fewest += fewest / 2;
        count_words(rows, words, fewest);
    }
    rows->rows = calloc((size_t)rows->n_rows + 1, sizeof *rows->rows);
    rows->lists = calloc((size_t)rows->n_lists + 1, sizeof *rows->lists);
    rows->bits = calloc((size_t)rows->n_rows + 1, rows->row_len);
    if (rows->rows == NULL || rows->lists == NULL || rows->bits == NULL)
        return err_nomem(err);
    take_words(rows, words, codes, fewest);
    return make_slots(rows) ? ST_OK : err_nomem(err);
}

void bitmaps_rows_release(struct bitmaps_rows *rows)
{
    for (uint32_t i = 0; rows->rows != NULL && i < rows->n_rows; i++) {
        free(rows->rows[i].counts);
        free(rows->rows[i].many);
    }
    for (uint32_t i = 0; rows->lists != NULL && i < rows->n_lists; i++)
        free(rows->lists[i].bytes);
    free(rows->rows);
    free(rows->lists);
    free(rows->slot_of);
    free(rows->bits);
    *rows = (struct bitmaps_rows){0};
}

uint32_t bitmaps_slot_of_code(const struct bitmaps_rows *rows, uint32_t code)
{
    uint32_t rank = rank_of_code(code);
    return rank <= rows->max_rank ? rows->slot_of[rank] : 0;
}

/* ---- counting --------------------------------------------------------------------------------------------------- */

/* Puts what was counted of the last document, and forgets it. */
static void put_count(struct bitmaps_rows *rows, struct bitmaps_row *row)
{
    uint32_t n = row->occurrences;
    row->occurrences = 0;
    if (n == 0)
        return;
    row->counts[row->n_put / 2] |= (uint8_t)((n < MANY ? n - 1 : MANY - 1) << row->n_put % 2 * 4);
    row->n_put++;
    if (n < MANY)
        return;
    if (ARRAY_RESERVE(row->many, row->many_cap, row->n_many + 1))
        row->many[row->n_many++] = (struct many){row->doc, n};
    else
        rows->failed = true;
}

static void put_posting(struct bitmaps_rows *rows, struct bitmaps_list *list)
{
    uint32_t n = list->occurrences;
    list->occurrences = 0;
    if (n == 0)
        return;
    if (!ARRAY_RESERVE(list->bytes, list->cap, list->len + 2 * BYTES_VARINT_MAX)) {
        rows->failed = true;
        return;
    }
    list->len += bytes_put_varint(list->bytes + list->len, (list->doc - list->next) * 2 + (n > 1));
    if (n > 1)
        list->len += bytes_put_varint(list->bytes + list->len, n - 2);
    list->next = list->doc + 1;
}

void bitmaps_count(struct bitmaps_rows *rows, uint32_t slot, uint32_t doc)
{
    if (slot <= rows->n_rows) {
        struct bitmaps_row *row = &rows->rows[slot - 1];
        if (row->doc != doc)
            put_count(rows, row);
        row->doc = doc;
        row->occurrences++;
        rows->bits[(size_t)(slot - 1) * rows->row_len + doc / 8] |= (uint8_t)(1u << doc % 8);
        return;
    }
    struct bitmaps_list *list = &rows->lists[slot - rows->n_rows - 1];
    if (list->doc != doc)
        put_posting(rows, list);
    list->doc = doc;
    list->occurrences++;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static uint64_t counts_len(const struct bitmaps_row *row)
{
    return (uint64_t)(row->documents + 1) / 2 + row->n_many * 8;
}

static void put_head(const struct bitmaps_rows *rows, struct file_writer *w)
{
    uint8_t head[BITMAPS_HEAD_LEN] = {0};
    uint64_t counts = 0, lists = 0;
    for (uint32_t i = 0; i < rows->n_rows; i++)
        counts += counts_len(&rows->rows[i]);
    for (uint32_t i = 0; i < rows->n_lists; i++)
        lists += rows->lists[i].len;
    bytes_put32(head, rows->n_rows);
    bytes_put32(head + 4, rows->n_docs);
    bytes_put32(head + 8, rows->row_len);
    bytes_put32(head + 12, rows->n_lists);
    bytes_put64(head + 16, counts);
    bytes_put64(head + 24, lists);
    file_put(w, head, sizeof head);
}

static void put_rows(const struct bitmaps_rows *rows, struct file_writer *w)
{
    for (uint32_t i = 0; i < (rows->n_rows + 15) / 16 * 16; i++)
        file_put32(w, i < rows->n_rows ? rows->rows[i].rank : 0);
    file_put(w, rows->bits, (size_t)rows->n_rows * rows->row_len);
}

static void put_tables(const struct bitmaps_rows *rows, struct file_writer *w)
{
    uint64_t off = 0;
    for (uint32_t i = 0; i < rows->n_rows; off += counts_len(&rows->rows[i++])) {
        file_put64(w, off);
        file_put32(w, rows->rows[i].documents);
        file_put32(w, (uint32_t)rows->rows[i].n_many);
    }
    off = 0;
    for (uint32_t i = 0; i < rows->n_lists; off += rows->lists[i++].len) {
        file_put64(w, off);
        file_put32(w, (uint32_t)rows->lists[i].len);
        file_put32(w, rows->lists[i].rank);
    }
}

static void put_counts(const struct bitmaps_row *row, struct file_writer *w)
{
    file_put(w, row->counts, ((size_t)row->documents + 1) / 2);
    for (size_t i = 0; i < row->n_many; i++) {
        file_put32(w, row->many[i].doc);
        file_put32(w, row->many[i].occurrences);
    }
}

enum status bitmaps_write(struct bitmaps_rows *rows, const char *path, struct file_seal *seal, struct err *err)
{
    for (uint32_t i = 0; i < rows->n_rows; i++)
        put_count(rows, &rows->rows[i]);
    for (uint32_t i = 0; i < rows->n_lists; i++)
        put_posting(rows, &rows->lists[i]);
    if (rows->failed)
        return err_nomem(err);
    struct file_writer w;
    enum status status = file_create(&w, path, BITMAPS_KIND, err);
    if (status != ST_OK)
        return status;
    put_head(rows, &w);
    put_rows(rows, &w);
    put_tables(rows, &w);
    for (uint32_t i = 0; i < rows->n_rows; i++)
        put_counts(&rows->rows[i], &w);
    for (uint32_t i = 0; i < rows->n_lists; i++)
        file_put(&w, rows->lists[i].bytes, rows->lists[i].len);
    return file_finish(&w, seal, err);
}
