/* windows.c - see windows.h.
 *
 * For each node of the unit a set of blocks is made such that each match of the node has a word that begins in one of
 * them: for a word, the blocks that hold it; for a choice, those of its alternatives; for words that must all be there,
 * those of the rarest which have blocks of all others near enough. A window is such a block and what a match that
 * touches it can reach, together with windows close by.
 *
 *     "crab" NEAR/10 "king"
 *     blocks    | ........ | ..crab.. | ........ | ........ | ..king.. | ..king.. | ....crab | king.... |
 *     windows                                                                [  ----------  ]
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/windows.h"

#include <string.h>

#include "engine/bits.h"
#include "lib/etdc.h"

struct windows {
    const struct segment *segment;
    uint64_t *bits; /* a bit for each block of long documents */
    uint64_t reach; /* bytes of codes */
    uint64_t close; /* blocks: windows of blocks nearer than that are one. Others have more bytes between them than it
                     * takes to move their ends to those of words */
};

/* Longest match that is looked for in windows, in words; most words that one leaf may stand for; so few blocks are not
 * worth narrowing. */
enum { MOST_WORDS = 1 << 15, MOST_RANKS = 256, FEW_BLOCKS = 16 };
enum { LINE_LEN = 64, MOST_AHEAD = 1024 };

bool windows_suit(const struct plan_span *unit)
{
    if (unit->title || unit->kind == PLAN_NOTNEAR || unit->kind == PLAN_SENTENCE || unit->kind == PLAN_PARAGRAPH)
        return false;
    for (size_t i = 0; i < unit->n_children; i++)
        if (!windows_suit(unit->children[i]))
            return false;
    return unit->most_words <= MOST_WORDS;
}

/* ---- sets of blocks ---------------------------------------------------------------------------------------------- */

struct maker {
    const struct postings *postings;
    const struct segment *segment;
    struct arena *arena;
    uint32_t n_blocks;
    size_t n; /* words of 64 bits of a set */
    bool failed;
};

/* A set with the first n_blocks bits set, or none. */
static uint64_t *new_set(struct maker *m, bool full)
{
    uint64_t *bits = arena_alloc(m->arena, m->n * sizeof *bits);
    m->failed |= bits == NULL;
    if (bits == NULL)
        return NULL;
    memset(bits, full ? 0xff : 0, m->n * sizeof *bits);
    if (full && m->n_blocks % 64 != 0)
        bits[m->n - 1] = (UINT64_C(1) << m->n_blocks % 64) - 1;
    return bits;
}

/* Sets the bits that are `step` < 64 before and behind those that are set. */
static void add_shifted(const struct maker *m, uint64_t *bits, unsigned step)
{
    uint64_t before = 0;
    for (size_t i = 0; i < m->n; i++) {
        uint64_t word = bits[i], behind = i + 1 < m->n ? bits[i + 1] : 0;
        bits[i] |= word << step | word >> step | before >> (64 - step) | behind << (64 - step);
        before = word;
    }
}

/* Sets all bits that are at most `reach` away from one that is set. */
static void spread(const struct maker *m, uint64_t *bits, uint64_t reach)
{
    for (uint64_t done = 0; done < reach;) {
        uint64_t step = 2 * done + 1 < reach - done ? 2 * done + 1 : reach - done;
        step = step < 63 ? step : 63;
        add_shifted(m, bits, (unsigned)step);
        done += step;
    }
}

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

/* What must all be there within `reach` blocks: what is rarest so far, where the rest is near. */
struct all {
    uint64_t *bits;
    size_t n; /* of them set */
    uint64_t reach;
};

static struct all all_of(struct maker *m, const struct plan_span *span)
{
    uint64_t bytes = (uint64_t)span->most_words * ETDC_MAX_BYTES;
    return (struct all){new_set(m, true), m->n_blocks, (bytes + SEGMENT_LONG_BLOCK - 1) / SEGMENT_LONG_BLOCK};
}

/* bits is spent. */
static void add_needed(struct maker *m, struct all *all, uint64_t *bits)
{
    if (m->failed)
        return;
    size_t n = bits_count(bits, m->n);
    bool rarer = n < all->n;
    uint64_t *base = rarer ? bits : all->bits, *other = rarer ? all->bits : bits;
    if ((rarer ? all->n : n) < m->n_blocks) {
        spread(m, other, all->reach);
        for (size_t i = 0; i < m->n; i++)
            base[i] &= other[i];
    }
    all->bits = base;
    all->n = bits_count(base, m->n);
}

static void add_choice(const struct maker *m, uint64_t *either, const uint64_t *bits)
{
    for (size_t i = 0; !m->failed && i < m->n; i++)
        either[i] |= bits[i];
}

static uint64_t *blocks_of_leaf(struct maker *m, unsigned leaf)
{
    size_t n;
    const uint32_t *ranks = postings_ranks(m->postings, leaf, &n);
    uint64_t *bits = new_set(m, n > MOST_RANKS);
    for (size_t i = 0; bits != NULL && n <= MOST_RANKS && i < n; i++)
        segment_long_blocks_with(m->segment, ranks[i], bits);
    return bits;
}

static uint64_t *blocks_of_sequence(struct maker *m, const struct plan_sequence *seq, struct all all);

