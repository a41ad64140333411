/* array.h - growing a typed array that its owner keeps as pointer, count and capacity.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_ARRAY_H
#define VERBATIM_ARRAY_H

#include <stdlib.h>

#include "lib/base.h"

/* Makes *items (malloc'ed, of *cap items of item_size bytes) hold at least need items, doubling. False when memory
 * ran out: the array is then as it was. */
static inline bool array_grow(void **items, size_t *cap, size_t need, size_t item_size)
{
    if (need <= *cap)
        return true;
    size_t want = *cap < 8 ? 8 : *cap;
    while (want < need) {
        if (want > SIZE_MAX / 2 / item_size)
            return false;
        want *= 2;
    }
    void *p = realloc(*items, want * item_size);
    if (p == NULL)
        return false;
    *items = p;
    *cap = want;
    return true;
}

/* bool ARRAY_RESERVE(struct x *items, size_t cap, size_t need); items and cap are lvalues. */
#define ARRAY_RESERVE(items, cap, need) array_reserve_any((void *)&(items), &(cap), (need), sizeof *(items))

static inline bool array_reserve_any(void *items_address, size_t *cap, size_t need, size_t item_size)
{
    if (need <= *cap)
        return true;
    void *items;
    __builtin_memcpy(&items, items_address, sizeof items);
    bool ok = array_grow(&items, cap, need, item_size);
    __builtin_memcpy(items_address, &items, sizeof items);
    return ok;
}

#endif
