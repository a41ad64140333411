/* match.c - the matcher's outside: binding to a segment, one document after the other, leaves, the root; see match.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/match.h"

#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/match_state.h"

struct matcher *matcher_new(const struct plan *plan, const struct match_stop *stop)
{
    struct matcher *m = calloc(1, sizeof *m);
    if (m == NULL)
        return NULL;
    m->plan = plan;
    if (stop != NULL)
        m->stop = *stop;
    m->leaves = calloc(plan->n_leaves + 1, sizeof *m->leaves);
    m->spans = calloc(plan->n_spans + 1, sizeof *m->spans);
    if (m->leaves == NULL || m->spans == NULL) {
        matcher_free(m);
        return NULL;
    }
    return m;
}

void matcher_free(struct matcher *m)
{
    if (m == NULL)
        return;
    for (size_t i = 0; m->leaves != NULL && i < m->plan->n_leaves; i++) {
        free(m->leaves[i].ranks);
        free(m->leaves[i].bits);
        free(m->leaves[i].found.items);
    }
    for (size_t i = 0; m->spans != NULL && i < m->plan->n_spans; i++) {
        free(m->spans[i].ways.items);
        free(m->spans[i].least.items);
        free(m->spans[i].found.items);
        free(m->spans[i].code);
    }
    free(m->leaves);
    free(m->spans);
    free(m->pool.items);
    free(m->near.items);
    free(m->hits.items);
    free(m->breaks[false].items);
    free(m->breaks[true].items);
    free(m->fold.items);
    free(m->out);
    free(m);
}

/* ---- binding to a segment ---------------------------------------------------------------------------------------- */

static bool set_bits(struct leaf_state *leaf, uint32_t max_rank)
{
    size_t n = (size_t)max_rank / 64 + 1;
    if (!ARRAY_RESERVE(leaf->bits, leaf->cap_bits, n))
        return false;
    memset(leaf->bits, 0, n * sizeof *leaf->bits);
    leaf->n_bits = max_rank + 1;
    for (size_t i = 0; i < leaf->n_ranks; i++)
        leaf->bits[leaf->ranks[i] / 64] |= UINT64_C(1) << leaf->ranks[i] % 64;
    return true;
}

enum status matcher_bind(struct matcher *m, unsigned leaf, const uint32_t *ranks, size_t n, uint32_t max_rank,
                         struct err *err)
{
    struct leaf_state *state = &m->leaves[leaf];
    if (!ARRAY_RESERVE(state->ranks, state->cap_ranks, n))
        return err_nomem(err);
    if (n > 0)
        memcpy(state->ranks, ranks, n * sizeof *ranks);
    state->n_ranks = n;
    if (n > MATCH_FEW_RANKS && !set_bits(state, max_rank))
        return err_nomem(err);
    return ST_OK;
}

static bool sequence_absent(const struct matcher *m, const struct plan_sequence *seq)
{
    for (size_t i = 0; i < seq->n; i++)
        if (seq->slots[i].kind == PLAN_LEAF && m->leaves[seq->slots[i].leaf].n_ranks == 0)
            return true;
    return false;
}

static bool bind_span(struct matcher *m, const struct plan_span *span)
{
    struct span_state *state = &m->spans[span->number];
    state->absent = sequence_absent(m, &span->sequence);
    state->is_word_pair = match_is_word_pair(m->plan, span);
    match_bind_windows(m, span);
    if (!match_bind_fixed(m, span))
        return false;
    for (size_t i = 0; i < span->n_children; i++)
        if (!bind_span(m, span->children[i]))
            return false;
    return true;
}

enum status matcher_bound(struct matcher *m, struct err *err)
{
    for (size_t i = 0; i < m->plan->n_units; i++)
        if (!bind_span(m, m->plan->units[i]->unit))
            return err_nomem(err);
    return ST_OK;
}

/* ---- a document -------------------------------------------------------------------------------------------------- */

void matcher_begin(struct matcher *m, const struct match_doc *doc)
{
    m->doc = doc;
    m->doc_number++;
    m->base = doc->n_title > 0 ? doc->n_title + MATCH_FIELD_GAP : 0;
    m->has_breaks = false;
}

