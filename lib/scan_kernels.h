/* scan_kernels.h - the loops of scan.c in several builds, for what the processor can do.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SCAN_KERNELS_H
#define VERBATIM_SCAN_KERNELS_H

#include "lib/scan.h"

struct scan_kernel {
    /* The first occurrence at or behind `at`, NULL when there is none. */
    const uint8_t *(*next_hit)(struct scan_text text, const struct scan_needle *needle, const uint8_t *at);
    /* Words that end in [p, end). */
    size_t (*count_words)(const uint8_t *p, const uint8_t *end);
    size_t (*count_hits)(struct scan_text text, const struct scan_needle *needle);
};

extern const struct scan_kernel scan_kernel_plain; /* any processor; SSE2 on x86-64 */
extern const struct scan_kernel scan_kernel_avx2;  /* only where scan_kernel() may choose it */

/* The best for this processor. */
const struct scan_kernel *scan_kernel(void);

#endif
