/* holders.h - the part `holders`: of each word that the segment keeps itself which documents hold it and how often: of
 * common words as a row of bits when many documents do, as a list when fewer do; of rare words packed by rank. The
 * words in between are in Xapian's part (terms.h).
 *
 *     n_rows:32 n_docs:32 row_len:32 n_lists:32 counts_len:64 lists_len:64
 *     n_words:32 n_counted:32 n_few:32 0:32 few_counts_len:64 0[8]          64 bytes; row_len is a multiple of 64
 *     n_rows of rank:32, ascending, filled up with zeroes to a multiple of 64 bytes
 *     n_rows rows of row_len bytes: bit d % 8 of byte d / 8 is set when document d holds the word
 *     n_rows of off:64 documents:32 n_many:32     where the row's counts are
 *     n_lists of off:64 len:32 rank:32            by rank, ascending
 *     counts   of a row: for each document that holds the word 4 bits, low ones first: occurrences - 1, or 15 when
 *              there are 16 or more; filled up to a byte; then n_many of doc:32 occurrences:32 for those
 *     lists    varint after varint: documents since the last one (since -1) * 2, + 1 when a varint follows with
 *              occurrences - 2; else it occurs once
 *     n_counted bytes, of ranks 1, 2, 3 ...: how many documents hold a rare word, + 128 when it occurs more than once
 *              in one of them; 0 for a word that is not rare. The ranks behind, to n_words, occur once
 *     of every 32nd of those ranks (1, 33 ...) posting:32 count:32: the documents of rare words before it, and where
 *              its counts begin
 *     n_few documents of rare words, rank after rank, ascending in each, in as many bits as n_docs - 1 has, at least
 *              one, low ones first; filled up to 8 bytes, and 8 of zero
 *     few_counts_len bytes: for each document of a rare word of + 128 a varint with occurrences - 1
 *
 * A common word narrows little and its posting list is long: testing a bit costs next to nothing. Nine of ten words are
 * rare, and what a B-tree needs to find such a list is several times the list. Governed by doc/index-format.md.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_HOLDERS_H
#define VERBATIM_HOLDERS_H

#include "lib/base.h"
#include "lib/err.h"
#include "store/file.h"
#include "store/wordtab.h"

#define HOLDERS_KIND "holders"
enum {
    HOLDERS_HEAD_LEN = 64,
    HOLDERS_FEW = 16,     /* a word that at most so many documents hold is rare */
    HOLDERS_SHARE = 1024, /* one is common that at least 1 of so many do, and no fewer than HOLDERS_FEWEST */
    HOLDERS_FEWEST = 64,
    HOLDERS_ROW_SHARE = 32, /* it has a row when more than 1 of so many do: a bit a document is then no larger than a
                               list */
    HOLDERS_MAX_BYTES = 1 << 26, /* of all rows of a segment: the share goes up until they fit */
    HOLDERS_GROUP = 32,          /* ranks */
    HOLDERS_COUNTED = 128, HOLDERS_MOST_FEW = 127 /* in a rare word's byte */
};

/* Bits of a rare word's document. */
static inline unsigned holders_width(uint32_t n_docs)
{
    return n_docs < 3 ? 1 : 32 - (unsigned)__builtin_clz(n_docs - 1);
}

/* Whether a segment of n_docs documents keeps a word itself that so many of them hold. */
bool holders_keep(uint32_t documents, uint32_t n_docs);

/* ---- writing ---------------------------------------------------------------------------------------------------- */

struct holders_row;
struct holders_list;
struct holders_posting;

/* What is gathered for a segment being written, in memory. */
struct holders_writer {
    uint32_t n_docs, n_words, n_counted;
    uint32_t n_rows, n_lists, n_few, n_postings; /* n_postings: of the n_few rare words that occur more than once */
    uint32_t row_len;
    uint32_t *slot_of; /* owned; by rank, 0..n_counted: number of its row, list or rare word from 1 on, in this order;
                          0: it is Xapian's; the words that occur once follow */
    struct holders_row *rows;
    struct holders_list *lists;
    uint8_t *bits; /* owned, as all */
    uint32_t *few_at; /* of each rare word the posting at hand */
    struct holders_posting *postings;
    uint32_t *once; /* the documents of words that occur once */
    bool failed; /* memory ran out */
};

/* Chooses the words. codes: by number in the table, as rank_words gives them. */
enum status holders_choose(struct holders_writer *h, const struct wordtab *words, const uint32_t *codes,
                           uint32_t n_docs, struct err *err);
void holders_writer_release(struct holders_writer *h); /* safe on a zeroed one */

/* The slot of a code; 0 when its word has none. */
uint32_t holders_slot_of_code(const struct holders_writer *h, uint32_t code);

/* Fetches into the cache what counting an occurrence of a slot's word will touch. */
void holders_fetch(const struct holders_writer *h, uint32_t slot);

/* Counts one occurrence of a slot's word; documents never go back. */
void holders_count(struct holders_writer *h, uint32_t slot, uint32_t doc);

enum status holders_write(struct holders_writer *h, const char *path, struct file_seal *seal, struct err *err);

/* ---- reading ---------------------------------------------------------------------------------------------------- */

struct holders {
    struct file_map map;
    uint32_t n_docs, n_words, n_counted, n_rows, n_lists, n_few, row_len;
    unsigned width; /* bits of a rare word's document */
    const uint8_t *ranks, *rows, *row_table, *list_table, *counts, *lists, *few, *groups, *few_docs, *few_counts;
    uint64_t counts_len, lists_len, few_counts_len;
};

/* n_docs, n_words: of the segment. */
enum status holders_open(struct holders *h, const char *path, uint32_t n_docs, uint32_t n_words, struct err *err);
void holders_release(struct holders *h);
/* Whether the ranks of rows and of lists ascend. */
bool holders_in_order(const struct holders *h);
/* row_len bytes, or NULL when the rank has none. */
const uint8_t *holders_row(const struct holders *h, uint32_t rank);
/* Starts reading what holds the rank's word, if it is here; see segment.h for reading on. */
struct segment_holders;
bool holders_find(const struct holders *h, uint32_t rank, struct segment_holders *out);

#endif
