/* tiers.h - which segments a run merges, so that they stay few and each document is written again seldom. It only
 * chooses; it opens nothing.
 *
 * Segments stay few because each is larger than all smaller ones together: what a run adds counted as the smallest, it
 * merges all up to the largest one that is not. So a document that is written again comes into a segment at least twice
 * as large (TIERS_SMALL aside): it happens to it log2(size of the index / TIERS_SMALL) times at most, and there are no
 * more segments than that, and two more for each TIERS_LARGE of text. A segment of which more than a
 * quarter is dead is written again whatever its size.
 * Governed by ARCHITECTURE.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_TIERS_H
#define VERBATIM_TIERS_H

#include "lib/base.h"

#define TIERS_SMALL (UINT64_C(256) << 10) /* bytes of text: below it all sizes are alike */
#define TIERS_LARGE (UINT64_C(1) << 30)   /* no merge makes a segment of more text */
enum { TIERS_DEAD_SHARE = 4 };            /* written again when more than one in so many words is dead */

struct tier {
    uint64_t bytes; /* of live text */
    uint64_t words, dead_words;
    uint32_t docs, dead_docs;
    bool merged; /* the answer: its live documents go to a new segment, if there are any */
    bool seen;   /* while choosing */
};

/* new_bytes: of text that the run adds. */
void tiers_choose(struct tier *tiers, size_t n, uint64_t new_bytes);

#endif
