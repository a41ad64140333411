/* etdc.h - End-Tagged Dense Code: a document as the sequence of its words, searchable while compressed.
 *
 * Brisaboa, Farina, Navarro, Parama, "Lightweight natural language text compression", Information Retrieval 10
 * (2007). A word is its rank by frequency. Ranks 0..127 take one byte, the next 128^2 two, the next 128^3 three, the
 * next 128^4 four. Only the last byte of a word has its top bit set, so a word ends where a top bit is, a position
 * is a count of top bits, and a byte string of whole words found behind a top bit is a phrase.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_ETDC_H
#define VERBATIM_ETDC_H

#include <string.h>

#include "lib/base.h"

enum { ETDC_MAX_BYTES = 4 };
#define ETDC_MAX_RANK (128u + 128u * 128u + 128u * 128u * 128u + 128u * 128u * 128u * 128u - 1u)

/* Writes the code of a rank (<= ETDC_MAX_RANK) at p and returns its bytes, 1..ETDC_MAX_BYTES. */
static inline size_t etdc_put(uint8_t *p, uint32_t rank)
{
    size_t len = 1;
    uint32_t span = 128;
    while (rank >= span) {
        rank -= span;
        span *= 128;
        len++;
        if (len == ETDC_MAX_BYTES)
            break;
    }
    for (size_t i = len; i-- > 0; rank /= 128)
        p[i] = (uint8_t)(rank % 128);
    p[len - 1] |= 0x80;
    return len;
}

/* Reads the code at *p, never at or past end, and moves *p behind it; false when it is cut short or too long. */
static inline bool etdc_get(const uint8_t **p, const uint8_t *end, uint32_t *rank)
{
    uint32_t value = 0, base = 0, span = 128;
    for (const uint8_t *q = *p; q < end && q - *p < ETDC_MAX_BYTES; q++) {
        value = value * 128 + (*q & 0x7f);
        if (*q & 0x80) {
            *rank = base + value;
            *p = q + 1;
            return true;
        }
        base += span;
        span *= 128;
    }
    return false;
}

/* The rank of a code that is known to be whole, as a number: its bytes, the first one lowest. */
static inline uint32_t etdc_rank(uint32_t code)
{
    uint8_t bytes[ETDC_MAX_BYTES] = {(uint8_t)code, (uint8_t)(code >> 8), (uint8_t)(code >> 16), (uint8_t)(code >> 24)};
    const uint8_t *p = bytes;
    uint32_t rank = 0;
    (void)etdc_get(&p, bytes + sizeof bytes, &rank);
    return rank;
}

/* Moves over n codes, eight bytes at a time; NULL when fewer end before end. */
static inline const uint8_t *etdc_skip(const uint8_t *p, const uint8_t *end, size_t n)
{
    const uint64_t bottoms = 0x0101010101010101;
    for (uint64_t eight; end - p >= 8; p += 8) {
        memcpy(&eight, p, 8);
        size_t here = (size_t)((eight >> 7 & bottoms) * bottoms >> 56);
        if (here >= n)
            break;
        n -= here;
    }
    while (n > 0 && p < end)
        n -= *p++ >> 7;
    return n == 0 ? p : NULL;
}

#endif
