/* malloc_help.h - the allocations of a test program, of which one can be made to fail. Included by one file.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_MALLOC_HELP_H
#define VERBATIM_MALLOC_HELP_H

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_MALLOC 0 /* a sanitizer has taken its place */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define OWN_MALLOC 0
#else
#define OWN_MALLOC 1
#endif
#else
#define OWN_MALLOC 1
#endif

static struct {
    atomic_long left;   /* allocations until one fails; none does from 0 down */
    bool for_good;      /* and all behind it */
    atomic_bool failed; /* one has, since this was cleared */
} malloc_fault;

#if OWN_MALLOC
extern void *__libc_malloc(size_t len);
extern void *__libc_calloc(size_t n, size_t len);
extern void *__libc_realloc(void *p, size_t len);

static bool is_malloc_due(void)
{
    if (atomic_load(&malloc_fault.left) <= 0 || atomic_fetch_sub(&malloc_fault.left, 1) != 1)
        return false;
    atomic_store(&malloc_fault.left, malloc_fault.for_good);
    atomic_store(&malloc_fault.failed, true);
    errno = ENOMEM;
    return true;
}

void *malloc(size_t len)
{
    return is_malloc_due() ? NULL : __libc_malloc(len);
}

void *calloc(size_t n, size_t len)
{
    return is_malloc_due() ? NULL : __libc_calloc(n, len);
}

void *realloc(void *p, size_t len)
{
    return is_malloc_due() ? NULL : __libc_realloc(p, len);
}
#endif

#endif
