/* scan_simd.h - the two operations of scan.c on SCAN_SIMD_WIDTH (at most 32) bytes at once: SSE2 where the machine is
 * x86-64 (every one has it), plain C elsewhere. Reads at most that many bytes from each pointer.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SCAN_SIMD_H
#define VERBATIM_SCAN_SIMD_H

#include "lib/base.h"

#if defined(__SSE2__)

#include <emmintrin.h>

enum { SCAN_SIMD_WIDTH = 16 };

/* Bit i: x[i] == a and y[i] == b. */
static inline uint32_t scan_simd_pair(const uint8_t *x, uint8_t a, const uint8_t *y, uint8_t b)
{
    __m128i at_x = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)x), _mm_set1_epi8((char)a));
    __m128i at_y = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)y), _mm_set1_epi8((char)b));
    return (uint32_t)_mm_movemask_epi8(_mm_and_si128(at_x, at_y));
}

/* Bit i: p[i] has its top bit set. */
static inline uint32_t scan_simd_top_bits(const uint8_t *p)
{
    return (uint32_t)_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(const void *)p));
}

#else

enum { SCAN_SIMD_WIDTH = 16 };

static inline uint32_t scan_simd_pair(const uint8_t *x, uint8_t a, const uint8_t *y, uint8_t b)
{
    uint32_t mask = 0;
    for (int i = 0; i < SCAN_SIMD_WIDTH; i++)
        mask |= (uint32_t)(x[i] == a && y[i] == b) << i;
    return mask;
}

static inline uint32_t scan_simd_top_bits(const uint8_t *p)
{
    uint32_t mask = 0;
    for (int i = 0; i < SCAN_SIMD_WIDTH; i++)
        mask |= (uint32_t)(p[i] >> 7) << i;
    return mask;
}

#endif

#endif
