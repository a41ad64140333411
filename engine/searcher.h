/* searcher.h - what a searcher keeps: for the files of this folder only.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SEARCHER_H
#define VERBATIM_SEARCHER_H

#include "engine/judge.h"
#include "engine/rank.h"
#include "engine/search.h"
#include "engine/stretch.h"
#include "lib/arena.h"
#include "lib/token.h"

struct searcher {
    unsigned reader;
    struct text_cache *text;
    struct tokenizer *tokenizer;
    struct buf scratch; /* of excerpts */
    struct stretch *stretch; /* of the row before */

    /* the last search_run */
    struct arena arena;
    const struct snapshot *snap;
    struct search_request request;
    struct plan *plan;
    struct judge *judge;
    struct rank_scale scale;
    struct rank_top top;
    int64_t expanded_ns, searched_ns; /* time it took */

    /* search_matches: the segment that the judge is set to */
    const struct segment *segment;
    struct postings *postings;
    struct arena page;
};

/* ST_OK, or ST_CANCELLED or ST_TIMEOUT when the request has to stop: to be asked every few milliseconds at least. */
enum status searcher_check(const struct searcher *s, struct err *err);
struct match_stop searcher_stop(struct searcher *s); /* the same, for those who know no searcher */

/* The part of search_run before any document is looked at. */
enum status searcher_prepare(struct searcher *s, const struct snapshot *snap, const struct search_request *req,
                             struct err *err);

#endif
