/* match_unordered.c - "..."~k: all the words in any order, at most k other words among them; see match_state.h.
 *
 * The occurrences of all words in text order are events. At the root only the shortest windows count: two ends move
 * over the events. Under another operator every hull counts, and where another operand may want the same occurrences
 * every choice of them. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/match_state.h"

struct event {
    uint32_t pos;
    uint32_t want; /* which of the wanted words, as an index into wants */
};

struct want {
    unsigned leaf;
    uint32_t need;   /* times it is wanted */
    uint32_t have;   /* in the window */
    uint32_t picked; /* scratch of pick_words */
};

struct unordered {
    struct matcher *m;
    struct want *wants;
    size_t n_wants;
    struct event *events;
    size_t n_events;
    uint32_t n_words;  /* wanted in all */
    uint32_t longest;  /* words that a hull may cover */
    uint32_t missing;  /* wanted and not in the window */
    struct ways *ways;
};

/* ---- events ------------------------------------------------------------------------------------------------------ */

static void add_want(struct unordered *u, unsigned leaf)
{
    for (size_t i = 0; i < u->n_wants; i++) {
        if (u->wants[i].leaf == leaf) {
            u->wants[i].need++;
            return;
        }
    }
    u->wants[u->n_wants++] = (struct want){.leaf = leaf, .need = 1};
}

static int compare_events(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    return (x->pos > y->pos) - (x->pos < y->pos);
}

/* False when a word has too few occurrences, or on failure. */
static bool gather(struct unordered *u, const struct plan_span *span)
{
    struct matcher *m = u->m;
    u->wants = calloc(span->sequence.n, sizeof *u->wants);
    if (u->wants == NULL) {
        match_fail(m, err_nomem(m->err));
        return false;
    }
    for (size_t i = 0; i < span->sequence.n; i++)
        add_want(u, span->sequence.slots[i].leaf);
    for (size_t i = 0; i < u->n_wants; i++) {
        size_t n = match_leaf(m, u->wants[i].leaf, span->title).n;
        if (n < u->wants[i].need)
            return false;
        u->n_events += n;
    }
    u->events = malloc(u->n_events * sizeof *u->events);
    if (u->events == NULL) {
        match_fail(m, err_nomem(m->err));
        return false;
    }
    size_t n = 0;
    for (size_t i = 0; i < u->n_wants; i++) {
        struct slice found = match_leaf(m, u->wants[i].leaf, span->title);
        for (size_t k = 0; k < found.n; k++)
            u->events[n++] = (struct event){found.items[k], (uint32_t)i};
    }
    qsort(u->events, n, sizeof *u->events, compare_events);
    return true;
}

/* ---- windows ----------------------------------------------------------------------------------------------------- */

static void put_in(struct unordered *u, const struct event *e)
{
    struct want *want = &u->wants[e->want];
    if (want->have++ < want->need)
        u->missing--;
}

static void take_out(struct unordered *u, const struct event *e)
{
    struct want *want = &u->wants[e->want];
    if (want->have-- <= want->need)
        u->missing++;
}

/* The words of one choice inside events [i, k], both of which it uses: the first that come, from the left. */
static struct list pick_words(struct unordered *u, size_t i, size_t k)
{
    struct list words = {0};
    for (size_t w = 0; w < u->n_wants; w++)
        u->wants[w].picked = 0;
    u->wants[u->events[k].want].picked++;
    for (size_t j = i; j < k; j++) {
        struct want *want = &u->wants[u->events[j].want];
        if (want->picked < want->need) {
            want->picked++;
            words = list_with(u->m, words, u->events[j].pos);
        }
    }
    return list_with(u->m, words, u->events[k].pos);
}

static bool add_hull(struct unordered *u, size_t i, size_t k)
{
    struct way way = {.first = u->events[i].pos, .last = u->events[k].pos};
    if (u->m->want_words)
        way.words = pick_words(u, i, k);
    return way_add(u->m, u->ways, way);
}

/* For every right end the latest left end: nothing shorter ends there. */
static void shortest_windows(struct unordered *u)
{
    size_t left = 0;
    for (size_t right = 0; right < u->n_events && match_step(u->m); right++) {
        put_in(u, &u->events[right]);
        while (u->missing == 0) {
            const struct want *first = &u->wants[u->events[left].want];
            if (first->have == first->need)
                break;
            take_out(u, &u->events[left++]);
        }
        if (u->missing > 0 || u->events[right].pos - u->events[left].pos + 1 > u->longest)
            continue;
        if (!add_hull(u, left, right))
            return;
    }
}

/* Every pair of ends between which the other words can be had. */
static void all_hulls(struct unordered *u)
{
    for (size_t i = 0; i < u->n_events; i++) {
        for (size_t w = 0; w < u->n_wants; w++)
            u->wants[w].have = 0;
        u->missing = u->n_words;
        for (size_t k = i; k < u->n_events && u->events[k].pos - u->events[i].pos < u->longest; k++) {
            put_in(u, &u->events[k]);
            /* both ends must be words of the choice: with too many of a word inside, one may still be the end */
            const struct want *a = &u->wants[u->events[i].want], *b = &u->wants[u->events[k].want];
            bool ends_fit = i == k ? u->n_words == 1 : a != b || a->need >= 2;
            if (!match_step(u->m))
                return;
            if (u->missing > 0 || !ends_fit)
                continue;
            if (!add_hull(u, i, k))
                return;
        }
    }
}

/* ---- choices ----------------------------------------------------------------------------------------------------- */

/* Takes events from index i on, in order, until every want is met. */
static void choose(struct unordered *u, size_t i, struct way way, uint32_t taken)
{
    if (taken == u->n_words) {
        (void)way_add(u->m, u->ways, way);
        return;
    }
    for (; i < u->n_events && match_step(u->m); i++) {
        const struct event *e = &u->events[i];
        if (taken > 0 && e->pos - way.first >= u->longest)
            return;
        struct want *want = &u->wants[e->want];
        if (want->have == want->need)
            continue;
        struct way longer = way;
        longer.first = taken == 0 ? e->pos : way.first;
        longer.last = e->pos;
        if (u->m->plan->leaves[want->leaf].contended)
            longer.used = list_with(u->m, way.used, e->pos);
        if (u->m->want_words)
            longer.words = list_with(u->m, way.words, e->pos);
        want->have++;
        choose(u, i + 1, longer, taken + 1);
        want->have--;
    }
}

static bool is_contended(const struct unordered *u)
{
    for (size_t i = 0; i < u->n_wants; i++)
        if (u->m->plan->leaves[u->wants[i].leaf].contended)
            return true;
    return false;
}

void match_unordered(struct matcher *m, const struct plan_span *span, bool root, struct ways *ways)
{
    struct unordered u = {.m = m,
                          .n_words = (uint32_t)span->sequence.n,
                          .longest = (uint32_t)span->sequence.n + span->distance,
                          .missing = (uint32_t)span->sequence.n,
                          .ways = ways};
    if (!m->spans[span->number].absent && gather(&u, span)) {
        if (root)
            shortest_windows(&u);
        else if (is_contended(&u))
            choose(&u, 0, (struct way){0}, 0);
        else
            all_hulls(&u);
        ways_sort(m, ways);
    }
    free(u.wants);
    free(u.events);
}
