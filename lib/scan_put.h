/* scan_put.h - kernel_put of scan_kernel.h for processors that cannot do it in vectors.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SCAN_PUT_H
#define VERBATIM_SCAN_PUT_H

#include "lib/scan_kernels.h"

/* Writes the events of a window whose first word to end has position pos. */
static inline void kernel_put(const struct kernel_events *e, uint32_t pos, struct scan_event *out)
{
    for (uint64_t any = e->any; any != 0; any &= any - 1) {
        int at = __builtin_ctzll(any);
        uint64_t before = (any & -any) - 1;
        uint64_t kind = (e->bits[0] >> at & 1) | (e->bits[1] >> at & 1) << 1 | (e->bits[2] >> at & 1) << 2;
        *out++ = (struct scan_event){pos + (uint32_t)__builtin_popcountll(e->tops & before), (uint32_t)kind};
    }
}

#endif
