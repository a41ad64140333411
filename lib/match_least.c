/* match_least.c - the minimal spans of a node with operands, without listing all spans of its operands where that can
 * be helped; see match_state.h.
 *
 * Leave distances out of a query, and the minimal spans of a node come from those of its operands alone, in one pass
 * over them (Clarke, Cormack, Burkowski 1995): below, loose spans. Every match contains one. A loose span whose parts
 * are near enough to each other is a match, and then nothing that contains it is minimal. Common words stand close
 * together, so that this is nearly all there is; only around loose spans whose parts are too far apart, which wider
 * spans of an operand might bridge, all spans are listed (match_join.c).
 *
 *     (a NEAR/9 b) NEAR/1 c      in   a . . b . . . c . . . . a . c b
 *                                     [-----------]                       too far apart: look at what is around
 *                                                             [-----]     near enough: a match
 *
 * For all this no two operands may want the same occurrence. A chain of one operator in which single words come again
 * is read as so many occurrences of each (plan_operand). SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/array.h"
#include "lib/match_state.h"

static void find_loose(struct matcher *m, const struct plan_span *span, struct ways *out);

/* The loose spans of an operand, in its own list. */
static struct ways *loose_of(struct matcher *m, const struct plan_span *span)
{
    struct ways *ways = &m->spans[span->number].least;
    ways->n = 0;
    if (m->status == ST_OK)
        find_loose(m, span, ways);
    return ways;
}

/* ---- two operands ------------------------------------------------------------------------------------------------ */

/* Adds the span of two ways unless it contains the one added last; both lists and what comes of them ascend in first
 * and last. Nothing spans two fields. */
static bool add_pair(struct matcher *m, const struct way *a, const struct way *b, bool near, struct ways *out)
{
    struct way way = {.first = a->first < b->first ? a->first : b->first,
                      .last = a->last > b->last ? a->last : b->last,
                      .doubtful = !near || a->doubtful || b->doubtful};
    if (out->n > 0 && out->items[out->n - 1].first >= way.first)
        return true;
    if (way.first < m->doc->n_title && way.last >= m->doc->n_title)
        return true;
    if (m->want_words)
        way.words = list_join(m, a->words, b->words);
    return way_add(m, out, way);
}

/* For each end of a way of either side the last way of each side up to there. */
static void join_both(struct matcher *m, uint32_t distance, const struct ways *left, const struct ways *right,
                      struct ways *out)
{
    for (size_t i = 0, k = 0; (i < left->n || k < right->n) && match_step(m);) {
        bool both = i < left->n && k < right->n && left->items[i].last == right->items[k].last;
        bool from_left = k == right->n || (i < left->n && left->items[i].last <= right->items[k].last);
        i += from_left;
        k += !from_left || both;
        if (i == 0 || k == 0)
            continue;
        const struct way *a = &left->items[i - 1], *b = &right->items[k - 1];
        if (!add_pair(m, a, b, match_near_enough(PLAN_NEAR, distance, a, b), out))
            return;
    }
}

/* For each way on the right the last one on the left that ends before it. */
static void join_ordered(struct matcher *m, uint32_t distance, const struct ways *left, const struct ways *right,
                         struct ways *out)
{
    size_t i = 0;
    for (size_t k = 0; k < right->n && match_step(m); k++) {
        const struct way *b = &right->items[k];
        while (i < left->n && left->items[i].last < b->first)
            i++;
        if (i == 0)
            continue;
        const struct way *a = &left->items[i - 1];
        if (!add_pair(m, a, b, match_near_enough(PLAN_BEFORE, distance, a, b), out))
            return;
    }
}

/* What contains spans of one sentence lies in it if it is a match: those that run over its end are none. */
static void keep_inside(struct matcher *m, bool paragraph, struct ways *ways)
{
    size_t n = 0;
    uint32_t lo, hi;
    for (size_t i = 0; i < ways->n && match_step(m); i++)
        if (match_sentence(m, paragraph, ways->items[i].first, &lo, &hi) && ways->items[i].last <= hi)
            ways->items[n++] = ways->items[i];
    ways->n = n;
}

/* ---- a chain in which words come again --------------------------------------------------------------------------- */

/* Makes runs of `times` neighbouring occurrences of single occurrences. */
static void take_times(struct matcher *m, uint32_t times, struct ways *ways)
{
    size_t n = 0;
    for (size_t i = times - 1; times > 1 && i < ways->n && match_step(m); i++) {
        struct way way = ways->items[n];
        way.last = ways->items[i].last;
        for (size_t k = n + 1; m->want_words && k <= i; k++)
            way.words = list_join(m, way.words, ways->items[k].words);
        ways->items[n++] = way;
    }
    if (times > 1)
        ways->n = n;
}

/* Spans short enough for any distance of the chain. */
static void doubt_long(const struct plan_span *span, struct ways *ways)
{
    for (size_t i = 0; i < ways->n; i++)
        if (ways->items[i].last - ways->items[i].first > (uint64_t)span->chain_distance + 1)
            ways->items[i].doubtful = true;
}

