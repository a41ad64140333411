/* cmd_docs.c - the command `docs`: a row for each document on the page. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/ask.h"
#include "queryd/cmd.h"
#include "queryd/rows.h"

static enum status add_row(struct ask *ask, const struct search_hit *hit, struct buf *title, struct err *err)
{
    const struct request *req = ask->req;
    struct segment_doc doc;
    buf_clear(title);
    enum status status = segment_doc(hit->segment, hit->doc, &doc, err);
    if (status == ST_OK)
        status = excerpt_title(req->searcher, hit->segment, hit->doc, title, err);
    if (status != ST_OK)
        return status;
    if (req->settings->v[SETTING_FORMAT] == FORMAT_JSON)
        rows_doc_json(&ask->reply->rows, req->snap, &doc, hit, title->data, title->len);
    else
        rows_doc_line(&ask->reply->rows, &doc, hit, title->data, title->len);
    return reply_end_row(ask->reply) ? ST_OK : ST_END;
}

static void run(const struct request *req, struct reply *reply)
{
    struct ask ask;
    struct err err = {0};
    struct buf title = BUF_INIT;
    if (!ask_run(&ask, req, reply, SEARCH_DOCS))
        return;
    enum status status = ST_OK;
    for (size_t i = 0; i < ask.result.n_hits && status == ST_OK; i++)
        status = ask_goes_on(&ask, &err) ? add_row(&ask, &ask.result.hits[i], &title, &err) : ST_END;
    ask_finish(&ask, &err);
    buf_release(&title);
}

const struct command command_docs = {
    .name = "docs",
    .usage = "QUERY",
    .help = "a row for each document, best first: SCORE, MATCHES, PATH, TITLE, separated by tabs",
    .place = COMMAND_IN_WORKER,
    .argument = ARGUMENT_MUST,
    .run = run,
};
