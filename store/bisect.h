/* bisect.h - finding a number in a table of the index whose entries begin with it, ascending.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_BISECT_H
#define VERBATIM_BISECT_H

#include "lib/base.h"
#include "lib/bytes.h"

/* The first of n entries of entry_len bytes whose first 32 bits are at least `number`; n when there is none. */
static inline uint32_t bisect32(const uint8_t *table, uint32_t n, size_t entry_len, uint32_t number)
{
    uint32_t low = 0, high = n;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (bytes_get32(table + mid * entry_len) < number)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

#endif
