/* scan_plain.c - the scan loops for any processor: SSE2, which every x86-64 has, or C; see scan_kernel.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/scan_kernels.h"

#if defined(__SSE2__)

#include <emmintrin.h>

enum { PART = 16 };

static inline __m128i load(const uint8_t *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline uint64_t kernel_pair(const uint8_t *x, uint8_t a, const uint8_t *y, uint8_t b)
{
    const __m128i as = _mm_set1_epi8((char)a), bs = _mm_set1_epi8((char)b);
    uint64_t mask = 0;
    for (int i = 0; i < SCAN_WINDOW; i += PART) {
        __m128i both = _mm_and_si128(_mm_cmpeq_epi8(load(x + i), as), _mm_cmpeq_epi8(load(y + i), bs));
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(both) << i;
    }
    return mask;
}

static inline uint64_t kernel_same(const uint8_t *p, uint8_t a)
{
    const __m128i as = _mm_set1_epi8((char)a);
    uint64_t mask = 0;
    for (int i = 0; i < SCAN_WINDOW; i += PART)
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(load(p + i), as)) << i;
    return mask;
}

static inline uint64_t kernel_tops(const uint8_t *p)
{
    uint64_t mask = 0;
    for (int i = 0; i < SCAN_WINDOW; i += PART)
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(load(p + i)) << i;
    return mask;
}

#else

static inline uint64_t kernel_pair(const uint8_t *x, uint8_t a, const uint8_t *y, uint8_t b)
{
    uint64_t mask = 0;
    for (int i = 0; i < SCAN_WINDOW; i++)
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
    for (int i = 0; i < SCAN_WINDOW; i++)
        mask |= (uint64_t)(p[i] >> 7) << i;
    return mask;
}

#endif

#include "lib/scan_put.h"

#include "lib/scan_kernel.h"

const struct scan_kernel scan_kernel_plain = {find_hits,     count_hits,     find_events,
                                              find_sequence, count_sequence, count_near,
                                              count_words};
