/* histogram.c - see histogram.h.
 *
 *     value    0 .. 15    16 .. 31    32 .. 63       64 .. 127
 *     cells    one each   one each    one for two    one for four    ...
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/histogram.h"

enum { PARTS_LOG2 = 4 };

static size_t cell_of(uint32_t value)
{
    if (value < HISTOGRAM_PARTS)
        return value;
    unsigned shift = 31u - (unsigned)__builtin_clz(value) - PARTS_LOG2;
    return (size_t)shift * HISTOGRAM_PARTS + (value >> shift);
}

/* The largest value that belongs to a cell. */
static uint64_t end_of(size_t cell)
{
    if (cell < 2 * HISTOGRAM_PARTS)
        return cell;
    unsigned shift = (unsigned)(cell / HISTOGRAM_PARTS) - 1;
    uint64_t part = cell - (size_t)shift * HISTOGRAM_PARTS;
    return ((part + 1) << shift) - 1;
}

void histogram_add(struct histogram *h, uint64_t value)
{
    uint32_t v = value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
    h->cells[cell_of(v)]++;
    h->n++;
    h->sum += v;
    if (v > h->max)
        h->max = v;
}

uint64_t histogram_quantile(const struct histogram *h, double share)
{
    double wanted = (share - 1e-9) * (double)h->n; /* what is rounded off must not count as one more */
    uint64_t seen = 0;
    for (size_t i = 0; i < HISTOGRAM_CELLS; i++) {
        seen += h->cells[i];
        if (seen > 0 && (double)seen >= wanted)
            return end_of(i) < h->max ? end_of(i) : h->max;
    }
    return h->max;
}

uint64_t histogram_at_most(const struct histogram *h, uint64_t value)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < HISTOGRAM_CELLS && end_of(i) <= value; i++)
        seen += h->cells[i];
    return seen;
}
