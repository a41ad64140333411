/* candidates.c - see candidates.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/candidates.h"

#include <stdlib.h>

#include "lib/bytes.h"

enum candidates_kind {
    CANDIDATES_LIST, /* a leaf's posting list */
    CANDIDATES_BITS, /* a leaf's bitmap, or a bigram's */
    CANDIDATES_PAIR, /* a bigram's list */
    CANDIDATES_AND,
    CANDIDATES_OR,
    CANDIDATES_ALL,
    CANDIDATES_NONE
};

struct candidates {
    enum candidates_kind kind;
    unsigned leaf;                  /* LIST, BITS of a leaf */
    bool is_bigram;                 /* BITS, PAIR */
    struct segment_holders holders; /* PAIR */
    struct cursor *cursor;          /* LIST */
    const uint8_t *bits;            /* BITS: one a document, in whole groups of 8 bytes */
    struct candidates **children; /* AND: lists and others first, then bitmaps, each with fewest documents first */
    size_t n_children;
    size_t n_others;    /* AND: children that are no bitmaps */
    uint32_t documents; /* about how many it offers */
    uint32_t at;        /* OR: document of the last seek, to leave children alone that are further on */
    uint32_t total;     /* ALL: documents of the segment */
};

enum {
    FEW_OFFERED = 48,  /* documents: to decide that many takes as long as to open a list of Xapian's */
    SEEK_COST = 4,     /* to find a document in a list, against reading a posting of it into a bitmap */
    SCAN_SHARE = 128,  /* going over bitmaps takes as long as finding 1 of so many documents in a list */
};

struct maker {
    struct postings *postings;
    struct arena *arena;
    bool failed;
};

static struct candidates *new_node(struct maker *m, enum candidates_kind kind, size_t room)
{
    struct candidates *c = arena_calloc(m->arena, 1, sizeof *c);
    if (c != NULL && room > 0)
        c->children = arena_calloc(m->arena, room, sizeof *c->children);
    if (c == NULL || (room > 0 && c->children == NULL)) {
        m->failed = true;
        return NULL;
    }
    c->kind = kind;
    c->total = postings_all_documents(m->postings);
    c->documents = kind == CANDIDATES_ALL ? c->total : 0;
    return c;
}

static bool is_leaf(const struct candidates *c)
{
    return c->kind == CANDIDATES_LIST || (c->kind == CANDIDATES_BITS && !c->is_bigram);
}

static bool holds_leaf(const struct candidates *parent, unsigned leaf)
{
    for (size_t i = 0; i < parent->n_children; i++)
        if (is_leaf(parent->children[i]) && parent->children[i]->leaf == leaf)
            return true;
    return false;
}

/* Adds a child under AND: ALL says nothing, NONE says everything, the same word counts once. */
static void add_required(struct candidates *parent, struct candidates *child)
{
    if (parent->kind == CANDIDATES_NONE || child->kind == CANDIDATES_ALL)
        return;
    if (child->kind == CANDIDATES_NONE) {
        parent->kind = CANDIDATES_NONE;
        return;
    }
    if (is_leaf(child) && holds_leaf(parent, child->leaf))
        return;
    parent->children[parent->n_children++] = child;
}

static int compare(const void *a, const void *b)
{
    const struct candidates *x = *(struct candidates *const *)a, *y = *(struct candidates *const *)b;
    bool x_bits = x->kind == CANDIDATES_BITS, y_bits = y->kind == CANDIDATES_BITS;
    if (x_bits != y_bits)
        return x_bits ? 1 : -1;
    return (x->documents > y->documents) - (x->documents < y->documents);
}

/* Leaves out lists that must be looked for, when a child offers fewer documents than are worth it. */
static void drop_dear(const struct maker *m, struct candidates *c)
{
    size_t n = 1;
    if (c->children[0]->kind == CANDIDATES_BITS || c->children[0]->documents > FEW_OFFERED)
        return;
    for (size_t i = 1; i < c->n_children; i++) {
        struct candidates *child = c->children[i];
        if (child->kind != CANDIDATES_LIST || postings_at_hand(m->postings, child->leaf))
            c->children[n++] = child;
    }
    c->n_children = n;
}

static const uint8_t *bits_of_pair(const struct maker *m, const struct candidates *c)
{
    uint64_t *bits = arena_calloc(m->arena, (size_t)c->total / 64 + 1, sizeof *bits);
    if (bits != NULL)
        segment_holders_or(&c->holders, bits);
    return (const uint8_t *)bits;
}

