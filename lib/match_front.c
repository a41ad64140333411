/* match_front.c - moving the front of a phrase that is walked slot by slot (match_phrase.c): to its beginning, over a
 * word, to where stars and gaps end; see match_state.h.
 *
 * Any operand but a whole unit needs all its ways. Of a unit's ways to the same place the one that began last gives the
 * shortest spans, since how a phrase goes on depends on where it stands and not on where it began: `latest` fronts keep
 * that one only, and then every move takes time that grows with the document, not with the gaps.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lib/array.h"
#include "lib/match_state.h"

static struct way way_with(struct matcher *m, const struct front *front, struct way way, unsigned leaf, uint32_t pos)
{
    way.last = pos;
    if (m->plan->leaves[leaf].contended && !front->latest)
        way.used = list_with(m, way.used, pos);
    if (m->want_words)
        way.words = list_with(m, way.words, pos);
    return way;
}

static void replace_ways(struct front *front, struct ways ways)
{
    free(front->ways.items);
    front->ways = ways;
    front->begun = true;
    front->least = front->most = 0;
}

/* ---- the way that began last ------------------------------------------------------------------------------------- */

/* A window that moves over a latest front: of the ways that end in it, the one that began last. The queue holds those
 * that may still become it, beginning ever earlier; a way is put in and taken out once. */
struct window {
    const struct way *items;
    size_t n, next;  /* next: the first way not yet put in */
    uint32_t *queue; /* scratch of the matcher, room for n */
    size_t head, tail;
};

static bool window_begin(struct matcher *m, const struct ways *ways, struct window *window)
{
    if (!ARRAY_RESERVE(m->near.items, m->near.cap, ways->n + 1)) {
        match_fail(m, err_nomem(m->err));
        return false;
    }
    *window = (struct window){.items = ways->items, .n = ways->n, .queue = m->near.items};
    return true;
}

/* Moves on to [from, to]; NULL when no way ends there. */
static const struct way *window_move(struct window *w, int64_t from, int64_t to)
{
    for (; w->next < w->n && w->items[w->next].last <= to; w->next++) {
        while (w->tail > w->head && w->items[w->queue[w->tail - 1]].first <= w->items[w->next].first)
            w->tail--;
        w->queue[w->tail++] = (uint32_t)w->next;
    }
    while (w->head < w->tail && w->items[w->queue[w->head]].last < from)
        w->head++;
    return w->head < w->tail ? &w->items[w->queue[w->head]] : NULL;
}

static void step_latest(struct matcher *m, const struct front *front, struct slice found, unsigned leaf,
                        struct ways *out)
{
    struct window window;
    if (front->ways.n == 0 || !window_begin(m, &front->ways, &window))
        return;
    const struct way *end = front->ways.items + front->ways.n;
    for (size_t i = slice_lower(found, front->ways.items->last + 1); i < found.n && match_step(m); i++) {
        int64_t pos = found.items[i];
        if (pos > (int64_t)end[-1].last + 1 + front->most)
            return;
        const struct way *way = window_move(&window, pos - 1 - front->most, pos - 1 - front->least);
        if (way != NULL && !way_add(m, out, way_with(m, front, *way, leaf, found.items[i])))
            return;
    }
}

static void settle_latest(struct matcher *m, bool title, const struct front *front, struct ways *out)
{
    struct window window;
    if (front->ways.n == 0 || !window_begin(m, &front->ways, &window))
        return;
    const struct way *ways = front->ways.items;
    int64_t end = (int64_t)ways[front->ways.n - 1].last + front->most;
    for (int64_t pos = (int64_t)ways->last + front->least; pos <= end && pos <= m->hi && match_step(m); pos++) {
        const struct way *way = window_move(&window, pos - front->most, pos - front->least);
        if (way == NULL) {
            pos = window.next < window.n ? (int64_t)ways[window.next].last + front->least - 1 : end;
            continue;
        }
        uint32_t lo, hi;
        match_field(m, title, way->last, &lo, &hi);
        struct way longer = *way;
        longer.last = (uint32_t)pos;
        if (pos < hi && !way_add(m, out, longer))
            return;
    }
}

