/* rank.c - see rank.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/rank.h"

#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/bm25.h"

/* ---- weights ----------------------------------------------------------------------------------------------------- */

static double weigh_leaf(const struct plan_leaf *leaf, double docs)
{
    double holding = 0;
    for (size_t i = 0; i < leaf->n_words; i++)
        holding += (double)leaf->words[i].documents;
    return bm25_weight(docs, holding);
}

static double weigh_sequence(const struct plan *plan, const struct plan_sequence *seq, double docs);

/* Of alternatives the commonest says the least, and is what a match may be. */
static double weigh_choice(const struct plan *plan, const struct plan_slot *slot, double docs)
{
    double least = weigh_sequence(plan, &slot->choices[0], docs);
    for (size_t i = 1; i < slot->n_choices; i++) {
        double weight = weigh_sequence(plan, &slot->choices[i], docs);
        least = weight < least ? weight : least;
    }
    return least;
}

static double weigh_sequence(const struct plan *plan, const struct plan_sequence *seq, double docs)
{
    double sum = 0;
    for (size_t i = 0; i < seq->n; i++) {
        if (seq->slots[i].kind == PLAN_LEAF)
            sum += weigh_leaf(&plan->leaves[seq->slots[i].leaf], docs);
        else if (seq->slots[i].kind == PLAN_CHOICE)
            sum += weigh_choice(plan, &seq->slots[i], docs);
    }
    return sum;
}

static double weigh_span(const struct plan *plan, const struct plan_span *span, double docs)
{
    if (span->n_children == 0)
        return weigh_sequence(plan, &span->sequence, docs);
    double first = weigh_span(plan, span->children[0], docs);
    if (span->kind == PLAN_NOTNEAR)
        return first;
    for (size_t i = 1; i < span->n_children; i++) {
        double weight = weigh_span(plan, span->children[i], docs);
        if (span->kind != PLAN_EITHER)
            first += weight;
        else
            first = weight < first ? weight : first;
    }
    return first;
}

enum status rank_scale_make(const struct plan *plan, uint64_t live_docs, uint64_t live_words, struct arena *arena,
                            struct rank_scale *out, struct err *err)
{
    *out = (struct rank_scale){.mean_words = live_docs > 0 ? (double)live_words / (double)live_docs : 0};
    out->weights = arena_alloc(arena, (plan->n_units + 1) * sizeof *out->weights);
    if (out->weights == NULL)
        return err_nomem(err);
    for (size_t i = 0; i < plan->n_units; i++)
        out->weights[i] = weigh_span(plan, plan->units[i]->unit, (double)live_docs);
    return ST_OK;
}

/* ---- the best of them -------------------------------------------------------------------------------------------- */

static int compare_paths(const struct search_hit *a, const struct search_hit *b)
{
    struct segment_doc x, y;
    if (segment_doc(a->segment, a->doc, &x, NULL) != ST_OK || segment_doc(b->segment, b->doc, &y, NULL) != ST_OK)
        return 0;
    size_t len = x.path_len < y.path_len ? x.path_len : y.path_len;
    int order = memcmp(x.path, y.path, len);
    return order != 0 ? order : (x.path_len > y.path_len) - (x.path_len < y.path_len);
}

static int64_t date_of(const struct search_hit *hit)
{
    struct segment_doc doc;
    if (segment_doc(hit->segment, hit->doc, &doc, NULL) != ST_OK)
        return INT64_MIN;
    return doc.date != DOCUMENT_NO_DATE ? doc.date : doc.mtime;
}

/* Negative: a comes before b. */
static int compare(enum search_order order, const struct search_hit *a, const struct search_hit *b)
{
    if (order == SEARCH_BY_RANK && a->score != b->score)
        return a->score > b->score ? -1 : 1;
    if (order == SEARCH_BY_DATE) {
        int64_t x = date_of(a), y = date_of(b);
        if (x != y)
            return x > y ? -1 : 1;
    }
    return compare_paths(a, b);
}

void rank_release(struct rank_top *top)
{
    free(top->hits);
    *top = (struct rank_top){0};
}

static void swap(struct search_hit *a, struct search_hit *b)
{
    struct search_hit c = *a;
    *a = *b;
    *b = c;
}

