/* radix.h - sorting by numbers in time that grows as the records do: radix sort from the least significant digit
 * (Knuth, The Art of Computer Programming 3, 5.2.5). SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_RADIX_H
#define VERBATIM_RADIX_H

#include "lib/base.h"

struct radix_item {
    uint64_t key;
    uint32_t a, b; /* the caller's */
};

/* Sorts items by ascending keys; those with equal keys stay in order. scratch: room for n. */
void radix_sort(struct radix_item *items, size_t n, struct radix_item *scratch);

#endif
