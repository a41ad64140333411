/* search.c - see search.h: plan, expand, go over the documents of every segment (ways.h), cut the page out of the best.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/search.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/expand.h"
#include "engine/searcher.h"
#include "engine/ways.h"

int64_t search_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct searcher *searcher_new(unsigned reader)
{
    struct searcher *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->reader = reader;
    s->text = text_cache_new();
    s->tokenizer = tokenizer_new();
    s->stretch = stretch_new();
    if (s->text == NULL || s->tokenizer == NULL || s->stretch == NULL) {
        searcher_free(s);
        return NULL;
    }
    return s;
}

/* Forgets the last run. */
static void clear(struct searcher *s)
{
    judge_free(s->judge);
    postings_close(s->postings);
    rank_release(&s->top);
    s->judge = NULL;
    s->postings = NULL;
    s->segment = NULL;
    s->plan = NULL;
    if (s->stretch != NULL)
        stretch_forget(s->stretch);
    arena_clear(&s->arena);
    arena_clear(&s->page);
}

void searcher_free(struct searcher *s)
{
    if (s == NULL)
        return;
    clear(s);
    text_cache_free(s->text);
    tokenizer_free(s->tokenizer);
    stretch_free(s->stretch);
    buf_release(&s->scratch);
    arena_release(&s->arena);
    arena_release(&s->page);
    free(s);
}

/* ---- stopping ---------------------------------------------------------------------------------------------------- */

enum status searcher_check(const struct searcher *s, struct err *err)
{
    const struct search_request *req = &s->request;
    if (req->cancel != NULL && atomic_load_explicit(req->cancel, memory_order_relaxed))
        return err_set(err, ST_CANCELLED, "cancelled");
    if (req->deadline != 0 && search_now() >= req->deadline)
        return err_set(err, ST_TIMEOUT, "the request took too long");
    return ST_OK;
}

static enum status check_stop(void *arg, struct err *err)
{
    return searcher_check(arg, err);
}

struct match_stop searcher_stop(struct searcher *s)
{
    return (struct match_stop){check_stop, s};
}

void searcher_reset(struct searcher *s, const atomic_bool *cancel, int64_t deadline)
{
    enum { KEPT = 1 << 20 }; /* bytes of each that wait for the next use */
    clear(s);
    if (s->scratch.cap > KEPT)
        buf_release(&s->scratch);
    if (s->arena.total > KEPT)
        arena_release(&s->arena);
    if (s->page.total > KEPT)
        arena_release(&s->page);
    s->snap = NULL;
    s->request = (struct search_request){.cancel = cancel, .deadline = deadline};
}

/* ---- before the documents ---------------------------------------------------------------------------------------- */

enum status searcher_prepare(struct searcher *s, const struct snapshot *snap, const struct search_request *req,
                             struct err *err)
{
    clear(s);
    s->snap = snap;
    s->request = *req;
    struct match_stop stop = searcher_stop(s);
    enum status status = plan_make(req->query, &s->arena, &s->plan, err);
    if (status == ST_OK)
        status = expand_plan(s->plan, snap, &stop, &s->arena, err);
    if (status == ST_OK)
        status = plan_contend(s->plan, err);
    if (status == ST_OK)
        status = judge_new(s->plan, &stop, &s->judge, err);
    if (status == ST_OK && req->docs_only)
        judge_documents_only(s->judge);
    if (status == ST_OK)
        status = rank_scale_make(s->plan, snapshot_docs(snap), snapshot_words(snap), &s->arena, &s->scale, err);
    return status;
}

/* A count of one word that the vocabulary knows already. */
static bool count_at_once(const struct searcher *s, const struct search_request *req, struct search_result *out)
{
    if (req->page != SEARCH_COUNTS || s->plan->root->kind != PLAN_UNIT)
        return false;
    int number = plan_only_leaf(s->plan->root->unit);
    const struct plan_leaf *leaf = number >= 0 ? &s->plan->leaves[number] : NULL;
    if (leaf == NULL || leaf->n_words > 1)
        return false;
    out->docs = leaf->n_words > 0 ? leaf->words[0].documents : 0;
    out->matches = leaf->n_words > 0 ? leaf->words[0].occurrences : 0;
    return true;
}

/* ---- the page ---------------------------------------------------------------------------------------------------- */

