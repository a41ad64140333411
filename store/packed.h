/* packed.h - numbers of so many bits each, one behind the other without gaps, low bits first: any of them is read with
 * one load. Behind the last one stand PACKED_SPARE bytes, so that the load never leaves the file.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_PACKED_H
#define VERBATIM_PACKED_H

#include <assert.h>

#include "lib/base.h"
#include "lib/bytes.h"
#include "store/file.h"

enum { PACKED_WIDTH_MAX = 56, PACKED_SPARE = 8 };

/* The bits that numbers from 0 to most take; 0 for nothing but zeroes. */
static inline unsigned packed_width(uint64_t most)
{
    return most == 0 ? 0 : 64 - (unsigned)__builtin_clzll(most);
}

/* Bytes of so many bits, the spare ones included. */
static inline uint64_t packed_len(uint64_t bits)
{
    return (bits + 7) / 8 + PACKED_SPARE;
}

/* The number of width <= PACKED_WIDTH_MAX bits that begins at a bit. */
static inline uint64_t packed_at(const uint8_t *column, uint64_t bit, unsigned width)
{
    return bytes_get64(column + bit / 8) >> bit % 8 & ((UINT64_C(1) << width) - 1);
}

/* The i-th of numbers that are all of one width. */
static inline uint64_t packed_get(const uint8_t *column, uint64_t i, unsigned width)
{
    return packed_at(column, i * width, width);
}

/* Writes n numbers of width <= 32 bits, of which it takes the low ones; the last byte is filled up with zeroes. */
static inline void packed_fill(uint8_t *to, const uint32_t *numbers, size_t n, unsigned width)
{
    uint64_t pending = 0, mask = (UINT64_C(1) << width) - 1;
    unsigned n_pending = 0;
    for (size_t i = 0; i < n; i++) {
        pending |= (numbers[i] & mask) << n_pending;
        for (n_pending += width; n_pending >= 8; n_pending -= 8, pending >>= 8)
            *to++ = (uint8_t)pending;
    }
    if (n_pending > 0)
        *to = (uint8_t)pending;
}

/* ---- writing -------------------------------------------------------------------------------------------------- */

struct packed_writer {
    struct file_writer *to; /* borrowed */
    uint64_t pending;       /* bits not written yet */
    unsigned n_pending;     /* below 8 */
};

static inline void packed_put(struct packed_writer *w, uint64_t value, unsigned width)
{
    assert(width < 64 && value >> width == 0);
    w->pending |= value << w->n_pending;
    w->n_pending += width;
    for (; w->n_pending >= 8; w->n_pending -= 8, w->pending >>= 8) {
        uint8_t byte = (uint8_t)w->pending;
        file_put(w->to, &byte, 1);
    }
}

static inline void packed_end(struct packed_writer *w)
{
    static const uint8_t spare[PACKED_SPARE] = {0};
    if (w->n_pending > 0)
        packed_put(w, 0, 8 - w->n_pending);
    file_put(w->to, spare, sizeof spare);
    *w = (struct packed_writer){.to = w->to};
}

#endif
