/* ways.c - see ways.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/ways.h"

#include "engine/approach.h"
#include "engine/candidates.h"
#include "engine/choices.h"
#include "engine/docsets.h"
#include "engine/stream.h"

/* ---- what is found ----------------------------------------------------------------------------------------------- */

uint64_t ways_rows(const struct search_request *req, uint64_t matches)
{
    if (req->page == SEARCH_DOCS || matches == 0)
        return 1;
    return req->per_doc > 0 && matches > req->per_doc ? req->per_doc : matches;
}

static enum status add_hit(struct searcher *s, const struct segment *segment, uint32_t doc,
                           const struct judge_verdict *verdict, struct search_result *out, struct err *err)
{
    out->docs++;
    out->matches += verdict->matches;
    if (s->top.room == 0)
        return ST_OK;
    struct search_hit hit = {.segment = segment, .doc = doc, .matches = verdict->matches};
    return rank_take(&s->top, &s->scale, s->judge, verdict, hit, err);
}

/* Candidates are taken a batch at a time, so that the memory that judging them reads is on its way meanwhile. */
enum { BATCH = 32 };

static size_t take_batch(struct candidates *candidates, const struct segment *segment, uint32_t *next, uint32_t *docs,
                         enum status *status, struct err *err)
{
    size_t n = candidates_take(candidates, next, docs, BATCH, status, err);
    for (size_t i = 0; i < n; i++)
        segment_prefetch_record(segment, docs[i]);
    return n;
}

/* Leaves those of a batch that may match. */
static size_t narrow_batch(struct searcher *s, const struct segment *segment, uint32_t *docs, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!segment_is_dead(segment, docs[i]) && judge_may_match(s->judge, docs[i])) {
            docs[kept++] = docs[i];
            segment_prefetch_words(segment, docs[i]);
        }
    return kept;
}

static enum status take_match(struct searcher *s, const struct segment *segment, uint32_t doc,
                              const struct judge_verdict *verdict, struct ways_progress *p, struct err *err)
{
    enum status status = add_hit(s, segment, doc, verdict, p->out, err);
    p->rows += ways_rows(&s->request, verdict->matches);
    if (p->full > 0 && p->rows >= p->full)
        p->out->complete = SEARCH_PAGE_FULL;
    return status;
}

/* A document in which a phrase was found n times. */
static enum status take_found(struct searcher *s, const struct segment *segment, uint32_t doc, uint32_t n,
                              struct ways_progress *p, struct err *err)
{
    struct judge_verdict verdict;
    if (segment_is_dead(segment, doc))
        return ST_OK;
    judge_take_found(s->judge, doc, n, n, &verdict);
    return take_match(s, segment, doc, &verdict, p, err);
}

static enum status judge_one(struct searcher *s, const struct segment *segment, uint32_t doc, struct ways_progress *p,
                             struct err *err)
{
    struct judge_verdict verdict;
    enum status status = judge_doc(s->judge, doc, &verdict, err);
    return status == ST_OK && verdict.matched ? take_match(s, segment, doc, &verdict, p, err) : status;
}

static enum status go_over(struct searcher *s, const struct segment *segment, struct candidates *candidates,
                           struct ways_progress *p, struct err *err)
{
    uint32_t docs[BATCH], next = 0;
    for (size_t n = BATCH; n == BATCH;) {
        enum status status = searcher_check(s, err);
        n = status == ST_OK ? take_batch(candidates, segment, &next, docs, &status, err) : 0;
        size_t n_left = narrow_batch(s, segment, docs, n);
        p->out->candidates += n;
        for (size_t i = 0; status == ST_OK && i < n_left; i++) {
            status = judge_one(s, segment, docs[i], p, err);
            if (p->out->complete != SEARCH_WHOLE)
                return status;
        }
        if (status != ST_OK)
            return status;
    }
    return ST_OK;
}

static enum status walk_phrase(struct searcher *s, const struct segment *segment, struct phrase_walk *walk,
                               struct ways_progress *p, struct err *err)
{
    struct phrase_found found;
    enum status status = ST_OK;
    for (size_t n = 0; status == ST_OK && p->out->complete == SEARCH_WHOLE; n++) {
        status = phrase_next(walk, &found, err);
        if (status == ST_OK && (found.n == 0 || n % BATCH == 0))
            status = searcher_check(s, err);
        if (status == ST_OK && found.n > 0)
            status = take_found(s, segment, found.doc, found.n, p, err);
    }
    p->out->candidates += walk->n_offered;
    p->out->checked += walk->n_scanned;
    return status == ST_END ? ST_OK : status;
}

