/* align.h - what two sequences of words share: local alignment by seeds, chains and small tables.
 *
 * Runs of equal words are found by pairs of neighbours, chained where both texts go on within a few words, and what
 * lies between and around them is aligned in a table no larger than that (T. F. Smith, M. S. Waterman, "Identification
 * of common molecular subsequences", 1981; the order of work is BLAST's: S. F. Altschul et al., 1990). A shared word
 * counts by how rare it is. It knows no files and no documents: words are numbers. Governed by doc/query.md, "Tracing".
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_ALIGN_H
#define VERBATIM_ALIGN_H

#include "lib/base.h"
#include "lib/err.h"

#define ALIGN_NO_WORD UINT32_MAX /* in a document: a word that the passage does not have */
enum {
    ALIGN_MAX_TOLERANCE = 100,
    ALIGN_MAX_RUNS = 1 << 20 /* runs of equal words in one document: past it the passage is refused (ST_TOO_BROAD) */
};

struct align_rules {
    uint32_t run;       /* a passage has so many equal words in succession, at least 1 */
    uint32_t tolerance; /* other words between two shared ones, in either text; at most ALIGN_MAX_TOLERANCE */
    double score;       /* the least that a passage must come to */
    bool patient;       /* of too many runs of equal words look at those that say most, which may take long */
};

/* Two words that stand for each other, by their positions. */
struct align_pair {
    uint32_t pos, doc_pos;
    bool near; /* a variant, not the same word */
};

struct align_passage {
    double score;
    uint32_t first, last;           /* positions of the first and last shared word in the passage ... */
    uint32_t doc_first, doc_last;   /* ... and in the document */
    uint32_t shared, near;          /* words that both have; how many of them are variants */
    uint32_t run;                   /* the most equal words in succession */
    const struct align_pair *pairs; /* shared of them, ascending in both texts */
};

/* How a document is looked at. */
struct align_doc {
    const uint32_t *words; /* numbers as in the passage, or ALIGN_NO_WORD */
    uint32_t n;
    /* Whether a word of the passage and one of the document, which differ, are variants of each other; may be NULL. */
    bool (*near)(void *arg, uint32_t pos, uint32_t doc_pos);
    /* Asked every millisecond or so: anything but ST_OK ends align_find with it. May be NULL. */
    enum status (*stop)(void *arg, struct err *err);
    void *arg;
};

struct align; /* one thread's; reusable */

struct align *align_new(void); /* NULL when memory ran out */
void align_free(struct align *a);

/* Sets the passage: n words, numbered below n_values, each worth values[word] (0..1). All is borrowed until the next
 * call. */
enum status align_begin(struct align *a, const uint32_t *words, uint32_t n, const float *values, uint32_t n_values,
                        const struct align_rules *rules, struct err *err);

/* What a document shares with the passage, best first; borrowed until the next call. No two overlap by more than half
 * of the shorter one in the document. */
enum status align_find(struct align *a, const struct align_doc *doc, const struct align_passage **out, size_t *n,
                       struct err *err);

#endif
