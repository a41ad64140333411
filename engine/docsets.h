/* docsets.h - counting what a boolean query of words and phrases finds in a segment, by sets of documents: each word
 * and phrase finds its own once, and AND, OR and NOT combine 64 documents at a time. For counts alone: what is shown
 * and scored needs the judge. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_DOCSETS_H
#define VERBATIM_DOCSETS_H

#include "engine/postings.h"
#include "lib/arena.h"
#include "lib/match.h"
#include "lib/plan.h"
#include "store/segment.h"

struct docsets {
    /* set by the caller, borrowed */
    const struct plan *plan;
    const struct segment *segment;
    struct postings *postings;
    const struct match_stop *stop;
    bool docs_only; /* matches need not be counted */

    /* the answer, of live documents */
    uint64_t docs, matches; /* docs_only: of matches one for each document that has some */
    uint64_t n_offered, n_scanned; /* as in phrase_walk */

    struct arena arena;
    struct docset *sets; /* by unit */
    size_t n;            /* words of 64 bits of a set */
    bool failed;         /* no memory */
};
void docsets_release(struct docsets *d); /* safe on a zeroed one */

/* Whether the query is of such a kind, and its sets are found sooner than documents are judged. */
enum status docsets_plan(struct docsets *d, bool *suits, struct err *err);

/* Two units must not have identical spans, unless only documents are counted. */
enum status docsets_count(struct docsets *d, struct err *err);

#endif
