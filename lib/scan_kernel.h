/* scan_kernel.h - the loops of scan.c, written once for vectors of any width. A file that includes it defines first,
 * for windows of SCAN_WINDOW bytes,
 *
 *     kernel_pair(x, a, y, b)   uint64_t, bit i: x[i] == a and y[i] == b
 *     kernel_same(p, a)         uint64_t, bit i: p[i] == a
 *     kernel_tops(p)            uint64_t, bit i: p[i] has its top bit set
 *     kernel_put(events, n_bits, tops, pos, out)  writes the events of a window, of kinds of n_bits bits, at least 1;
 *                               up to SCAN_WINDOW in all may be overwritten
 *     kernel_press(some, all)   uint64_t, bit i: the i-th of the bits set in all is set in some, too
 *     kernel_low(n)             uint64_t, bits [0, n) are set
 *     kernel_width(mask)        uint32_t, how many bits there are up to the last that is set; 0: none is
 *
 * and defines a struct scan_kernel of the functions after it. Reads at most SCAN_READABLE bytes behind the end of a
 * text (scan.h). SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/scan.h"
#include "lib/scan_kernels.h"

/* A needle with its two bytes at hand: kept in registers, whatever is written meanwhile. */
struct kernel_needle {
    struct scan_needle needle;
    uint8_t rare, too;
};

static inline struct kernel_needle kernel_needle_of(const struct scan_needle *needle)
{
    return (struct kernel_needle){*needle, needle->code[needle->rare], needle->code[needle->too]};
}

/* Bit i: the needle begins at at[i], which is at most `last`. Two bytes and the word end before are compared for the
 * whole window, the rest of a longer needle one by one. */
static inline uint64_t hits_in_window(const uint8_t *at, const uint8_t *last, const struct kernel_needle *n)
{
    const struct scan_needle *needle = &n->needle;
    uint64_t mask = kernel_pair(at + needle->rare, n->rare, at + needle->too, n->too);
    if (mask == 0)
        return 0;
    mask &= kernel_tops(at - 1);
    if (last - at < SCAN_WINDOW - 1)
        mask &= (UINT64_C(2) << (last - at)) - 1;
    uint64_t hits = mask;
    for (; needle->len > 2 && mask != 0; mask &= mask - 1)
        if (memcmp(at + __builtin_ctzll(mask), needle->code, needle->len) != 0)
            hits &= ~(mask & -mask);
    return hits;
}

static size_t find_hits(struct scan_text text, const struct scan_needle *needle, struct scan_cursor *cursor,
                        struct scan_hit *out, size_t room)
{
    size_t n = 0;
    const struct kernel_needle at_hand = kernel_needle_of(needle);
    const uint8_t *at = cursor->at;
    uint32_t pos = cursor->pos;
    const uint8_t *last = text.end - needle->len; /* where a hit can begin at the latest */
    for (; text.end - at >= (ptrdiff_t)needle->len && room - n >= SCAN_WINDOW; at += SCAN_WINDOW) {
        uint64_t tops = kernel_tops(at);
        for (uint64_t mask = hits_in_window(at, last, &at_hand); mask != 0; mask &= mask - 1) {
            uint64_t before = (mask & -mask) - 1;
            out[n++] = (struct scan_hit){(uint32_t)(at + __builtin_ctzll(mask) - text.begin),
                                         pos + (uint32_t)__builtin_popcountll(tops & before)};
        }
        pos += (uint32_t)__builtin_popcountll(tops);
    }
    cursor->at = at;
    cursor->pos = pos;
    return n;
}

static size_t count_hits(struct scan_text text, const struct scan_needle *needle)
{
    size_t n = 0;
    const struct kernel_needle at_hand = kernel_needle_of(needle);
    const uint8_t *last = text.end - needle->len;
    for (const uint8_t *at = text.begin; text.end - at >= (ptrdiff_t)needle->len; at += SCAN_WINDOW)
        n += (size_t)__builtin_popcountll(hits_in_window(at, last, &at_hand));
    return n;
}

static size_t count_words(const uint8_t *p, const uint8_t *end)
{
    size_t n = 0;
    for (; end - p >= SCAN_WINDOW; p += SCAN_WINDOW)
        n += (size_t)__builtin_popcountll(kernel_tops(p));
    if (p < end)
        n += (size_t)__builtin_popcountll(kernel_tops(p) & ((UINT64_C(1) << (end - p)) - 1));
    return n;
}

#include "lib/scan_kernel_words.h"
#include "lib/scan_kernel_sequence.h"
#include "lib/scan_kernel_near.h"
