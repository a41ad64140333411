/* scratch.h - reading the scratch files of a build again, mapped. They were written by this run and are trusted.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SCRATCH_H
#define VERBATIM_SCRATCH_H

#include "store/build_parts.h"

struct scratch {
    const uint8_t *bytes; /* NULL when there are none */
    size_t len;
};

/* path: NULL for one that there was no memory for. */
enum status scratch_map(const char *path, uint64_t len, struct scratch *out, struct err *err);
/* A chunk's words and documents (CHUNK_IDS, CHUNK_DOCS). */
enum status scratch_map_words(const struct chunk_done *chunk, struct scratch *ids, struct scratch *docs,
                              struct err *err);
void scratch_unmap(struct scratch *s); /* safe on a zeroed one */

/* The next of a stream of varints. */
static inline uint32_t scratch_number(const uint8_t **p)
{
    const uint8_t *from = *p;
    uint32_t number = *from & 0x7f;
    for (unsigned shift = 7; *from++ >= 0x80; shift += 7)
        number |= (uint32_t)(*from & 0x7f) << shift;
    *p = from;
    return number;
}

#endif
