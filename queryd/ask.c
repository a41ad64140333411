/* ask.c - see ask.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/ask.h"

#include <inttypes.h>

static void fill_search(struct ask *a, const struct query *query, enum search_page page)
{
    const struct request *req = a->req;
    const uint32_t *v = req->settings->v;
    bool nothing_to_show = page == SEARCH_COUNTS || v[SETTING_LIMIT] == 0;
    a->search = (struct search_request){
        .query = query,
        .page = nothing_to_show ? SEARCH_COUNTS : page,
        .order = (enum search_order)v[SETTING_ORDER],
        .limit = v[SETTING_LIMIT],
        .offset = v[SETTING_OFFSET],
        .per_doc = v[SETTING_PER_DOC],
        .stop_when_full = v[SETTING_COUNT] == COUNT_PAGE && !nothing_to_show,
        .docs_only = v[SETTING_COUNT] == COUNT_DOCS && nothing_to_show,
        .deadline = req->timeout > 0 ? req->started + req->timeout : 0,
        .cancel = req->cancel,
    };
    /* A search that used up its time still shows what it found: rows have as much again. */
    a->search.rows_deadline = req->timeout > 0 ? req->started + 2 * req->timeout : 0;
}

bool ask_prepare(struct ask *a, const struct request *req, struct reply *reply, enum search_page page)
{
    struct err err = {0};
    struct query *query;
    *a = (struct ask){.req = req, .reply = reply};
    if (query_parse(req->arg, req->arg_len, req->arena, &query, &err) != ST_OK) {
        reply->bound = err.status == ST_TOO_BROAD ? BOUND_QUERY : BOUND_NONE;
        reply_status(reply, &err);
        return false;
    }
    fill_search(a, query, page);
    return true;
}

bool ask_run(struct ask *a, const struct request *req, struct reply *reply, enum search_page page)
{
    struct err err = {0};
    if (!ask_prepare(a, req, reply, page))
        return false;
    enum status status = search_run(req->searcher, req->snap, &a->search, &a->result, &err);
    reply->candidates = a->result.candidates;
    reply->checked = a->result.checked;
    if (status != ST_OK) {
        reply->bound = status == ST_TOO_BROAD ? BOUND_EXPANSION : BOUND_NONE;
        reply_status(reply, &err);
        return false;
    }
    return true;
}

bool ask_goes_on(struct ask *a, struct err *err)
{
    const atomic_bool *cancel = a->req->cancel;
    if (cancel != NULL && atomic_load_explicit(cancel, memory_order_relaxed)) {
        (void)err_set(err, ST_CANCELLED, "cancelled");
        return false;
    }
    if (a->search.rows_deadline != 0 && search_now() >= a->search.rows_deadline)
        a->cut_by_time = true;
    return !a->cut_by_time;
}

static const char *completeness(const struct ask *a)
{
    if (a->cut_by_time || a->result.complete == SEARCH_TIMED_OUT)
        return "timeout";
    if (a->result.complete == SEARCH_DOCS_ONLY)
        return "docs";
    return a->result.complete == SEARCH_PAGE_FULL ? "limit" : "yes";
}

void ask_finish(struct ask *a, const struct err *err)
{
    a->cut_by_time |= err->status == ST_TIMEOUT; /* inside a row, which was left out */
    if (err->status != ST_OK && err->status != ST_TIMEOUT) {
        reply_status(a->reply, err);
        return;
    }
    const char *complete = completeness(a);
    if (complete[0] == 't')
        a->reply->bound = BOUND_QUERY_TIME;
    const char *plus = complete[0] == 'y' ? "" : "+", *plus_docs = complete[0] == 'd' ? "" : plus;
    double ms = (double)(search_now() - a->req->started) / 1e6;
    reply_ok(a->reply, "docs=%" PRIu64 "%s matches=%" PRIu64 "%s complete=%s generation=%" PRIu64 " ms=%.3f",
             a->result.docs, plus_docs, a->result.matches, plus, complete,
             snapshot_manifest(a->req->snap)->generation, ms);
}
