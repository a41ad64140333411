/* trace.c - see trace.h: seed, align, keep the best. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/trace.h"

#include <stdlib.h>
#include <string.h>

#include "engine/trace_state.h"
#include "lib/array.h"

/* What a passage must come to: three rare words that both texts have, or many that are less so. */
#define LEAST_SCORE 1.6

struct tracer *tracer_new(struct searcher *s)
{
    struct tracer *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    t->searcher = s;
    t->align = align_new();
    if (t->align == NULL) {
        tracer_free(t);
        return NULL;
    }
    return t;
}

static void clear(struct tracer *t)
{
    trace_drop_lists(t);
    arena_clear(&t->arena);
    t->segment = NULL;
    t->ranks = NULL;
    t->n_hits = 0;
    t->n_distinct = 0;
}

void tracer_free(struct tracer *t)
{
    if (t == NULL)
        return;
    clear(t);
    align_free(t->align);
    arena_release(&t->arena);
    free(t->tries);
    free(t->doc_words);
    free(t->doc_ranks);
    free(t->hits);
    free(t);
}

enum status trace_check_stop(const struct tracer *t, struct err *err)
{
    const struct trace_request *req = &t->request;
    if (req->cancel != NULL && atomic_load_explicit(req->cancel, memory_order_relaxed))
        return err_set(err, ST_CANCELLED, "cancelled");
    if (req->deadline != 0 && search_now() >= req->deadline)
        return err_set(err, ST_TIMEOUT, "tracing took too long");
    return ST_OK;
}

/* ---- the best ---------------------------------------------------------------------------------------------------- */

static int better(const void *x, const void *y)
{
    const struct trace_hit *a = x, *b = y;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    size_t len = a->path_len < b->path_len ? a->path_len : b->path_len;
    int order = memcmp(a->path, b->path, len);
    if (order != 0)
        return order;
    if (a->path_len != b->path_len)
        return a->path_len < b->path_len ? -1 : 1;
    return (a->doc_first > b->doc_first) - (a->doc_first < b->doc_first);
}

static void sort_hits(struct tracer *t)
{
    if (t->n_hits > 1)
        qsort(t->hits, t->n_hits, sizeof *t->hits, better);
}

/* Keeps twice as many as are wanted at most: the worse half goes now and then. */
static enum status add_hit(struct tracer *t, const struct trace_hit *hit, struct err *err)
{
    const struct trace_request *req = &t->request;
    uint64_t room = req->limit == 0 ? 0 : req->limit > UINT32_MAX - req->offset ? UINT32_MAX : req->limit + req->offset;
    if (room == 0)
        return ST_OK;
    if (t->n_hits >= 2 * room) {
        sort_hits(t);
        t->n_hits = (size_t)room;
    }
    if (!ARRAY_RESERVE(t->hits, t->cap_hits, t->n_hits + 1))
        return err_nomem(err);
    t->hits[t->n_hits++] = *hit;
    return ST_OK;
}

static void cut_page(struct tracer *t, struct trace_result *out)
{
    const struct trace_request *req = &t->request;
    sort_hits(t);
    size_t from = req->offset < t->n_hits ? (size_t)req->offset : t->n_hits;
    size_t n = req->limit < t->n_hits - from ? (size_t)req->limit : t->n_hits - from;
    out->hits = t->hits + from;
    out->n_hits = n;
}

/* ---- documents --------------------------------------------------------------------------------------------------- */

bool trace_is_excluded(const char *exclude, size_t exclude_len, const char *path, size_t len)
{
    size_t n = exclude_len;
    if (exclude == NULL || n > len || memcmp(path, exclude, n) != 0)
        return false;
    return n == len || n == 0 || exclude[n - 1] == '/' || path[n] == '/';
}