static void join_chain(struct matcher *m, const struct plan_span *span, struct ways *out)
{
    for (size_t i = 0; i < span->n_operands; i++) {
        struct ways *ways = loose_of(m, span->operands[i].span);
        take_times(m, span->operands[i].times, ways);
        if (ways->n == 0 || m->status != ST_OK)
            return;
    }
    for (size_t i = 0; i < span->n_operands; i++) {
        const struct ways *ways = &m->spans[span->operands[i].span->number].least;
        m->fold.n = 0;
        if (i > 0)
            join_both(m, UINT32_MAX, out, ways, &m->fold);
        for (size_t k = 0; i == 0 && k < ways->n; k++)
            if (!way_add(m, &m->fold, ways->items[k]))
                return;
        struct ways swap = *out;
        *out = m->fold;
        m->fold = swap;
    }
    if (span->kind == PLAN_NEAR)
        doubt_long(span, out);
}

/* ---- any node ---------------------------------------------------------------------------------------------------- */

static void find_either(struct matcher *m, const struct plan_span *span, struct ways *out)
{
    for (size_t i = 0; i < span->n_children; i++) {
        const struct ways *ways = loose_of(m, span->children[i]);
        for (size_t k = 0; k < ways->n; k++)
            if (!way_add(m, out, ways->items[k]))
                return;
    }
    ways_sort(m, out);
    ways_minimal(out);
}

static void copy_minimal(struct matcher *m, const struct ways *from, struct ways *out)
{
    for (size_t i = 0; i < from->n; i++)
        if (!way_add(m, out, from->items[i]))
            return;
    ways_minimal(out);
}

/* The places of a word, all of which are minimal. */
static void add_places(struct matcher *m, const struct plan_span *span, struct ways *out)
{
    struct slice places = match_leaf(m, span->sequence.slots[0].leaf, span->title);
    if (places.n >= MATCH_MAX_WAYS || !ARRAY_RESERVE(out->items, out->cap, places.n)) {
        copy_minimal(m, match_eval(m, span, true), out); /* which tells what is wrong */
        return;
    }
    for (size_t i = 0; i < places.n; i++)
        out->items[i] = (struct way){.first = places.items[i], .last = places.items[i]};
    out->n = places.n;
    (void)match_step(m);
}

/* match_eval of the right side of a NOTNEAR in [lo, hi], whatever part of the document is asked for. */
static const struct ways *all_in(struct matcher *m, const struct plan_span *span, uint64_t lo, uint64_t hi)
{
    uint32_t old_lo = m->lo, old_hi = m->hi;
    m->lo = (uint32_t)lo;
    m->hi = hi < UINT32_MAX ? (uint32_t)hi : UINT32_MAX;
    const struct ways *ways = match_eval(m, span, false);
    m->lo = old_lo;
    m->hi = old_hi;
    return ways;
}

/* How far from a way on the left what is near to it on the right may lie. */
static uint64_t reach_of(const struct plan_span *span)
{
    return (uint64_t)span->children[1]->most_words + span->distance;
}

/* The loose spans of the right side that are matches and may be near to what lies in the part asked for. */
static struct ways *known_right(struct matcher *m, const struct plan_span *span)
{
    uint32_t lo = m->lo, hi = m->hi;
    uint64_t reach = reach_of(span);
    m->lo = lo > reach ? (uint32_t)(lo - reach) : 0;
    m->hi = hi + reach < UINT32_MAX ? (uint32_t)(hi + reach) : UINT32_MAX;
    struct ways *ways = loose_of(m, span->children[1]);
    m->lo = lo;
    m->hi = hi;
    size_t n = 0;
    for (size_t i = 0; i < ways->n; i++)
        if (!ways->items[i].doubtful)
            ways->items[n++] = ways->items[i];
    ways->n = n;
    return ways;
}

/* Of some left ways without a neighbour known, those that have none at all. What may be near the one is looked for
 * together with what may be near the next, where that overlaps. */
static void leave_lonely(struct matcher *m, const struct plan_span *span, struct ways *left, struct ways *out)
{
    const struct plan_span *right = span->children[1];
    uint64_t reach = reach_of(span);
    for (size_t i = 0, end; i < left->n && m->status == ST_OK; i = end) {
        uint64_t lo = left->items[i].first > reach ? left->items[i].first - reach : 0, hi = left->items[i].last + reach;
        for (end = i + 1; end < left->n && left->items[end].first <= hi + reach; end++)
            hi = left->items[end].last + reach;
        struct ways some = {.items = left->items + i, .n = end - i};
        match_without_neighbours(m, span->distance, &some, all_in(m, right, lo, hi), out);
    }
}

/* Of a way without neighbours the part that is minimal has none either: the matches on the left are enough. */
static void find_without(struct matcher *m, const struct plan_span *span, struct ways *out)
{
    struct ways *left = &m->spans[span->children[0]->number].least;
    struct ways *matches = match_eval(m, span->children[0], true);
    ways_minimal(matches);
    left->n = 0;
    if (matches->n == 0 || m->status != ST_OK)
        return;
    match_without_neighbours(m, span->distance, matches, known_right(m, span), left);
    leave_lonely(m, span, left, out);
}

