/* phrase_words.c - leaving out of a phrase's blocks those that lack one of its last words, in segments of mostly long
 * documents, whose blocks of half the size (store/blocks.h) are known word by word; see phrase.h.
 *
 *     blocks of pairs    |            |            |
 *     of words           |     |     |      |      |
 *     phrase                      a b  c                 the last pair, b c, is where b begins; c begins there or in
 *                                                        the next block of words, a there or in the one before
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "engine/bits.h"
#include "engine/phrase.h"

enum { HALVES = SEGMENT_BLOCK / SEGMENT_LONG_BLOCK };

/* What is worth it: more blocks than so many for each long document, fewer places than one for so many blocks. A single
 * phrase of more words leaves too few blocks to bother. */
enum { LEAST_BLOCKS = 32, LEAST_SPREAD = 3, MOST_WORDS_OF_ONE = 3 };

static bool is_of_books(const struct segment *s, const struct segment_codes *codes)
{
    uint64_t n = segment_long_blocks(s);
    return n * SEGMENT_LONG_BLOCK > codes->len / 2 && n / LEAST_BLOCKS > segment_long_docs(s);
}

/* Shifts bits by one towards the end, or the beginning, and adds them to themselves. */
static void add_behind(uint64_t *bits, size_t n)
{
    for (size_t i = n; i-- > 0;)
        bits[i] |= bits[i] << 1 | (i > 0 ? bits[i - 1] >> 63 : 0);
}

static void add_before(uint64_t *bits, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bits[i] |= bits[i] >> 1 | (i + 1 < n ? bits[i + 1] << 63 : 0);
}

static bool is_first_with(struct phrase *const *phrases, size_t i, size_t k)
{
    for (size_t before = 0; before < i; before++)
        if (phrases[before]->ranks[k] == phrases[i]->ranks[k])
            return false;
    return true;
}

/* The blocks of words where the last pair of one of the phrases may begin. */
static uint64_t *places_of_pairs(struct phrase *const *phrases, size_t n_phrases, size_t n, struct arena *arena)
{
    const struct phrase *p = phrases[0];
    uint64_t *places = arena_alloc(arena, n * sizeof *places), *bits = arena_alloc(arena, n * sizeof *bits);
    if (places == NULL || bits == NULL)
        return NULL;
    memset(places, 0xff, n * sizeof *places);
    for (size_t k = 0; k < p->n_ranks; k++) {
        memset(bits, 0, n * sizeof *bits);
        for (size_t i = 0; i < n_phrases; i++)
            if (is_first_with(phrases, i, k))
                segment_long_blocks_with(p->segment, phrases[i]->ranks[k], bits);
        if (k + 1 == p->n_ranks)
            add_before(bits, n);
        else if (k + 2 < p->n_ranks)
            add_behind(bits, n);
        for (size_t i = 0; i < n; i++)
            places[i] &= bits[i];
    }
    return places;
}

static void set_range(uint64_t *bits, uint64_t begin, uint64_t end)
{
    for (; begin < end; begin++)
        bits[begin / 64] |= UINT64_C(1) << begin % 64;
}

/* The blocks of pairs that those of words are halves of, and all that other documents have codes in. */
static bool keep_places(const struct phrase *p, const uint64_t *places, uint64_t *keep)
{
    uint64_t codes_end = 0;
    for (uint32_t i = 0; i < segment_long_docs(p->segment); i++) {
        struct segment_long d;
        if (!segment_long_at(p->segment, i, &d))
            return false;
        if (codes_end < d.begin)
            set_range(keep, codes_end / SEGMENT_BLOCK, (d.begin - 1) / SEGMENT_BLOCK + 1);
        uint64_t last = (uint64_t)d.first + d.n, first = d.begin / SEGMENT_LONG_BLOCK;
        for (uint64_t at = bits_next(places, d.first, last); at < last; at = bits_next(places, at + 1, last)) {
            uint64_t block = (first + (at - d.first)) / HALVES;
            keep[block / 64] |= UINT64_C(1) << block % 64;
        }
        codes_end = d.end;
    }
    if (codes_end < p->codes.len)
        set_range(keep, codes_end / SEGMENT_BLOCK, p->codes.n_blocks);
    return true;
}

void phrase_narrow(struct phrase *const *phrases, size_t n_phrases, struct arena *arena)
{
    const struct phrase *p = n_phrases > 0 ? phrases[0] : NULL;
    if (p == NULL || (n_phrases == 1 && p->n_words > MOST_WORDS_OF_ONE) || !is_of_books(p->segment, &p->codes))
        return;
    size_t n_pairs = ((size_t)p->codes.n_blocks + 63) / 64, n = (size_t)segment_long_blocks(p->segment) / 64 + 1;
    uint64_t *places = places_of_pairs(phrases, n_phrases, n, arena);
    uint64_t *keep = arena_calloc(arena, n_pairs + 1, sizeof *keep);
    if (places == NULL || keep == NULL ||
        bits_count(places, n) > segment_long_blocks(p->segment) / LEAST_SPREAD || !keep_places(p, places, keep))
        return;
    for (size_t k = 0; k < n_phrases; k++)
        for (size_t i = 0; i < n_pairs; i++)
            phrases[k]->bits[i] &= keep[i];
}