/* The heap's parent comes after its children: the worst is on top. */
static void sift_up(struct rank_top *top, size_t i)
{
    for (; i > 0 && compare(top->order, &top->hits[(i - 1) / 2], &top->hits[i]) < 0; i = (i - 1) / 2)
        swap(&top->hits[(i - 1) / 2], &top->hits[i]);
}

static void sift_down(struct rank_top *top, size_t n)
{
    for (size_t i = 0, child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && compare(top->order, &top->hits[child], &top->hits[child + 1]) < 0)
            child++;
        if (compare(top->order, &top->hits[i], &top->hits[child]) >= 0)
            return;
        swap(&top->hits[i], &top->hits[child]);
    }
}

static enum status add(struct rank_top *top, const struct search_hit *hit, struct err *err)
{
    if (top->n == top->room) {
        if (compare(top->order, hit, &top->hits[0]) < 0) {
            top->hits[0] = *hit;
            sift_down(top, top->n);
        }
        return ST_OK;
    }
    if (!ARRAY_RESERVE(top->hits, top->cap, top->n + 1))
        return err_nomem(err);
    top->hits[top->n++] = *hit;
    if (top->order != SEARCH_BY_INDEX)
        sift_up(top, top->n - 1);
    return ST_OK;
}

void rank_finish(struct rank_top *top)
{
    if (top->order == SEARCH_BY_INDEX)
        return;
    for (size_t n = top->n; n > 1; n--) {
        swap(&top->hits[0], &top->hits[n - 1]);
        sift_down(top, n - 1);
    }
}

/* ---- scores ------------------------------------------------------------------------------------------------------ */

/* A document while it is scored. */
struct scoring {
    const struct rank_scale *scale;
    struct judge *judge;
    const struct judge_verdict *verdict;
    struct segment_length length;
};

static double score_of(const struct scoring *s, const struct judge_hit *hit, size_t in_title)
{
    return bm25_score(s->scale->weights[hit->unit], hit->frequency + BM25_TITLE * (double)in_title, s->length.words,
                      s->scale->mean_words);
}

/* All matches may be in the title. */
static double score_at_most(const struct scoring *s)
{
    double score = 0;
    for (size_t i = 0; i < s->verdict->n_hits; i++)
        score += score_of(s, &s->verdict->hits[i], s->length.has_title ? s->verdict->hits[i].matches : 0);
    return score;
}

static enum status score_exactly(const struct scoring *s, double *score, struct err *err)
{
    enum status status = ST_OK;
    *score = 0;
    for (size_t i = 0; i < s->verdict->n_hits && status == ST_OK; i++) {
        const struct judge_hit *hit = &s->verdict->hits[i];
        size_t in_title = 0;
        if (s->length.has_title)
            status = judge_title_matches(s->judge, hit->unit, &in_title, err);
        *score += score_of(s, hit, in_title);
    }
    return status;
}

enum status rank_take(struct rank_top *top, const struct rank_scale *scale, struct judge *j,
                      const struct judge_verdict *verdict, struct search_hit hit, struct err *err)
{
    struct scoring s = {.scale = scale, .judge = j, .verdict = verdict};
    bool full = top->n == top->room, by_rank = top->order == SEARCH_BY_RANK;
    if (top->room == 0 || (full && top->order == SEARCH_BY_INDEX))
        return ST_OK;
    if (full && !by_rank && compare(top->order, &hit, &top->hits[0]) > 0)
        return ST_OK;
    top->n_rough += verdict->is_rough;
    enum status status = segment_length(hit.segment, hit.doc, &s.length, err);
    if (status != ST_OK || (full && by_rank && score_at_most(&s) < top->hits[0].score))
        return status;
    struct judge_verdict exact;
    if (verdict->is_rough) {
        top->n_exact++;
        status = judge_doc(j, hit.doc, &exact, err);
        s.verdict = &exact;
        if (status != ST_OK || (full && by_rank && score_at_most(&s) < top->hits[0].score))
            return status;
    }
    status = score_exactly(&s, &hit.score, err);
    return status == ST_OK ? add(top, &hit, err) : status;
}
