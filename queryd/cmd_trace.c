/* cmd_trace.c - the commands `trace` and `trace-bytes`: a row for each passage that a document shares with a text.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "engine/excerpt.h"
#include "engine/trace.h"
#include "queryd/cmd.h"
#include "queryd/piece.h"
#include "queryd/rows.h"

struct trace {
    const struct request *req;
    struct reply *reply;
    struct tracer *tracer;
    struct trace_request request;
    struct trace_result result;
    struct buf exclude; /* the stored path */
    bool cut_by_time;
    struct excerpt excerpt;
    struct buf title;
};

static bool is_json(const struct request *req)
{
    return req->settings->v[SETTING_FORMAT] == FORMAT_JSON;
}

/* ---- a row ------------------------------------------------------------------------------------------------------- */

/* What the row tells of the text: bytes of the shared words and where the passage begins. */
static enum status describe_text(struct trace *t, const struct trace_hit *hit, const struct align_pair *pairs, size_t n,
                                 struct rows_trace *out, struct err *err)
{
    struct rows_span *spans = arena_alloc(t->req->arena, (n + 1) * sizeof *spans);
    if (spans == NULL)
        return err_nomem(err);
    for (size_t i = 0; i < n; i++)
        tracer_word(t->tracer, pairs[i].pos, &spans[i].start, &spans[i].end);
    *out = (struct rows_trace){
        hit->shared, hit->near, hit->run, t->result.words, spans[0].start, spans[n - 1].end - spans[0].start, 1,
        1,           spans,     n};
    const char *text = t->request.text;
    for (size_t i = 0; i < out->offset; i++) {
        out->line += text[i] == '\n';
        out->column = text[i] == '\n' ? 1 : out->column + 1;
    }
    return ST_OK;
}

static enum status add_json(struct trace *t, const struct trace_hit *hit, const struct segment_doc *doc,
                            const struct align_pair *pairs, size_t n, struct err *err)
{
    struct rows_trace about;
    buf_clear(&t->title);
    enum status status = describe_text(t, hit, pairs, n, &about, err);
    if (status == ST_OK)
        status = excerpt_title(t->req->searcher, hit->segment, hit->doc, &t->title, err);
    if (status == ST_OK)
        rows_trace_json(&t->reply->rows, t->req->snap, doc, hit->score, t->title.data, t->title.len, &t->excerpt,
                        &about);
    return status;
}

