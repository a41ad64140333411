/* approach.h - how the documents that hold a phrase are found in a segment: which of what the index knows is worth
 * reading. It decides, phrase.h walks. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_APPROACH_H
#define VERBATIM_APPROACH_H

#include "engine/phrase.h"
#include "engine/postings.h"

/* Sets up a zeroed walk for the phrase that is the whole query; what it needs lives in the arena. */
enum status approach_phrase(struct phrase *phrase, struct postings *postings, struct arena *arena,
                            struct phrase_walk *walk, struct err *err);

#endif