static enum status go_over_phrase(struct searcher *s, const struct segment *segment, struct phrase *phrase,
                                  struct postings *postings, struct ways_progress *p, struct err *err)
{
    struct arena arena = ARENA_INIT;
    struct phrase_walk walk = {0};
    enum status status = approach_phrase(phrase, postings, &arena, &walk, err);
    if (status == ST_OK)
        status = walk_phrase(s, segment, &walk, p, err);
    phrase_walk_release(&walk);
    arena_release(&arena);
    return status;
}

/* Two words whose documents next to each other the segment keeps. */
static enum status go_over_bigram(struct searcher *s, const struct segment *segment,
                                  const struct segment_bigram *bigram, struct ways_progress *p, struct err *err)
{
    struct segment_holders holders = bigram->holders;
    enum status status = ST_OK;
    if (s->top.room == 0 && p->full == 0 && segment_dead_docs(segment) == 0) {
        p->out->docs += bigram->documents;
        p->out->matches += bigram->occurrences;
        return ST_OK;
    }
    p->out->candidates += bigram->documents;
    for (uint32_t doc = 0; status == ST_OK && segment_seek_holder(&holders, doc); doc = holders.doc + 1) {
        if (holders.doc % BATCH == 0)
            status = searcher_check(s, err);
        if (status != ST_OK || p->out->complete != SEARCH_WHOLE)
            return status;
        status = take_found(s, segment, holders.doc, segment_holder_occurrences(&holders), p, err);
    }
    return status;
}

static enum status take_choices(struct searcher *s, const struct segment *segment, const struct choices *choices,
                                struct ways_progress *p, struct err *err)
{
    enum status status = ST_OK;
    p->out->candidates += choices->n_offered;
    p->out->checked += choices->n_scanned;
    for (size_t i = 0; status == ST_OK && i < choices->n; i++)
        status = take_found(s, segment, choices->found[i].doc, choices->found[i].n, p, err);
    return status;
}

/* What was found when time ran out counts. */
static enum status go_over_choices(struct searcher *s, const struct segment *segment, const struct need *need,
                                   struct postings *postings, struct ways_progress *p, struct err *err)
{
    struct choices choices = {0};
    struct match_stop stop = searcher_stop(s);
    enum status status = choices_find(need, postings, &stop, &choices, err);
    if (status == ST_OK || status == ST_TIMEOUT) {
        enum status taken = take_choices(s, segment, &choices, p, err);
        status = taken != ST_OK ? taken : status;
    }
    choices_release(&choices);
    return status;
}

static enum status verdict_of(struct searcher *s, const struct stream_found *found, struct judge_verdict *out,
                              struct err *err)
{
    if (found->ask_judge)
        return judge_doc(s->judge, found->doc, out, err);
    judge_take_found(s->judge, found->doc, found->n, found->frequency, out);
    out->is_rough = found->is_rough;
    return ST_OK;
}

/* Rough verdicts are worth it while they are enough for most documents, the first ones aside. */
static bool rough_is_worth_it(const struct rank_top *top)
{
    enum { FIRST = 256, SHARE = 3 };
    return top->n_rough < FIRST || top->n_exact < top->n_rough / SHARE;
}

static enum status go_over_stream(struct searcher *s, struct stream *stream, struct ways_progress *p, struct err *err)
{
    struct stream_found found;
    struct judge_verdict verdict;
    enum status status = ST_OK;
    for (size_t n = 0; status == ST_OK && p->out->complete == SEARCH_WHOLE; n++) {
        if (n % BATCH == 0)
            status = searcher_check(s, err);
        if (status == ST_OK)
            status = stream_next(stream, &found, err);
        if (status == ST_OK && found.doc != STREAM_NONE)
            status = verdict_of(s, &found, &verdict, err);
        if (status == ST_OK && found.doc != STREAM_NONE && verdict.matched)
            status = take_match(s, stream->segment, found.doc, &verdict, p, err);
        if (!rough_is_worth_it(&s->top))
            stream->near = NULL;
    }
    p->out->docs += stream->sums ? stream->n_docs : 0;
    p->out->matches += stream->sums ? stream->n_matches : 0;
    p->out->candidates += stream->n_offered;
    p->out->checked += stream->n_counted;
    return status == ST_END ? ST_OK : status;
}