static const uint8_t *bits_of_leaf(const struct maker *m, const struct candidates *c)
{
    size_t n;
    const uint32_t *ranks = postings_ranks(m->postings, c->leaf, &n);
    return n == 1 ? postings_bits(m->postings, ranks[0]) : NULL;
}

/* Makes a bitmap of a list that is at hand; as it was where there is no memory for one. */
static void unfold(const struct maker *m, struct candidates *c)
{
    c->bits = c->kind == CANDIDATES_PAIR ? bits_of_pair(m, c) : bits_of_leaf(m, c);
    if (c->bits != NULL)
        c->kind = CANDIDATES_BITS;
}

/* Bitmaps instead of lists in which so many documents would be sought that reading them whole costs less; the first
 * too, where all others are bitmaps. */
static void unfold_lists(const struct maker *m, struct candidates *c)
{
    uint64_t least = c->children[0]->documents;
    for (size_t i = c->n_children; i-- > 0;) {
        struct candidates *child = c->children[i];
        bool is_list = child->kind == CANDIDATES_LIST || child->kind == CANDIDATES_PAIR;
        bool pays = i > 0 ? least * SEEK_COST > child->documents : least > c->total / SCAN_SHARE;
        if (is_list && pays && (i > 0 || c->children[1]->kind == CANDIDATES_BITS))
            unfold(m, child);
    }
    qsort(c->children, c->n_children, sizeof(struct candidates *), compare);
}

static struct candidates *finish_and(const struct maker *m, struct candidates *c)
{
    if (c->kind == CANDIDATES_NONE)
        return c;
    if (c->n_children == 0) {
        c->kind = CANDIDATES_ALL;
        c->documents = c->total;
        return c;
    }
    qsort(c->children, c->n_children, sizeof(struct candidates *), compare);
    drop_dear(m, c);
    if (c->n_children > 1)
        unfold_lists(m, c);
    c->documents = c->total;
    for (size_t i = 0; i < c->n_children; i++) {
        c->n_others += c->children[i]->kind != CANDIDATES_BITS;
        if (c->children[i]->documents < c->documents)
            c->documents = c->children[i]->documents;
    }
    return c->n_children == 1 ? c->children[0] : c;
}

static void add_choice(struct candidates *parent, struct candidates *child)
{
    if (parent->kind == CANDIDATES_ALL || child->kind == CANDIDATES_NONE)
        return;
    if (child->kind == CANDIDATES_ALL) {
        parent->kind = CANDIDATES_ALL;
        parent->documents = parent->total;
        return;
    }
    parent->children[parent->n_children++] = child;
    uint64_t sum = (uint64_t)parent->documents + child->documents;
    parent->documents = sum < parent->total ? (uint32_t)sum : parent->total;
}

static struct candidates *finish_or(struct candidates *c)
{
    if (c->kind == CANDIDATES_OR && c->n_children == 0)
        c->kind = CANDIDATES_NONE;
    return c->kind == CANDIDATES_OR && c->n_children == 1 ? c->children[0] : c;
}

/* ---- positional nodes -------------------------------------------------------------------------------------------- */

static struct candidates *of_leaf(struct maker *m, unsigned leaf)
{
    struct candidates *c = new_node(m, CANDIDATES_LIST, 0);
    if (c == NULL)
        return NULL;
    c->leaf = leaf;
    c->documents = postings_documents(m->postings, leaf);
    size_t len;
    c->bits = postings_bitmap(m->postings, leaf, &len);
    if (c->documents == 0)
        c->kind = CANDIDATES_NONE;
    else if (c->bits != NULL)
        c->kind = CANDIDATES_BITS;
    return c;
}

/* The documents of two words next to each other; NULL where the segment does not keep those. */
static struct candidates *of_bigram(struct maker *m, const struct plan_slot *first, const struct plan_slot *second)
{
    struct segment_bigram bigram;
    if (!postings_bigram(m->postings, first, second, &bigram))
        return NULL;
    struct candidates *c = new_node(m, bigram.holders.bits != NULL ? CANDIDATES_BITS : CANDIDATES_PAIR, 0);
    if (c == NULL)
        return NULL;
    c->is_bigram = true;
    c->documents = bigram.documents;
    c->holders = bigram.holders;
    c->bits = bigram.holders.bits;
    return c;
}

static struct candidates *of_sequence(struct maker *m, const struct plan_sequence *seq, bool adjacent);

