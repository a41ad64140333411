/* plan.c - see plan.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/plan.h"

#include <string.h>

#include "lib/array.h"

struct maker {
    struct arena *arena;
    struct plan *plan;
    size_t cap_leaves, cap_units; /* of the arrays in the arena, set by counting first */
    bool failed;
};

/* ---- leaves ----------------------------------------------------------------------------------------------------- */

static bool same_leaf(const struct plan_leaf *leaf, const struct slot *slot)
{
    return leaf->kind == slot->kind && leaf->edits == slot->edits && leaf->text_len == slot->text_len &&
           memcmp(leaf->text, slot->text, slot->text_len) == 0;
}

static unsigned leaf_number(struct maker *m, const struct slot *slot)
{
    struct plan *plan = m->plan;
    for (size_t i = 0; i < plan->n_leaves; i++)
        if (same_leaf(&plan->leaves[i], slot))
            return (unsigned)i;
    plan->leaves[plan->n_leaves] = (struct plan_leaf){.kind = slot->kind,
                                                      .text = slot->text,
                                                      .text_len = slot->text_len,
                                                      .edits = slot->edits,
                                                      .column = slot->column};
    return (unsigned)plan->n_leaves++;
}

static size_t count_slots(const struct slot_list *list)
{
    size_t n = list->n;
    for (size_t i = 0; i < list->n; i++)
        for (size_t k = 0; k < list->items[i].n_choices; k++)
            n += count_slots(&list->items[i].choices[k]);
    return n;
}

static size_t count_leaves(const struct query *q)
{
    size_t n = count_slots(&q->slots);
    for (size_t i = 0; i < q->n_children; i++)
        n += count_leaves(q->children[i]);
    return n;
}

static size_t count_nodes(const struct query *q)
{
    size_t n = 1;
    for (size_t i = 0; i < q->n_children; i++)
        n += count_nodes(q->children[i]);
    return n;
}

/* ---- sequences of slots ------------------------------------------------------------------------------------------ */

static void *alloc(struct maker *m, size_t n, size_t size)
{
    void *p = arena_calloc(m->arena, n, size);
    if (p == NULL)
        m->failed = true;
    return p;
}

static unsigned least_of_sequence(const struct plan_sequence *seq);

static unsigned least_of_slot(const struct plan_slot *slot)
{
    if (slot->kind == PLAN_GAP)
        return 0;
    if (slot->kind != PLAN_CHOICE)
        return 1;
    unsigned least = UINT32_MAX;
    for (size_t i = 0; i < slot->n_choices; i++) {
        unsigned words = least_of_sequence(&slot->choices[i]);
        least = words < least ? words : least;
    }
    return least;
}

static unsigned least_of_sequence(const struct plan_sequence *seq)
{
    unsigned least = 0;
    for (size_t i = 0; i < seq->n; i++)
        least += least_of_slot(&seq->slots[i]);
    return least;
}

/* Never more than PLAN_ANY_LENGTH. */
static unsigned sum_of_lengths(unsigned a, unsigned b)
{
    return a + b < PLAN_ANY_LENGTH ? a + b : PLAN_ANY_LENGTH;
}

static unsigned most_of_sequence(const struct plan_sequence *seq);

static unsigned most_of_slot(const struct plan_slot *slot)
{
    if (slot->kind == PLAN_GAP)
        return slot->gap;
    unsigned most = slot->kind != PLAN_CHOICE;
    for (size_t i = 0; i < slot->n_choices; i++) {
        unsigned words = most_of_sequence(&slot->choices[i]);
        most = words > most ? words : most;
    }
    return most;
}

static unsigned most_of_sequence(const struct plan_sequence *seq)
{
    unsigned most = 0;
    for (size_t i = 0; i < seq->n; i++)
        most = sum_of_lengths(most, most_of_slot(&seq->slots[i]));
    return most;
}

static bool is_plain(const struct plan_sequence *seq)
{
    for (size_t i = 0; i < seq->n; i++)
        if (seq->slots[i].kind != PLAN_LEAF)
            return false;
    return true;
}

