/* scan_put.h - kernel_put of scan_kernel.h for processors that cannot do it in vectors.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SCAN_PUT_H
#define VERBATIM_SCAN_PUT_H

#include "lib/scan_kernels.h"

/* Writes the events of a window whose first word to end has position pos. */
static inline void kernel_put(struct kernel_events e, unsigned n_bits, uint64_t tops, uint32_t pos,
                              struct scan_event *out)
{
    for (; e.any != 0; e.any &= e.any - 1) {
        int at = __builtin_ctzll(e.any);
        uint64_t before = (e.any & -e.any) - 1, kind = e.one >> at & 1;
        if (n_bits > 1)
            kind |= (e.two >> at & 1) << 1;
        if (n_bits > 2)
            kind |= (e.four >> at & 1) << 2;
        *out++ = (struct scan_event){pos + (uint32_t)__builtin_popcountll(tops & before), (uint32_t)kind};
    }
}

#endif