static void join_operands(struct matcher *m, const struct plan_span *span, struct ways *out)
{
    const struct ways *left = loose_of(m, span->children[0]);
    if (left->n == 0 || m->status != ST_OK)
        return;
    const struct ways *right = loose_of(m, span->children[1]);
    if (span->kind == PLAN_BEFORE)
        join_ordered(m, span->distance, left, right, out);
    else
        join_both(m, span->kind == PLAN_NEAR ? span->distance : UINT32_MAX, left, right, out);
}

/* Operands that may want the same occurrence: all ways. */
static void find_all(struct matcher *m, const struct plan_span *span, struct ways *out)
{
    copy_minimal(m, match_eval(m, span, false), out);
}

static void find_loose(struct matcher *m, const struct plan_span *span, struct ways *out)
{
    if (plan_is_word(span) && !m->want_words)
        add_places(m, span, out);
    else if (span->kind == PLAN_PHRASE || span->kind == PLAN_UNORDERED)
        copy_minimal(m, match_eval(m, span, true), out);
    else if (span->kind == PLAN_EITHER)
        find_either(m, span, out);
    else if (span->wants == PLAN_WANTS_SAME)
        find_all(m, span, out);
    else if (span->kind == PLAN_NOTNEAR)
        find_without(m, span, out);
    else if (span->wants == PLAN_WANTS_TIMES)
        join_chain(m, span, out);
    else
        join_operands(m, span, out);
    if (span->kind == PLAN_SENTENCE || span->kind == PLAN_PARAGRAPH)
        keep_inside(m, span->kind == PLAN_PARAGRAPH, out);
}

/* ---- from loose spans to matches --------------------------------------------------------------------------------- */

/* Lists all matches in [lo, hi]. */
static void look_closer(struct matcher *m, const struct plan_span *span, uint64_t lo, uint64_t hi, struct ways *out)
{
    uint32_t old_lo = m->lo, old_hi = m->hi;
    size_t n_pool = m->pool.n;
    if (lo > m->lo)
        m->lo = (uint32_t)lo;
    if (hi < m->hi)
        m->hi = (uint32_t)hi;
    match_join(m, span, true, out);
    if (!m->want_words)
        m->pool.n = n_pool; /* what occurrences a match used matters no more */
    m->lo = old_lo;
    m->hi = old_hi;
}

/* Around the doubtful ones among loose[i, k), all of which contain no match known; hi is where the next one ends, lo
 * where the one before begins. Those whose surroundings overlap are looked at together. */
static void look_around(struct matcher *m, const struct plan_span *span, const struct way *loose, size_t n, uint64_t lo,
                        uint64_t hi, struct ways *out)
{
    uint64_t from = 0, to = 0;
    for (size_t i = 0; i < n && m->status == ST_OK; i++) {
        const struct way *way = &loose[i];
        uint64_t longest = span->most_words;
        if ((uint64_t)way->last - way->first + 1 > longest)
            continue;
        uint64_t begin = way->last + 1 > longest + lo ? way->last + 1 - longest : lo;
        uint64_t end = way->first + longest - 1 < hi ? way->first + longest - 1 : hi;
        if (to > 0 && begin > to)
            look_closer(m, span, from, to, out);
        if (to == 0 || begin > to)
            from = begin;
        to = end;
    }
    if (to > 0)
        look_closer(m, span, from, to, out);
}

static void settle_doubts(struct matcher *m, const struct plan_span *span, const struct ways *loose, struct ways *out)
{
    uint64_t lo = 0;
    for (size_t i = 0; i < loose->n && m->status == ST_OK;) {
        size_t end = i;
        while (end < loose->n && loose->items[end].doubtful)
            end++;
        uint64_t hi = end < loose->n ? loose->items[end].last - 1u : UINT32_MAX;
        look_around(m, span, loose->items + i, end - i, lo, hi, out);
        if (end == loose->n)
            break;
        if (!way_add(m, out, loose->items[end]))
            return;
        lo = loose->items[end].first + 1u;
        i = end + 1;
    }
    ways_sort(m, out);
}

/* Two plain phrases, one of them a word: there match_join looks at neighbours only, too. In sentences there is nothing
 * to doubt. */
static bool is_simple(const struct plan_span *span)
{
    const struct plan_span *a = span->children[0], *b = span->children[1];
    if (span->kind == PLAN_SENTENCE || span->kind == PLAN_PARAGRAPH)
        return false;
    bool plain = a->kind == PLAN_PHRASE && b->kind == PLAN_PHRASE && a->plain && b->plain;
    return plain && (plan_is_word(a) || plan_is_word(b) || span->kind == PLAN_NOTNEAR);
}

void match_least(struct matcher *m, const struct plan_span *span, struct ways *out)
{
    if (span->wants == PLAN_WANTS_SAME || is_simple(span))
        match_join(m, span, true, out);
    else
        settle_doubts(m, span, loose_of(m, span), out);
}