static enum status add_row(struct trace *t, const struct trace_hit *hit, struct err *err)
{
    const struct request *req = t->req;
    const struct align_pair *pairs;
    struct segment_doc doc;
    size_t n;
    enum status status = tracer_pairs(t->tracer, hit, &pairs, &n, err);
    if (status == ST_OK)
        status = segment_doc(hit->segment, hit->doc, &doc, err);
    uint32_t *words = status == ST_OK ? arena_alloc(req->arena, n * sizeof *words) : NULL;
    if (words == NULL)
        return status != ST_OK ? status : err_nomem(err);
    for (size_t i = 0; i < n; i++)
        words[i] = pairs[i].doc_pos;
    const struct search_match match = {false, hit->doc_first, hit->doc_last, words, n};
    const struct search_hit place = {.segment = hit->segment, .doc = hit->doc};
    status = excerpt_make(req->searcher, &place, &match, is_json(req) ? req->settings->v[SETTING_CONTEXT] : 0,
                          &t->excerpt, err);
    if (status == ST_OK && is_json(req))
        status = add_json(t, hit, &doc, pairs, n, err);
    else if (status == ST_OK)
        rows_match_line(&t->reply->rows, &doc, &t->excerpt, req->settings->v[SETTING_MARK] != 0);
    arena_clear(req->arena);
    if (status != ST_OK)
        return status;
    return reply_end_row(t->reply) ? ST_OK : ST_END;
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

/* What was found before the deadline is still shown: rows have as much time again. */
static bool goes_on(struct trace *t, struct err *err)
{
    const struct request *req = t->req;
    if (req->cancel != NULL && atomic_load_explicit(req->cancel, memory_order_relaxed)) {
        (void)err_set(err, ST_CANCELLED, "cancelled");
        return false;
    }
    t->cut_by_time |= req->timeout > 0 && search_now() >= req->started + 2 * req->timeout;
    return !t->cut_by_time;
}

static enum status fill_request(struct trace *t, const char *text, size_t len, struct err *err)
{
    const struct request *req = t->req;
    const struct settings *s = req->settings;
    bool parsed = excerpt_parse_path(s->exclude, s->exclude_len, &t->exclude);
    if (!buf_ok(&t->exclude))
        return err_nomem(err);
    if (!parsed)
        return err_set(err, ST_USAGE,
                       "trace-exclude: no such path: a backslash in it is written \\\\, another byte \\xHH");
    t->request = (struct trace_request){
        .text = text,
        .len = len,
        .run = s->v[SETTING_TRACE_RUN],
        .tolerance = s->v[SETTING_TRACE_TOLERANCE],
        .coverage = s->v[SETTING_TRACE_COVERAGE],
        .exclude = t->exclude.len > 0 ? t->exclude.data : NULL,
        .exclude_len = t->exclude.len,
        .limit = s->v[SETTING_LIMIT],
        .offset = s->v[SETTING_OFFSET],
        .deadline = req->timeout > 0 ? req->started + req->timeout : 0,
        .rows_deadline = req->timeout > 0 ? req->started + 2 * req->timeout : 0,
        .cancel = req->cancel,
    };
    return ST_OK;
}

static void finish(struct trace *t, const struct err *err)
{
    if (err->status != ST_OK) {
        t->reply->bound = err->status == ST_TOO_BROAD ? BOUND_EXPANSION : BOUND_NONE;
        reply_status(t->reply, err);
        return;
    }
    bool whole = !t->result.timed_out && !t->cut_by_time;
    const char *plus = whole ? "" : "+";
    double ms = (double)(search_now() - t->req->started) / 1e6;
    reply_ok(t->reply,
             "docs=%" PRIu64 "%s matches=%" PRIu64 "%s complete=%s generation=%" PRIu64 " ms=%.3f words=%" PRIu32
             " candidates=%" PRIu64,
             t->result.docs, plus, t->result.passages, plus, whole ? "yes" : "timeout",
             snapshot_manifest(t->req->snap)->generation, ms, t->result.words, t->result.candidates);
}

static void trace(const struct request *req, struct reply *reply, const char *text, size_t len)
{
    struct trace t = {.req = req, .reply = reply, .tracer = tracer_new(req->searcher)};
    struct err err = {0};
    enum status status = t.tracer == NULL ? err_nomem(&err) : fill_request(&t, text, len, &err);
    if (status == ST_OK)
        status = tracer_run(t.tracer, req->snap, &t.request, &t.result, &err);
    for (size_t i = 0; i < t.result.n_hits && status == ST_OK; i++)
        status = goes_on(&t, &err) ? add_row(&t, &t.result.hits[i], &err) : ST_END;
    if (status == ST_TIMEOUT && t.result.n_hits > 0) { /* inside a row, which is left out */
        t.cut_by_time = true;
        err = (struct err){0};
    }
    finish(&t, &err);
    tracer_free(t.tracer);
    buf_release(&t.exclude);
    buf_release(&t.title);
    excerpt_release(&t.excerpt);
}

static void run(const struct request *req, struct reply *reply)
{
    trace(req, reply, req->arg, req->arg_len);
}

/* The argument is "N", LF and what came of N bytes. */
static void run_bytes(const struct request *req, struct reply *reply)
{
    const char *newline = memchr(req->arg, '\n', req->arg_len);
    size_t len = newline != NULL ? (size_t)(newline - req->arg) : req->arg_len;
    const char *head = req->arg;
    struct piece number = piece_next(&head, &len);
    size_t have = newline != NULL ? req->arg_len - (size_t)(newline + 1 - req->arg) : 0;
    uint32_t n;
    piece_skip_spaces(&head, &len);
    if (!piece_number(&number, UINT32_MAX, &n) || len > 0)
        reply_error(reply, REPLY_BAD_REQUEST, "usage: trace-bytes N, and then N bytes");
    else if (have != n)
        reply_error(reply, REPLY_BAD_REQUEST, "%" PRIu32 " bytes were announced and %zu came", n, have);
    else
        trace(req, reply, newline != NULL ? newline + 1 : "", have);
}

const struct command command_trace = {
    .name = "trace",
    .usage = "TEXT",
    .help = "a row for each passage that a document shares with TEXT, best first: PATH:LINE:COLUMN:TEXT",
    .place = COMMAND_IN_WORKER,
    .argument = ARGUMENT_MUST,
    .run = run,
};

const struct command command_trace_bytes = {
    .name = "trace-bytes",
    .usage = "N",
    .help = "the same for the N bytes that follow the line, which may have lines of their own",
    .place = COMMAND_IN_WORKER,
    .argument = ARGUMENT_MUST,
    .run = run_bytes,
};
