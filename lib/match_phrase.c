/* match_phrase.c - all spans of a phrase: words in their order with stars, gaps and choices between; see match_state.h.
 *
 * A phrase in which every word has its place is found around its rarest words (match_fixed.c). Any other is walked slot
 * by slot with a front (match_front.c): the ways to have matched the slots so far.
 *
 *     "a ... (b|c d) e"    after a: 3-3            after the gap: next word 1 to 17 behind
 *                          after the choice: 3-5 (b), 3-7 (c d)      after e: 3-6 | 3-8
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lib/match_state.h"

/* ---- a phrase whose words have their places ---------------------------------------------------------------------- */

static bool add_fixed_way(struct matcher *m, const struct plan_span *span, bool root, uint32_t pos, struct ways *ways)
{
    uint32_t n = (uint32_t)span->sequence.n;
    struct way way = {.first = pos, .last = pos + n - 1};
    for (uint32_t i = 0; i < n; i++) {
        const struct plan_slot *slot = &span->sequence.slots[i];
        if (slot->kind == PLAN_LEAF && m->plan->leaves[slot->leaf].contended && !root)
            way.used = list_with(m, way.used, pos + i);
        if (slot->kind == PLAN_LEAF && m->want_words)
            way.words = list_with(m, way.words, pos + i);
    }
    return way_add(m, ways, way);
}

static void find_fixed(struct matcher *m, const struct plan_span *span, bool root, struct ways *ways)
{
    struct slice found = match_fixed(m, span);
    for (size_t i = found.n > 0 ? slice_lower(found, m->lo) : 0; i < found.n && m->status == ST_OK; i++) {
        uint32_t pos = found.items[i], last = pos + (uint32_t)span->sequence.n - 1, lo, hi;
        if (last > m->hi)
            return;
        match_field(m, span->title, pos, &lo, &hi);
        if (pos >= lo && last < hi && !add_fixed_way(m, span, root, pos, ways))
            return;
    }
}

/* ---- any phrase -------------------------------------------------------------------------------------------------- */

static void walk_sequence(struct matcher *m, bool title, const struct plan_sequence *seq, struct front *front);

static bool copy_ways(struct matcher *m, const struct ways *from, struct ways *to)
{
    for (size_t i = 0; i < from->n; i++)
        if (!way_add(m, to, from->items[i]))
            return false;
    return true;
}

static void walk_choice(struct matcher *m, bool title, const struct plan_slot *slot, struct front *front)
{
    struct ways all = {0};
    bool ok = true;
    for (size_t i = 0; i < slot->n_choices && ok; i++) {
        struct front branch = *front;
        branch.ways = (struct ways){0};
        ok = copy_ways(m, &front->ways, &branch.ways);
        if (ok)
            walk_sequence(m, title, &slot->choices[i], &branch);
        if (!branch.begun)
            front_begin_anywhere(m, title, &branch);
        front_settle(m, title, &branch);
        ok = ok && copy_ways(m, &branch.ways, &all);
        free(branch.ways.items);
    }
    if (front->latest)
        ways_latest(m, &all);
    else
        ways_sort(m, &all);
    free(front->ways.items);
    *front = (struct front){.latest = front->latest, .begun = true, .ways = all};
}

static void walk_sequence(struct matcher *m, bool title, const struct plan_sequence *seq, struct front *front)
{
    for (size_t i = 0; i < seq->n && m->status == ST_OK; i++) {
        const struct plan_slot *slot = &seq->slots[i];
        switch (slot->kind) {
        case PLAN_LEAF:
            front_step(m, title, slot->leaf, front);
            break;
        case PLAN_STAR:
            front->least++;
            front->most++;
            break;
        case PLAN_GAP:
            front->most += slot->gap;
            break;
        case PLAN_CHOICE:
            walk_choice(m, title, slot, front);
            break;
        }
        if (front->begun && front->ways.n == 0)
            return;
    }
}

/* Gaps and stars behind the last word only make spans longer. */
static void finish(struct matcher *m, const struct plan_span *span, struct front *front)
{
    if (!front->begun) {
        front_begin_anywhere(m, span->title, front);
        return;
    }
    if (front->latest)
        front->most = front->least;
    front_settle(m, span->title, front);
}

void match_phrase(struct matcher *m, const struct plan_span *span, bool root, struct ways *ways)
{
    const struct span_state *state = &m->spans[span->number];
    if (state->absent || (span->least_words > m->doc->n_body && span->least_words > m->doc->n_title))
        return;
    if (state->is_fixed) {
        find_fixed(m, span, root, ways);
        return;
    }
    struct front front = {.latest = root};
    walk_sequence(m, span->title, &span->sequence, &front);
    finish(m, span, &front);
    (void)copy_ways(m, &front.ways, ways);
    free(front.ways.items);
    ways_sort(m, ways);
}
