/* match_pair.c - NEAR and BEFORE of two patterns, stems or words of a title at the root, which match_windows.c does not
 * find; see match_state.h.
 *
 * Nothing lies between the two words of a minimal span: it is a pair of neighbours, of different words, in the merged
 * order of their occurrences.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/match_state.h"

bool match_is_word_pair(const struct plan *plan, const struct plan_span *span)
{
    if (span->kind != PLAN_NEAR && span->kind != PLAN_BEFORE)
        return false;
    const struct plan_span *a = span->children[0], *b = span->children[1];
    return plan_is_word(a) && plan_is_word(b) &&
           !plan_leaves_share(plan, a->sequence.slots[0].leaf, b->sequence.slots[0].leaf);
}

static void merge(struct matcher *m, const struct plan_span *span, struct slice a, struct slice b, struct ways *out)
{
    bool ordered = span->kind == PLAN_BEFORE;
    for (size_t i = 0, k = 0; i < a.n && k < b.n && match_step(m);) {
        bool a_first = a.items[i] < b.items[k];
        uint32_t first = a_first ? a.items[i++] : b.items[k++];
        uint32_t next = a_first ? b.items[k] : a.items[i];
        bool neighbours = a_first ? i == a.n || a.items[i] > next : k == b.n || b.items[k] > next;
        if (neighbours && (a_first || !ordered) && next - first - 1 <= span->distance &&
            !way_add(m, out, (struct way){.first = first, .last = next}))
            return;
    }
}

void match_word_pair(struct matcher *m, const struct plan_span *span, struct ways *out)
{
    const struct plan_span *left = span->children[0], *right = span->children[1];
    struct slice a = match_leaf(m, left->sequence.slots[0].leaf, left->title);
    merge(m, span, a, match_leaf(m, right->sequence.slots[0].leaf, right->title), out);
}
