/* match_fixed.c - phrases in which every word has its place, counted from the first: words that stand for one rank or
 * several, and stars; see match_state.h.
 *
 * Their words are not looked for one by one. The rarest of them, or the rarest run of words with one rank each, is the
 * anchor: it is looked for in the whole document, and around each hit the words are read from there, to the left and to
 * the right.
 *
 *     "to accompli* * when"        to           accomplish   *   when
 *                                  <- one word     anchor    two words ->
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/match_state.h"

bool match_leaf_has(const struct leaf_state *leaf, uint32_t rank)
{
    if (leaf->n_ranks > MATCH_FEW_RANKS)
        return rank < leaf->n_bits && (leaf->bits[rank / 64] >> rank % 64 & 1);
    for (size_t i = 0; i < leaf->n_ranks; i++)
        if (leaf->ranks[i] == rank)
            return true;
    return false;
}

/* ---- choosing an anchor ------------------------------------------------------------------------------------------ */

/* What it costs to look for a leaf and at its hits, to be compared with others: a word's frequency falls about as its
 * rank grows, each rank is one pass, and to decode every word is dearer than to look at the hits of any one. */
double match_leaf_cost(const struct leaf_state *leaf)
{
    double cost = match_leaf_is_few(leaf) ? 0.15 * (double)leaf->n_ranks : 5;
    for (size_t i = 0; i < leaf->n_ranks; i++)
        cost += 1.0 / (leaf->ranks[i] + 1.0);
    return cost;
}

static bool is_one_rank(const struct matcher *m, const struct plan_slot *slot)
{
    return slot->kind == PLAN_LEAF && m->leaves[slot->leaf].n_ranks == 1;
}

/* The run of slots that begins at i: words of one rank each, or a single word of several. */
static size_t run_at(const struct matcher *m, const struct plan_sequence *seq, size_t i)
{
    size_t n = 0;
    while (i + n < seq->n && is_one_rank(m, &seq->slots[i + n]))
        n++;
    return n > 0 ? n : 1;
}

/* Of a run the rarest word's; each further word leaves a little less to look at. */
static double run_cost(const struct matcher *m, const struct plan_sequence *seq, size_t i, size_t n)
{
    double least = match_leaf_cost(&m->leaves[seq->slots[i].leaf]);
    for (size_t k = i + 1; k < i + n; k++) {
        double cost = match_leaf_cost(&m->leaves[seq->slots[k].leaf]);
        least = cost < least ? cost : least;
    }
    return least - 0.1 * (n > 1);
}

static bool put_code(struct matcher *m, const struct plan_sequence *seq, struct span_state *state)
{
    if (!ARRAY_RESERVE(state->code, state->cap_code, state->n_anchor * ETDC_MAX_BYTES))
        return false;
    state->code_len = 0;
    for (size_t i = state->anchor; i < state->anchor + state->n_anchor; i++)
        state->code_len += etdc_put(state->code + state->code_len, m->leaves[seq->slots[i].leaf].ranks[0]);
    state->needle = scan_needle_of(state->code, state->code_len);
    return true;
}

/* A word of the sequence; of too many ranks it may be any. */
static bool add_to_sequence(const struct matcher *m, struct span_state *state, const struct plan_slot *slot,
                            unsigned *n_kinds)
{
    struct scan_sequence *s = &state->sequence;
    s->kinds[s->n++] = SCAN_ANY_WORD;
    if (slot->kind != PLAN_LEAF)
        return true;
    const struct leaf_state *leaf = &m->leaves[slot->leaf];
    bool many = leaf->n_ranks > MATCH_FEW_RANKS;
    state->is_loose |= many;
    for (size_t i = 0; !many && i < leaf->n_ranks; i++)
        if (!scan_words_add(&s->words, leaf->ranks[i], *n_kinds))
            return false;
    if (!many)
        s->kinds[s->n - 1] = (uint8_t)(*n_kinds)++;
    return true;
}

static bool anchor_is_rare(const struct matcher *m, const struct plan_sequence *seq, const struct span_state *state)
{
    for (size_t i = state->anchor; i < state->anchor + state->n_anchor; i++) {
        const struct leaf_state *leaf = &m->leaves[seq->slots[i].leaf];
        if (leaf->n_ranks == 1 && leaf->ranks[0] >= SCAN_RARE_RANK)
            return true;
    }
    return false;
}

