/* rank.h - scores of documents and the best so many of them.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_RANK_H
#define VERBATIM_RANK_H

#include "engine/judge.h"
#include "engine/search.h"

/* What scores depend on besides the document. */
struct rank_scale {
    double *weights;         /* of its units; in the arena */
    double mean_words;       /* of a live document */
};
enum status rank_scale_make(const struct plan *plan, uint64_t live_docs, uint64_t live_words, struct arena *arena,
                            struct rank_scale *out, struct err *err);

/* The best `room` hits in an order, a heap with the worst on top. */
struct rank_top {
    enum search_order order;
    struct search_hit *hits; /* malloc'ed */
    size_t n, cap;
    size_t room;
    size_t n_rough, n_exact; /* verdicts that were rough, and of those the ones that had to be made exact */
};

void rank_release(struct rank_top *top);
/* Takes in the document last judged if it is one of the best, with its score. What cannot be is told by its length and
 * whether it has a title; what matches in the title is looked for in the others only. */
enum status rank_take(struct rank_top *top, const struct rank_scale *scale, struct judge *j,
                      const struct judge_verdict *verdict, struct search_hit hit, struct err *err);
/* Puts the best first. */
void rank_finish(struct rank_top *top);

#endif
