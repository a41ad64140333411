/* scan.c - see scan.h; the loops are in scan_kernel.h. A window of bytes is compared at once with two bytes of the
 * needle at their distance; only where both agree is the whole needle compared. A hit counts when the byte before it
 * ends a word:
 *
 *     text    .. 31 85 | 12 07 9a | 83 | ..       | word ends: the top bit is set
 *     needle             12 07 9a   83            found behind 85, which has its top bit set
 *
 * Positions are counted by summing top bits along the way. SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/scan.h"

#include "lib/array.h"
#include "lib/bytes.h"
#include "lib/etdc.h"
#include "lib/scan_kernels.h"

/* The two bytes to look at first. A byte that continues a word of several bytes is rarer than one that ends it, and
 * words of several bytes are rarer than words of one; the first and last byte of the longest word do well. */
struct scan_needle scan_needle_of(const uint8_t *code, size_t len)
{
    struct scan_needle n = {.code = code, .len = len, .rare = 0, .too = len - 1};
    size_t best = 0, start = 0;
    uint32_t best_rank = 0;
    for (size_t i = 0; i < len; i++) {
        if (!(code[i] & 0x80))
            continue;
        const uint8_t *p = code + start;
        uint32_t rank = 0;
        (void)etdc_get(&p, code + i + 1, &rank);
        if (rank >= best_rank) {
            best_rank = rank;
            best = start;
            n.rare = i;
        }
        start = i + 1;
    }
    if (n.rare != best)
        n.too = best;
    else
        n.too = n.rare == 0 ? len - 1 : n.rare - 1;
    return n;
}

enum { PAGE = 4 * SCAN_WINDOW };

/* Whether there may be more after a page of n hits. */
static bool page_is_full(size_t n)
{
    return PAGE - n < SCAN_WINDOW;
}

bool scan_find(struct scan_text text, const struct scan_needle *needle, uint32_t base, struct scan_positions *out)
{
    struct scan_cursor cursor = {text.begin, base};
    struct scan_hit page[PAGE];
    for (size_t n = PAGE; page_is_full(n);) {
        n = scan_kernel()->find_hits(text, needle, &cursor, page, PAGE);
        if (!ARRAY_RESERVE(out->items, out->cap, out->n + n))
            return false;
        for (size_t i = 0; i < n; i++)
            out->items[out->n++] = page[i].pos;
    }
    return true;
}

bool scan_find_hits(struct scan_text text, const struct scan_needle *needle, uint32_t base, struct scan_hits *out)
{
    struct scan_cursor cursor = {text.begin, base};
    for (size_t n = PAGE; page_is_full(n); out->n += n) {
        if (!ARRAY_RESERVE(out->items, out->cap, out->n + PAGE))
            return false;
        n = scan_kernel()->find_hits(text, needle, &cursor, out->items + out->n, PAGE);
    }
    return true;
}

size_t scan_count_words(struct scan_text text)
{
    return scan_kernel()->count_words(text.begin, text.end);
}

size_t scan_count(struct scan_text text, const struct scan_needle *needle)
{
    return scan_kernel()->count_hits(text, needle);
}

/* ---- several words at once --------------------------------------------------------------------------------------- */

bool scan_words_add(struct scan_words *words, uint32_t rank, unsigned kind)
{
    if (words->n == SCAN_WORDS || kind >= SCAN_KINDS)
        return false;
    struct scan_word *word = &words->items[words->n++];
    word->len = (uint8_t)etdc_put(word->code, rank);
    word->kind = (uint8_t)kind;
    return true;
}

size_t scan_events(struct scan_text text, const struct scan_words *words, struct scan_cursor *cursor,
                   struct scan_event *out, size_t room)
{
    return scan_kernel()->find_events(text, words, cursor, out, room);
}

static uint32_t rank_of_word(const struct scan_word *word)
{
    const uint8_t *p = word->code;
    uint32_t rank = 0;
    (void)etdc_get(&p, p + word->len, &rank);
    return rank;
}

/* The rank up to which words are the commonest; the most windows before and behind a rare one that are worth telling
 * from others. */
enum { COMMON_RANK = 32, MOST_CLOSE = 8 };

static void look_at_ranks(struct scan_near *near)
{
    uint32_t most = 0, least = UINT32_MAX;
    for (size_t i = 0; i < near->words.n; i++) {
        uint32_t rank = rank_of_word(&near->words.items[i]);
        least = rank < least ? rank : least;
        if (rank > most) {
            most = rank;
            near->rare = (uint8_t)i;
        }
    }
    size_t close = (near->reach * (size_t)ETDC_MAX_BYTES + SCAN_WINDOW - 1) / SCAN_WINDOW;
    near->is_sparse = least > COMMON_RANK;
    near->has_rare = most >= SCAN_RARE_RANK && close <= MOST_CLOSE;
    near->close = near->has_rare ? (uint8_t)close : 0;
}