/* A phrase of few words that all stand for few ranks, or some of them, is looked for by masks. */
static void bind_sequence(const struct matcher *m, const struct plan_sequence *seq, struct span_state *state)
{
    unsigned n_kinds = 0;
    state->sequence = (struct scan_sequence){0};
    state->is_sequence = state->is_fixed && !state->is_code && seq->n <= SCAN_PLACES;
    state->is_loose = false;
    state->is_rare = anchor_is_rare(m, seq, state);
    for (size_t i = 0; state->is_sequence && i < seq->n; i++)
        state->is_sequence = add_to_sequence(m, state, &seq->slots[i], &n_kinds);
    state->is_sequence = state->is_sequence && n_kinds > 0;
}

enum { MOST_WORDS = 64 };

bool match_bind_fixed(struct matcher *m, const struct plan_span *span)
{
    struct span_state *state = &m->spans[span->number];
    const struct plan_sequence *seq = &span->sequence;
    double least = 0;
    state->is_fixed = state->is_code = state->is_sequence = false;
    state->n_anchor = 0;
    for (size_t i = 0; i < seq->n; i++)
        if (seq->slots[i].kind != PLAN_LEAF && seq->slots[i].kind != PLAN_STAR)
            return true;
    for (size_t i = 0, n = 1; span->kind == PLAN_PHRASE && !state->absent && i < seq->n; i += n) {
        n = run_at(m, seq, i);
        double cost = seq->slots[i].kind == PLAN_LEAF ? run_cost(m, seq, i, n) : 0;
        if (seq->slots[i].kind != PLAN_LEAF || (state->n_anchor > 0 && cost >= least))
            continue;
        least = cost;
        state->anchor = i;
        state->n_anchor = n;
    }
    if (state->n_anchor == 0)
        return true;
    bool one_rank = is_one_rank(m, &seq->slots[state->anchor]);
    state->is_code = one_rank && state->n_anchor == seq->n;
    /* The place of a single word is its leaf's; of a phrase of thousands of stars each hit would cost as many words. */
    state->is_fixed = state->is_code || (seq->n > 1 && seq->n <= MOST_WORDS);
    state->code_len = 0;
    bind_sequence(m, seq, state);
    return !one_rank || put_code(m, seq, state);
}

/* ---- the words around an anchor ---------------------------------------------------------------------------------- */

static bool slot_fits(const struct matcher *m, const struct plan_slot *slot, uint32_t rank)
{
    return slot->kind == PLAN_STAR || match_leaf_has(&m->leaves[slot->leaf], rank);
}

/* The word in front of the one that begins at p; NULL when there is none. */
static const uint8_t *word_before(const uint8_t *begin, const uint8_t *p)
{
    if (p == begin)
        return NULL;
    for (p--; p > begin && !(p[-1] & 0x80); p--)
        ;
    return p;
}

static bool left_fits(const struct matcher *m, const struct plan_slot *slots, size_t n, struct scan_text text,
                      const uint8_t *p)
{
    uint32_t rank;
    for (size_t i = n; i-- > 0;) {
        const uint8_t *end = p, *word = p = word_before(text.begin, p);
        if (word == NULL || !etdc_get(&word, end, &rank) || !slot_fits(m, &slots[i], rank))
            return false;
    }
    return true;
}

static bool right_fits(const struct matcher *m, const struct plan_slot *slots, size_t n, struct scan_text text,
                       const uint8_t *p)
{
    uint32_t rank;
    for (size_t i = 0; i < n; i++)
        if (p >= text.end || !etdc_get(&p, text.end, &rank) || !slot_fits(m, &slots[i], rank))
            return false;
    return true;
}

static bool fits(const struct matcher *m, const struct plan_span *span, struct scan_text text, const uint8_t *hit)
{
    const struct span_state *state = &m->spans[span->number];
    const struct plan_slot *slots = span->sequence.slots;
    size_t behind = state->anchor + state->n_anchor;
    const uint8_t *end = hit + state->code_len;
    if (state->code_len == 0) {
        while (!(*end++ & 0x80))
            ;
    }
    return right_fits(m, slots + behind, span->sequence.n - behind, text, end) &&
           left_fits(m, slots, state->anchor, text, hit);
}

/* ---- a document -------------------------------------------------------------------------------------------------- */

enum { PAGE = 4 * SCAN_EVENTS_LEAST };

