/* test_tiers.c - which segments are merged: they stay few, and each document is written again seldom.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "store/tiers.h"

enum { MOST = 256, MB = 1 << 20 };

static struct tier tier(uint64_t bytes)
{
    return (struct tier){.bytes = bytes, .words = bytes / 6, .docs = 1000};
}

static void small_ones_go_together(void **state)
{
    (void)state;
    struct tier tiers[] = {tier(50 * MB), tier(2 * MB), tier(3000), tier(100)};
    tiers_choose(tiers, 4, 1000);
    assert_true(!tiers[0].merged && !tiers[1].merged && tiers[2].merged && tiers[3].merged);
}

static void larger_ones_follow(void **state)
{
    (void)state;
    struct tier tiers[] = {tier(5 * MB), tier(50 * MB), tier(2 * MB)};
    tiers_choose(tiers, 3, 3 * MB);
    assert_true(tiers[0].merged && !tiers[1].merged && tiers[2].merged);
}

/* 6 is more than 5, but 10 is not more than both. */
static void the_sum_counts(void **state)
{
    (void)state;
    struct tier tiers[] = {tier(10 * MB), tier(6 * MB), tier(30 * MB)};
    tiers_choose(tiers, 3, 5 * MB);
    assert_true(tiers[0].merged && tiers[1].merged && !tiers[2].merged);
}

static void nothing_new_merges_nothing(void **state)
{
    (void)state;
    struct tier tiers[] = {tier(100), tier(100)};
    tiers_choose(tiers, 2, 0);
    assert_true(!tiers[0].merged && !tiers[1].merged);
}

static void the_dead_are_written_off(void **state)
{
    (void)state;
    struct tier tiers[] = {tier(600 * MB), tier(400 * MB), tier(MB)};
    tiers[0].dead_docs = 250;
    tiers[1].dead_docs = 251;
    tiers[2].dead_docs = tiers[2].docs;
    tiers[2].dead_words = tiers[2].words;
    tiers[2].bytes = 0;
    tiers_choose(tiers, 3, 0);
    assert_true(!tiers[0].merged && tiers[1].merged && tiers[2].merged);
    tiers[0].dead_words = tiers[0].words / 2; /* few documents, but long ones */
    tiers_choose(tiers, 1, 0);
    assert_true(tiers[0].merged);
}

static void vast_ones_stay(void **state)
{
    (void)state;
    struct tier tiers[] = {tier(TIERS_LARGE), tier(TIERS_LARGE - MB)};
    tiers_choose(tiers, 2, 4 * TIERS_LARGE);
    assert_true(!tiers[0].merged && !tiers[1].merged);
}

/* Thousands of runs of many sizes: never more than the logarithm says, and never written again more often. */
static void years_of_runs(void **state)
{
    (void)state;
    struct tier tiers[MOST];
    size_t n = 0;
    uint64_t seed = 42, added = 0, written = 0;
    for (int run = 0; run < 20000; run++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        uint64_t bytes = UINT64_C(16) << (seed >> 60), merged = bytes;
        tiers_choose(tiers, n, bytes);
        size_t kept = 0;
        for (size_t i = 0; i < n; i++) {
            if (tiers[i].merged)
                merged += tiers[i].bytes;
            else
                tiers[kept++] = tiers[i];
        }
        n = kept;
        tiers[n++] = tier(merged);
        added += bytes;
        written += merged;
        unsigned log2 = 1;
        while (TIERS_SMALL << log2 < added)
            log2++;
        assert_true(n <= log2 + 1);
    }
    assert_true(added > 500 * (uint64_t)MB);
    assert_true(written < 12 * added + 20000 * 2 * TIERS_SMALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_ones_go_together),
        cmocka_unit_test(larger_ones_follow),
        cmocka_unit_test(the_sum_counts),
        cmocka_unit_test(nothing_new_merges_nothing),
        cmocka_unit_test(the_dead_are_written_off),
        cmocka_unit_test(vast_ones_stay),
        cmocka_unit_test(years_of_runs),
    };
    return cmocka_run_group_tests_name("tiers", tests, NULL, NULL);
}
