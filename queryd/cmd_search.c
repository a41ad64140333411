/* cmd_search.c - the command `search`: a row for each match on the page. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/ask.h"
#include "queryd/cmd.h"
#include "queryd/rows.h"

/* What the rows of one document share. */
struct page {
    struct ask *ask;
    const struct search_hit *hit;
    struct segment_doc doc;
    struct buf title;
    struct excerpt excerpt; /* reused from row to row */
};

static bool is_json(const struct request *req)
{
    return req->settings->v[SETTING_FORMAT] == FORMAT_JSON;
}

static enum status add_row(struct page *p, const struct search_match *match, struct err *err)
{
    const struct request *req = p->ask->req;
    struct buf *out = &p->ask->reply->rows;
    unsigned context = is_json(req) ? req->settings->v[SETTING_CONTEXT] : 0;
    enum status status = excerpt_make(req->searcher, p->hit, match, context, &p->excerpt, err);
    if (status != ST_OK)
        return status;
    if (is_json(req))
        rows_match_json(out, req->snap, &p->doc, p->hit->score, p->title.data, p->title.len, &p->excerpt);
    else
        rows_match_line(out, &p->doc, &p->excerpt, req->settings->v[SETTING_MARK] != 0);
    return reply_end_row(p->ask->reply) ? ST_OK : ST_END;
}

static enum status describe_doc(struct page *p, struct err *err)
{
    enum status status = segment_doc(p->hit->segment, p->hit->doc, &p->doc, err);
    buf_clear(&p->title);
    if (status == ST_OK && is_json(p->ask->req))
        status = excerpt_title(p->ask->req->searcher, p->hit->segment, p->hit->doc, &p->title, err);
    return status;
}

static enum status add_hit(struct page *p, struct err *err)
{
    const struct search_match *matches;
    size_t n;
    enum status status = describe_doc(p, err);
    if (status == ST_OK)
        status = search_matches(p->ask->req->searcher, p->hit, &matches, &n, err);
    if (status != ST_OK || n == 0)
        return status != ST_OK ? status : add_row(p, NULL, err);
    for (size_t i = 0; i < n && status == ST_OK; i++)
        status = ask_goes_on(p->ask, err) ? add_row(p, &matches[i], err) : ST_END;
    return status;
}

static void run(const struct request *req, struct reply *reply)
{
    struct ask ask;
    struct err err = {0};
    if (!ask_run(&ask, req, reply, SEARCH_MATCHES))
        return;
    struct page page = {.ask = &ask};
    enum status status = ST_OK;
    for (size_t i = 0; i < ask.result.n_hits && status == ST_OK; i++) {
        page.hit = &ask.result.hits[i];
        status = ask_goes_on(&ask, &err) ? add_hit(&page, &err) : ST_END;
    }
    ask_finish(&ask, &err);
    buf_release(&page.title);
    excerpt_release(&page.excerpt);
}

const struct command command_search = {
    .name = "search",
    .usage = "QUERY",
    .help = "a row for each match, best documents first: PATH:LINE:COLUMN:TEXT",
    .place = COMMAND_IN_WORKER,
    .argument = ARGUMENT_MUST,
    .run = run,
};
