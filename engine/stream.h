/* stream.h - going over the documents of a segment for a query that is nothing but single words near each other, or
 * with stars between them (matcher_needs_codes): of a document no more is read than where its codes are and the codes
 * themselves, and those are fetched while the documents before are looked at. Long documents are left to the judge, who
 * need not read all of one.
 *
 * Most time goes into few queries, of words that half of all documents hold: then the codes of the segment pass by
 * nearly whole, in order. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_STREAM_H
#define VERBATIM_STREAM_H

#include "engine/candidates.h"
#include "lib/match.h"
#include "store/segment.h"

enum { STREAM_BATCH = 64 };

struct stream {
    /* set by the caller, borrowed */
    const struct segment *segment;
    struct candidates *candidates;
    struct matcher *matcher; /* bound to the segment */
    const struct plan_span *unit;
    const struct scan_near *near; /* matcher_near */
    size_t enough;                /* matches of a document */
    bool sums;                    /* what is found is only added up */

    uint64_t n_offered, n_counted; /* documents: of the candidates, and of those whose words were counted here */
    uint64_t n_docs, n_matches;    /* found here */

    /* a batch of documents that are alive */
    uint32_t docs[STREAM_BATCH], next;
    struct segment_words words[STREAM_BATCH];
    size_t n, at;
};

/* A document that matches. */
#define STREAM_NONE UINT32_MAX
struct stream_found {
    uint32_t doc;     /* or STREAM_NONE */
    size_t n;         /* matches, or only one when that is all the matcher looks for */
    double frequency; /* tighter ones counting more */
    bool is_rough;    /* it is less than what frequency says, which is n */
    bool ask_judge;   /* nothing is told: it may or may not match */
};

/* The next one; ST_END when there is none. Now and then STREAM_NONE, so that the caller can see whether to go on. */
enum status stream_next(struct stream *s, struct stream_found *out, struct err *err);

#endif