static enum status take_passages(struct tracer *t, uint32_t doc, const struct segment_doc *d, struct trace_result *out,
                                 struct err *err)
{
    const struct align_passage *passages = NULL;
    size_t n, found = 0;
    enum status status = trace_align(t, doc, &passages, &n, err);
    for (size_t i = 0; i < n && status == ST_OK; i++) {
        const struct align_passage *p = &passages[i];
        if ((uint64_t)p->shared * 100 < (uint64_t)t->request.coverage * t->n)
            continue;
        struct trace_hit hit = {t->segment, doc,    d->path,  d->path_len, p->score,     p->shared,
                                p->near,    p->run, p->first, p->last,     p->doc_first, p->doc_last};
        status = add_hit(t, &hit, err);
        found++;
    }
    out->passages += found;
    out->docs += found > 0;
    return status;
}

static enum status try_doc(struct tracer *t, uint32_t doc, struct trace_result *out, struct err *err)
{
    struct segment_doc d;
    if (segment_is_dead(t->segment, doc))
        return ST_OK;
    enum status status = trace_check_stop(t, err);
    if (status == ST_OK)
        status = segment_doc(t->segment, doc, &d, err);
    if (status != ST_OK || trace_is_excluded(t->request.exclude, t->request.exclude_len, d.path, d.path_len))
        return status;
    out->candidates++;
    return take_passages(t, doc, &d, out, err);
}

static enum status trace_segment(struct tracer *t, const struct segment *segment, struct trace_result *out,
                                 struct err *err)
{
    enum status status = trace_turn_to(t, segment, err);
    if (status == ST_OK)
        status = trace_seed(t, &out->postings, err);
    for (uint32_t doc = 0; doc < segment_docs(segment) && status == ST_OK; doc++)
        if (t->tries[doc] == TRACE_CANDIDATE)
            status = try_doc(t, doc, out, err);
    return status;
}

enum status tracer_begin(struct tracer *t, const struct snapshot *snap, const struct trace_request *req,
                         struct err *err)
{
    const struct align_rules rules = {req->run, req->tolerance, LEAST_SCORE, req->patient};
    clear(t);
    t->snap = snap;
    t->request = *req;
    enum status status = trace_read_text(t, err);
    if (status != ST_OK)
        return status;
    if (t->n < t->request.run)
        return err_set(err, ST_USAGE, "the text has %u words, and a passage shares a run of %u at least", t->n,
                       t->request.run);
    return align_begin(t->align, t->words, t->n, t->values, t->n_distinct, &rules, err);
}

enum status tracer_run(struct tracer *t, const struct snapshot *snap, const struct trace_request *req,
                       struct trace_result *out, struct err *err)
{
    *out = (struct trace_result){.docs = 0};
    enum status status = tracer_begin(t, snap, req, err);
    out->words = t->n;
    for (size_t i = 0; i < snapshot_segments(snap) && status == ST_OK; i++)
        status = trace_segment(t, snapshot_segment(snap, i), out, err);
    if (status == ST_TIMEOUT && out->passages > 0) {
        out->timed_out = true;
        status = ST_OK;
    }
    t->request.deadline = req->rows_deadline; /* what was found is still to be shown */
    if (status == ST_OK)
        cut_page(t, out);
    return status;
}

/* ---- a hit ------------------------------------------------------------------------------------------------------- */

enum status tracer_pairs(struct tracer *t, const struct trace_hit *hit, const struct align_pair **pairs, size_t *n,
                         struct err *err)
{
    const struct align_passage *passages = NULL;
    size_t n_passages;
    *n = 0;
    enum status status = trace_turn_to(t, hit->segment, err);
    if (status == ST_OK)
        status = trace_align(t, hit->doc, &passages, &n_passages, err);
    for (size_t i = 0; status == ST_OK && i < n_passages; i++) {
        if (passages[i].doc_first == hit->doc_first && passages[i].first == hit->first) {
            *pairs = passages[i].pairs;
            *n = passages[i].shared;
            return ST_OK;
        }
    }
    return status == ST_OK ? err_set(err, ST_INTERNAL, "a passage is not found again") : status;
}

void tracer_word(const struct tracer *t, uint32_t pos, size_t *start, size_t *end)
{
    *start = t->places[pos].start;
    *end = t->places[pos].end;
}
