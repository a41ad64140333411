/* phrase.h - runs of words that a unit of the plan requires next to each other, in one segment: the blocks of codes
 * that may hold such a phrase (store/pairs.h), and its occurrences in those. It may look at a block too many, never at
 * one too few. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_PHRASE_H
#define VERBATIM_PHRASE_H

#include "engine/postings.h"
#include "lib/arena.h"
#include "lib/scan.h"
#include "store/segment.h"

enum { PHRASE_RANKS = 3 };
struct phrase {
    const struct segment *segment;
    const struct postings_word *words; /* borrowed */
    size_t n_words;
    struct segment_codes codes;
    uint8_t *code; /* of its words */
    struct scan_needle needle;
    uint64_t last_off; /* of the last pair in the code: a phrase belongs to the block where that begins */
    uint32_t rows[SEGMENT_PAIRS];
    size_t n_rows;
    uint32_t ranks[PHRASE_RANKS]; /* of its last words */
    size_t n_ranks;
    struct segment_bigram *bigrams; /* those of its pairs of words whose documents the segment keeps */
    size_t n_bigrams;
    bool is_bigram; /* it is the first of those */
    uint64_t *bits; /* its blocks, once phrase_find_blocks has been called; NULL before */
};

/* words: two or more, which outlive it. Everything else lives in the arena; NULL: no memory. */
struct phrase *phrase_new(const struct segment *segment, const struct postings_word *words, size_t n,
                          struct arena *arena);

/* Finds all blocks at once, which takes about a nanosecond for each hundred blocks of the segment
 * and pair of words; without, each block is looked at when it is asked for. */
enum status phrase_find_blocks(struct phrase *p, struct arena *arena, struct err *err);

/* Of phrases of as many words each that have their blocks, leaves blocks out that lack the words of all of them, where
 * more is known about that: in books. */
void phrase_narrow(struct phrase *const *phrases, size_t n_phrases, struct arena *arena);

/* Whether a block of a document may hold it. */
bool phrase_may_be_in(const struct phrase *p, uint32_t doc);
/* Its occurrences in a document. */
size_t phrase_count(const struct phrase *p, uint32_t doc);

/* A document and how often it holds the phrase. */
struct phrase_found {
    uint32_t doc;
    uint32_t n;
};

/* Going over the documents that hold it, ascending. */
enum {
    PHRASE_AHEAD = 8,
    PHRASE_SHORT = 4 /* blocks that are scanned sooner than asked for */
};
struct phrase_walk {
    /* set by the caller */
    const struct phrase *phrase;
    const uint64_t *docs; /* a bit a document of the segment, in whole words: others are passed over; or NULL */
    bool by_docs;         /* go from document to document rather than from block to block, all of which must have been
                             found then */

    uint64_t next;     /* block to consider next */
    uint64_t end;      /* by documents: behind the last block of the one at hand */
    bool is_short;     /* that has few blocks: the filter is not asked */
    uint32_t docs_ahead[PHRASE_AHEAD]; /* documents to go to then, a ring as well */
    size_t at_doc;
    uint32_t next_doc; /* behind those */
    uint64_t ahead[PHRASE_AHEAD]; /* blocks to look at, whose memory is on its way: a ring */
    size_t at_ahead;
    bool begun, ended;
    size_t n_in_turn;           /* blocks with hits, up to the one looked at last */
    struct scan_hits hits;      /* of one block */
    struct phrase_found *found; /* owned; those from `at` on are still to be told */
    size_t n_found, cap_found, at;
    uint64_t n_offered, n_scanned; /* documents or blocks considered; blocks looked at */
};
void phrase_walk_release(struct phrase_walk *w); /* safe on a zeroed one */
/* The next document; ST_END behind the last. Now and then n is 0, for the caller to look whether time is up. */
enum status phrase_next(struct phrase_walk *w, struct phrase_found *out, struct err *err);

#endif