static void make_sequence(struct maker *m, const struct slot_list *list, struct plan_sequence *out);

static void make_slot(struct maker *m, const struct slot *slot, struct plan_slot *out)
{
    switch (slot->kind) {
    case SLOT_ANY:
        out->kind = PLAN_STAR;
        break;
    case SLOT_GAP:
        out->kind = PLAN_GAP;
        out->gap = slot->gap;
        break;
    case SLOT_CHOICE:
        out->kind = PLAN_CHOICE;
        out->n_choices = slot->n_choices;
        out->choices = alloc(m, slot->n_choices, sizeof *out->choices);
        for (size_t i = 0; i < slot->n_choices && !m->failed; i++)
            make_sequence(m, &slot->choices[i], &out->choices[i]);
        break;
    default:
        out->kind = PLAN_LEAF;
        out->leaf = leaf_number(m, slot);
    }
}

static void make_sequence(struct maker *m, const struct slot_list *list, struct plan_sequence *out)
{
    out->n = list->n;
    out->slots = alloc(m, list->n, sizeof *out->slots);
    for (size_t i = 0; i < list->n && !m->failed; i++)
        make_slot(m, &list->items[i], &out->slots[i]);
}

/* ---- positional nodes -------------------------------------------------------------------------------------------- */

static struct plan_span *make_span(struct maker *m, const struct query *q, bool title);

static struct plan_span *new_span(struct maker *m, enum plan_span_kind kind, bool title, unsigned distance)
{
    struct plan_span *span = alloc(m, 1, sizeof *span);
    if (span == NULL)
        return NULL;
    span->kind = kind;
    span->number = (unsigned)m->plan->n_spans++;
    span->title = title;
    span->distance = distance;
    return span;
}

static struct plan_span *make_leafy(struct maker *m, const struct query *q, const struct slot_list *slots, bool title)
{
    bool unordered = q->kind == QUERY_UNORDERED;
    struct plan_span *span = new_span(m, unordered ? PLAN_UNORDERED : PLAN_PHRASE, title, q->distance);
    if (span == NULL)
        return NULL;
    make_sequence(m, slots, &span->sequence);
    if (!m->failed) {
        span->plain = is_plain(&span->sequence);
        span->least_words = least_of_sequence(&span->sequence);
        span->most_words = sum_of_lengths(most_of_sequence(&span->sequence), span->distance);
    }
    return span;
}

/* ---- a phrase with choices as a choice of phrases ---------------------------------------------------------------- */

/* So many phrases at most: each is then found as a string of its own, anchored on its rarest word. */
enum { MOST_PHRASES = 16 };

/* How many phrases the choices of a phrase make, or 0 when it has none, or too many, or a choice that is not plain
 * words and the like. */
static size_t count_phrases(const struct slot_list *slots)
{
    size_t n = 1;
    bool any = false;
    for (size_t i = 0; i < slots->n; i++) {
        const struct slot *slot = &slots->items[i];
        if (slot->kind != SLOT_CHOICE)
            continue;
        any = true;
        n *= slot->n_choices;
        if (n > MOST_PHRASES)
            return 0;
        for (size_t k = 0; k < slot->n_choices; k++)
            if (count_phrases(&slot->choices[k]) != 0)
                return 0; /* a choice in a choice */
    }
    return any ? n : 0;
}

static size_t count_chosen(const struct slot_list *slots, size_t number)
{
    size_t n = 0;
    for (size_t i = 0; i < slots->n; i++) {
        const struct slot *slot = &slots->items[i];
        if (slot->kind == SLOT_CHOICE) {
            n += slot->choices[number % slot->n_choices].n;
            number /= slot->n_choices;
        } else {
            n++;
        }
    }
    return n;
}

