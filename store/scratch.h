/* scratch.h - reading the scratch files of a build again, mapped. They were written by this run and are trusted.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SCRATCH_H
#define VERBATIM_SCRATCH_H

#include <string.h>

#include "store/build_parts.h"

struct scratch {
    const uint8_t *bytes; /* NULL when there are none */
    size_t len;
};

/* path: NULL for one that there was no memory for. */
enum status scratch_map(const char *path, uint64_t len, struct scratch *out, struct err *err);
/* A chunk's documents (CHUNK_DOCS), and what is written document by document: CHUNK_IDS or CHUNK_POSTINGS. */
enum status scratch_map_docs(const struct chunk_done *chunk, enum chunk_file file, struct scratch *out,
                             struct scratch *docs, struct err *err);
void scratch_unmap(struct scratch *s); /* safe on a zeroed one */

/* A word's number in its chunk's table, below 2^30: there is no room for so many. Most take two bytes. */
enum { SCRATCH_NUMBER_MAX = 4, SCRATCH_NUMBER_LONG = 0xc000 };

static inline size_t scratch_put_number(uint8_t *p, uint32_t number)
{
    bool is_long = number >= SCRATCH_NUMBER_LONG;
    uint16_t halves[2] = {(uint16_t)(is_long ? SCRATCH_NUMBER_LONG | number >> 16 : number), (uint16_t)number};
    memcpy(p, halves, sizeof halves);
    return is_long ? 4 : 2;
}

static inline uint32_t scratch_number(const uint8_t **p)
{
    uint16_t half, low;
    memcpy(&half, *p, sizeof half);
    *p += sizeof half;
    if (half < SCRATCH_NUMBER_LONG)
        return half;
    memcpy(&low, *p, sizeof low);
    *p += sizeof low;
    return (uint32_t)(half - SCRATCH_NUMBER_LONG) << 16 | low;
}

/* A word of a document: its number and its occurrences there, at least one. Most take four bytes. */
enum { SCRATCH_POSTING_MAX = 12, SCRATCH_FEW = 64 };

struct scratch_posting {
    uint32_t number, occurrences;
};

static inline size_t scratch_put_posting(uint8_t *p, uint32_t number, uint32_t occurrences)
{
    uint32_t rest[2] = {number, occurrences}, first = UINT32_MAX;
    bool is_long = number >= UINT32_MAX / SCRATCH_FEW || occurrences >= SCRATCH_FEW;
    if (!is_long)
        first = number * SCRATCH_FEW + occurrences;
    memcpy(p, &first, sizeof first);
    if (is_long)
        memcpy(p + sizeof first, rest, sizeof rest);
    return is_long ? sizeof first + sizeof rest : sizeof first;
}

static inline struct scratch_posting scratch_posting(const uint8_t **p)
{
    uint32_t first;
    struct scratch_posting posting;
    memcpy(&first, *p, sizeof first);
    *p += sizeof first;
    if (first != UINT32_MAX)
        return (struct scratch_posting){first / SCRATCH_FEW, first % SCRATCH_FEW};
    memcpy(&posting, *p, sizeof posting);
    *p += sizeof posting;
    return posting;
}

#endif
