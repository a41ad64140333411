/* arena.h - memory that is given back all at once: one arena per request, per document, per parse.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_ARENA_H
#define VERBATIM_ARENA_H

#include "lib/base.h"

struct arena_block;
struct arena {
    struct arena_block *blocks; /* newest first */
    size_t used, size;          /* of the newest block */
    size_t total;               /* bytes held in all blocks */
};

#define ARENA_INIT {0}

/* Aligned for any type, not zeroed; NULL when memory ran out. What it gives lives until clear or release. */
void *arena_alloc(struct arena *a, size_t len);
/* The same, zeroed, for n things of a size. */
void *arena_calloc(struct arena *a, size_t n, size_t size);
/* A NUL-terminated copy of len bytes. */
char *arena_copy(struct arena *a, const void *bytes, size_t len);

void arena_clear(struct arena *a);   /* forgets everything; keeps the largest block for the next use */
void arena_release(struct arena *a); /* safe on a zeroed one */

#endif
