/* bigrams.h - the part `bigrams`: of the commonest pairs of words that stand next to each other, which documents hold
 * the pair and how often. Nothing else knows: to find `of the` without it nearly all words are read.
 *
 *     lists    of each pair a posting list as in postlist.h, a row when it is in more than 1 of BIGRAMS_ROW_SHARE
 *              documents
 *     n of pair:32 documents:32 occurrences:64    ascending; pair: first rank * BIGRAMS_WORDS + second
 *     tail     n:32 n_docs:32 lists_len:64 0[48]  64 bytes
 *
 * The pairs are chosen by their occurrences; all they take is at most 1 of BIGRAMS_SHARE bytes of `words`.
 * Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_BIGRAMS_H
#define VERBATIM_BIGRAMS_H

#include "lib/base.h"
#include "lib/err.h"
#include "store/file.h"
#include "store/postlist.h"

#define BIGRAMS_KIND "bigrams"
enum {
    BIGRAMS_TAIL_LEN = 64,
    BIGRAMS_ENTRY_LEN = 16,
    BIGRAMS_WORDS = 512, /* ranks below this one make pairs */
    BIGRAMS_SHARE = 16,
    BIGRAMS_ROW_SHARE = 6,
    BIGRAMS_FEWEST = 16, /* occurrences */
    BIGRAMS_MOST = 2048  /* pairs */
};

/* Calls pair for each pair of words with ranks below BIGRAMS_WORDS that stand next to each other in codes[0, len),
 * which may be anything; pair is first * BIGRAMS_WORDS + second. */
static inline void bigrams_walk(const uint8_t *codes, uint64_t len, void (*pair)(void *arg, uint32_t pair), void *arg)
{
    uint32_t before = 0;
    for (const uint8_t *p = codes, *end = codes + len; p < end;) {
        uint32_t rank = *p & 0x7f;
        if (*p++ < 0x80) { /* two bytes: rank - 128 in bits of seven; no pair is made of longer codes */
            rank = p < end && *p >= 0x80 ? 128 + rank * 128 + (*p & 0x7f) : BIGRAMS_WORDS;
            while (p < end && *p++ < 0x80)
                ;
        }
        rank = rank < BIGRAMS_WORDS ? rank : 0;
        if (before != 0 && rank != 0)
            pair(arg, before * BIGRAMS_WORDS + rank);
        before = rank;
    }
}

/* How often each pair occurs, counted as words go by. */
struct bigrams_counts {
    struct bigrams_count *all; /* owned; by pair, those with a 0 of no use */
    uint32_t before;           /* rank of the word before, 0: none that makes pairs */
};

enum status bigrams_begin(struct bigrams_counts *c, struct err *err);
/* The next n words of a document; rank 0 is the boundary that it begins with. */
void bigrams_count(struct bigrams_counts *c, uint32_t doc, const uint32_t *ranks, size_t n);
void bigrams_counts_release(struct bigrams_counts *c); /* safe on a zeroed one */

/* The body of `words`, whose pairs have been counted, and where each of n_docs documents begins in it and the last one
 * ends. */
enum status bigrams_write(const struct bigrams_counts *counts, const uint8_t *words, const uint64_t *starts,
                          uint32_t n_docs, const char *path, struct file_seal *seal, struct err *err);

struct bigrams {
    struct file_map map;
    uint32_t n, n_docs;
    const uint8_t *table;
    struct postlists lists;
};

enum status bigrams_open(struct bigrams *b, const char *path, uint32_t n_docs, struct err *err);
void bigrams_release(struct bigrams *b);
/* The i-th pair, as bigrams_walk tells it. */
uint32_t bigrams_pair(const struct bigrams *b, uint32_t i);
/* False when the pair is not one of those. */
struct segment;
struct segment_bigram;
bool bigrams_find(const struct bigrams *b, uint32_t first, uint32_t second, struct segment_bigram *out);

/* Whether the words of the segment have them where it says. */
enum status bigrams_check(const struct segment *s, struct err *err);

#endif