/* The slots of phrase `number`: its digits, to the bases of how many choices there are, say which to take. */
static struct slot_list choose_slots(struct maker *m, const struct slot_list *slots, size_t number)
{
    struct slot_list chosen = {.items = alloc(m, count_chosen(slots, number), sizeof(struct slot))};
    for (size_t i = 0; i < slots->n && !m->failed; i++) {
        const struct slot *slot = &slots->items[i];
        if (slot->kind != SLOT_CHOICE) {
            chosen.items[chosen.n++] = *slot;
            continue;
        }
        const struct slot_list *choice = &slot->choices[number % slot->n_choices];
        number /= slot->n_choices;
        for (size_t k = 0; k < choice->n; k++)
            chosen.items[chosen.n++] = choice->items[k];
    }
    return chosen;
}

static void set_lengths(struct plan_span *span);

static struct plan_span *make_phrases(struct maker *m, const struct query *q, bool title, size_t n)
{
    struct plan_span *span = new_span(m, PLAN_EITHER, title, 0);
    if (span == NULL)
        return NULL;
    span->children = alloc(m, n, sizeof *span->children);
    for (size_t i = 0; i < n && !m->failed; i++) {
        struct slot_list chosen = choose_slots(m, &q->slots, i);
        span->children[span->n_children++] = m->failed ? NULL : make_leafy(m, q, &chosen, title);
    }
    if (!m->failed)
        set_lengths(span);
    return span;
}

/* ---- nodes with operands ----------------------------------------------------------------------------------------- */

static enum plan_span_kind span_kind(enum query_kind kind)
{
    switch (kind) {
    case QUERY_NEAR: return PLAN_NEAR;
    case QUERY_BEFORE: return PLAN_BEFORE;
    case QUERY_NOTNEAR: return PLAN_NOTNEAR;
    case QUERY_SENTENCE: return PLAN_SENTENCE;
    case QUERY_PARAGRAPH: return PLAN_PARAGRAPH;
    default: return PLAN_EITHER;
    }
}

static unsigned least_of_children(const struct plan_span *span)
{
    unsigned first = span->children[0]->least_words;
    if (span->kind == PLAN_NOTNEAR)
        return first;
    if (span->kind != PLAN_EITHER)
        return first + span->children[1]->least_words;
    for (size_t i = 1; i < span->n_children; i++)
        if (span->children[i]->least_words < first)
            first = span->children[i]->least_words;
    return first;
}

static unsigned most_of_children(const struct plan_span *span)
{
    unsigned most = span->children[0]->most_words;
    if (span->kind == PLAN_NOTNEAR)
        return most;
    if (span->kind == PLAN_SENTENCE || span->kind == PLAN_PARAGRAPH)
        return PLAN_ANY_LENGTH;
    if (span->kind != PLAN_EITHER)
        return sum_of_lengths(sum_of_lengths(most, span->children[1]->most_words), span->distance);
    for (size_t i = 1; i < span->n_children; i++)
        if (span->children[i]->most_words > most)
            most = span->children[i]->most_words;
    return most;
}

static void set_lengths(struct plan_span *span)
{
    span->least_words = least_of_children(span);
    span->most_words = most_of_children(span);
}

/* ---- chains of one operator ------------------------------------------------------------------------------------- */

static bool is_chained(enum plan_span_kind kind)
{
    return kind == PLAN_NEAR || kind == PLAN_SENTENCE || kind == PLAN_PARAGRAPH;
}

bool plan_is_word(const struct plan_span *span)
{
    return span->kind == PLAN_PHRASE && span->plain && span->sequence.n == 1;
}

static bool is_same_word(const struct plan_span *a, const struct plan_span *b)
{
    return plan_is_word(a) && plan_is_word(b) && a->title == b->title &&
           a->sequence.slots[0].leaf == b->sequence.slots[0].leaf;
}

static void add_operand(struct plan_span *chain, struct plan_span *span, uint32_t times)
{
    for (size_t i = 0; i < chain->n_operands; i++) {
        if (is_same_word(chain->operands[i].span, span)) {
            chain->operands[i].times += times;
            return;
        }
    }
    chain->operands[chain->n_operands++] = (struct plan_operand){span, times};
}