bool match_in_title(const struct match_doc *doc, uint32_t joint, uint32_t *pos)
{
    bool in_title = joint < doc->n_title;
    *pos = in_title || doc->n_title == 0 ? joint : joint - doc->n_title - MATCH_FIELD_GAP;
    return in_title;
}

/* ---- evaluation -------------------------------------------------------------------------------------------------- */

/* The minimal spans of all operands are among the minimal spans of each. */
static void match_either(struct matcher *m, const struct plan_span *span, bool root, struct ways *out)
{
    for (size_t i = 0; i < span->n_children; i++) {
        const struct ways *ways = match_eval(m, span->children[i], root);
        for (size_t k = 0; k < ways->n; k++)
            if (!way_add(m, out, ways->items[k]))
                return;
    }
    ways_sort(m, out);
}

struct ways *match_eval(struct matcher *m, const struct plan_span *span, bool root)
{
    struct ways *out = &m->spans[span->number].ways;
    out->n = 0;
    if (m->status != ST_OK)
        return out;
    if (root && m->spans[span->number].is_windows && !m->want_words)
        match_windows(m, span, out);
    else if (span->kind == PLAN_PHRASE)
        match_phrase(m, span, root, out);
    else if (span->kind == PLAN_UNORDERED)
        match_unordered(m, span, root, out);
    else if (span->kind == PLAN_EITHER)
        match_either(m, span, root, out);
    else if (root && m->spans[span->number].is_word_pair && !m->want_words)
        match_word_pair(m, span, out);
    else if (root)
        match_least(m, span, out);
    else
        match_join(m, span, false, out);
    return out;
}

static void begin_unit(struct matcher *m, struct err *err)
{
    m->pool.n = 0;
    m->work = 0;
    m->status = ST_OK;
    m->err = err;
}

static struct ways *eval_unit(struct matcher *m, const struct plan_span *unit, struct err *err)
{
    begin_unit(m, err);
    struct ways *ways = match_eval(m, unit, true);
    ways_minimal(ways);
    return ways;
}

/* The matches of words at positions up to hi. */
static enum status unit_up_to(struct matcher *m, const struct plan_span *unit, uint32_t hi,
                              const struct match_span **spans, size_t *n, struct err *err)
{
    m->want_words = false;
    m->lo = 0;
    m->hi = hi;
    const struct ways *ways = eval_unit(m, unit, err);
    if (m->status != ST_OK)
        return m->status;
    if (!ARRAY_RESERVE(m->out, m->cap_out, ways->n))
        return err_nomem(err);
    for (size_t i = 0; i < ways->n; i++)
        m->out[i] = (struct match_span){ways->items[i].first, ways->items[i].last};
    *spans = m->out;
    *n = ways->n;
    return ST_OK;
}

enum status matcher_unit(struct matcher *m, const struct plan_span *unit, const struct match_span **spans, size_t *n,
                         struct err *err)
{
    return unit_up_to(m, unit, UINT32_MAX, spans, n, err);
}

/* What matches in a part matches in the whole: as long a part as it takes to find some. */
static enum status some_of_unit(struct matcher *m, const struct plan_span *unit, const struct match_span **spans,
                                size_t *n, struct err *err)
{
    enum { FIRST_PART = 2048, LONGER = 8 };
    enum status status = ST_OK;
    *n = 0;
    for (uint32_t part = FIRST_PART; status == ST_OK && *n == 0 && part < m->doc->n_body; part *= LONGER)
        status = unit_up_to(m, unit, m->base + part, spans, n, err);
    return status == ST_OK && *n == 0 ? matcher_unit(m, unit, spans, n, err) : status;
}

/* A phrase that is one byte string, wanted anywhere: its occurrences are its minimal spans. */
static size_t count_code(struct matcher *m, const struct scan_needle *needle)
{
    const struct match_doc *doc = m->doc;
    size_t n = scan_count((struct scan_text){doc->body, doc->body_end}, needle);
    if (doc->n_title > 0)
        n += scan_count((struct scan_text){doc->title, doc->title_end}, needle);
    return n;
}

void matcher_first_only(struct matcher *m, bool first_only)
{
    m->first_only = first_only;
}

static bool is_fixed_anywhere(const struct span_state *state, const struct plan_span *unit)
{
    return state->is_fixed && !unit->title && !state->absent;
}

