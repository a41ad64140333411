/* candidates.h - which documents of a segment can match at all, from the inverted index: a tree of iterators that is
 * asked for the next document at or after a given one. It never misses a match and may offer documents that are none:
 * the matcher is the last check. Documents are numbered from 0, as in store/segment.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_CANDIDATES_H
#define VERBATIM_CANDIDATES_H

#include "engine/postings.h"
#include "lib/arena.h"
#include "lib/plan.h"

struct candidates;

/* The tree for a plan in the segment of the postings; lives in the arena. */
enum status candidates_make(const struct plan *plan, struct postings *postings, struct arena *arena,
                            struct candidates **out, struct err *err);

/* How many it offers at most, about. */
uint32_t candidates_documents(const struct candidates *c);

/* The next ones from *next on, at most room, fewer when there are no more; *next moves behind them. */
size_t candidates_take(struct candidates *c, uint32_t *next, uint32_t *docs, size_t room, enum status *status,
                       struct err *err);

/* The first candidate >= doc, POSTINGS_END when there is none; doc never goes back. A failed read ends it and sets
 * *status. */
uint32_t candidates_seek(struct candidates *c, uint32_t doc, enum status *status, struct err *err);

#endif
