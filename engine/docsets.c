/* docsets.c - see docsets.h.
 *
 *     "of the" AND (king OR "the queen") AND NOT rome
 *     bits        11010010  &  (01000010 | 10000001)  &  ~00000010    =   11000000
 *
 * Matches of a unit count where all that is above it holds: each is asked with the documents for which that is so.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/docsets.h"

#include <string.h>

#include "engine/approach.h"
#include "engine/bits.h"
#include "engine/choices.h"

/* The documents of a unit. */
struct docset {
    struct need need; /* of a phrase */
    uint64_t *bits;
    struct choices choices; /* how often each holds it, when that is asked */
};

void docsets_release(struct docsets *d)
{
    for (size_t i = 0; d->sets != NULL && i < d->plan->n_units; i++)
        choices_release(&d->sets[i].choices);
    arena_release(&d->arena);
    d->sets = NULL;
}

/* ---- choosing ---------------------------------------------------------------------------------------------------- */

/* Documents have more of each other's words than chance would have it: so many times. */
#define TOGETHER 4.0

static double share_of_both(double share, double other)
{
    double rarer = share < other ? share : other, rest = TOGETHER * (share < other ? other : share);
    return rest < 1 ? rarer * rest : rarer;
}

/* The share of all documents that have what a unit needs. */
static double share_of_span(const struct docsets *d, const struct plan_span *span)
{
    double share = span->kind == PLAN_EITHER ? 0 : 1, n_docs = segment_docs(d->segment) + 1.0;
    for (size_t i = 0; i < span->n_children; i++)
        share += share_of_span(d, span->children[i]);
    for (size_t i = 0; i < span->sequence.n; i++)
        if (span->sequence.slots[i].kind == PLAN_LEAF)
            share = share_of_both(share, postings_documents(d->postings, span->sequence.slots[i].leaf) / n_docs);
    return share < 1 ? share : 1;
}

/* The same of a node. */
static double share_of(const struct docsets *d, const struct plan_node *node)
{
    double share = node->kind == PLAN_OR ? 0 : 1;
    if (node->kind == PLAN_UNIT)
        return share_of_span(d, node->unit);
    for (size_t i = 0; node->kind != PLAN_NOT && i < node->n_children; i++) {
        double child = share_of(d, node->children[i]);
        share = node->kind == PLAN_OR ? share + child : share_of_both(share, child);
    }
    return share < 1 ? share : 1;
}

/* Nanoseconds, as in approach.c; all is reckoned roughly, and what is not surely less is not worth the turn. */
enum { SURELY = 3, MOST_PHRASES = 256, READ_COST = 10, LIST_COST = 8000 };

static uint64_t cost_of_word(const struct docsets *d, unsigned leaf)
{
    size_t len;
    if (postings_bitmap(d->postings, leaf, &len) != NULL)
        return d->n;
    uint64_t cost = (uint64_t)READ_COST * postings_documents(d->postings, leaf);
    return postings_at_hand(d->postings, leaf) ? cost : cost + LIST_COST;
}

/* A phrase of which the segment lacks a word has no documents there. */
static bool is_absent(const struct docsets *d, const struct plan_span *unit)
{
    bool absent = false;
    for (size_t i = 0; unit->kind == PLAN_PHRASE && unit->plain && i < unit->sequence.n; i++)
        absent |= postings_documents(d->postings, unit->sequence.slots[i].leaf) == 0;
    return absent;
}

static enum status plan_unit(struct docsets *d, const struct plan_node *node, uint64_t *cost, bool *suits,
                             struct err *err)
{
    struct need *need = &d->sets[node->number].need;
    int leaf = plan_only_leaf(node->unit);
    if (leaf >= 0) {
        *cost += cost_of_word(d, (unsigned)leaf);
        return ST_OK;
    }
    enum status status = needs_choices(node->unit, d->postings, d->segment, MOST_PHRASES, &d->arena, need, err);
    *suits = *suits && (need->n > 0 || is_absent(d, node->unit));
    *cost += choices_cost(need);
    return status;
}