static uint64_t add_capped(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* Cuts rows [offset, offset + limit) out of the hits. */
static void cut_page(struct searcher *s, const struct search_request *req, struct search_result *out)
{
    uint64_t at = 0, end = add_capped(req->offset, req->limit);
    size_t n = 0;
    for (size_t i = 0; i < s->top.n && at < end; i++) {
        struct search_hit hit = s->top.hits[i];
        uint64_t rows = ways_rows(req, hit.matches);
        uint64_t from = at < req->offset ? req->offset - at : 0;
        uint64_t to = end - at < rows ? end - at : rows;
        at += rows;
        if (from >= to)
            continue;
        hit.first = from;
        hit.n = to - from;
        s->top.hits[n++] = hit;
    }
    out->hits = s->top.hits;
    out->n_hits = n;
}

static enum status search_segments(struct searcher *s, const struct search_request *req, struct search_result *out,
                                   struct err *err)
{
    uint64_t end = req->page == SEARCH_COUNTS || req->limit == 0 ? 0 : add_capped(req->offset, req->limit);
    s->top.order = req->order;
    s->top.room = end < SIZE_MAX ? (size_t)end : SIZE_MAX;
    if (s->top.room == 0)
        judge_counts_only(s->judge);
    struct ways_progress p = {.out = out, .full = req->stop_when_full ? (end > 0 ? end : 1) : 0};
    enum status status = ST_OK;
    for (size_t i = 0; i < snapshot_segments(s->snap) && status == ST_OK && out->complete == SEARCH_WHOLE; i++)
        status = ways_search(s, snapshot_segment(s->snap, i), &p, err);
    if (status == ST_TIMEOUT && out->docs > 0) {
        out->complete = SEARCH_TIMED_OUT;
        status = ST_OK;
    }
    s->request.deadline = req->rows_deadline; /* what was found is still to be shown */
    return status;
}

enum status search_run(struct searcher *s, const struct snapshot *snap, const struct search_request *req,
                       struct search_result *out, struct err *err)
{
    *out = (struct search_result){.complete = SEARCH_WHOLE};
    int64_t began = search_now();
    enum status status = searcher_prepare(s, snap, req, err);
    s->expanded_ns = search_now() - began;
    if (status == ST_OK && !count_at_once(s, req, out)) {
        status = search_segments(s, req, out, err);
        out->checked += judge_checked(s->judge);
        rank_finish(&s->top);
        cut_page(s, req, out);
        if (req->docs_only && out->docs > 0 && out->complete == SEARCH_WHOLE)
            out->complete = SEARCH_DOCS_ONLY;
    }
    s->searched_ns = search_now() - began - s->expanded_ns;
    if (status == ST_TOO_BROAD && err != NULL && err->column == 0)
        err->column = 1;
    return status;
}

/* ---- matches of a hit -------------------------------------------------------------------------------------------- */

static enum status turn_to(struct searcher *s, const struct segment *segment, struct err *err)
{
    if (s->segment == segment)
        return ST_OK;
    postings_close(s->postings);
    s->postings = NULL;
    s->segment = NULL;
    enum status status = postings_open(s->plan, segment, s->reader, &s->postings, err);
    if (status == ST_OK)
        status = judge_segment(s->judge, segment, s->postings, true, err);
    if (status == ST_OK)
        s->segment = segment;
    return status;
}

static enum status fill_match(struct searcher *s, const struct judge_place *place, struct search_match *match,
                              struct err *err)
{
    const struct match_doc *doc = judge_match_doc(s->judge);
    const uint32_t *joint;
    size_t n = 0;
    enum status status = judge_words(s->judge, place, &joint, &n, err);
    if (status != ST_OK)
        return status;
    uint32_t *words = arena_alloc(&s->page, (n + 1) * sizeof *words);
    if (words == NULL)
        return err_nomem(err);
    for (size_t i = 0; i < n; i++)
        (void)match_in_title(doc, joint[i], &words[i]);
    match->in_title = match_in_title(doc, place->span.first, &match->first);
    (void)match_in_title(doc, place->span.last, &match->last);
    match->words = words;
    match->n_words = n;
    return ST_OK;
}

enum status search_matches(struct searcher *s, const struct search_hit *hit, const struct search_match **matches,
                           size_t *n, struct err *err)
{
    arena_clear(&s->page);
    *n = 0;
    *matches = NULL;
    if (hit->matches == 0)
        return ST_OK;
    const struct judge_place *places = NULL;
    size_t n_places = 0;
    enum status status = turn_to(s, hit->segment, err);
    if (status == ST_OK)
        status = judge_places(s->judge, hit->doc, &places, &n_places, err);
    if (status != ST_OK)
        return status;
    size_t first = hit->first < n_places ? (size_t)hit->first : n_places;
    size_t count = hit->n < n_places - first ? (size_t)hit->n : n_places - first;
    struct search_match *out = arena_alloc(&s->page, (count + 1) * sizeof *out);
    if (out == NULL)
        return err_nomem(err);
    for (size_t i = 0; i < count && status == ST_OK; i++) {
        status = searcher_check(s, err);
        if (status == ST_OK)
            status = fill_match(s, &places[first + i], &out[i], err);
    }
    *matches = out;
    *n = status == ST_OK ? count : 0;
    return status;
}