static struct candidates *of_slot(struct maker *m, const struct plan_slot *slot, bool adjacent)
{
    if (slot->kind == PLAN_LEAF)
        return of_leaf(m, slot->leaf);
    if (slot->kind != PLAN_CHOICE)
        return new_node(m, CANDIDATES_ALL, 0);
    struct candidates *c = new_node(m, CANDIDATES_OR, slot->n_choices);
    for (size_t i = 0; i < slot->n_choices && !m->failed; i++) {
        struct candidates *child = of_sequence(m, &slot->choices[i], adjacent);
        if (child != NULL)
            add_choice(c, child);
    }
    return m->failed ? NULL : finish_or(c);
}

/* adjacent: its slots follow each other in a document. A bigram says all that its words would. */
static struct candidates *of_sequence(struct maker *m, const struct plan_sequence *seq, bool adjacent)
{
    struct candidates *c = new_node(m, CANDIDATES_AND, seq->n), *before = NULL;
    for (size_t i = 0; i < seq->n && !m->failed; i++) {
        const struct plan_slot *slot = &seq->slots[i];
        struct candidates *bigram = adjacent && i + 1 < seq->n ? of_bigram(m, slot, slot + 1) : NULL;
        struct candidates *child = bigram == NULL && before == NULL ? of_slot(m, slot, adjacent) : bigram;
        if (child != NULL)
            add_required(c, child);
        before = bigram;
    }
    return m->failed ? NULL : finish_and(m, c);
}

static struct candidates *of_span(struct maker *m, const struct plan_span *span)
{
    if (span->n_children == 0)
        return of_sequence(m, &span->sequence, span->kind == PLAN_PHRASE);
    if (span->kind == PLAN_NOTNEAR)
        return of_span(m, span->children[0]);
    bool either = span->kind == PLAN_EITHER;
    struct candidates *c = new_node(m, either ? CANDIDATES_OR : CANDIDATES_AND, span->n_children);
    for (size_t i = 0; i < span->n_children && !m->failed; i++) {
        struct candidates *child = of_span(m, span->children[i]);
        if (child != NULL)
            (either ? add_choice : add_required)(c, child);
    }
    if (m->failed)
        return NULL;
    return either ? finish_or(c) : finish_and(m, c);
}

/* ---- boolean nodes ----------------------------------------------------------------------------------------------- */

static struct candidates *of_node(struct maker *m, const struct plan_node *node)
{
    if (node->kind == PLAN_UNIT)
        return of_span(m, node->unit);
    if (node->kind != PLAN_AND && node->kind != PLAN_OR)
        return new_node(m, CANDIDATES_ALL, 0);
    bool either = node->kind == PLAN_OR;
    struct candidates *c = new_node(m, either ? CANDIDATES_OR : CANDIDATES_AND, node->n_children);
    for (size_t i = 0; i < node->n_children && !m->failed; i++) {
        struct candidates *child = of_node(m, node->children[i]);
        if (child != NULL)
            (either ? add_choice : add_required)(c, child);
    }
    if (m->failed)
        return NULL;
    return either ? finish_or(c) : finish_and(m, c);
}

static enum status open_cursors(struct candidates *c, struct postings *postings, struct err *err)
{
    if (c->kind == CANDIDATES_LIST)
        return cursor_open(postings, c->leaf, &c->cursor, err);
    enum status status = ST_OK;
    if (c->kind == CANDIDATES_AND || c->kind == CANDIDATES_OR)
        for (size_t i = 0; i < c->n_children && status == ST_OK; i++)
            status = open_cursors(c->children[i], postings, err);
    return status;
}

enum status candidates_make(const struct plan *plan, struct postings *postings, struct arena *arena,
                            struct candidates **out, struct err *err)
{
    struct maker m = {.postings = postings, .arena = arena};
    *out = of_node(&m, plan->root);
    return m.failed ? err_nomem(err) : open_cursors(*out, postings, err);
}

uint32_t candidates_documents(const struct candidates *c)
{
    return c->documents;
}

/* ---- seeking ----------------------------------------------------------------------------------------------------- */

/* Bits [64 * i, 64 * i + 64) of a bitmap. */
static uint64_t bits_at(const struct candidates *c, size_t i)
{
    return bytes_get64(c->bits + i * 8);
}