static uint64_t *blocks_of_slot(struct maker *m, const struct plan_slot *slot, uint64_t reach)
{
    if (slot->kind == PLAN_LEAF)
        return blocks_of_leaf(m, slot->leaf);
    uint64_t *either = new_set(m, false);
    for (size_t i = 0; i < slot->n_choices && !m->failed; i++) {
        struct all all = {new_set(m, true), m->n_blocks, reach};
        add_choice(m, either, blocks_of_sequence(m, &slot->choices[i], all));
    }
    return either;
}

static uint64_t *blocks_of_sequence(struct maker *m, const struct plan_sequence *seq, struct all all)
{
    for (size_t i = 0; i < seq->n && !m->failed && all.n > FEW_BLOCKS; i++)
        if (seq->slots[i].kind == PLAN_LEAF || seq->slots[i].kind == PLAN_CHOICE)
            add_needed(m, &all, blocks_of_slot(m, &seq->slots[i], all.reach));
    return all.bits;
}

static uint64_t *blocks_of_span(struct maker *m, const struct plan_span *span)
{
    if (span->n_children == 0)
        return blocks_of_sequence(m, &span->sequence, all_of(m, span));
    if (span->kind == PLAN_EITHER) {
        uint64_t *either = new_set(m, false);
        for (size_t i = 0; i < span->n_children && !m->failed; i++)
            add_choice(m, either, blocks_of_span(m, span->children[i]));
        return either;
    }
    struct all all = all_of(m, span);
    for (size_t i = 0; i < span->n_children && !m->failed && all.n > FEW_BLOCKS; i++)
        add_needed(m, &all, blocks_of_span(m, span->children[i]));
    return all.bits;
}

/* To turn to a window costs as much as so many bytes that are looked at in passing. */
enum { WINDOW_COST = 1500 };

static bool are_worth_it(struct maker *m, const struct windows *w)
{
    uint64_t *runs = new_set(m, false), before = 0, n_runs = 0;
    if (runs == NULL)
        return false;
    memcpy(runs, w->bits, m->n * sizeof *runs);
    spread(m, runs, w->close / 2);
    for (size_t i = 0; i < m->n; i++) {
        uint64_t word = runs[i];
        runs[i] = word & ~(word << 1 | before);
        before = word >> 63;
    }
    n_runs = bits_count(runs, m->n);
    return bits_count(w->bits, m->n) * SEGMENT_LONG_BLOCK + n_runs * (WINDOW_COST + 2 * w->reach) <
           (uint64_t)m->n_blocks * SEGMENT_LONG_BLOCK;
}

struct windows *windows_make(const struct plan_span *unit, const struct postings *p, const struct segment *segment,
                             struct arena *arena)
{
    struct maker m = {.postings = p, .segment = segment, .arena = arena, .n_blocks = segment_long_blocks(segment)};
    if (m.n_blocks == 0)
        return NULL;
    m.n = ((size_t)m.n_blocks + 63) / 64;
    struct windows *w = arena_calloc(arena, 1, sizeof *w);
    uint64_t *bits = blocks_of_span(&m, unit);
    if (w == NULL || m.failed)
        return NULL;
    w->segment = segment;
    w->bits = bits;
    w->reach = (uint64_t)unit->most_words * ETDC_MAX_BYTES;
    w->close = 2 * w->reach / SEGMENT_LONG_BLOCK + 2;
    return are_worth_it(&m, w) ? w : NULL;
}

/* ---- windows ----------------------------------------------------------------------------------------------------- */

bool windows_are_in(const struct windows *w, const struct segment_long *d)
{
    return bits_next(w->bits, d->first, d->first + d->n) < d->first + d->n;
}

/* The next window, an empty one at the end. */
static struct window find_window(struct windows_walk *walk)
{
    const struct windows *w = walk->windows;
    const struct segment_long *d = walk->doc;
    uint64_t last = (uint64_t)d->first + d->n, from = bits_next(w->bits, d->first + walk->next, last), block = from;
    if (from >= last)
        return (struct window){0};
    for (;;) {
        uint64_t next = bits_next(w->bits, ++block, last);
        if (next >= last || next - block >= w->close)
            break;
        block = next;
    }
    walk->next = (uint32_t)(block - d->first);
    uint64_t first = d->begin / SEGMENT_LONG_BLOCK - d->first;
    struct window window = {(first + from) * SEGMENT_LONG_BLOCK, (first + block) * SEGMENT_LONG_BLOCK + w->reach};
    window.begin = window.begin > d->begin + w->reach ? window.begin - w->reach : d->begin;
    window.end = window.end < d->end ? window.end : d->end;
    return window;
}

static void look_ahead(struct windows_walk *walk)
{
    const uint8_t *codes = segment_codes(walk->windows->segment).begin;
    struct window window = find_window(walk);
    walk->ahead[walk->at++ % WINDOWS_AHEAD] = window;
    for (uint64_t i = window.begin; i < window.end && i < window.begin + MOST_AHEAD; i += LINE_LEN)
        __builtin_prefetch(codes + i);
}

bool windows_next(struct windows_walk *walk, struct window *out)
{
    for (size_t i = 0; !walk->begun && i < WINDOWS_AHEAD; i++)
        look_ahead(walk);
    walk->begun = true;
    *out = walk->ahead[walk->at % WINDOWS_AHEAD];
    if (out->begin >= out->end)
        return false;
    look_ahead(walk);
    return true;
}
