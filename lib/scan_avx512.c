/* scan_avx512.c - the scan loops for x86-64 with AVX-512, and the choice among all of them when the program runs; see
 * scan_kernel.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/scan_kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>
#include <string.h>

#if defined(__clang__)
#pragma clang attribute push(                                                                                          \
    __attribute__((target("avx512f,avx512bw,avx512vbmi2,avx512vpopcntdq,avx2,popcnt,bmi,bmi2,lzcnt"))),                \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vbmi2,avx512vpopcntdq,avx2,popcnt,bmi,bmi2,lzcnt")
#endif

static inline uint64_t kernel_pair(const uint8_t *x, uint8_t a, const uint8_t *y, uint8_t b)
{
    __mmask64 at_x = _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(x), _mm512_set1_epi8((char)a));
    return _mm512_mask_cmpeq_epi8_mask(at_x, _mm512_loadu_si512(y), _mm512_set1_epi8((char)b));
}

static inline uint64_t kernel_same(const uint8_t *p, uint8_t a)
{
    return _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(p), _mm512_set1_epi8((char)a));
}

static inline uint64_t kernel_tops(const uint8_t *p)
{
    return _mm512_movepi8_mask(_mm512_loadu_si512(p));
}

static inline __m512i bits_at(uint64_t mask, __m512i at)
{
    return _mm512_and_si512(_mm512_srlv_epi64(_mm512_set1_epi64((long long)mask), at), _mm512_set1_epi64(1));
}

/* Eight events at a time: their bytes are pressed together, and counted up to each are the word ends. */
static inline void kernel_put(struct kernel_events e, unsigned n_bits, uint64_t tops, uint32_t pos,
                              struct scan_event *out)
{
    static const uint8_t numbers[64] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                        16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                                        32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                                        48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    const __m512i one = _mm512_set1_epi64(1), ends = _mm512_set1_epi64((long long)tops);
    __m512i bytes = _mm512_maskz_compress_epi8(e.any, _mm512_loadu_si512(numbers));
    int left = __builtin_popcountll(e.any);
    do { /* also for none: a branch that is foreseen */
        __m512i at = _mm512_cvtepu8_epi64(_mm512_castsi512_si128(bytes));
        __m512i before = _mm512_sub_epi64(_mm512_sllv_epi64(one, at), one);
        __m512i event = _mm512_add_epi64(_mm512_popcnt_epi64(_mm512_and_si512(before, ends)), _mm512_set1_epi64(pos));
        event = _mm512_or_si512(event, _mm512_slli_epi64(bits_at(e.one, at), 32));
        if (n_bits > 1)
            event = _mm512_or_si512(event, _mm512_slli_epi64(bits_at(e.two, at), 33));
        if (n_bits > 2)
            event = _mm512_or_si512(event, _mm512_slli_epi64(bits_at(e.four, at), 34));
        _mm512_storeu_si512(out, event);
        bytes = _mm512_alignr_epi64(bytes, bytes, 1);
        out += 8;
        left -= 8;
    } while (left > 0);
}

static inline uint64_t kernel_press(uint64_t some, uint64_t all)
{
    return _pext_u64(some, all);
}

static inline uint64_t kernel_low(uint32_t n)
{
    return _bzhi_u64(~UINT64_C(0), n < 64 ? n : 64);
}

static inline uint32_t kernel_width(uint64_t mask)
{
    return 64 - (uint32_t)_lzcnt_u64(mask);
}

#include "lib/scan_kernel.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

const struct scan_kernel scan_kernel_avx512 = {find_hits,     count_hits,     find_events,
                                               find_sequence, count_sequence, count_near,
                                               count_words};

const struct scan_kernel *scan_kernel(void)
{
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2") &&
        __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("bmi2"))
        return &scan_kernel_avx512;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") ? &scan_kernel_avx2 : &scan_kernel_plain;
}

#else

const struct scan_kernel *scan_kernel(void)
{
    return &scan_kernel_plain;
}

#endif
