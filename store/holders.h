/* holders.h - the part `holders`: of each word that the segment keeps itself which documents hold it and how often: of
 * common words as posting lists, of rare words packed by rank. The words in between are in Xapian's part (inverted.h).
 *
 *     lists    of common words, by rank: posting lists as in postlist.h, a row where more than 1 of HOLDERS_ROW_SHARE
 *              documents hold the word
 *     n_counted bytes, of ranks 1, 2, 3 ...: how many documents hold a rare word, + 128 when it occurs more than once
 *              in one of them; 64: a common word; 0: neither. Those of the ranks behind, to n_words, occur once
 *     of every 32nd of those ranks (1, 33 ...) what is before it: documents of rare words, bits of their occurrences,
 *              common words, in as many bits as n_few, n_gammas, n_lists have
 *     n_few documents of rare words, rank after rank, ascending in each, in as many bits as n_docs - 1 has, and one at
 *              least
 *     n_gammas bits: for each document of a rare word of + 128 its occurrences, in Elias' gamma code: as many zeroes as
 *              bits stand behind the highest one, this one, those, low bits first
 *     tail     n_docs:32 n_words:32 n_counted:32 n_lists:32 n_few:32 0:32 lists_len:64 n_gammas:64 0[24]     64 bytes
 *
 * Numbers of so many bits, and the gamma codes, are packed as in packed.h, with spare bytes behind them.
 * A rank leads to its documents without a search. Nine of ten words are rare, and what a B-tree needs to find such a
 * list is several times the list. Governed by doc/index-format.md.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_HOLDERS_H
#define VERBATIM_HOLDERS_H

#include "lib/base.h"
#include "lib/err.h"
#include "store/file.h"
#include "store/packed.h"
#include "store/postlist.h"
#include "store/wordtab.h"

#define HOLDERS_KIND "holders"
enum {
    HOLDERS_TAIL_LEN = 64,
    HOLDERS_FEW = 16,     /* a word that at most so many documents hold is rare */
    HOLDERS_SHARE = 2048, /* one is common that at least 1 of so many do, and no fewer than HOLDERS_FEWEST */
    HOLDERS_FEWEST = 32,
    HOLDERS_ROW_SHARE = 16, /* it has a row when more than 1 of so many do */
    HOLDERS_GROUP = 32,     /* ranks */
    HOLDERS_COUNTED = 128,
    HOLDERS_COMMON = 64,
    HOLDERS_MOST_FEW = 31 /* in a word's byte */
};

/* Bits of a rare word's document. */
static inline unsigned holders_width(uint32_t n_docs)
{
    return n_docs < 3 ? 1 : 32 - (unsigned)__builtin_clz(n_docs - 1);
}

/* Whether a segment of n_docs documents keeps a word itself that so many of them hold. */
bool holders_keep(uint32_t documents, uint32_t n_docs);

/* ---- writing ---------------------------------------------------------------------------------------------------- */

struct holders_posting;

/* What is gathered for a segment being written, in memory. */
struct holders_writer {
    uint32_t n_docs, n_words, n_counted;
    uint32_t n_lists, n_few, n_postings; /* n_postings: of the n_few rare words that occur more than once */
    uint32_t *slot_of;   /* owned, as all; by rank, 0..n_counted: number of its list or rare word from 1 on, in this
                            order; 0: it is Xapian's; the words that occur once follow */
    uint32_t *documents; /* of each list */
    struct postlist *lists;
    uint32_t *few_at; /* of each rare word the posting at hand */
    struct holders_posting *postings;
    uint32_t *once; /* the documents of words that occur once */
};

/* Chooses the words. codes: by number in the table, as rank_words gives them. */
enum status holders_choose(struct holders_writer *h, const struct wordtab *words, const uint32_t *codes,
                           uint32_t n_docs, struct err *err);
void holders_writer_release(struct holders_writer *h); /* safe on a zeroed one */

/* The slot of a code; 0 when its word has none. */
uint32_t holders_slot_of_code(const struct holders_writer *h, uint32_t code);

/* Fetches into the cache what counting occurrences of a slot's word will touch. */
void holders_fetch(const struct holders_writer *h, uint32_t slot);

/* Counts n occurrences of a slot's word in a document; documents never go back. */
void holders_count(struct holders_writer *h, uint32_t slot, uint32_t doc, uint32_t n);

enum status holders_write(struct holders_writer *h, const char *path, struct file_seal *seal, struct err *err);

/* ---- reading ---------------------------------------------------------------------------------------------------- */

struct holders {
    struct file_map map;
    uint32_t n_docs, n_words, n_counted, n_lists, n_few;
    uint64_t n_gammas;
    struct postlists lists;
    const uint8_t *heads, *groups, *few, *gammas;
    unsigned few_width, group_widths[3], group_width; /* bits; group_width: of all three */
};

/* n_docs, n_words: of the segment. */
enum status holders_open(struct holders *h, const char *path, uint32_t n_docs, uint32_t n_words, struct err *err);
void holders_release(struct holders *h);
/* postlist_row_len bytes, or NULL when the rank has none. */
const uint8_t *holders_row(const struct holders *h, uint32_t rank);
/* Starts reading what holds the rank's word, if it is here; see segment.h for reading on. */
struct segment_holders;
bool holders_find(const struct holders *h, uint32_t rank, struct segment_holders *out);

#endif
