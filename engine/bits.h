/* bits.h - sets of blocks or documents as bits, 64 a word. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_BITS_H
#define VERBATIM_BITS_H

#include "lib/base.h"

/* How many bits are set in n words. Sums in halves, quarters and bytes of words side by side: a processor's own
 * instruction cannot be relied on. */
static inline size_t bits_count(const uint64_t *bits, size_t n)
{
    const uint64_t pairs = UINT64_C(0x5555555555555555), fours = UINT64_C(0x3333333333333333),
                   eights = UINT64_C(0x0f0f0f0f0f0f0f0f);
    size_t count = 0;
    for (size_t i = 0; i < n;) {
        uint64_t bytes = 0;
        for (size_t end = n - i < 31 ? n : i + 31; i < end; i++) {
            uint64_t x = bits[i] - (bits[i] >> 1 & pairs);
            x = (x & fours) + (x >> 2 & fours);
            bytes += (x + (x >> 4)) & eights;
        }
        for (; bytes != 0; bytes >>= 8)
            count += bytes & 0xff;
    }
    return count;
}

/* The first bit >= from that is set, or end. */
static inline uint64_t bits_next(const uint64_t *bits, uint64_t from, uint64_t end)
{
    while (from < end) {
        uint64_t word = bits[from / 64] >> from % 64;
        if (word != 0) {
            from += (uint64_t)__builtin_ctzll(word);
            return from < end ? from : end;
        }
        from += 64 - from % 64;
    }
    return end;
}

#endif
