/* align.c - see align.h: chains of runs, made into passages. SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/align.h"

#include <stdlib.h>
#include <string.h>

#include "lib/align_state.h"
#include "lib/array.h"

struct align *align_new(void)
{
    return calloc(1, sizeof(struct align));
}

void align_free(struct align *a)
{
    if (a == NULL)
        return;
    free(a->heads);
    free(a->next);
    free(a->runs);
    free(a->order);
    free(a->pairs);
    free(a->found);
    free(a->passages);
    free(a->cells);
    free(a->steps);
    free(a);
}

/* ---- chains ------------------------------------------------------------------------------------------------------ */

enum { LOOK_BACK = 64 }; /* runs that may come before a run in its chain: the nearest so many */

/* Words by which the second run begins inside the first, in either text. */
static uint32_t overlap(const struct align_run *r, const struct align_run *s)
{
    uint32_t end = r->pos + r->len, doc_end = r->doc_pos + r->len;
    uint32_t o = end > s->pos ? end - s->pos : 0, doc_o = doc_end > s->doc_pos ? doc_end - s->doc_pos : 0;
    return o > doc_o ? o : doc_o;
}

/* Whether s can follow r, and what the chain is worth then. */
static bool can_follow(const struct align *a, const struct align_run *r, const struct align_run *s, float *best)
{
    if (s->pos <= r->pos || s->doc_pos <= r->doc_pos)
        return false;
    uint32_t cut = overlap(r, s);
    if (cut >= s->len)
        return false;
    uint32_t between = s->pos + cut - (r->pos + r->len), doc_between = s->doc_pos + cut - (r->doc_pos + r->len);
    if (between > a->rules.tolerance || doc_between > a->rules.tolerance)
        return false;
    float value = s->value * (float)(s->len - cut) / (float)s->len;
    *best = r->best + value - (float)align_join_cost(between, doc_between);
    return true;
}

static enum status chain(struct align *a, struct err *err)
{
    enum status status = ST_OK;
    for (size_t k = 0; k < a->n_runs && status == ST_OK; k++) {
        status = align_work(a, LOOK_BACK, err);
        struct align_run *s = &a->runs[k];
        s->best = s->value;
        for (size_t back = 1; back <= LOOK_BACK && back <= k; back++) {
            float best;
            if (can_follow(a, &a->runs[k - back], s, &best) && best > s->best) {
                s->best = best;
                s->from = (int32_t)(k - back);
            }
        }
    }
    return status;
}

static int better_chain(const void *x, const void *y, void *arg)
{
    const struct align_run *r = (const struct align_run *)arg + *(const uint32_t *)x;
    const struct align_run *s = (const struct align_run *)arg + *(const uint32_t *)y;
    if (r->best != s->best)
        return r->best > s->best ? -1 : 1;
    return r < s ? -1 : 1;
}

/* ---- from a chain to a passage ----------------------------------------------------------------------------------- */

static enum status add_pair(struct align *a, struct align_pair pair, struct err *err)
{
    if (!ARRAY_RESERVE(a->pairs, a->cap_pairs, a->n_pairs + 1))
        return err_nomem(err);
    a->pairs[a->n_pairs++] = pair;
    return ST_OK;
}

/* Appends what a table found, in order. */
static enum status take_found(struct align *a, struct err *err)
{
    enum status status = ST_OK;
    while (a->n_found > 0 && status == ST_OK)
        status = add_pair(a, a->found[--a->n_found], err);
    return status;
}

/* Aligns what lies between the last pair and a run, then appends the run. */
static enum status add_run_words(struct align *a, size_t first, const struct align_run *r, struct err *err)
{
    uint32_t cut = 0;
    enum status status = ST_OK;
    if (a->n_pairs > first) {
        struct align_pair last = a->pairs[a->n_pairs - 1];
        uint32_t o = last.pos >= r->pos ? last.pos + 1 - r->pos : 0;
        uint32_t doc_o = last.doc_pos >= r->doc_pos ? last.doc_pos + 1 - r->doc_pos : 0;
        cut = o > doc_o ? o : doc_o;
        struct align_table t = {.pos = last.pos + 1,
                                .doc_pos = last.doc_pos + 1,
                                .rows = r->pos + cut - last.pos - 1,
                                .columns = r->doc_pos + cut - last.doc_pos - 1,
                                .dir = 1,
                                .to_corner = true};
        status = align_fill(a, &t, err);
        if (status == ST_OK)
            status = take_found(a, err);
    }
    for (uint32_t i = cut; i < r->len && status == ST_OK; i++)
        status = add_pair(a, (struct align_pair){r->pos + i, r->doc_pos + i, false}, err);
    return status;
}

