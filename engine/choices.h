/* choices.h - as the whole query, a phrase of which words stand for several each (patterns, fuzzy words, stems), or one
 * of alternatives: every choice of its words is a phrase by itself, looked for in the way that is cheapest for it, and
 * what they find is put together. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_CHOICES_H
#define VERBATIM_CHOICES_H

#include "engine/needs.h"
#include "lib/match.h"

/* All the phrases that a unit stands for (needs_choices), where finding each is cheaper than matching the documents
 * that hold their words; otherwise none. */
enum status choices_plan(const struct plan_span *unit, const struct postings *p, const struct segment *segment,
                         struct arena *arena, struct need *out, struct err *err);

/* What finding them all takes, in nanoseconds, about. */
uint64_t choices_cost(const struct need *need);

struct choices {
    struct phrase_found *found; /* owned; ascending */
    size_t n, cap;
    size_t *ends; /* owned: behind what each phrase found, until that is put together */
    size_t n_ends, cap_ends;
    uint64_t n_offered, n_scanned; /* as in phrase_walk */
};
void choices_release(struct choices *c); /* safe on a zeroed one */
bool choices_add(struct choices *c, uint32_t doc, size_t n); /* at the end; false: no memory */

/* Finds the documents that hold one of the phrases, and how many of them; dead documents too. On ST_TIMEOUT the
 * documents are those found so far. */
enum status choices_find(const struct need *need, struct postings *postings, const struct match_stop *stop,
                         struct choices *out, struct err *err);

#endif
