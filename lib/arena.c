/* arena.c - see arena.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/arena.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_FIRST = 4096, ARENA_LARGEST_STEP = 1 << 20 };

struct arena_block {
    struct arena_block *next;
    size_t size;
    _Alignas(max_align_t) char data[];
};

static bool add_block(struct arena *a, size_t len)
{
    size_t size = a->size < ARENA_FIRST / 2 ? ARENA_FIRST : a->size * 2;
    if (size > ARENA_LARGEST_STEP)
        size = ARENA_LARGEST_STEP;
    if (size < len)
        size = len;
    if (size > SIZE_MAX - sizeof(struct arena_block))
        return false;
    struct arena_block *block = malloc(sizeof *block + size);
    if (block == NULL)
        return false;
    block->next = a->blocks;
    block->size = size;
    a->blocks = block;
    a->used = 0;
    a->size = size;
    a->total += size;
    return true;
}

void *arena_alloc(struct arena *a, size_t len)
{
    size_t unit = _Alignof(max_align_t);
    if (len > SIZE_MAX - unit)
        return NULL;
    len = len == 0 ? unit : (len + unit - 1) / unit * unit;
    if (len > a->size - a->used && !add_block(a, len))
        return NULL;
    void *p = a->blocks->data + a->used;
    a->used += len;
    return p;
}

void *arena_calloc(struct arena *a, size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size)
        return NULL;
    void *p = arena_alloc(a, n * size);
    if (p != NULL)
        memset(p, 0, n * size);
    return p;
}

char *arena_copy(struct arena *a, const void *bytes, size_t len)
{
    char *p = len == SIZE_MAX ? NULL : arena_alloc(a, len + 1);
    if (p == NULL)
        return NULL;
    if (len > 0)
        memcpy(p, bytes, len);
    p[len] = '\0';
    return p;
}

void arena_clear(struct arena *a)
{
    struct arena_block *keep = NULL;
    for (struct arena_block *b = a->blocks, *next; b != NULL; b = next) {
        next = b->next;
        if (keep == NULL || b->size > keep->size) {
            free(keep);
            keep = b;
        } else {
            free(b);
        }
    }
    if (keep != NULL)
        keep->next = NULL;
    *a = (struct arena){.blocks = keep, .size = keep ? keep->size : 0, .total = keep ? keep->size : 0};
}

void arena_release(struct arena *a)
{
    for (struct arena_block *b = a->blocks, *next; b != NULL; b = next) {
        next = b->next;
        free(b);
    }
    *a = (struct arena)ARENA_INIT;
}