static uint32_t least(uint32_t x, uint32_t y)
{
    return x < y ? x : y;
}

/* Goes on behind the last pair as long as that pays. */
static enum status extend_end(struct align *a, struct err *err)
{
    for (;;) {
        struct align_pair last = a->pairs[a->n_pairs - 1];
        struct align_table t = {.pos = last.pos + 1,
                                .doc_pos = last.doc_pos + 1,
                                .rows = least(a->rules.tolerance, a->n - last.pos - 1),
                                .columns = least(a->rules.tolerance, a->doc->n - last.doc_pos - 1),
                                .dir = 1};
        size_t before = a->n_pairs;
        enum status status = align_fill(a, &t, err);
        if (status == ST_OK)
            status = take_found(a, err);
        if (status != ST_OK || a->n_pairs == before)
            return status;
    }
}

/* Goes on before the first pair: what is found comes out first word first, each table in front of the one before. */
static enum status extend_begin(struct align *a, size_t first, struct err *err)
{
    for (;;) {
        struct align_pair p = a->pairs[first];
        struct align_table t = {.pos = p.pos - 1,
                                .doc_pos = p.doc_pos - 1,
                                .rows = least(a->rules.tolerance, p.pos),
                                .columns = least(a->rules.tolerance, p.doc_pos),
                                .dir = -1};
        enum status status = align_fill(a, &t, err);
        size_t n = a->n_found;
        if (status != ST_OK || n == 0)
            return status;
        if (!ARRAY_RESERVE(a->pairs, a->cap_pairs, a->n_pairs + n))
            return err_nomem(err);
        memmove(a->pairs + first + n, a->pairs + first, (a->n_pairs - first) * sizeof *a->pairs);
        memcpy(a->pairs + first, a->found, n * sizeof *a->found);
        a->n_pairs += n;
        a->n_found = 0;
    }
}

static double value_of(const struct align *a, const struct align_pair *p)
{
    double value = (double)a->values[a->words[p->pos]];
    return p->near ? ALIGN_NEAR * value : value;
}

static double cost_between(const struct align_pair *p, const struct align_pair *q)
{
    return align_join_cost(q->pos - p->pos - 1, q->doc_pos - p->doc_pos - 1);
}

/* Keeps the stretch of the pairs that comes to most. What stands apart at an end must be worth a little more than what
 * it costs to get there: a word that both happen to have is no part of the passage. */
static void trim(struct align *a, size_t first)
{
    double sum = 0, best = 0;
    size_t from = first, best_from = first, best_to = first;
    for (size_t i = first; i < a->n_pairs; i++) {
        double cost = i > first ? cost_between(&a->pairs[i - 1], &a->pairs[i]) : 0;
        cost += cost > 0 ? ALIGN_APART : 0;
        if (sum - cost <= 0) {
            sum = cost = 0;
            from = i;
        }
        sum += value_of(a, &a->pairs[i]) - cost;
        if (sum > best) {
            best = sum;
            best_from = from;
            best_to = i + 1;
        }
    }
    memmove(a->pairs + first, a->pairs + best_from, (best_to - best_from) * sizeof *a->pairs);
    a->n_pairs = first + (best_to - best_from);
}

/* Counts what the pairs from `first` on come to. */
static struct align_passage measure(const struct align *a, size_t first)
{
    const struct align_pair *p = a->pairs + first;
    size_t n = a->n_pairs - first;
    struct align_passage out = {.first = p[0].pos,
                                .last = p[n - 1].pos,
                                .doc_first = p[0].doc_pos,
                                .doc_last = p[n - 1].doc_pos,
                                .shared = (uint32_t)n};
    uint32_t run = 0;
    for (size_t i = 0; i < n; i++) {
        bool follows = i > 0 && p[i].pos == p[i - 1].pos + 1 && p[i].doc_pos == p[i - 1].doc_pos + 1;
        out.score += value_of(a, &p[i]) - (i > 0 ? cost_between(&p[i - 1], &p[i]) : 0);
        run = p[i].near ? 0 : follows ? run + 1 : 1;
        out.run = run > out.run ? run : out.run;
        out.near += p[i].near;
    }
    return out;
}