bool matcher_needs_codes(const struct matcher *m, const struct plan_span *unit)
{
    const struct span_state *state = &m->spans[unit->number];
    return state->is_windows || is_fixed_anywhere(state, unit);
}

const struct scan_near *matcher_near(const struct matcher *m, const struct plan_span *unit)
{
    const struct windows *w = &m->spans[unit->number].windows;
    bool masks_tell = w->once && (w->n_kinds == 2 || (m->first_only && w->n_kinds > 2));
    return m->spans[unit->number].is_windows && masks_tell ? &w->near : NULL;
}

static double sum_of_tightness(const struct match_span *spans, size_t n, uint32_t least_words)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t words = spans[i].last - spans[i].first + 1;
        sum += match_tightness(words > least_words ? words - least_words : 0);
    }
    return sum;
}

enum status matcher_count(struct matcher *m, const struct plan_span *unit, size_t *n, double *tightness,
                          struct err *err)
{
    const struct span_state *state = &m->spans[unit->number];
    const struct match_span *spans = NULL;
    enum status status = ST_OK;
    begin_unit(m, err);
    if (state->is_windows) {
        match_count_windows(m, unit, n, tightness);
        return m->status;
    }
    bool is_code = state->is_code && !unit->title, is_fixed = is_fixed_anywhere(state, unit);
    if (is_code)
        *n = count_code(m, &state->needle);
    else if (is_fixed)
        *n = match_count_fixed(m, unit);
    else if (m->first_only)
        status = some_of_unit(m, unit, &spans, n, err);
    else
        status = matcher_unit(m, unit, &spans, n, err);
    status = status == ST_OK ? m->status : status;
    if (tightness != NULL && status == ST_OK)
        *tightness = spans != NULL ? sum_of_tightness(spans, *n, unit->least_words) : (double)*n;
    return status;
}

/* A title kept apart is searched alone; of a heading's, the spans inside it count. */
enum status matcher_count_title(struct matcher *m, const struct plan_span *unit, size_t *n, struct err *err)
{
    uint32_t lo, hi;
    match_field(m, true, m->doc->n_title > 0 ? 0 : m->base, &lo, &hi);
    *n = 0;
    const struct span_state *state = &m->spans[unit->number];
    if (state->is_code && m->doc->n_title > 0) {
        *n = scan_count((struct scan_text){m->doc->title, m->doc->title_end}, &state->needle);
        return ST_OK;
    }
    const struct match_span *spans;
    size_t n_spans = 0;
    enum status status = matcher_unit(m, unit, &spans, &n_spans, err);
    for (size_t i = 0; status == ST_OK && i < n_spans; i++)
        *n += spans[i].first >= lo && spans[i].last < hi;
    return status;
}

/* Where the words of a fixed phrase stand its first position tells: nothing has to be looked for. */
static enum status words_of_fixed(struct matcher *m, const struct plan_sequence *seq, uint32_t first,
                                  const uint32_t **words, size_t *n, struct err *err)
{
    if (!ARRAY_RESERVE(m->pool.items, m->pool.cap, seq->n))
        return err_nomem(err);
    *n = 0;
    for (size_t i = 0; i < seq->n; i++)
        if (seq->slots[i].kind == PLAN_LEAF)
            m->pool.items[(*n)++] = first + (uint32_t)i;
    *words = m->pool.items;
    return ST_OK;
}

/* Only occurrences inside the span are looked at; one way that covers it tells its words. */
enum status matcher_words(struct matcher *m, const struct plan_span *unit, struct match_span span,
                          const uint32_t **words, size_t *n, struct err *err)
{
    if (m->spans[unit->number].is_fixed)
        return words_of_fixed(m, &unit->sequence, span.first, words, n, err);
    m->want_words = true;
    m->lo = span.first;
    m->hi = span.last;
    const struct ways *ways = eval_unit(m, unit, err);
    if (m->status != ST_OK)
        return m->status;
    *n = 0;
    for (size_t i = 0; i < ways->n && *n == 0; i++) {
        if (ways->items[i].first == span.first && ways->items[i].last == span.last) {
            *words = m->pool.items + ways->items[i].words.off;
            *n = ways->items[i].words.n;
        }
    }
    return ST_OK;
}
