/* test_histogram.c - percentiles of histogram.h against those of the sorted values.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "queryd/histogram.h"

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void nothing(void **state)
{
    static const struct histogram h;
    (void)state;
    assert_int_equal(histogram_quantile(&h, 0.99), 0);
}

static void within_a_sixteenth(void **state)
{
    enum { N = 20000 };
    static struct histogram h;
    static uint32_t values[N];
    uint64_t random = 88172645463325252u;
    (void)state;
    for (size_t i = 0; i < N; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        values[i] = (uint32_t)random >> (i % 32);
        histogram_add(&h, values[i]);
    }
    qsort(values, N, sizeof *values, compare);
    for (unsigned permille = 1; permille <= 1000; permille++) {
        uint64_t exact = values[(size_t)N * permille / 1000 - 1];
        uint64_t told = histogram_quantile(&h, permille / 1000.0);
        if (told < exact || told > exact + exact / HISTOGRAM_PARTS)
            fail_msg("%u permille: %llu, told as %llu", permille, (unsigned long long)exact, (unsigned long long)told);
    }
    assert_int_equal(histogram_quantile(&h, 1), values[N - 1]);
    assert_int_equal(histogram_at_most(&h, UINT32_MAX), N);
}

static void too_large(void **state)
{
    static struct histogram h;
    (void)state;
    histogram_add(&h, UINT64_MAX);
    assert_int_equal(histogram_quantile(&h, 0.5), UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing),
        cmocka_unit_test(within_a_sixteenth),
        cmocka_unit_test(too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