static enum status plan_node(struct docsets *d, const struct plan_node *node, uint64_t *cost, bool *suits,
                             struct err *err)
{
    enum status status = ST_OK;
    *suits = *suits && node->kind != PLAN_FILTER;
    if (*suits && node->kind == PLAN_UNIT)
        return plan_unit(d, node, cost, suits, err);
    for (size_t i = 0; status == ST_OK && *suits && i < node->n_children; i++)
        status = plan_node(d, node->children[i], cost, suits, err);
    return status;
}

enum status docsets_plan(struct docsets *d, bool *suits, struct err *err)
{
    double candidates = share_of(d, d->plan->root) * segment_docs(d->segment);
    uint64_t cost = 0, most = approach_cost_of_docs(d->segment, (uint64_t)candidates);
    *suits = d->plan->root->kind != PLAN_UNIT && !approach_docs_are_long(d->segment);
    if (!*suits)
        return ST_OK;
    d->n = (size_t)segment_docs(d->segment) / 64 + 1;
    d->sets = arena_calloc(&d->arena, d->plan->n_units + 1, sizeof *d->sets);
    if (d->sets == NULL)
        return err_nomem(err);
    enum status status = plan_node(d, d->plan->root, &cost, suits, err);
    *suits = *suits && cost < most / SURELY;
    return status;
}

/* ---- the documents of a unit ------------------------------------------------------------------------------------- */

static uint64_t *new_bits(struct docsets *d)
{
    uint64_t *bits = arena_calloc(&d->arena, d->n, sizeof *bits);
    d->failed |= bits == NULL;
    return bits;
}

static void set_bit(uint64_t *bits, uint32_t doc)
{
    bits[doc / 64] |= UINT64_C(1) << doc % 64;
}

static enum status find_word(struct docsets *d, unsigned leaf, uint64_t *bits, struct err *err)
{
    size_t n;
    const struct postings_word *words = postings_words(d->postings, leaf, &n);
    enum status status = ST_OK;
    for (size_t i = 0; status == ST_OK && i < n; i++)
        status = postings_set_bits(d->postings, &words[i], &d->arena, bits, err);
    return status;
}

static enum status find_unit(struct docsets *d, const struct plan_node *node, struct err *err)
{
    struct docset *set = &d->sets[node->number];
    int leaf = plan_only_leaf(node->unit);
    set->bits = new_bits(d);
    if (set->bits == NULL)
        return err_nomem(err);
    if (leaf >= 0)
        return find_word(d, (unsigned)leaf, set->bits, err);
    enum status status = choices_find(&set->need, d->postings, d->stop, &set->choices, err);
    for (size_t i = 0; status == ST_OK && i < set->choices.n; i++)
        set_bit(set->bits, set->choices.found[i].doc);
    d->n_offered += set->choices.n_offered;
    d->n_scanned += set->choices.n_scanned;
    return status;
}

/* ---- documents ------------------------------------------------------------------------------------------------- */

static uint64_t *bits_of(struct docsets *d, const struct plan_node *node);

/* Borrowed for a unit; otherwise new. */
static uint64_t *combine(struct docsets *d, const struct plan_node *node)
{
    uint64_t *bits = new_bits(d);
    bool all = node->kind == PLAN_AND;
    if (bits != NULL && all)
        memset(bits, 0xff, d->n * sizeof *bits);
    for (size_t i = 0; bits != NULL && i < node->n_children; i++) {
        const uint64_t *child = bits_of(d, node->children[i]);
        for (size_t k = 0; child != NULL && k < d->n; k++)
            bits[k] = all ? bits[k] & child[k] : bits[k] | child[k];
    }
    return bits;
}

static uint64_t *complement(struct docsets *d, const struct plan_node *node)
{
    uint64_t *bits = new_bits(d);
    const uint64_t *child = bits_of(d, node->children[0]);
    for (size_t i = 0; bits != NULL && child != NULL && i < d->n; i++)
        bits[i] = ~child[i];
    return bits;
}

static uint64_t *bits_of(struct docsets *d, const struct plan_node *node)
{
    if (node->kind == PLAN_UNIT)
        return d->sets[node->number].bits;
    return node->kind == PLAN_NOT ? complement(d, node) : combine(d, node);
}

