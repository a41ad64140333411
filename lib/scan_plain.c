/* scan_plain.c - the scan loops for any processor: SSE2, which every x86-64 has, or C; see scan_kernel.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base.h"

enum { KERNEL_WIDTH = 16 };

#if defined(__SSE2__)

#include <emmintrin.h>

static inline uint64_t kernel_pair(const uint8_t *x, uint8_t a, const uint8_t *y, uint8_t b)
{
    __m128i at_x = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)x), _mm_set1_epi8((char)a));
    __m128i at_y = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)y), _mm_set1_epi8((char)b));
    return (uint32_t)_mm_movemask_epi8(_mm_and_si128(at_x, at_y));
}

static inline uint64_t kernel_same(const uint8_t *p, uint8_t a)
{
    __m128i at_p = _mm_loadu_si128((const __m128i *)(const void *)p);
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(at_p, _mm_set1_epi8((char)a)));
}

static inline uint64_t kernel_tops(const uint8_t *p)
{
    return (uint32_t)_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(const void *)p));
}

#else

static inline uint64_t kernel_pair(const uint8_t *x, uint8_t a, const uint8_t *y, uint8_t b)
{
    uint64_t mask = 0;
    for (int i = 0; i < KERNEL_WIDTH; i++)
        mask |= (uint64_t)(x[i] == a && y[i] == b) << i;
    return mask;
}

static inline uint64_t kernel_same(const uint8_t *p, uint8_t a)
{
    return kernel_pair(p, a, p, a);
}

static inline uint64_t kernel_tops(const uint8_t *p)
{
    uint64_t mask = 0;
    for (int i = 0; i < KERNEL_WIDTH; i++)
        mask |= (uint64_t)(p[i] >> 7) << i;
    return mask;
}

#endif

#include "lib/scan_put.h"

#include "lib/scan_kernel.h"

const struct scan_kernel scan_kernel_plain = {find_hits, count_hits, find_events, find_sequence, count_words};