/* ---- all ways ---------------------------------------------------------------------------------------------------- */

static void step_all(struct matcher *m, const struct front *front, struct slice found, unsigned leaf, struct ways *out)
{
    for (size_t k = 0; k < front->ways.n; k++) {
        const struct way *way = &front->ways.items[k];
        uint32_t most = way->last + 1 + front->most;
        for (size_t i = slice_lower(found, way->last + 1 + front->least); i < found.n && found.items[i] <= most; i++)
            if (!way_add(m, out, way_with(m, front, *way, leaf, found.items[i])))
                return;
    }
    if (front->most > front->least)
        ways_sort(m, out);
}

static void settle_all(struct matcher *m, bool title, const struct front *front, struct ways *out)
{
    for (size_t i = 0; i < front->ways.n; i++) {
        struct way way = front->ways.items[i];
        uint32_t lo, hi, from = way.last;
        match_field(m, title, from, &lo, &hi);
        for (uint32_t d = front->least; d <= front->most && from + d < hi && from + d <= m->hi; d++) {
            way.last = from + d;
            if (!way_add(m, out, way))
                return;
        }
    }
    ways_sort(m, out);
}

/* ---- moves ------------------------------------------------------------------------------------------------------- */

static bool begin_at(struct matcher *m, bool title, const struct front *front, unsigned leaf, uint32_t pos,
                     struct ways *out)
{
    uint32_t lo, hi, most = front->latest ? front->least : front->most;
    match_field(m, title, pos, &lo, &hi);
    if (pos >= hi)
        return true;
    struct way way = way_with(m, front, (struct way){0}, leaf, pos);
    for (uint32_t before = front->least; before <= most && pos >= lo + before && pos - before >= m->lo; before++) {
        way.first = pos - before;
        if (!way_add(m, out, way))
            return false;
    }
    return true;
}

void front_step(struct matcher *m, bool title, unsigned leaf, struct front *front)
{
    struct slice found = match_leaf(m, leaf, title);
    struct ways next = {0};
    if (!front->begun)
        for (size_t i = 0; i < found.n && begin_at(m, title, front, leaf, found.items[i], &next); i++)
            ;
    else if (front->latest)
        step_latest(m, front, found, leaf, &next);
    else
        step_all(m, front, found, leaf, &next);
    replace_ways(front, next);
}

void front_settle(struct matcher *m, bool title, struct front *front)
{
    struct ways next = {0};
    if (!front->begun || front->most == 0)
        return;
    if (front->latest)
        settle_latest(m, title, front, &next);
    else
        settle_all(m, title, front, &next);
    replace_ways(front, next);
}

static void begin_range(struct matcher *m, uint32_t words, uint32_t lo, uint32_t hi, struct ways *out)
{
    lo = lo < m->lo ? m->lo : lo;
    for (uint32_t pos = lo; hi >= words && pos <= hi - words && pos + words - 1 <= m->hi; pos++)
        if (!way_add(m, out, (struct way){.first = pos, .last = pos + words - 1}))
            return;
}

void front_begin_anywhere(struct matcher *m, bool title, struct front *front)
{
    uint32_t most = front->latest ? front->least : front->most;
    struct ways ways = {0};
    for (uint32_t words = front->least; words <= most && m->status == ST_OK; words++) {
        uint32_t lo, hi;
        if (m->doc->n_title > 0) {
            match_field(m, title, 0, &lo, &hi);
            begin_range(m, words, lo, hi, &ways);
        }
        match_field(m, title, m->base, &lo, &hi);
        begin_range(m, words, lo, hi, &ways);
    }
    replace_ways(front, ways);
}
