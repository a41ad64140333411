/* radix.c - see radix.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/radix.h"

#include <string.h>

enum { DIGIT_BITS = 8, N_DIGITS = 8, N_VALUES = 1 << DIGIT_BITS };

static size_t digit_of(uint64_t key, unsigned digit)
{
    return key >> digit * DIGIT_BITS & (N_VALUES - 1);
}

/* A digit that all have in common changes nothing. */
static bool is_common(const size_t counts[N_VALUES], size_t n, uint64_t key, unsigned digit)
{
    return counts[digit_of(key, digit)] == n;
}

static void sort_by_digit(const struct radix_item *from, size_t n, struct radix_item *to, unsigned digit,
                          const size_t counts[N_VALUES])
{
    size_t begins[N_VALUES], sum = 0;
    for (size_t i = 0; i < N_VALUES; i++) {
        begins[i] = sum;
        sum += counts[i];
    }
    for (size_t i = 0; i < n; i++)
        to[begins[digit_of(from[i].key, digit)]++] = from[i];
}

void radix_sort(struct radix_item *items, size_t n, struct radix_item *scratch)
{
    size_t counts[N_DIGITS][N_VALUES] = {{0}};
    struct radix_item *from = items, *to = scratch;
    for (size_t i = 0; i < n; i++)
        for (unsigned digit = 0; digit < N_DIGITS; digit++)
            counts[digit][digit_of(items[i].key, digit)]++;
    for (unsigned digit = 0; digit < N_DIGITS && n > 0; digit++) {
        if (is_common(counts[digit], n, from[0].key, digit))
            continue;
        sort_by_digit(from, n, to, digit, counts[digit]);
        struct radix_item *swap = from;
        from = to;
        to = swap;
    }
    if (from != items)
        memcpy(items, from, n * sizeof *items);
}
