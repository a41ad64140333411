/* expand.h - from a leaf of a plan to the words of the index it stands for: itself, or what matches its pattern, is
 * within its edits, or has its stem. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_EXPAND_H
#define VERBATIM_EXPAND_H

#include "lib/arena.h"
#include "lib/match.h"
#include "lib/plan.h"
#include "store/snapshot.h"

/* Fills in the words of every leaf, sorted by bytes, with live statistics of the whole index; memory from the arena.
 * ST_TOO_BROAD, with the leaf's column, past QUERY_MAX_EXPANSION words; ST_CANCELLED and ST_TIMEOUT from stop. */
enum status expand_plan(struct plan *plan, const struct snapshot *snap, const struct match_stop *stop,
                        struct arena *arena, struct err *err);

#endif
