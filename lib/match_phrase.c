/* match_phrase.c - all spans of a phrase: words in their order with stars, gaps and choices between; see match_state.h.
 *
 * A phrase of words with one rank each is one byte string in code, found by scan.c. Any other is walked slot by slot
 * with a front (match_front.c): the ways to have matched the slots so far.
 *
 *     "a ... (b|c d) e"    after a: 3-3            after the gap: next word 1 to 17 behind
 *                          after the choice: 3-5 (b), 3-7 (c d)      after e: 3-6 | 3-8
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lib/match_state.h"

/* ---- a phrase that is one byte string ---------------------------------------------------------------------------- */

static bool add_code_way(struct matcher *m, const struct plan_span *span, bool root, uint32_t pos, struct ways *ways)
{
    uint32_t n = (uint32_t)span->sequence.n;
    struct way way = {.first = pos, .last = pos + n - 1};
    for (uint32_t i = 0; i < n; i++) {
        if (m->plan->leaves[span->sequence.slots[i].leaf].contended && !root)
            way.used = list_with(m, way.used, pos + i);
        if (m->want_words)
            way.words = list_with(m, way.words, pos + i);
    }
    return way_add(m, ways, way);
}

/* Where the phrase begins; a document is searched once. */
static struct slice code_positions(struct matcher *m, const struct plan_span *span)
{
    const struct match_doc *doc = m->doc;
    struct span_state *state = &m->spans[span->number];
    if (state->found_in != m->doc_number) {
        state->found_in = m->doc_number;
        state->found.n = 0;
        bool ok = doc->title == NULL ||
                  scan_find((struct scan_text){doc->title, doc->title_end}, &state->needle, 0, &state->found);
        if (ok && (!span->title || doc->heading_words > 0))
            ok = scan_find((struct scan_text){doc->body, doc->body_end}, &state->needle, m->base, &state->found);
        if (!ok)
            match_fail(m, err_nomem(m->err));
    }
    return (struct slice){state->found.items, state->found.n};
}

static void find_code(struct matcher *m, const struct plan_span *span, bool root, struct ways *ways)
{
    struct slice found = code_positions(m, span);
    for (size_t i = found.n > 0 ? slice_lower(found, m->lo) : 0; i < found.n && m->status == ST_OK; i++) {
        uint32_t pos = found.items[i], last = pos + (uint32_t)span->sequence.n - 1, lo, hi;
        if (last > m->hi)
            return;
        match_field(m, span->title, pos, &lo, &hi);
        if (pos >= lo && last < hi && !add_code_way(m, span, root, pos, ways))
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
    if (state->is_code) {
        find_code(m, span, root, ways);
        return;
    }
    struct front front = {.latest = root};
    walk_sequence(m, span->title, &span->sequence, &front);
    finish(m, span, &front);
    (void)copy_ways(m, &front.ways, ways);
    free(front.ways.items);
    ways_sort(m, ways);
}
