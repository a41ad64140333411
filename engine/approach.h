/* approach.h - how the documents that hold a phrase are found in a segment: which of what the index knows is worth
 * reading. It decides, phrase.h walks. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_APPROACH_H
#define VERBATIM_APPROACH_H

#include "engine/phrase.h"
#include "engine/postings.h"

/* Sets up a zeroed walk for the phrase that is the whole query; what it needs lives in the arena. */
enum status approach_phrase(struct phrase *phrase, struct postings *postings, struct arena *arena,
                            struct phrase_walk *walk, struct err *err);

/* Of a phrase that is one of several: its word that so few documents hold that asking each of them is cheapest, or
 * NULL. */
const struct postings_word *approach_few(const struct phrase *phrase);

/* What it takes to find the documents of a phrase, in nanoseconds, about. */
uint64_t approach_cost(const struct phrase *phrase);
/* The same of reading the words of so many documents. */
uint64_t approach_cost_of_docs(const struct segment *segment, uint64_t documents);

/* Whether documents are books, mostly. */
bool approach_docs_are_long(const struct segment *segment);

#endif
