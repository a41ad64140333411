/* scan_kernel.h - the loops of scan.c, written once for any width of vector. A file that includes it defines first
 *
 *     KERNEL_WIDTH          bytes looked at together, at most 64
 *     kernel_pair(x, a, y, b)   uint64_t, bit i: x[i] == a and y[i] == b
 *     kernel_tops(p)            uint64_t, bit i: p[i] has its top bit set
 *
 * and defines a struct scan_kernel of the functions after it. Reads at most KERNEL_WIDTH bytes behind the end of a text
 * (scan.h, SCAN_READABLE). SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/scan.h"
#include "lib/scan_kernels.h"

static inline bool is_hit(const uint8_t *p, const struct scan_needle *needle)
{
    return (p[-1] & 0x80) && memcmp(p, needle->code, needle->len) == 0;
}

static const uint8_t *next_hit(struct scan_text text, const struct scan_needle *needle, const uint8_t *at)
{
    if ((size_t)(text.end - text.begin) < needle->len)
        return NULL;
    const uint8_t *last = text.end - needle->len; /* where a hit can begin at the latest */
    const uint8_t a = needle->code[needle->rare], b = needle->code[needle->too];
    for (; at <= last; at += KERNEL_WIDTH) {
        uint64_t mask = kernel_pair(at + needle->rare, a, at + needle->too, b);
        for (; mask != 0; mask &= mask - 1) {
            const uint8_t *p = at + __builtin_ctzll(mask);
            if (p > last)
                return NULL;
            if (is_hit(p, needle))
                return p;
        }
    }
    return NULL;
}

static size_t count_words(const uint8_t *p, const uint8_t *end)
{
    size_t n = 0;
    for (; end - p >= KERNEL_WIDTH; p += KERNEL_WIDTH)
        n += (size_t)__builtin_popcountll(kernel_tops(p));
    if (p < end)
        n += (size_t)__builtin_popcountll(kernel_tops(p) & ((UINT64_C(1) << (end - p)) - 1));
    return n;
}

static size_t count_hits(struct scan_text text, const struct scan_needle *needle)
{
    size_t n = 0;
    for (const uint8_t *p = next_hit(text, needle, text.begin); p != NULL; p = next_hit(text, needle, p + 1))
        n++;
    return n;
}
