/* match_ways.c - ways to match and the lists of positions they carry; see match_state.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/match_state.h"

void match_fail(struct matcher *m, enum status status)
{
    if (m->status == ST_OK)
        m->status = status;
}

enum { STEPS_BETWEEN_CHECKS = 1 << 14 };

bool match_step(struct matcher *m)
{
    if (m->status != ST_OK)
        return false;
    if (++m->work % STEPS_BETWEEN_CHECKS == 0 && m->stop.check != NULL)
        match_fail(m, m->stop.check(m->stop.arg, m->err));
    return m->status == ST_OK;
}

static void too_many(struct matcher *m)
{
    match_fail(m, err_set(m->err, ST_TOO_BROAD,
                          "more than %d ways to match in one document: use smaller or fewer distances and gaps",
                          MATCH_MAX_WAYS));
}

bool way_add(struct matcher *m, struct ways *ways, struct way way)
{
    if (!match_step(m))
        return false;
    if (ways->n >= MATCH_MAX_WAYS) {
        too_many(m);
        return false;
    }
    if (!ARRAY_RESERVE(ways->items, ways->cap, ways->n + 1)) {
        match_fail(m, err_nomem(m->err));
        return false;
    }
    ways->items[ways->n++] = way;
    return true;
}

/* Room for n more positions in the pool, or NULL. */
static uint32_t *pool_room(struct matcher *m, size_t n)
{
    if (m->status != ST_OK)
        return NULL;
    if (m->pool.n + n > (size_t)MATCH_MAX_WAYS * 4) {
        too_many(m);
        return NULL;
    }
    if (!ARRAY_RESERVE(m->pool.items, m->pool.cap, m->pool.n + n)) {
        match_fail(m, err_nomem(m->err));
        return NULL;
    }
    return m->pool.items + m->pool.n;
}

struct list list_with(struct matcher *m, struct list list, uint32_t pos)
{
    uint32_t *room = pool_room(m, list.n + 1u);
    if (room == NULL)
        return (struct list){0};
    if (list.n > 0)
        memcpy(room, m->pool.items + list.off, list.n * sizeof *room);
    room[list.n] = pos;
    struct list longer = {(uint32_t)m->pool.n, list.n + 1};
    m->pool.n += longer.n;
    return longer;
}

struct list list_join(struct matcher *m, struct list a, struct list b)
{
    if (a.n == 0)
        return b;
    if (b.n == 0)
        return a;
    uint32_t *out = pool_room(m, (size_t)a.n + b.n);
    if (out == NULL)
        return (struct list){0};
    const uint32_t *x = m->pool.items + a.off, *x_end = x + a.n;
    const uint32_t *y = m->pool.items + b.off, *y_end = y + b.n;
    while (x < x_end || y < y_end)
        *out++ = y == y_end || (x < x_end && *x < *y) ? *x++ : *y++;
    struct list joined = {(uint32_t)m->pool.n, a.n + b.n};
    m->pool.n += joined.n;
    return joined;
}

bool lists_share(const struct matcher *m, struct list a, struct list b)
{
    if (a.n == 0 || b.n == 0)
        return false;
    const uint32_t *x = m->pool.items + a.off, *x_end = x + a.n;
    const uint32_t *y = m->pool.items + b.off, *y_end = y + b.n;
    while (x < x_end && y < y_end) {
        if (*x == *y)
            return true;
        if (*x < *y)
            x++;
        else
            y++;
    }
    return false;
}

