/* match_phrase.c - all spans of a phrase: words in their order with stars, gaps and choices between; see match_state.h.
 *
 * A phrase of words with one rank each is one byte string in code, found by scan.c. Any other is walked slot by slot
 * with a front: all ways to have matched the slots so far.
 *
 *     "a ... (b|c d) e"    after a: 3-3            after the gap: next word 1 to 17 behind
 *                          after the choice: 3-5 (b), 3-7 (c d)      after e: 3-6 | 3-8
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lib/match_state.h"

/* ---- a phrase that is one byte string ---------------------------------------------------------------------------- */

static bool add_code_way(struct matcher *m, const struct plan_span *span, uint32_t pos, struct ways *ways)
{
    uint32_t n = (uint32_t)span->sequence.n;
    if (pos < m->lo || pos + n - 1 > m->hi)
        return true;
    struct way way = {.first = pos, .last = pos + n - 1};
    for (uint32_t i = 0; i < n; i++) {
        if (m->plan->leaves[span->sequence.slots[i].leaf].contended)
            way.used = list_with(m, way.used, pos + i);
        if (m->want_words)
            way.words = list_with(m, way.words, pos + i);
    }
    return way_add(m, ways, way);
}

static void find_code(struct matcher *m, const struct plan_span *span, struct ways *ways)
{
    const struct match_doc *doc = m->doc;
    const struct scan_needle *needle = &m->spans[span->number].needle;
    m->codes.n = 0;
    bool ok = doc->title == NULL || scan_find((struct scan_text){doc->title, doc->title_end}, needle, 0, &m->codes);
    if (ok && (!span->title || doc->heading_words > 0))
        ok = scan_find((struct scan_text){doc->body, doc->body_end}, needle, m->base, &m->codes);
    if (!ok) {
        match_fail(m, err_nomem(m->err));
        return;
    }
    for (size_t i = 0; i < m->codes.n; i++) {
        uint32_t pos = m->codes.items[i], lo, hi;
        match_field(m, span->title, pos, &lo, &hi);
        if (pos >= lo && pos + span->sequence.n <= hi && !add_code_way(m, span, pos, ways))
            return;
    }
}

/* ---- any phrase -------------------------------------------------------------------------------------------------- */

/* The ways so far; the next word stands least to most words behind the last one. Before the first word there are no
 * ways yet, and least to most words stand in front of it: stars, and gaps behind a star. */
struct front {
    bool root;  /* of the query: only minimal spans are wanted */
    bool begun;
    uint32_t least, most;
    struct ways ways;
};

static struct way way_with(struct matcher *m, struct way way, const struct plan_leaf *leaf, uint32_t pos)
{
    way.last = pos;
    if (leaf->contended)
        way.used = list_with(m, way.used, pos);
    if (m->want_words)
        way.words = list_with(m, way.words, pos);
    return way;
}

static bool begin_at(struct matcher *m, bool title, unsigned leaf, const struct front *front, uint32_t pos,
                     struct ways *out)
{
    uint32_t lo, hi;
    match_field(m, title, pos, &lo, &hi);
    if (pos >= hi)
        return true;
    struct way way = way_with(m, (struct way){0}, &m->plan->leaves[leaf], pos);
    for (uint32_t before = front->least; before <= front->most && pos >= lo + before && pos - before >= m->lo;
         before++) {
        way.first = pos - before;
        if (!way_add(m, out, way))
            return false;
    }
    return true;
}

static bool go_on_from(struct matcher *m, const struct front *front, struct slice found, unsigned leaf,
                       const struct way *way, struct ways *out)
{
    uint32_t from = way->last + 1 + front->least;
    for (size_t i = slice_lower(found, from); i < found.n && found.items[i] <= way->last + 1 + front->most; i++)
        if (!way_add(m, out, way_with(m, *way, &m->plan->leaves[leaf], found.items[i])))
            return false;
    return true;
}

static int compare_lasts(const void *a, const void *b)
{
    const struct way *x = a, *y = b;
    if (x->last != y->last)
        return x->last < y->last ? -1 : 1;
    return (x->first < y->first) - (x->first > y->first);
}

/* How a phrase goes on depends on where it stands, not on where it began: at the root, of ways to the same place the
 * one that began last gives the shortest spans, and no other operand cares which words it used. */