/* Counts of a boolean query, by sets of documents; *done: whether that suits. */
static enum status count_by_sets(struct searcher *s, const struct segment *segment, struct postings *postings,
                                 struct ways_progress *p, bool *done, struct err *err)
{
    struct match_stop stop = searcher_stop(s);
    struct docsets sets = {.plan = s->plan,
                           .segment = segment,
                           .postings = postings,
                           .stop = &stop,
                           .docs_only = s->request.docs_only};
    *done = false;
    if (s->top.room > 0 || p->full > 0 || (!sets.docs_only && judge_may_coincide(s->judge)))
        return ST_OK;
    enum status status = docsets_plan(&sets, done, err);
    if (status == ST_OK && *done)
        status = docsets_count(&sets, err);
    p->out->docs += sets.docs;
    p->out->matches += sets.matches;
    p->out->candidates += sets.n_offered;
    p->out->checked += sets.n_scanned;
    docsets_release(&sets);
    return status;
}

/* Blocks are looked up one by one of fewer candidates than one in so many documents. */
enum { FEW_CANDIDATES = 512 };

static enum status go_over_docs(struct searcher *s, const struct segment *segment, struct postings *postings,
                                struct ways_progress *p, struct err *err)
{
    struct arena arena = ARENA_INIT;
    struct candidates *candidates = NULL;
    enum status status = candidates_make(s->plan, postings, &arena, &candidates, err);
    if (status == ST_OK && candidates_documents(candidates) > segment_docs(segment) / FEW_CANDIDATES)
        status = judge_find_blocks(s->judge, err);
    judge_want_windows(s->judge);
    struct stream stream = {.segment = segment, .candidates = candidates, .sums = s->top.room == 0 && p->full == 0};
    stream.matcher = judge_only_passing(s->judge, &stream.unit);
    if (status == ST_OK && stream.matcher != NULL) {
        stream.near = matcher_near(stream.matcher, stream.unit);
        stream.enough = s->request.docs_only ? 1 : SIZE_MAX;
        status = go_over_stream(s, &stream, p, err);
    } else if (status == ST_OK) {
        status = go_over(s, segment, candidates, p, err);
    }
    arena_release(&arena);
    return status;
}

/* One phrase after the other finds its documents out of order: not where a full page ends it. */
static enum status go_over_any(struct searcher *s, const struct segment *segment, struct postings *postings,
                               struct ways_progress *p, struct err *err)
{
    const struct plan_node *root = s->plan->root;
    struct arena arena = ARENA_INIT;
    struct need need = {0};
    enum status status = ST_OK;
    bool done = false;
    if (root->kind != PLAN_UNIT)
        status = count_by_sets(s, segment, postings, p, &done, err);
    else if (p->full == 0)
        status = choices_plan(root->unit, postings, segment, &arena, &need, err);
    if (status == ST_OK && need.n > 0)
        status = go_over_choices(s, segment, &need, postings, p, err);
    else if (status == ST_OK && !done)
        status = go_over_docs(s, segment, postings, p, err);
    arena_release(&arena);
    return status;
}

enum status ways_search(struct searcher *s, const struct segment *segment, struct ways_progress *p, struct err *err)
{
    struct postings *postings = NULL;
    enum status status = postings_open(s->plan, segment, s->reader, &postings, err);
    if (status == ST_OK)
        status = judge_segment(s->judge, segment, postings, false, err);
    if (status == ST_OK) {
        struct phrase *only = judge_only_phrase(s->judge);
        if (only == NULL)
            status = go_over_any(s, segment, postings, p, err);
        else if (only->is_bigram)
            status = go_over_bigram(s, segment, only->bigrams, p, err);
        else
            status = go_over_phrase(s, segment, only, postings, p, err);
    }
    postings_close(postings);
    return status;
}
