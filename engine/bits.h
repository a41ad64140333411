/* bits.h - sets of blocks or documents as bits, 64 a word. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_BITS_H
#define VERBATIM_BITS_H

#include "lib/base.h"

/* How many bits are set in 8 words: in sums of halves, quarters and bytes of words side by side, as a processor's own
 * instruction cannot be relied on. */
static inline size_t bits_count_8(const uint64_t *bits)
{
    const uint64_t pairs = UINT64_C(0x5555555555555555), fours = UINT64_C(0x3333333333333333),
                   eights = UINT64_C(0x0f0f0f0f0f0f0f0f);
    uint64_t bytes = 0;
    for (size_t i = 0; i < 8; i++) {
        uint64_t x = bits[i] - (bits[i] >> 1 & pairs);
        x = (x & fours) + (x >> 2 & fours);
        bytes += (x + (x >> 4)) & eights;
    }
    bytes = (bytes & UINT64_C(0x00ff00ff00ff00ff)) + (bytes >> 8 & UINT64_C(0x00ff00ff00ff00ff));
    return (size_t)(bytes * UINT64_C(0x0001000100010001) >> 48);
}

/* How many bits are set in n words, few mostly. */
static inline size_t bits_count(const uint64_t *bits, size_t n)
{
    size_t count = 0, i = 0;
    for (; i + 8 <= n; i += 8)
        if ((bits[i] | bits[i + 1] | bits[i + 2] | bits[i + 3] | bits[i + 4] | bits[i + 5] | bits[i + 6] |
             bits[i + 7]) != 0)
            count += bits_count_8(bits + i);
    for (; i < n; i++)
        for (uint64_t word = bits[i]; word != 0; word &= word - 1)
            count++;
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