static void keep_latest(struct ways *ways)
{
    if (ways->n < 2)
        return;
    qsort(ways->items, ways->n, sizeof *ways->items, compare_lasts);
    size_t n = 1;
    for (size_t i = 1; i < ways->n; i++)
        if (ways->items[i].last != ways->items[n - 1].last)
            ways->items[n++] = ways->items[i];
    ways->n = n;
}

static void walk_leaf(struct matcher *m, bool title, unsigned leaf, struct front *front)
{
    struct slice found = match_leaf(m, leaf, title);
    struct ways next = {0};
    bool ok = true;
    if (!front->begun)
        for (size_t i = 0; i < found.n && ok; i++)
            ok = begin_at(m, title, leaf, front, found.items[i], &next);
    for (size_t i = 0; i < front->ways.n && ok; i++)
        ok = go_on_from(m, front, found, leaf, &front->ways.items[i], &next);
    if (front->root)
        keep_latest(&next);
    else if (front->most > front->least)
        ways_sort(m, &next);
    free(front->ways.items);
    *front = (struct front){.root = front->root, .begun = true, .ways = next};
}

/* Makes spans end where the stars and gaps behind their last word do, whichever way they fall. */
static void settle(struct matcher *m, bool title, struct front *front)
{
    if (!front->begun || front->most == 0)
        return;
    struct ways next = {0};
    bool ok = true;
    for (size_t i = 0; i < front->ways.n; i++) {
        struct way way = front->ways.items[i];
        uint32_t lo, hi;
        match_field(m, title, way.last, &lo, &hi);
        for (uint32_t d = front->least; ok && d <= front->most && way.last + d < hi && way.last + d <= m->hi; d++) {
            struct way longer = way;
            longer.last += d;
            ok = way_add(m, &next, longer);
        }
    }
    ways_sort(m, &next);
    free(front->ways.items);
    *front = (struct front){.root = front->root, .begun = true, .ways = next};
}

static void begin_range(struct matcher *m, uint32_t words, uint32_t lo, uint32_t hi, struct ways *out)
{
    lo = lo < m->lo ? m->lo : lo;
    for (uint32_t pos = lo; hi >= words && pos <= hi - words && pos + words - 1 <= m->hi; pos++)
        if (!way_add(m, out, (struct way){.first = pos, .last = pos + words - 1}))
            return;
}

/* A choice of nothing but stars at the beginning: they fall anywhere. */
static void begin_anywhere(struct matcher *m, bool title, struct front *front)
{
    for (uint32_t words = front->least; words <= front->most && m->status == ST_OK; words++) {
        uint32_t lo, hi;
        if (m->doc->n_title > 0) {
            match_field(m, title, 0, &lo, &hi);
            begin_range(m, words, lo, hi, &front->ways);
        }
        match_field(m, title, m->base, &lo, &hi);
        begin_range(m, words, lo, hi, &front->ways);
    }
    front->begun = true;
    front->least = front->most = 0;
}

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
        struct front branch = {.root = front->root, .begun = front->begun, .least = front->least, .most = front->most};
        ok = copy_ways(m, &front->ways, &branch.ways);
        if (ok)
            walk_sequence(m, title, &slot->choices[i], &branch);
        if (!branch.begun)
            begin_anywhere(m, title, &branch);
        settle(m, title, &branch);
        ok = ok && copy_ways(m, &branch.ways, &all);
        free(branch.ways.items);
    }
    ways_sort(m, &all);
    free(front->ways.items);
    *front = (struct front){.root = front->root, .begun = true, .ways = all};
}

static void walk_sequence(struct matcher *m, bool title, const struct plan_sequence *seq, struct front *front)
{
    for (size_t i = 0; i < seq->n && m->status == ST_OK; i++) {
        const struct plan_slot *slot = &seq->slots[i];
        switch (slot->kind) {
        case PLAN_LEAF:
            walk_leaf(m, title, slot->leaf, front);
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

void match_phrase(struct matcher *m, const struct plan_span *span, bool root, struct ways *ways)
{
    const struct span_state *state = &m->spans[span->number];
    if (state->absent)
        return;
    if (state->is_code) {
        find_code(m, span, ways);
        return;
    }
    struct front front = {.root = root};
    walk_sequence(m, span->title, &span->sequence, &front);
    if (!front.begun)
        begin_anywhere(m, span->title, &front);
    settle(m, span->title, &front);
    (void)copy_ways(m, &front.ways, ways);
    free(front.ways.items);
    ways_sort(m, ways);
}