static int compare_lists(const uint32_t *pool, struct list a, struct list b)
{
    if (a.n != b.n)
        return a.n < b.n ? -1 : 1;
    for (uint32_t i = 0; i < a.n; i++) {
        uint32_t x = pool[a.off + i], y = pool[b.off + i];
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

/* Never 0 for ways that differ in what matters. */
typedef int compare_fn(const uint32_t *pool, const struct way *x, const struct way *y);

static int compare_ways(const uint32_t *pool, const struct way *x, const struct way *y)
{
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    if (x->last != y->last)
        return x->last < y->last ? -1 : 1;
    return compare_lists(pool, x->used, y->used);
}

static int compare_lasts(const uint32_t *pool, const struct way *x, const struct way *y)
{
    (void)pool;
    if (x->last != y->last)
        return x->last < y->last ? -1 : 1;
    return (x->first < y->first) - (x->first > y->first);
}

/* End of the ascending run without equals that begins at i. */
static size_t run_end(const struct matcher *m, compare_fn *compare, const struct way *items, size_t n, size_t i)
{
    for (i++; i < n && compare(m->pool.items, &items[i - 1], &items[i]) < 0; i++)
        ;
    return i;
}

/* Merges runs a[0, n_a) and b[0, n_b) into out, equal ones once; returns how many. */
static size_t merge_runs(struct matcher *m, compare_fn *compare, const struct way *a, size_t n_a, const struct way *b,
                         size_t n_b, struct way *out)
{
    size_t n = 0, i = 0, k = 0;
    while ((i < n_a || k < n_b) && match_step(m)) {
        int order = i == n_a ? 1 : k == n_b ? -1 : compare(m->pool.items, &a[i], &b[k]);
        k += order == 0;
        out[n++] = order <= 0 ? a[i++] : b[k++];
    }
    return n;
}

/* Merges neighbouring runs of from into to, and returns the ways that are left. */
static size_t merge_pass(struct matcher *m, compare_fn *compare, const struct way *from, size_t n, struct way *to)
{
    size_t out = 0;
    for (size_t i = 0; i < n && m->status == ST_OK;) {
        size_t mid = run_end(m, compare, from, n, i), end = mid < n ? run_end(m, compare, from, n, mid) : mid;
        out += merge_runs(m, compare, from + i, mid - i, from + mid, end - mid, to + out);
        i = end;
    }
    return out;
}

/* A merge sort of the runs that there are: joins give long ones, and between steps it can be stopped. */
static void sort(struct matcher *m, compare_fn *compare, struct ways *ways)
{
    if (ways->n < 2 || run_end(m, compare, ways->items, ways->n, 0) == ways->n)
        return;
    struct way *other = malloc(ways->n * sizeof *other);
    if (other == NULL) {
        match_fail(m, err_nomem(m->err));
        return;
    }
    struct way *from = ways->items, *to = other;
    size_t n = ways->n;
    while (m->status == ST_OK && run_end(m, compare, from, n, 0) < n) {
        n = merge_pass(m, compare, from, n, to);
        struct way *swap = from;
        from = to;
        to = swap;
    }
    if (from != ways->items && n > 0)
        memcpy(ways->items, from, n * sizeof *from);
    ways->n = n;
    free(other);
}

void ways_sort(struct matcher *m, struct ways *ways)
{
    sort(m, compare_ways, ways);
}

void ways_latest(struct matcher *m, struct ways *ways)
{
    sort(m, compare_lasts, ways);
    size_t n = ways->n > 0;
    for (size_t i = 1; i < ways->n; i++)
        if (ways->items[i].last != ways->items[n - 1].last)
            ways->items[n++] = ways->items[i];
    ways->n = n;
}

/* From the right: a span contains another exactly when one that begins no earlier ends no later.
 *
 *     first  2 2 5 7
 *     last   6 9 8 8      2-9 contains 2-6, 5-8 contains 7-8: left are 2-6 and 7-8
 */
void ways_minimal(struct ways *ways)
{
    uint32_t least = UINT32_MAX;
    size_t kept = ways->n;
    for (size_t i = ways->n; i-- > 0;) {
        struct way *way = &ways->items[i];
        bool shadowed = i > 0 && ways->items[i - 1].first == way->first; /* the one before is no longer */
        if (way->last < least && !shadowed) {
            least = way->last;
            ways->items[--kept] = *way;
        }
    }
    if (kept > 0)
        memmove(ways->items, ways->items + kept, (ways->n - kept) * sizeof *ways->items);
    ways->n -= kept;
}
