/* bitmaps.h - the part `bitmaps`: for each common word which documents hold it and how often, as a row of bits when
 * many do, as a list when fewer do.
 *
 *     n_rows:32 n_docs:32 row_len:32 n_lists:32 counts_len:64 lists_len:64 0[32]     64 bytes; row_len is a multiple
 *     n_rows of rank:32, ascending, filled up with zeroes to a multiple of 64 bytes                         of 64
 *     n_rows rows of row_len bytes: bit d % 8 of byte d / 8 is set when document d holds the word
 *     n_rows of off:64 documents:32 n_many:32     where the row's counts are
 *     n_lists of off:64 len:32 rank:32            by rank, ascending
 *     counts   of a row: for each document that holds the word 4 bits, low ones first: occurrences - 1, or 15 when
 *              there are 16 or more; filled up to a byte; then n_many of doc:32 occurrences:32 for those
 *     lists    varint after varint: documents since the last one (since -1) * 2, + 1 when a varint follows with
 *              occurrences - 2; else it occurs once
 *
 * A common word narrows little and its posting list is long: testing a bit costs next to nothing. The words that were
 * known to be common before a segment was built are in no posting list of Xapian's (chunk.c); they are all here.
 * Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_BITMAPS_H
#define VERBATIM_BITMAPS_H

#include "lib/base.h"
#include "lib/err.h"
#include "store/file.h"
#include "store/wordtab.h"

#define BITMAPS_KIND "bitmaps"
enum {
    BITMAPS_HEAD_LEN = 64,
    BITMAPS_SHARE = 32, /* a word has a row when at least 1 of so many documents holds it: a bit a document is then no
                           larger than a list */
    BITMAPS_FEWEST_DOCS = 1024, /* segments of fewer have no rows but of words that are left out of Xapian */
    BITMAPS_MAX_BYTES = 1 << 26 /* of all rows of a segment: the share goes up until they fit */
};

/* ---- writing ---------------------------------------------------------------------------------------------------- */

struct bitmaps_row;
struct bitmaps_list;

/* The rows and lists of a segment being written, in memory. */
struct bitmaps_rows {
    uint32_t n_rows, n_lists, n_docs, row_len;
    uint32_t max_rank; /* the last rank that has either */
    uint32_t *slot_of; /* owned; by rank, 0..max_rank: number of its row or list from 1 on, rows first; 0: none */
    struct bitmaps_row *rows;
    struct bitmaps_list *lists;
    uint8_t *bits; /* owned, as all */
    bool failed;   /* memory ran out */
};

/* Chooses the words: the commonest, and those left out. codes: by number in the table, as rank_words gives them. */
enum status bitmaps_choose(struct bitmaps_rows *rows, const struct wordtab *words, const uint32_t *codes,
                           uint32_t n_docs, struct err *err);
void bitmaps_rows_release(struct bitmaps_rows *rows); /* safe on a zeroed one */

/* The slot of a code; 0 when its word has none. */
uint32_t bitmaps_slot_of_code(const struct bitmaps_rows *rows, uint32_t code);

/* Counts one occurrence of a slot's word; documents never go back. */
void bitmaps_count(struct bitmaps_rows *rows, uint32_t slot, uint32_t doc);

enum status bitmaps_write(struct bitmaps_rows *rows, const char *path, struct file_seal *seal, struct err *err);

/* ---- reading ---------------------------------------------------------------------------------------------------- */

struct bitmaps {
    struct file_map map;
    uint32_t n_rows, n_lists, n_docs, row_len;
    const uint8_t *ranks, *rows, *row_table, *list_table, *counts, *lists;
    uint64_t counts_len, lists_len;
};

/* n_docs: of the segment. */
enum status bitmaps_open(struct bitmaps *b, const char *path, uint32_t n_docs, struct err *err);
void bitmaps_release(struct bitmaps *b);
/* The rank of the i-th row or list, rows first. */
uint32_t bitmaps_rank(const struct bitmaps *b, uint32_t i);
/* row_len bytes, or NULL when the rank has none. */
const uint8_t *bitmaps_row(const struct bitmaps *b, uint32_t rank);
/* Starts reading what holds the rank's word, if anything here does; see segment.h for reading on. */
struct segment_holders;
bool bitmaps_holders(const struct bitmaps *b, uint32_t rank, struct segment_holders *out);

#endif
