/* scan_avx2.c - the scan loops for x86-64 with AVX2; chosen when the program runs; see scan_kernel.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/scan_kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>
#include <string.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,popcnt,bmi"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,popcnt,bmi")
#endif

enum { HALF = 32 };

static inline __m256i load(const uint8_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

static inline uint64_t join(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << HALF;
}

static inline uint64_t kernel_pair(const uint8_t *x, uint8_t a, const uint8_t *y, uint8_t b)
{
    __m256i as = _mm256_set1_epi8((char)a), bs = _mm256_set1_epi8((char)b);
    __m256i low = _mm256_and_si256(_mm256_cmpeq_epi8(load(x), as), _mm256_cmpeq_epi8(load(y), bs));
    __m256i high = _mm256_and_si256(_mm256_cmpeq_epi8(load(x + HALF), as), _mm256_cmpeq_epi8(load(y + HALF), bs));
    return join(low, high);
}

static inline uint64_t kernel_same(const uint8_t *p, uint8_t a)
{
    __m256i as = _mm256_set1_epi8((char)a);
    return join(_mm256_cmpeq_epi8(load(p), as), _mm256_cmpeq_epi8(load(p + HALF), as));
}

static inline uint64_t kernel_tops(const uint8_t *p)
{
    return join(load(p), load(p + HALF));
}

#include "lib/scan_put.h"

#include "lib/scan_kernel.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

const struct scan_kernel scan_kernel_avx2 = {find_hits,     count_hits,     find_events,
                                             find_sequence, count_sequence, count_near,
                                             count_words};

#endif
