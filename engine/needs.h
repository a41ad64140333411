/* needs.h - the phrases that a unit of the plan needs in a document, in one segment: runs of its words that stand next
 * to each other. A word of a few ranks, or a choice, makes several phrases of a run, one of which is needed.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_NEEDS_H
#define VERBATIM_NEEDS_H

#include "engine/phrase.h"
#include "engine/postings.h"
#include "lib/plan.h"

/* Phrases of which a document must hold one. */
struct need {
    struct phrase **phrases;
    size_t n;
};

struct needs {
    struct need *items; /* all of them are needed; everything lives in the arena */
    size_t n;
    bool is_phrase; /* the unit matches where one of the phrases of the only one stands, and nowhere else */
};

enum status needs_find(const struct plan_span *unit, const struct postings *p, const struct segment *segment,
                       struct arena *arena, struct needs *out, struct err *err);
/* When the unit is a single phrase of plain words that phrase; NULL otherwise. */
struct phrase *needs_only_phrase(const struct needs *needs);
/* When the unit is a phrase of words with several ranks each, or a choice of phrases, anywhere in a document: all the
 * phrases it stands for; none when it is something else or they are more than `most`. Two of them never match the same
 * words. */
enum status needs_choices(const struct plan_span *unit, const struct postings *p, const struct segment *segment,
                          size_t most, struct arena *arena, struct need *out, struct err *err);
/* Finds the blocks of all (phrase_find_blocks). */
enum status needs_find_blocks(const struct needs *needs, struct arena *arena, struct err *err);
/* Whether a document may hold them. */
bool needs_may_be_in(const struct needs *needs, uint32_t doc);
/* is_phrase: matches in a document; first_only: one is enough. */
size_t needs_count(const struct needs *needs, uint32_t doc, bool first_only);

#endif
