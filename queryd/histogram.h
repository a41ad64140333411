/* histogram.h - how often values of what size came, in little memory: each power of two is cut into HISTOGRAM_PARTS
 * equal parts, so that a percentile is wrong by a sixteenth at most (the log-linear form of HdrHistogram).
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_HISTOGRAM_H
#define VERBATIM_HISTOGRAM_H

#include "lib/base.h"

enum { HISTOGRAM_PARTS = 16, HISTOGRAM_CELLS = 29 * HISTOGRAM_PARTS };

struct histogram {
    uint32_t cells[HISTOGRAM_CELLS];
    uint64_t n, sum;
    uint32_t max;
};

/* Microseconds, say; what is over UINT32_MAX counts as that. */
void histogram_add(struct histogram *h, uint64_t value);

/* The value that a share (0 to 1) of all does not exceed, rounded up to the end of its part; 0 without any. */
uint64_t histogram_quantile(const struct histogram *h, double share);

/* How many there were of at most that; those in its own part only when it ends there. */
uint64_t histogram_at_most(const struct histogram *h, uint64_t value);

#endif