struct scan_near scan_near_of(const struct scan_words *words, uint32_t reach, bool ordered)
{
    struct scan_near near = {.words = *words, .reach = reach, .ordered = ordered, .kernel = scan_kernel()};
    unsigned done = 1, most = reach < SCAN_WINDOW ? reach : SCAN_WINDOW;
    for (size_t i = 0; i < SCAN_SHIFTS; i++) {
        near.shifts[i] = (uint8_t)(done < most - done ? done : most - done);
        done += near.shifts[i];
        near.n_shifts = near.shifts[i] > 0 ? (uint8_t)(i + 1) : near.n_shifts;
    }
    look_at_ranks(&near);
    return near;
}

size_t scan_count_near(struct scan_text text, const struct scan_near *near, size_t enough)
{
    return near->kernel->count_near(text, near, enough);
}

size_t scan_sequence(struct scan_text text, struct scan_sequence *sequence, struct scan_cursor *cursor,
                     struct scan_hit *out, size_t room)
{
    return scan_kernel()->find_sequence(text, sequence, cursor, out, room);
}

size_t scan_count_sequence(struct scan_text text, const struct scan_sequence *sequence, size_t enough)
{
    return scan_kernel()->count_sequence(text, sequence, enough);
}

/* Words take at most ETDC_MAX_BYTES bytes, so what is near lies in a window of bytes around the hit; windows that
 * overlap are one.
 *
 *     begin ....[......hit......[....]....hit......]....[.....hit....]....
 *               first stretch                           second
 */
struct scan_text scan_stretch(struct scan_text text, const struct scan_hit *hits, size_t *n, uint32_t reach,
                              struct scan_cursor *cursor)
{
    const size_t left = ((size_t)reach + 1) * ETDC_MAX_BYTES, right = left + ETDC_MAX_BYTES;
    const uint8_t *first = text.begin + hits[0].off;
    const uint8_t *from = (size_t)(first - text.begin) > left ? first - left : text.begin;
    size_t i = 1;
    while (i < *n && hits[i].off - hits[i - 1].off <= left + right)
        i++;
    const uint8_t *last = text.begin + hits[i - 1].off;
    *n = i;
    *cursor = (struct scan_cursor){from, hits[0].pos - (uint32_t)scan_kernel()->count_words(from, first)};
    return (struct scan_text){from, (size_t)(text.end - last) > right ? last + right : text.end};
}

/* ---- sets of words ----------------------------------------------------------------------------------------------- */

/* The rank of a word of len <= ETDC_MAX_BYTES bytes, without a branch on its length, which nobody foresees. */
static uint32_t rank_of(const uint8_t *word, size_t len)
{
    static const uint32_t base[ETDC_MAX_BYTES + 1] = {0, 0, 128, 128 + 128 * 128, 128 + 128 * 128 + 128 * 128 * 128};
    uint32_t code = __builtin_bswap32(bytes_get32(word)) >> (32 - 8 * len);
    return base[len] + ((code & 0x7f) | (code >> 1 & 0x7f << 7) | (code >> 2 & 0x7f << 14) | (code >> 3 & 0x7f << 21));
}

enum { CHUNK = 8 }; /* bytes whose top bits are taken at once */

/* The next hits of a set of ranks, fewer than a page when it is through. What is no code ends it. */
static size_t set_hits(struct scan_text text, const uint64_t *bits, uint32_t n_bits, struct scan_cursor *cursor,
                       struct scan_hit *page)
{
    size_t n = 0;
    const uint8_t *word = cursor->at;
    for (const uint8_t *p = word; p < text.end && PAGE - n >= CHUNK; p += CHUNK) {
        uint64_t tops = bytes_get64(p) & UINT64_C(0x8080808080808080);
        if (text.end - p < CHUNK)
            tops &= (UINT64_C(1) << 8 * (text.end - p)) - 1;
        for (; tops != 0; tops &= tops - 1) {
            const uint8_t *end = p + __builtin_ctzll(tops) / 8 + 1;
            if (end - word > ETDC_MAX_BYTES)
                return n;
            uint32_t rank = rank_of(word, (size_t)(end - word));
            page[n] = (struct scan_hit){(uint32_t)(word - text.begin), cursor->pos++};
            n += rank < n_bits && (bits[rank / 64] >> rank % 64 & 1);
            word = end;
        }
    }
    cursor->at = word;
    return n;
}

bool scan_find_set(struct scan_text text, const uint64_t *bits, uint32_t n_bits, uint32_t base,
                   struct scan_positions *out)
{
    struct scan_cursor cursor = {text.begin, base};
    struct scan_hit page[PAGE];
    for (size_t n = PAGE; PAGE - n < CHUNK;) {
        n = set_hits(text, bits, n_bits, &cursor, page);
        if (!ARRAY_RESERVE(out->items, out->cap, out->n + n))
            return false;
        for (size_t i = 0; i < n; i++)
            out->items[out->n++] = page[i].pos;
    }
    return true;
}

bool scan_find_set_hits(struct scan_text text, const uint64_t *bits, uint32_t n_bits, uint32_t base,
                        struct scan_hits *out)
{
    struct scan_cursor cursor = {text.begin, base};
    for (size_t n = PAGE; PAGE - n < CHUNK; out->n += n) {
        if (!ARRAY_RESERVE(out->items, out->cap, out->n + PAGE))
            return false;
        n = set_hits(text, bits, n_bits, &cursor, out->items + out->n);
    }
    return true;
}
