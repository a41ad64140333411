/* align_state.h - what the files of align share. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_ALIGN_STATE_H
#define VERBATIM_ALIGN_STATE_H

#include "lib/align.h"

/* What words that are not shared cost, in the value of a rare shared word. */
#define ALIGN_CHANGED 0.20 /* a word that stands in the place of another */
#define ALIGN_OPEN 0.20    /* words of one text with nothing in their place ... */
#define ALIGN_LONGER 0.02  /* ... and each of them: a cut, an interruption */
#define ALIGN_APART 0.10   /* what stands apart at an end is worth so much more than the way to it costs */
#define ALIGN_NEAR 0.6     /* what a variant is worth of the word itself */

/* Equal words in succession. */
struct align_run {
    uint32_t pos, doc_pos, len;
    float value;
    float best;   /* of the chain that ends here */
    int32_t from; /* the run before in that chain, or -1 */
    bool taken;
};

struct align {
    const uint32_t *words;
    uint32_t n;
    const float *values;
    uint32_t n_values;
    struct align_rules rules;

    /* pairs of neighbours in the passage: hash to the first position, then along `next` */
    uint32_t *heads, *next;
    size_t n_heads, cap_next;

    const struct align_doc *doc;
    size_t work; /* since it was asked whether to stop */
    struct align_run *runs;
    size_t n_runs, cap_runs;
    uint32_t *order; /* numbers of runs, best chains first */
    size_t cap_order;
    struct align_pair *pairs;
    size_t n_pairs, cap_pairs;
    struct align_pair *found; /* scratch: pairs of a table, last first */
    size_t n_found, cap_found;
    struct align_passage *passages;
    size_t n_passages, cap_passages;

    /* the table: (tolerance + 1) squared */
    float *cells;
    uint8_t *steps;
};

/* So much more work: now and then asks whether to stop. */
enum status align_work(struct align *a, size_t n, struct err *err);

/* Fills a->runs in order of doc_pos. */
enum status align_runs(struct align *a, struct err *err);

/* What it costs to go from one shared word to the next with so many others between in each text. */
double align_join_cost(uint32_t between, uint32_t doc_between);

/* A table of words: rows pos, pos + dir ... of the passage and columns doc_pos, doc_pos + dir ... of the document. */
struct align_table {
    uint32_t pos, doc_pos, rows, columns;
    int dir;
    bool to_corner; /* the best way through the whole table; otherwise to its best cell */
};
/* Appends the pairs of the best way to a->found, last first. */
enum status align_fill(struct align *a, const struct align_table *t, struct err *err);

#endif
