/* plan.h - a query compiled for matching: boolean nodes over positional units, units over numbered leaves.
 *
 * A leaf is a set of words (one word, or what a pattern, fuzzy word or stem stands for); equal leaves share a number.
 * The plan knows no index: whoever runs it fills in leaf.words once (expanding patterns over the whole index) and the
 * ranks of those words segment by segment (match.h). Governed by doc/query.md.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_PLAN_H
#define VERBATIM_PLAN_H

#include "lib/arena.h"
#include "lib/base.h"
#include "lib/err.h"
#include "lib/query.h"

struct snapshot_place; /* where an index has a word; only handed on */

struct plan_word {
    const char *bytes;
    size_t len;
    uint64_t documents, occurrences;     /* live, over the whole index */
    const struct snapshot_place *places; /* in each of its segments */
};

struct plan_leaf {
    enum slot_kind kind; /* SLOT_WORD, SLOT_PATTERN, SLOT_FUZZY, SLOT_STEM */
    const char *text;    /* as in the query's slot; borrowed from the query's arena */
    size_t text_len;
    unsigned edits;
    size_t column;
    struct plan_word *words; /* sorted by bytes; what it stands for; filled in by the engine */
    size_t n_words;
    bool contended; /* another operand of its unit may want the same occurrences (plan_contend) */
};

enum plan_slot_kind { PLAN_LEAF, PLAN_STAR, PLAN_GAP, PLAN_CHOICE };

struct plan_slot;
struct plan_sequence {
    struct plan_slot *slots;
    size_t n;
};
struct plan_slot {
    enum plan_slot_kind kind;
    unsigned leaf;                 /* LEAF */
    unsigned gap;                  /* GAP: 0 to gap words */
    struct plan_sequence *choices; /* CHOICE */
    size_t n_choices;
};

enum plan_span_kind {
    PLAN_PHRASE,
    PLAN_UNORDERED, /* sequence of LEAF slots, in any order */
    PLAN_NEAR,
    PLAN_BEFORE,
    PLAN_NOTNEAR,
    PLAN_SENTENCE,
    PLAN_PARAGRAPH,
    PLAN_EITHER /* OR inside the NEAR family; the phrases that a phrase with choices stands for */
};

/* Whether the operands of a node may want the same occurrence. */
enum plan_wants {
    PLAN_WANTS_APART, /* never */
    PLAN_WANTS_TIMES, /* only as the same single word, told by plan_operand.times */
    PLAN_WANTS_SAME   /* they may */
};

/* What a chain of one operator joins, `a NEAR (b NEAR a)` say: a single word that comes again is told once. */
struct plan_operand {
    struct plan_span *span;
    uint32_t times;
};

/* A positional node: it has spans in a document. */
struct plan_span {
    enum plan_span_kind kind;
    unsigned number; /* 0..plan.n_spans - 1 */
    bool title;      /* PHRASE, UNORDERED: in the title only */
    bool plain;      /* PHRASE: only LEAF slots */
    unsigned distance;
    unsigned least_words; /* the fewest words a span of it covers */
    unsigned most_words;  /* the most, or PLAN_ANY_LENGTH */
    struct plan_sequence sequence; /* PHRASE, UNORDERED */
    struct plan_span **children;   /* the others: 2, EITHER 2 or more */
    size_t n_children;
    struct plan_operand *operands; /* NEAR, SENTENCE, PARAGRAPH: of the chain that this node is the end of */
    size_t n_operands;
    unsigned chain_distance; /* NEAR: the least in the chain */
    enum plan_wants wants;   /* filled in by plan_contend */
};

enum plan_kind { PLAN_AND, PLAN_OR, PLAN_NOT, PLAN_UNIT, PLAN_FILTER };

/* A boolean node, judged per document. */
struct plan_node {
    enum plan_kind kind;
    struct plan_node **children;
    size_t n_children;
    struct plan_span *unit; /* UNIT */
    unsigned number;        /* UNIT: 0..plan.n_units - 1 */
    const struct query *filter; /* FILTER: one of QUERY_PATH ... QUERY_UNTIL */
};

struct plan {
    struct plan_node *root;
    struct plan_leaf *leaves;
    size_t n_leaves;
    struct plan_node **units; /* by number */
    size_t n_units;
    size_t n_spans;
};

/* Compiles a parsed query. Everything lives in the arena, which must be the query's or outlived by it. */
enum status plan_make(const struct query *q, struct arena *arena, struct plan **out, struct err *err);

enum { PLAN_ANY_LENGTH = INT32_MAX };

/* Once leaf.words are filled in: marks the leaves whose occurrences two operands of one unit may both want, and the
 * nodes that have such operands. */
enum status plan_contend(struct plan *plan, struct err *err);

/* Whether two leaves have a word in common. */
bool plan_leaves_share(const struct plan *plan, unsigned a, unsigned b);

/* Whether a node is one word, or what one pattern, fuzzy word or stem stands for. */
bool plan_is_word(const struct plan_span *span);

/* The leaf of a unit that is one word, anywhere in the document, or -1: such a unit needs no matching, the inverted
 * index knows its occurrences. */
int plan_only_leaf(const struct plan_span *unit);

/* The bit set of leaves under a span, one byte a leaf in flags[plan.n_leaves]: adds 1 to each. */
void plan_mark_leaves(const struct plan_span *span, uint8_t *flags);

#endif
