/* coding.h - appending to a buf the integers that parts are made of; bytes.h has the encodings.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_CODING_H
#define VERBATIM_CODING_H

#include "lib/base.h"
#include "lib/buf.h"
#include "lib/bytes.h"

static inline void coding_put_varint(struct buf *out, uint64_t v)
{
    char *p = buf_reserve(out, BYTES_VARINT_MAX);
    if (p != NULL)
        out->len += bytes_put_varint((uint8_t *)p, v);
}

static inline void coding_put32(struct buf *out, uint32_t v)
{
    char *p = buf_reserve(out, 4);
    if (p == NULL)
        return;
    bytes_put32(p, v);
    out->len += 4;
}

/* Small numbers of either sign as small numbers: 0 -1 1 -2 2 ... */
static inline uint64_t coding_zigzag(int64_t v)
{
    return (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0);
}

static inline int64_t coding_unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1 ^ ((v & 1) != 0 ? UINT64_MAX : 0));
}

#endif
