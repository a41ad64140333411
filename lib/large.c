/* large.c - see large.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/large.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 2 << 20 };

void *large_alloc(size_t len)
{
    if (len < PAGE / 2)
        return malloc(len);
    if (len > SIZE_MAX - PAGE)
        return NULL;
    size_t whole = (len + PAGE - 1) / PAGE * PAGE;
    void *p = aligned_alloc(PAGE, whole);
    if (p != NULL)
        (void)madvise(p, whole, MADV_HUGEPAGE);
    return p;
}

void *large_zeroed(size_t len)
{
    if (len < PAGE / 2)
        return calloc(1, len);
    void *p = large_alloc(len);
    if (p != NULL)
        memset(p, 0, len);
    return p;
}