/* First document >= doc whose bit is set in all of n bitmaps. */
static uint32_t seek_bits(struct candidates *const *bitmaps, size_t n, uint32_t doc)
{
    uint64_t mask = ~UINT64_C(0) << doc % 64;
    size_t n_words = ((size_t)bitmaps[0]->total + 63) / 64;
    for (size_t i = doc / 64; i < n_words; i++, mask = ~UINT64_C(0)) {
        uint64_t word = bits_at(bitmaps[0], i) & mask;
        for (size_t k = 1; word != 0 && k < n; k++)
            word &= bits_at(bitmaps[k], i);
        if (word != 0)
            return (uint32_t)(i * 64) + (uint32_t)__builtin_ctzll(word);
    }
    return POSTINGS_END;
}

/* The documents whose bits are set in all of n bitmaps, from *next on. */
static size_t take_bits(struct candidates *const *bitmaps, size_t n, uint32_t *next, uint32_t *docs, size_t room)
{
    uint64_t mask = ~UINT64_C(0) << *next % 64;
    size_t n_words = ((size_t)bitmaps[0]->total + 63) / 64, taken = 0;
    for (size_t i = *next / 64; i < n_words; i++, mask = ~UINT64_C(0)) {
        uint64_t word = bits_at(bitmaps[0], i) & mask;
        for (size_t k = 1; k < n; k++)
            word &= bits_at(bitmaps[k], i);
        for (; word != 0 && taken < room; word &= word - 1)
            docs[taken++] = (uint32_t)(i * 64) + (uint32_t)__builtin_ctzll(word);
        if (taken == room)
            break;
    }
    if (taken > 0)
        *next = docs[taken - 1] + 1;
    return taken;
}

static bool has_bits(const struct candidates *c, uint32_t doc)
{
    for (size_t i = c->n_others; i < c->n_children; i++)
        if (doc >= c->total || !(c->children[i]->bits[doc / 8] >> doc % 8 & 1))
            return false;
    return true;
}

/* First document >= doc that the children which are no bitmaps all offer. */
static uint32_t seek_others(struct candidates *c, uint32_t doc, enum status *status, struct err *err)
{
    for (size_t i = 0; i < c->n_others;) {
        uint32_t found = candidates_seek(c->children[i], doc, status, err);
        if (found == POSTINGS_END)
            return POSTINGS_END;
        i = found == doc ? i + 1 : 0;
        doc = found;
    }
    return doc;
}

static uint32_t seek_all_of(struct candidates *c, uint32_t doc, enum status *status, struct err *err)
{
    if (c->n_others == 0)
        return seek_bits(c->children, c->n_children, doc);
    doc = seek_others(c, doc, status, err);
    while (doc != POSTINGS_END && !has_bits(c, doc))
        doc = seek_others(c, doc + 1, status, err);
    return doc;
}

static uint32_t seek_any_of(struct candidates *c, uint32_t doc, enum status *status, struct err *err)
{
    uint32_t least = POSTINGS_END;
    for (size_t i = 0; i < c->n_children; i++) {
        struct candidates *child = c->children[i];
        if (child->at < doc || child->at == 0)
            child->at = candidates_seek(child, doc, status, err);
        least = child->at < least ? child->at : least;
    }
    return least;
}

uint32_t candidates_seek(struct candidates *c, uint32_t doc, enum status *status, struct err *err)
{
    switch (c->kind) {
    case CANDIDATES_LIST: return cursor_seek(c->cursor, doc, status, err);
    case CANDIDATES_BITS: return seek_bits(&c, 1, doc);
    case CANDIDATES_PAIR: return segment_seek_holder(&c->holders, doc) ? c->holders.doc : POSTINGS_END;
    case CANDIDATES_AND: return seek_all_of(c, doc, status, err);
    case CANDIDATES_OR: return seek_any_of(c, doc, status, err);
    case CANDIDATES_ALL: return doc < c->total ? doc : POSTINGS_END;
    case CANDIDATES_NONE: break;
    }
    return POSTINGS_END;
}

size_t candidates_take(struct candidates *c, uint32_t *next, uint32_t *docs, size_t room, enum status *status,
                       struct err *err)
{
    size_t n = 0;
    if (c->kind == CANDIDATES_BITS)
        return take_bits(&c, 1, next, docs, room);
    if (c->kind == CANDIDATES_AND && c->n_others == 0)
        return take_bits(c->children, c->n_children, next, docs, room);
    while (n < room && (docs[n] = candidates_seek(c, *next, status, err)) != POSTINGS_END)
        *next = docs[n++] + 1;
    return n;
}
