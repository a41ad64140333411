/* plan_contend.c - which words two operands of a plan may both want; see plan.h. It knows no positions.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/plan.h"

static void mark_sequence(const struct plan_sequence *seq, uint8_t *flags)
{
    for (size_t i = 0; i < seq->n; i++) {
        if (seq->slots[i].kind == PLAN_LEAF)
            flags[seq->slots[i].leaf] = 1;
        for (size_t k = 0; k < seq->slots[i].n_choices; k++)
            mark_sequence(&seq->slots[i].choices[k], flags);
    }
}

void plan_mark_leaves(const struct plan_span *span, uint8_t *flags)
{
    mark_sequence(&span->sequence, flags);
    for (size_t i = 0; i < span->n_children; i++)
        plan_mark_leaves(span->children[i], flags);
}

static int compare_words(const struct plan_word *a, const struct plan_word *b)
{
    size_t len = a->len < b->len ? a->len : b->len;
    int order = memcmp(a->bytes, b->bytes, len);
    return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

static bool leaves_share(const struct plan_leaf *a, const struct plan_leaf *b)
{
    for (size_t i = 0, k = 0; i < a->n_words && k < b->n_words;) {
        int order = compare_words(&a->words[i], &b->words[k]);
        if (order == 0)
            return true;
        if (order < 0)
            i++;
        else
            k++;
    }
    return false;
}

bool plan_leaves_share(const struct plan *plan, unsigned a, unsigned b)
{
    return a == b || leaves_share(&plan->leaves[a], &plan->leaves[b]);
}

/* Whether two of the leaves marked in either are the same or have a word in common; calls them contended then. */
static bool contend_leaves(struct plan *plan, const uint8_t *left, const uint8_t *right)
{
    bool any = false;
    for (size_t i = 0; i < plan->n_leaves; i++)
        for (size_t k = 0; left[i] && k < plan->n_leaves; k++)
            if (right[k] && plan_leaves_share(plan, (unsigned)i, (unsigned)k))
                any = plan->leaves[i].contended = plan->leaves[k].contended = true;
    return any;
}

static bool marked_leaves_share(const struct plan *plan, const uint8_t *left, const uint8_t *right)
{
    for (size_t i = 0; i < plan->n_leaves; i++)
        for (size_t k = 0; left[i] && k < plan->n_leaves; k++)
            if (right[k] && plan_leaves_share(plan, (unsigned)i, (unsigned)k))
                return true;
    return false;
}

/* Whether no two operands of a chain have a word in common, the same single words having been put together. flags:
 * zeroed, for two sets of leaves. */
static bool operands_are_apart(const struct plan *plan, const struct plan_span *span, uint8_t *flags)
{
    uint8_t *seen = flags, *own = flags + plan->n_leaves;
    for (size_t i = 0; i < span->n_operands; i++) {
        memset(own, 0, plan->n_leaves);
        plan_mark_leaves(span->operands[i].span, own);
        if (marked_leaves_share(plan, seen, own))
            return false;
        plan_mark_leaves(span->operands[i].span, seen);
    }
    return true;
}

/* BEFORE keeps its operands apart by itself and of EITHER only one is taken: what contends stands on two sides of the
 * other operators. */
static bool contend_span(struct plan *plan, struct plan_span *span)
{
    for (size_t i = 0; i < span->n_children; i++)
        if (!contend_span(plan, span->children[i]))
            return false;
    if (span->n_children != 2 || span->kind == PLAN_EITHER || span->kind == PLAN_BEFORE)
        return true;
    uint8_t *flags = calloc(2, plan->n_leaves + 1);
    if (flags == NULL)
        return false;
    plan_mark_leaves(span->children[0], flags);
    plan_mark_leaves(span->children[1], flags + plan->n_leaves);
    if (contend_leaves(plan, flags, flags + plan->n_leaves)) {
        memset(flags, 0, 2 * plan->n_leaves);
        bool apart = span->n_operands > 0 && operands_are_apart(plan, span, flags);
        span->wants = apart ? PLAN_WANTS_TIMES : PLAN_WANTS_SAME;
    }
    free(flags);
    return true;
}

enum status plan_contend(struct plan *plan, struct err *err)
{
    for (size_t i = 0; i < plan->n_units; i++)
        if (!contend_span(plan, plan->units[i]->unit))
            return err_nomem(err);
    return ST_OK;
}
