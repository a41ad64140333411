/* postings.h - the documents of one segment that hold a leaf of the plan, and how often: cursors over the inverted
 * index, where a leaf of several words is one list. Documents are numbered from 0, as in store/segment.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_POSTINGS_H
#define VERBATIM_POSTINGS_H

#include "lib/arena.h"
#include "lib/base.h"
#include "lib/err.h"
#include "lib/plan.h"
#include "store/segment.h"

#define POSTINGS_END UINT32_MAX

struct postings; /* of every leaf of a plan in one segment */
struct cursor;   /* one place in one of those lists */

enum status postings_open(const struct plan *plan, const struct segment *segment, unsigned reader,
                          struct postings **out, struct err *err);
void postings_close(struct postings *p); /* with all cursors; safe on NULL */

/* How many documents hold the leaf, or a little fewer; 0: none does. */
uint32_t postings_documents(const struct postings *p, unsigned leaf);
/* Whether a leaf's list is in memory and need not be looked for in a B-tree. */
bool postings_at_hand(const struct postings *p, unsigned leaf);
uint32_t postings_all_documents(const struct postings *p); /* of the segment */

/* Ranks of the leaf's words in the segment, ascending, borrowed. */
const uint32_t *postings_ranks(const struct postings *p, unsigned leaf, size_t *n);

/* A word as the segment knows it. */
struct postings_word {
    uint32_t rank;
    uint32_t documents; /* that hold it, dead ones included */
    const struct plan_word *word;
};
/* Those of a leaf, in the order of their ranks, borrowed. */
const struct postings_word *postings_words(const struct postings *p, unsigned leaf, size_t *n);

/* The documents of a word, ascending, in the arena; for words that have no bitmap. */
struct postings_docs {
    uint32_t *items;
    size_t n;
};
enum status postings_docs_of(struct postings *p, const struct postings_word *word, struct arena *arena,
                             struct postings_docs *out, struct err *err);
/* Sets their bits, of which there is room for all of the segment. */
enum status postings_set_bits(struct postings *p, const struct postings_word *word, struct arena *arena,
                              uint64_t *bits, struct err *err);

/* The documents of a leaf as bits (segment_bitmap), of *len bytes; NULL when it is not one word that many documents
 * hold. */
const uint8_t *postings_bitmap(const struct postings *p, unsigned leaf, size_t *len);

/* The documents of a word as such bits, when the segment keeps it itself: a list is unfolded, once for all that ask.
 * NULL when it does not, or no memory is left. They last as long as p. */
const uint8_t *postings_bits(struct postings *p, uint32_t rank);

/* The documents of two slots, one word each, next to each other; false when the segment does not keep them. */
bool postings_bigram(const struct postings *p, const struct plan_slot *first, const struct plan_slot *second,
                     struct segment_bigram *out);

/* A cursor before the first document of a leaf. It belongs to p. */
enum status cursor_open(struct postings *p, unsigned leaf, struct cursor **out, struct err *err);
/* First document >= doc that holds the leaf; doc never goes back. A failed read ends it and sets *status. */
uint32_t cursor_seek(struct cursor *c, uint32_t doc, enum status *status, struct err *err);
/* Occurrences in the document that the last cursor_seek gave. */
uint32_t cursor_occurrences(struct cursor *c);

#endif
