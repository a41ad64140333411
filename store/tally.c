/* tally.c - see tally.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/tally.h"

#include <string.h>

#include "lib/bytes.h"
#include "store/coding.h"
#include "store/packed.h"

static const uint8_t widths[TALLY_LAYERS] = {1, 2, 4, 8, 32};

/* The greatest digit of a layer: one that goes on. The last layer's never do. */
static uint32_t full_digit(unsigned layer)
{
    return layer + 1 < TALLY_LAYERS ? (UINT32_C(1) << widths[layer]) - 1 : UINT32_MAX;
}

static uint64_t layer_len(unsigned layer, uint32_t n)
{
    return ((uint64_t)n * widths[layer] + 7) / 8;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

/* How many have a digit in each layer behind the first. */
static void count_digits(const uint32_t *occurrences, uint32_t n, uint32_t n_of[TALLY_LAYERS])
{
    memset(n_of, 0, TALLY_LAYERS * sizeof *n_of);
    n_of[0] = n;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t rest = occurrences[i] - 1;
        for (unsigned layer = 0; layer + 1 < TALLY_LAYERS && rest >= full_digit(layer); layer++) {
            rest -= full_digit(layer);
            n_of[layer + 1]++;
        }
    }
}

/* Writes a layer's digits of what is left of n numbers; keeps what is left of those that go on; returns how many do. */
static uint32_t put_layer(struct buf *out, unsigned layer, uint32_t *rest, uint32_t n, uint32_t *digits)
{
    uint32_t full = full_digit(layer), n_left = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t value = rest[i];
        digits[i] = value < full ? value : full;
        rest[n_left] = value - full;
        n_left += value >= full;
    }
    char *to = buf_reserve(out, layer_len(layer, n));
    if (to == NULL)
        return 0;
    packed_fill((uint8_t *)to, digits, n, widths[layer]);
    out->len += layer_len(layer, n);
    return n_left;
}

void tally_put(struct buf *out, uint32_t *occurrences, uint32_t n, uint32_t *scratch)
{
    uint32_t n_of[TALLY_LAYERS];
    count_digits(occurrences, n, n_of);
    for (unsigned layer = 1; layer < TALLY_LAYERS && n_of[layer - 1] > 0; layer++)
        coding_put_varint(out, n_of[layer]);
    for (uint32_t i = 0; i < n; i++)
        occurrences[i]--;
    for (unsigned layer = 0; layer < TALLY_LAYERS && n_of[layer] > 0; layer++)
        (void)put_layer(out, layer, occurrences, n_of[layer], scratch);
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

void tally_open(struct tally *c, uint32_t n, const uint8_t *begin, const uint8_t *end)
{
    c->begin = begin;
    c->end = end;
    c->layers = NULL;
    c->n[0] = n;
    c->done[0] = 0;
}

/* Finds the layers; of damaged ones none has a digit. */
static void find_layers(struct tally *c)
{
    const uint8_t *p = c->begin;
    uint64_t n = c->n[0], len = layer_len(0, c->n[0]);
    bool whole = true;
    c->off[0] = 0;
    for (unsigned layer = 1; layer < TALLY_LAYERS; layer++) {
        whole = whole && (n == 0 || bytes_get_varint(&p, c->end, &n)) && n <= c->n[layer - 1];
        c->n[layer] = whole ? (uint32_t)n : 0;
        c->done[layer] = 0;
        c->off[layer] = (uint32_t)len;
        len += layer_len(layer, c->n[layer]);
    }
    c->layers = p;
    if (!whole || len > UINT32_MAX || len > (uint64_t)(c->end - p))
        memset(c->n, 0, sizeof c->n);
}

/* How many of the digits [from, to) of a layer are all ones: a bit is left of each that is. */
static uint32_t count_full(const uint8_t *digits, unsigned layer, uint32_t from, uint32_t to)
{
    static const uint64_t lowest[] = {UINT64_MAX, UINT64_C(0x5555555555555555), UINT64_C(0x1111111111111111),
                                      UINT64_C(0x0101010101010101), 0};
    unsigned width = widths[layer], per = 64 / width;
    uint32_t full = 0;
    while (from < to) {
        uint64_t word = bytes_get64(digits + (size_t)(from / per) * 8);
        uint32_t first = from % per, n = to - from < per - first ? to - from : per - first;
        for (unsigned half = width / 2; half > 0; half /= 2)
            word &= word >> half;
        word = (word & lowest[layer]) >> first * width;
        if (n < per)
            word &= (UINT64_C(1) << n * width) - 1;
        full += (uint32_t)__builtin_popcountll(word);
        from += n;
    }
    return full;
}

/* Passes over so many digits of a layer; returns how many go on. */
static uint32_t pass(struct tally *c, unsigned layer, uint32_t n)
{
    uint32_t from = c->done[layer], left = c->n[layer] - from;
    if (n == 0)
        return 0;
    c->done[layer] += n < left ? n : left;
    return count_full(c->layers + c->off[layer], layer, from, c->done[layer]);
}

/* Adds the digits from a layer on, passing over so many first. */
static uint32_t add_digits(struct tally *c, unsigned layer, uint32_t passed)
{
    bool goes_on = true;
    for (; layer < TALLY_LAYERS && (goes_on || passed > 0); layer++) {
        passed = pass(c, layer, passed);
        if (!goes_on)
            continue;
        if (c->done[layer] >= c->n[layer]) /* damaged */
            return c->last;
        uint32_t digit = (uint32_t)packed_get(c->layers + c->off[layer], c->done[layer]++, widths[layer]);
        c->last += digit;
        goes_on = digit == full_digit(layer);
    }
    return c->last;
}

/* The next one. Most have no more than two digits, which are read without asking whether there is a second. */
static uint32_t next(struct tally *c)
{
    uint32_t at = c->done[0], second_at = c->done[1];
    uint32_t digit = (unsigned)c->layers[at / 8] >> at % 8 & 1u;
    uint32_t second = (unsigned)c->layers[c->off[1] + second_at / 4] >> second_at % 4 * 2 & 3u;
    if (second_at + digit > c->n[1]) /* damaged */
        return c->last = 1;
    c->done[0] = at + 1;
    c->done[1] = second_at + digit;
    c->last = 1 + digit + (second & (0 - digit));
    return (second & (0 - digit)) == 3 ? add_digits(c, 2, 0) : c->last;
}

uint32_t tally_get(struct tally *c, uint32_t i)
{
    if (c->layers == NULL)
        find_layers(c);
    if (i < c->done[0])
        return c->last;
    if (i == c->done[0] && i < c->n[0])
        return next(c);
    c->last = 1;
    return add_digits(c, 0, i - c->done[0]);
}