static void leave_live(const struct docsets *d, uint64_t *bits)
{
    uint32_t n_docs = segment_docs(d->segment);
    bits[d->n - 1] &= (UINT64_C(1) << n_docs % 64) - 1;
    if (segment_dead_docs(d->segment) == 0)
        return;
    for (uint64_t doc = bits_next(bits, 0, n_docs); doc < n_docs; doc = bits_next(bits, doc + 1, n_docs))
        if (segment_is_dead(d->segment, (uint32_t)doc))
            bits[doc / 64] &= ~(UINT64_C(1) << doc % 64);
}

/* ---- matches ----------------------------------------------------------------------------------------------------- */

static enum status add_word(struct docsets *d, unsigned leaf, const uint64_t *bits, const uint64_t *held,
                            struct err *err)
{
    struct cursor *cursor;
    enum status status = cursor_open(d->postings, leaf, &cursor, err);
    for (size_t i = 0; status == ST_OK && i < d->n; i++)
        for (uint64_t both = bits[i] & held[i]; both != 0 && status == ST_OK; both &= both - 1) {
            uint32_t doc = (uint32_t)(i * 64) + (uint32_t)__builtin_ctzll(both);
            if (cursor_seek(cursor, doc, &status, err) == doc)
                d->matches += cursor_occurrences(cursor);
        }
    return status;
}

static enum status add_unit(struct docsets *d, const struct plan_node *node, const uint64_t *held, struct err *err)
{
    const struct docset *set = &d->sets[node->number];
    int leaf = plan_only_leaf(node->unit);
    if (leaf >= 0)
        return add_word(d, (unsigned)leaf, set->bits, held, err);
    for (size_t i = 0; i < set->choices.n; i++) {
        const struct phrase_found *found = &set->choices.found[i];
        if (held[found->doc / 64] >> found->doc % 64 & 1)
            d->matches += found->n;
    }
    return ST_OK;
}

/* Of the positive units in a node, in documents with their bits set, for which the node holds. */
static enum status add_matches(struct docsets *d, const struct plan_node *node, const uint64_t *held, struct err *err)
{
    enum status status = ST_OK;
    if (node->kind == PLAN_UNIT)
        return add_unit(d, node, held, err);
    for (size_t i = 0; status == ST_OK && node->kind != PLAN_NOT && i < node->n_children; i++) {
        const struct plan_node *child = node->children[i];
        const uint64_t *holds = child->kind == PLAN_AND && node->kind == PLAN_OR ? bits_of(d, child) : held;
        uint64_t *both = holds != held ? new_bits(d) : NULL;
        for (size_t k = 0; both != NULL && holds != NULL && k < d->n; k++)
            both[k] = held[k] & holds[k];
        status = add_matches(d, child, both != NULL ? both : held, err);
    }
    return status;
}

/* The documents for which a node holds with a match that counts. */
static uint64_t *matched_by(struct docsets *d, const struct plan_node *node)
{
    if (node->kind == PLAN_UNIT)
        return d->sets[node->number].bits;
    uint64_t *some = new_bits(d);
    const uint64_t *held = node->kind == PLAN_AND ? bits_of(d, node) : NULL;
    for (size_t i = 0; node->kind != PLAN_NOT && some != NULL && i < node->n_children; i++) {
        const uint64_t *child = matched_by(d, node->children[i]);
        for (size_t k = 0; child != NULL && k < d->n; k++)
            some[k] |= held != NULL ? child[k] & held[k] : child[k];
    }
    return some;
}

static void count_matched(struct docsets *d, const uint64_t *bits)
{
    uint64_t *some = matched_by(d, d->plan->root);
    for (size_t i = 0; some != NULL && i < d->n; i++)
        some[i] &= bits[i];
    d->matches = some != NULL ? bits_count(some, d->n) : 0;
}

enum status docsets_count(struct docsets *d, struct err *err)
{
    enum status status = ST_OK;
    for (size_t i = 0; status == ST_OK && i < d->plan->n_units; i++)
        status = find_unit(d, d->plan->units[i], err);
    uint64_t *bits = status == ST_OK ? bits_of(d, d->plan->root) : NULL;
    if (bits != NULL && !d->failed) {
        leave_live(d, bits);
        d->docs = bits_count(bits, d->n);
        d->n_offered += d->docs;
        if (d->docs_only)
            count_matched(d, bits);
        else
            status = add_matches(d, d->plan->root, bits, err);
    }
    return status == ST_OK && d->failed ? err_nomem(err) : status;
}
