/* rank.h - scores of documents and the best so many of them.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_RANK_H
#define VERBATIM_RANK_H

#include "engine/judge.h"
#include "engine/search.h"

/* Weight of every unit of a plan whose leaves have their words; weights has room for plan->n_units. */
void rank_weights(const struct plan *plan, uint64_t live_docs, double *weights);

/* The score of the document last judged, given at least as high as `enough`; lower ones may come out a little lower
 * than they are (a bound is not reached). */
enum status rank_score(struct judge *j, const struct judge_verdict *verdict, const double *weights, double mean_words,
                       double enough, double *score, struct err *err);

/* The best `room` hits in an order, a heap with the worst on top. */
struct rank_top {
    enum search_order order;
    struct search_hit *hits; /* malloc'ed */
    size_t n, cap;
    size_t room;
};

void rank_release(struct rank_top *top);
/* The score that a hit must reach to get in; -1 while there is room or where scores do not decide. */
double rank_enough(const struct rank_top *top);
enum status rank_add(struct rank_top *top, const struct search_hit *hit, struct err *err);
/* Puts the best first. */
void rank_finish(struct rank_top *top);

#endif
