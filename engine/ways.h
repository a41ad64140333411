/* ways.h - the documents of a segment that match a query, in the way that suits it: phrases from where their words
 * are (phrase.h), kept pairs of words from their documents, words near each other and stars in a stream (stream.h),
 * patterns by their choices (choices.h), counts of boolean queries by sets (docsets.h), all others judged one by one
 * (judge.h). SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_WAYS_H
#define VERBATIM_WAYS_H

#include "engine/searcher.h"

/* Of a search, over all segments. */
struct ways_progress {
    struct search_result *out;
    uint64_t rows; /* that the documents found so far give */
    uint64_t full; /* stop at so many; 0: never */
};

/* Adds what a segment has to the counts and to the best hits; out->complete says when it stopped at a full page. */
enum status ways_search(struct searcher *s, const struct segment *segment, struct ways_progress *p, struct err *err);

/* The rows of a page that a document with so many matches gives. */
uint64_t ways_rows(const struct search_request *req, uint64_t matches);

#endif
