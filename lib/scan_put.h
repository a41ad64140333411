/* scan_put.h - kernel_put and what goes with it of scan_kernel.h for processors that cannot do it in vectors.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SCAN_PUT_H
#define VERBATIM_SCAN_PUT_H

#include "lib/scan_kernels.h"

/* The first of some events, or when there is none what means nothing. */
static inline struct scan_event first_event(struct kernel_events e, unsigned n_bits, uint64_t tops, uint32_t pos)
{
    int at = __builtin_ctzll(e.any | UINT64_C(1) << 63);
    uint64_t before = (UINT64_C(1) << at) - 1, kind = e.one >> at & 1;
    if (n_bits > 1)
        kind |= (e.two >> at & 1) << 1;
    if (n_bits > 2)
        kind |= (e.four >> at & 1) << 2;
    return (struct scan_event){pos + (uint32_t)__builtin_popcountll(tops & before), (uint32_t)kind};
}

/* Two at a time, and two also for none: a branch less that nobody foresees. */
static inline void kernel_put(struct kernel_events e, unsigned n_bits, uint64_t tops, uint32_t pos,
                              struct scan_event *out)
{
    do {
        *out++ = first_event(e, n_bits, tops, pos);
        e.any &= e.any - 1;
        *out++ = first_event(e, n_bits, tops, pos);
        e.any &= e.any - 1;
    } while (e.any != 0);
}

/* Few are set in both. */
static inline uint64_t kernel_press(uint64_t some, uint64_t all)
{
    uint64_t pressed = 0;
    for (some &= all; some != 0; some &= some - 1)
        pressed |= UINT64_C(1) << __builtin_popcountll(all & ((some & -some) - 1));
    return pressed;
}

static inline uint64_t kernel_low(uint32_t n)
{
    return n < 64 ? (UINT64_C(1) << n) - 1 : ~UINT64_C(0);
}

static inline uint32_t kernel_width(uint64_t mask)
{
    return mask != 0 ? 64 - (uint32_t)__builtin_clzll(mask) : 0;
}

#endif
