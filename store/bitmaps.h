/* bitmaps.h - the part `bitmaps`: for each word that many documents hold, which ones, a bit a document.
 *
 *     n:32 n_docs:32 row_len:32 0:32 0[48]       64 bytes; row_len is a multiple of 64
 *     n of rank:32, ascending, filled up with zeroes to a multiple of 64 bytes
 *     n rows of row_len bytes: bit d % 8 of byte d / 8 is set when document d holds the word
 *
 * A common word narrows little and its posting list is long: testing a bit costs next to nothing. Governed by
 * doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_BITMAPS_H
#define VERBATIM_BITMAPS_H

#include "lib/base.h"
#include "lib/err.h"
#include "store/file.h"
#include "store/wordtab.h"

#define BITMAPS_KIND "bitmaps"
enum {
    BITMAPS_HEAD_LEN = 64,
    BITMAPS_SHARE = 32, /* a word has one when at least 1 of so many documents holds it: a bit a document is then no
                           larger than its posting list */
    BITMAPS_FEWEST_DOCS = 1024, /* segments of fewer have none */
    BITMAPS_MAX_BYTES = 1 << 26 /* of all rows of a segment: the share goes up until they fit */
};

/* ---- writing ---------------------------------------------------------------------------------------------------- */

/* The rows of a segment being written, in memory. */
struct bitmaps_rows {
    uint32_t n, n_docs, row_len;
    uint32_t max_rank; /* the last rank that has a row */
    uint32_t *ranks;   /* owned; ascending */
    uint32_t *row_of;  /* owned; by rank, 0..max_rank: row + 1, or 0 */
    uint8_t *bits;     /* owned */
};

/* Chooses the words. codes: by number in the table, as rank_words gives them. */
enum status bitmaps_choose(struct bitmaps_rows *rows, const struct wordtab *words, const uint32_t *codes,
                           uint32_t n_docs, struct err *err);
void bitmaps_rows_release(struct bitmaps_rows *rows); /* safe on a zeroed one */

/* The row of a code, counted from 1; 0 when its word has none. */
uint32_t bitmaps_row_of_code(const struct bitmaps_rows *rows, uint32_t code);

static inline void bitmaps_set(struct bitmaps_rows *rows, uint32_t row, uint32_t doc)
{
    rows->bits[(size_t)(row - 1) * rows->row_len + doc / 8] |= (uint8_t)(1u << doc % 8);
}

enum status bitmaps_write(const struct bitmaps_rows *rows, const char *path, struct file_seal *seal, struct err *err);

/* ---- reading ---------------------------------------------------------------------------------------------------- */

struct bitmaps {
    struct file_map map;
    uint32_t n, row_len;
    const uint8_t *ranks, *rows;
};

/* n_docs: of the segment. */
enum status bitmaps_open(struct bitmaps *b, const char *path, uint32_t n_docs, struct err *err);
void bitmaps_release(struct bitmaps *b);
/* row_len bytes, or NULL when the rank has none. */
const uint8_t *bitmaps_row(const struct bitmaps *b, uint32_t rank);

#endif