static bool has_enough(const struct matcher *m, const struct span_state *state)
{
    return m->some_are_enough && state->found.n > 0;
}

static bool find_sequence(struct matcher *m, const struct plan_span *span, struct scan_text text, uint32_t base)
{
    struct span_state *state = &m->spans[span->number];
    const struct plan_slot *last = &span->sequence.slots[span->sequence.n - 1];
    struct scan_sequence sequence = state->sequence;
    struct scan_cursor cursor = {text.begin, base};
    struct scan_hit page[PAGE];
    size_t room = m->some_are_enough ? SCAN_EVENTS_LEAST : PAGE;
    while (cursor.at < text.end && !has_enough(m, state) && match_step(m)) {
        size_t n = scan_sequence(text, &sequence, &cursor, page, room);
        if (!ARRAY_RESERVE(state->found.items, state->found.cap, state->found.n + n))
            return false;
        for (size_t i = 0; i < n; i++) {
            const uint8_t *word = text.begin + page[i].off;
            if (!state->is_loose || (right_fits(m, last, 1, text, word) &&
                                     left_fits(m, span->sequence.slots, span->sequence.n - 1, text, word)))
                state->found.items[state->found.n++] = page[i].pos + 1 - (uint32_t)span->sequence.n;
        }
    }
    return true;
}

static bool by_masks(const struct span_state *state, struct scan_text text)
{
    return state->is_sequence && !(state->is_rare && (state->is_loose || text.end - text.begin >= SCAN_LONG_TEXT));
}

static bool find_in(struct matcher *m, const struct plan_span *span, struct scan_text text, uint32_t base)
{
    struct span_state *state = &m->spans[span->number];
    if (text.begin == text.end)
        return true;
    if (state->is_code)
        return scan_find(text, &state->needle, base, &state->found);
    if (by_masks(state, text))
        return find_sequence(m, span, text, base);
    m->hits.n = 0;
    bool ok = state->code_len > 0
                  ? scan_find_hits(text, &state->needle, base, &m->hits)
                  : match_leaf_hits(&m->leaves[span->sequence.slots[state->anchor].leaf], text, base, &m->hits);
    if (!ok || !ARRAY_RESERVE(state->found.items, state->found.cap, state->found.n + m->hits.n))
        return false;
    for (size_t i = 0; i < m->hits.n && match_step(m); i++)
        if (fits(m, span, text, text.begin + m->hits.items[i].off))
            state->found.items[state->found.n++] = m->hits.items[i].pos - (uint32_t)state->anchor;
    return true;
}

struct slice match_fixed(struct matcher *m, const struct plan_span *span)
{
    const struct match_doc *doc = m->doc;
    struct span_state *state = &m->spans[span->number];
    if (state->found_in != m->doc_number) {
        state->found_in = m->doc_number;
        state->found.n = 0;
        bool ok = doc->title == NULL || find_in(m, span, (struct scan_text){doc->title, doc->title_end}, 0);
        if (ok && !has_enough(m, state) && (!span->title || doc->heading_words > 0))
            ok = find_in(m, span, (struct scan_text){doc->body, doc->body_end}, m->base);
        if (!ok)
            match_fail(m, err_nomem(m->err));
        if (m->status != ST_OK)
            state->found_in = 0; /* it is not all of it */
    }
    return (struct slice){state->found.items, state->found.n};
}

static size_t count_by_masks(const struct matcher *m, const struct span_state *state, size_t enough)
{
    const struct match_doc *doc = m->doc;
    struct scan_text body = {doc->body, doc->body_end}, title = {doc->title, doc->title_end};
    size_t n = doc->title != NULL ? scan_count_sequence(title, &state->sequence, enough) : 0;
    return n < enough ? n + scan_count_sequence(body, &state->sequence, enough) : n;
}

size_t match_count_fixed(struct matcher *m, const struct plan_span *span)
{
    struct span_state *state = &m->spans[span->number];
    struct scan_text body = {m->doc->body, m->doc->body_end};
    if (!state->is_loose && by_masks(state, body))
        return match_step(m) ? count_by_masks(m, state, m->first_only ? 1 : SIZE_MAX) : 0;
    m->some_are_enough = m->first_only;
    size_t n = match_fixed(m, span).n;
    m->some_are_enough = false;
    if (m->first_only)
        state->found_in = 0; /* it may not be all of it */
    return n;
}
