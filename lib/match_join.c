/* match_join.c - two operands: NEAR, BEFORE, NOTNEAR, SENTENCE, PARAGRAPH; and OR among them; see match_state.h.
 *
 * Distances count the other words between two hulls that do not overlap:
 *
 *     A A . . . B       A 0-1, B 5-5: 3 between
 *     A B A             hulls overlap: 0, as long as no occurrence serves both
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/match_state.h"

/* What two ways must be to each other. */
struct relation {
    enum plan_span_kind kind;
    uint32_t distance;
    uint32_t longest; /* words of the longest right-hand way */
};

bool match_near_enough(enum plan_span_kind kind, uint32_t distance, const struct way *a, const struct way *b)
{
    if (b->first > a->last)
        return b->first - a->last - 1 <= distance;
    if (kind == PLAN_BEFORE)
        return false;
    return b->last >= a->first || a->first - b->last - 1 <= distance;
}

static bool near_enough(const struct relation *r, const struct way *a, const struct way *b)
{
    return match_near_enough(r->kind, r->distance, a, b);
}

static size_t first_at_least(const struct ways *ways, uint32_t pos)
{
    size_t lo = 0, hi = ways->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (ways->items[mid].first < pos)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static struct way joined(struct matcher *m, const struct way *a, const struct way *b)
{
    return (struct way){.first = a->first < b->first ? a->first : b->first,
                        .last = a->last > b->last ? a->last : b->last,
                        .used = list_join(m, a->used, b->used),
                        .words = list_join(m, a->words, b->words)};
}

static uint32_t longest_of(const struct ways *ways)
{
    uint32_t longest = 0;
    for (size_t i = 0; i < ways->n; i++)
        if (ways->items[i].last - ways->items[i].first + 1 > longest)
            longest = ways->items[i].last - ways->items[i].first + 1;
    return longest;
}

/* The window [lo, hi] in which a right-hand way must lie (its first word, and in a sentence its last one too). */
static bool window_of(struct matcher *m, const struct relation *r, const struct way *a, uint32_t *lo, uint32_t *hi)
{
    if (r->kind == PLAN_SENTENCE || r->kind == PLAN_PARAGRAPH)
        return match_sentence(m, r->kind == PLAN_PARAGRAPH, a->first, lo, hi) && a->last <= *hi;
    uint32_t reach = r->distance + r->longest;
    *lo = a->first > reach ? a->first - reach : 0;
    if (r->kind == PLAN_BEFORE)
        *lo = a->last + 1;
    *hi = a->last + 1 + r->distance;
    return true;
}

static bool fits(const struct relation *r, const struct way *a, const struct way *b, uint32_t hi)
{
    if (r->kind == PLAN_SENTENCE || r->kind == PLAN_PARAGRAPH)
        return b->last <= hi;
    return near_enough(r, a, b);
}

/* ---- all pairs --------------------------------------------------------------------------------------------------- */

static bool join_one(struct matcher *m, const struct relation *r, const struct way *a, const struct ways *right,
                     struct ways *out)
{
    uint32_t lo, hi;
    if (!window_of(m, r, a, &lo, &hi))
        return match_step(m);
    for (size_t i = first_at_least(right, lo); i < right->n && right->items[i].first <= hi; i++) {
        const struct way *b = &right->items[i];
        if (!match_step(m))
            return false;
        if (fits(r, a, b, hi) && !lists_share(m, a->used, b->used) && !way_add(m, out, joined(m, a, b)))
            return false;
    }
    return true;
}

static void join_all(struct matcher *m, const struct relation *r, const struct ways *left, const struct ways *right,
                     struct ways *out)
{
    for (size_t i = 0; i < left->n; i++)
        if (!join_one(m, r, &left->items[i], right, out))
            return;
    ways_sort(m, out);
}

static bool has_neighbour(struct matcher *m, const struct relation *r, const struct way *a, const struct ways *right)
{
    uint32_t lo, hi;
    (void)window_of(m, r, a, &lo, &hi);
    for (size_t i = first_at_least(right, lo); i < right->n && right->items[i].first <= hi; i++) {
        if (!match_step(m))
            return true;
        if (near_enough(r, a, &right->items[i]) && !lists_share(m, a->used, right->items[i].used))
            return true;
    }
    return false;
}

void match_without_neighbours(struct matcher *m, uint32_t distance, const struct ways *left, const struct ways *right,
                              struct ways *out)
{
    struct relation r = {.kind = PLAN_NOTNEAR, .distance = distance, .longest = longest_of(right)};
    for (size_t i = 0; i < left->n; i++)
        if (!has_neighbour(m, &r, &left->items[i], right) && !way_add(m, out, left->items[i]))
            return;
}

/* ---- at the root, one operand single words: nearest neighbours only ---------------------------------------------- */

static bool holds(const struct matcher *m, struct list used, uint32_t pos)
{
    for (uint32_t i = 0; i < used.n; i++)
        if (m->pool.items[used.off + i] == pos)
            return true;
    return false;
}

/* With a way and single words: of the words before it only the last can give a minimal span, of those behind it only
 * the first, and one inside it gives its own span. after, before: the sides on which a word may stand. */
static bool join_nearest(struct matcher *m, const struct relation *r, bool before, bool after, const struct way *a,
                         const struct ways *points, struct ways *out)
{
    uint32_t lo = 0, hi = UINT32_MAX;
    bool bounded = r->kind == PLAN_SENTENCE || r->kind == PLAN_PARAGRAPH;
    if (bounded && !window_of(m, r, a, &lo, &hi))
        return match_step(m);
    size_t i = first_at_least(points, a->first), end = first_at_least(points, a->last + 1);
    const struct way *left = before && i > 0 ? &points->items[i - 1] : NULL;
    const struct way *right = after && end < points->n ? &points->items[end] : NULL;
    while (i < end && holds(m, a->used, points->items[i].first))
        i++;
    if (before && after && i < end)
        return way_add(m, out, joined(m, a, &points->items[i]));
    if (left != NULL && (bounded ? left->first >= lo : a->first - left->last - 1 <= r->distance) &&
        !way_add(m, out, joined(m, a, left)))
        return false;
    if (right != NULL && (bounded ? right->last <= hi : right->first - a->last - 1 <= r->distance) &&
        !way_add(m, out, joined(m, a, right)))
        return false;
    return match_step(m);
}

static void join_points(struct matcher *m, const struct relation *r, const struct ways *ways, bool before, bool after,
                        const struct ways *points, struct ways *out)
{
    for (size_t i = 0; i < ways->n; i++)
        if (!join_nearest(m, r, before, after, &ways->items[i], points, out))
            return;
    ways_sort(m, out);
}

/* One word, or any of some. */
static bool is_point(const struct plan_span *span)
{
    for (size_t i = 0; i < span->n_children; i++)
        if (span->kind != PLAN_EITHER || !is_point(span->children[i]))
            return false;
    return span->kind == PLAN_EITHER || plan_is_word(span);
}

/* NOTNEAR looks for neighbours outside the window of words asked for, too. */
static const struct ways *eval_right(struct matcher *m, const struct plan_span *span)
{
    uint32_t lo = m->lo, hi = m->hi;
    if (span->kind == PLAN_NOTNEAR) {
        m->lo = 0;
        m->hi = UINT32_MAX;
    }
    const struct ways *ways = match_eval(m, span->children[1], false);
    m->lo = lo;
    m->hi = hi;
    return ways;
}

void match_join(struct matcher *m, const struct plan_span *span, bool root, struct ways *out)
{
    const struct plan_span *left_span = span->children[0], *right_span = span->children[1];
    const struct ways *left = match_eval(m, left_span, false);
    if (left->n == 0 || m->status != ST_OK)
        return;
    const struct ways *right = eval_right(m, span);
    if (m->status != ST_OK || (right->n == 0 && span->kind != PLAN_NOTNEAR))
        return;
    struct relation r = {.kind = span->kind, .distance = span->distance, .longest = longest_of(right)};
    bool ordered = span->kind == PLAN_BEFORE;
    if (span->kind == PLAN_NOTNEAR)
        match_without_neighbours(m, span->distance, left, right, out);
    else if (root && is_point(right_span))
        join_points(m, &r, left, !ordered, true, right, out);
    else if (root && is_point(left_span))
        join_points(m, &r, right, true, !ordered, left, out);
    else
        join_all(m, &r, left, right, out);
}
