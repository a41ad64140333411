/* test_radix.c - lib/radix: ascending keys, and those that are equal as they stood.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/radix.h"

enum { MOST = 5000 };

static void check(uint64_t (*key_of)(uint32_t i), uint32_t n)
{
    static struct radix_item items[MOST], scratch[MOST];
    bool seen[MOST] = {false};
    for (uint32_t i = 0; i < n; i++)
        items[i] = (struct radix_item){key_of(i), i, ~i};
    radix_sort(items, n, scratch);
    for (uint32_t i = 0; i < n; i++) {
        assert_true(items[i].key == key_of(items[i].a));
        assert_int_equal(items[i].b, ~items[i].a);
        assert_false(seen[items[i].a]);
        seen[items[i].a] = true;
        if (i > 0)
            assert_true(items[i - 1].key < items[i].key ||
                        (items[i - 1].key == items[i].key && items[i - 1].a < items[i].a));
    }
}

static uint64_t same(uint32_t i)
{
    return i * 0 + 7;
}

static uint64_t falling(uint32_t i)
{
    return ~(uint64_t)i;
}

static uint64_t few(uint32_t i)
{
    return i * 2654435761u % 37;
}

static uint64_t scattered(uint32_t i)
{
    return (i % 3000 + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

static uint64_t one_digit(uint32_t i)
{
    return (uint64_t)(i * 2654435761u >> 24) << 40 | 5;
}

static void test_orders(void **state)
{
    (void)state;
    uint64_t (*const keys[])(uint32_t) = {same, falling, few, scattered, one_digit};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        for (uint32_t n = 0; n <= MOST; n = n < 3 ? n + 1 : n * 3 + 1)
            check(keys[k], n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_orders)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
