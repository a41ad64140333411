/* coincide.c - see coincide.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/coincide.h"

#include <stdlib.h>

/* Whether a phrase may begin with a word that is none of its leaves. */
static bool sequence_is_open(const struct plan_sequence *seq, bool in_choice)
{
    for (size_t i = 0; i < seq->n; i++) {
        const struct plan_slot *slot = &seq->slots[i];
        if (slot->kind == PLAN_STAR || (slot->kind == PLAN_GAP && in_choice))
            return true;
        for (size_t k = 0; slot->kind == PLAN_CHOICE && k < slot->n_choices; k++)
            if (sequence_is_open(&slot->choices[k], true))
                return true;
    }
    return false;
}

/* The same of its end. */
bool coincide_ends_open(const struct plan_span *span)
{
    const struct plan_sequence *seq = &span->sequence;
    for (size_t i = 0; i < span->n_children; i++)
        if (coincide_ends_open(span->children[i]))
            return true;
    return span->n_children == 0 && seq->n > 0 && seq->slots[seq->n - 1].kind != PLAN_LEAF;
}

static bool is_open(const struct plan_span *span)
{
    if (span->n_children == 0)
        return sequence_is_open(&span->sequence, false);
    for (size_t i = 0; i < span->n_children; i++)
        if (is_open(span->children[i]))
            return true;
    return false;
}

/* Spans of two units can be identical only when both can begin with the same word. */
static bool units_overlap(const struct plan *plan, const struct plan_span *a, const struct plan_span *b, bool *ok)
{
    uint8_t *flags = calloc(2, plan->n_leaves + 1);
    if (flags == NULL) {
        *ok = false;
        return true;
    }
    plan_mark_leaves(a, flags);
    plan_mark_leaves(b, flags + plan->n_leaves);
    bool overlap = false;
    for (size_t i = 0; i < plan->n_leaves && !overlap; i++)
        for (size_t k = 0; flags[i] && k < plan->n_leaves && !overlap; k++)
            overlap = flags[plan->n_leaves + k] && plan_leaves_share(plan, (unsigned)i, (unsigned)k);
    free(flags);
    return overlap;
}

bool coincide_may(const struct plan *plan, bool *ok)
{
    for (size_t i = 0; i < plan->n_units; i++)
        for (size_t k = i + 1; k < plan->n_units; k++)
            if (is_open(plan->units[i]->unit) || is_open(plan->units[k]->unit) ||
                units_overlap(plan, plan->units[i]->unit, plan->units[k]->unit, ok))
                return true;
    return false;
}
