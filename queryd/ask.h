/* ask.h - what search, docs, count and explain share: reading the query, running it with the connection's settings, and
 * the status line that its counts make. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_ASK_H
#define VERBATIM_ASK_H

#include "engine/search.h"
#include "queryd/cmd.h"

struct ask {
    const struct request *req;
    struct reply *reply;
    struct search_request search;
    struct search_result result;
    bool cut_by_time; /* rows were left out because of search.rows_deadline */
};

/* Parses the argument and fills a->search for a page of this kind. False: the reply is written. */
bool ask_prepare(struct ask *a, const struct request *req, struct reply *reply, enum search_page page);

/* Prepares and runs. False: the reply is written. */
bool ask_run(struct ask *a, const struct request *req, struct reply *reply, enum search_page page);

/* Between rows: whether to make another. Sets err when the request was cancelled. */
bool ask_goes_on(struct ask *a, struct err *err);

/* The status line: OK with counts, or what is in err when its status is not ST_OK. */
void ask_finish(struct ask *a, const struct err *err);

#endif