/* A chain's runs, from its last to its first, as long as no better passage took them; none when all are too short. */
static size_t chain_runs(struct align *a, uint32_t end, uint32_t *numbers, size_t cap)
{
    size_t n = 0;
    bool long_enough = false;
    for (int32_t k = (int32_t)end; k >= 0 && !a->runs[k].taken && n < cap; k = a->runs[k].from) {
        long_enough = long_enough || a->runs[k].len >= a->rules.run;
        numbers[n++] = (uint32_t)k;
    }
    return long_enough ? n : 0;
}

/* Whether a passage lies in what better ones hold of the document, by more than half. */
static bool is_repeat(const struct align *a, const struct align_passage *p)
{
    for (size_t i = 0; i < a->n_passages; i++) {
        const struct align_passage *b = &a->passages[i];
        uint32_t from = p->doc_first > b->doc_first ? p->doc_first : b->doc_first;
        uint32_t to = least(p->doc_last, b->doc_last);
        uint32_t len = p->doc_last - p->doc_first + 1, other = b->doc_last - b->doc_first + 1;
        if (to >= from && 2 * (to - from + 1) > least(len, other))
            return true;
    }
    return false;
}

static enum status make_passage(struct align *a, const uint32_t *numbers, size_t n, struct err *err)
{
    size_t first = a->n_pairs;
    enum status status = ST_OK;
    for (size_t i = n; i-- > 0 && status == ST_OK;) {
        status = add_run_words(a, first, &a->runs[numbers[i]], err);
        a->runs[numbers[i]].taken = true;
    }
    if (status == ST_OK)
        status = extend_end(a, err);
    if (status == ST_OK)
        status = extend_begin(a, first, err);
    if (status != ST_OK)
        return status;
    trim(a, first);
    struct align_passage p = measure(a, first);
    if (p.score < a->rules.score || p.run < a->rules.run || is_repeat(a, &p)) {
        a->n_pairs = first;
        return ST_OK;
    }
    if (!ARRAY_RESERVE(a->passages, a->cap_passages, a->n_passages + 1))
        return err_nomem(err);
    a->passages[a->n_passages++] = p;
    return ST_OK;
}

/* Value that the tables around a chain can hardly add to more than this. */
#define HOPEFUL 0.6

static enum status make_passages(struct align *a, struct err *err)
{
    uint32_t *numbers = a->order + a->n_runs;
    enum status status = ST_OK;
    for (size_t i = 0; i < a->n_runs && status == ST_OK; i++) {
        const struct align_run *r = &a->runs[a->order[i]];
        if ((double)r->best < a->rules.score * HOPEFUL)
            break;
        status = align_work(a, 1 + a->n_passages, err);
        size_t n = status == ST_OK ? chain_runs(a, a->order[i], numbers, a->n_runs) : 0;
        if (n > 0)
            status = make_passage(a, numbers, n, err);
    }
    return status;
}

static int better_passage(const void *x, const void *y)
{
    const struct align_passage *p = x, *q = y;
    if (p->score != q->score)
        return p->score > q->score ? -1 : 1;
    return (p->doc_first > q->doc_first) - (p->doc_first < q->doc_first);
}

/* Pairs lie end to end in the order in which passages were made. */
static void give_pairs(struct align *a)
{
    size_t at = 0;
    for (size_t i = 0; i < a->n_passages; i++) {
        a->passages[i].pairs = a->pairs + at;
        at += a->passages[i].shared;
    }
    if (a->n_passages > 1)
        qsort(a->passages, a->n_passages, sizeof *a->passages, better_passage);
}

enum status align_find(struct align *a, const struct align_doc *doc, const struct align_passage **out, size_t *n,
                       struct err *err)
{
    a->doc = doc;
    a->n_pairs = a->n_found = a->n_passages = 0;
    *n = 0;
    enum status status = align_runs(a, err);
    bool long_enough = false;
    for (size_t i = 0; i < a->n_runs && !long_enough; i++)
        long_enough = a->runs[i].len >= a->rules.run;
    if (status != ST_OK || !long_enough)
        return status;
    if (!ARRAY_RESERVE(a->order, a->cap_order, 2 * a->n_runs))
        return err_nomem(err);
    status = chain(a, err);
    if (status != ST_OK)
        return status;
    for (size_t i = 0; i < a->n_runs; i++)
        a->order[i] = (uint32_t)i;
    qsort_r(a->order, a->n_runs, sizeof *a->order, better_chain, a->runs);
    status = make_passages(a, err);
    give_pairs(a);
    *out = a->passages;
    *n = status == ST_OK ? a->n_passages : 0;
    return status;
}