/* A child that is a chain of the same operator gives its operands. */
static void make_chain(struct maker *m, struct plan_span *span)
{
    size_t n = 0;
    for (size_t i = 0; i < 2; i++)
        n += span->children[i]->kind == span->kind ? span->children[i]->n_operands : 1;
    span->operands = alloc(m, n, sizeof *span->operands);
    span->chain_distance = span->distance;
    for (size_t i = 0; i < 2 && !m->failed; i++) {
        struct plan_span *child = span->children[i];
        if (child->kind != span->kind) {
            add_operand(span, child, 1);
            continue;
        }
        for (size_t k = 0; k < child->n_operands; k++)
            add_operand(span, child->operands[k].span, child->operands[k].times);
        if (child->chain_distance < span->chain_distance)
            span->chain_distance = child->chain_distance;
    }
}

static void make_children(struct maker *m, const struct query *q, bool title, struct plan_span *span)
{
    span->n_children = q->n_children;
    span->children = alloc(m, q->n_children, sizeof *span->children);
    for (size_t i = 0; i < q->n_children && !m->failed; i++)
        span->children[i] = make_span(m, q->children[i], title);
    if (m->failed)
        return;
    set_lengths(span);
    if (is_chained(span->kind))
        make_chain(m, span);
}

static struct plan_span *make_span(struct maker *m, const struct query *q, bool title)
{
    while (q->kind == QUERY_TITLE) {
        title = true;
        q = q->children[0];
    }
    if (q->n_children == 0) {
        size_t n = q->kind == QUERY_PHRASE ? count_phrases(&q->slots) : 0;
        return n > 0 ? make_phrases(m, q, title, n) : make_leafy(m, q, &q->slots, title);
    }
    struct plan_span *span = new_span(m, span_kind(q->kind), title, q->distance);
    if (span != NULL)
        make_children(m, q, title, span);
    return span;
}

/* ---- boolean nodes ----------------------------------------------------------------------------------------------- */

static enum plan_kind node_kind(const struct query *q)
{
    switch (q->kind) {
    case QUERY_AND: return PLAN_AND;
    case QUERY_OR: return PLAN_OR;
    case QUERY_NOT: return PLAN_NOT;
    case QUERY_PATH:
    case QUERY_EXT:
    case QUERY_SINCE:
    case QUERY_UNTIL: return PLAN_FILTER;
    default: return PLAN_UNIT;
    }
}

/* What an AND or OR says twice, it says once. */
static bool said_before(const struct query *q, size_t child)
{
    for (size_t i = 0; i < child; i++)
        if (query_equal(q->children[i], q->children[child]))
            return true;
    return false;
}

static struct plan_node *make_node(struct maker *m, const struct query *q, bool title)
{
    while (q->kind == QUERY_TITLE) {
        title = true;
        q = q->children[0];
    }
    struct plan_node *node = alloc(m, 1, sizeof *node);
    if (node == NULL)
        return NULL;
    node->kind = node_kind(q);
    if (node->kind == PLAN_FILTER) {
        node->filter = q;
    } else if (node->kind == PLAN_UNIT) {
        node->number = (unsigned)m->plan->n_units;
        node->unit = make_span(m, q, title);
        m->plan->units[m->plan->n_units++] = node;
    } else {
        node->children = alloc(m, q->n_children, sizeof *node->children);
        for (size_t i = 0; i < q->n_children && !m->failed; i++)
            if (!said_before(q, i))
                node->children[node->n_children++] = make_node(m, q->children[i], title);
    }
    return node;
}

enum status plan_make(const struct query *q, struct arena *arena, struct plan **out, struct err *err)
{
    struct maker m = {.arena = arena};
    m.plan = alloc(&m, 1, sizeof *m.plan);
    if (m.plan == NULL)
        return err_nomem(err);
    m.plan->leaves = alloc(&m, count_leaves(q) + 1, sizeof *m.plan->leaves);
    m.plan->units = alloc(&m, count_nodes(q), sizeof(struct plan_node *));
    if (!m.failed)
        m.plan->root = make_node(&m, q, false);
    if (m.failed)
        return err_nomem(err);
    *out = m.plan;
    return ST_OK;
}

int plan_only_leaf(const struct plan_span *unit)
{
    if (unit->title || !plan_is_word(unit))
        return -1;
    return (int)unit->sequence.slots[0].leaf;
}
