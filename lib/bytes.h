/* bytes.h - integers in files and on the wire: little-endian fixed widths and variable-length (7 bits a byte, low
 * bits first, top bit says that more follow). SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_BYTES_H
#define VERBATIM_BYTES_H

#include "lib/base.h"

static inline uint16_t bytes_get16(const void *p)
{
    const uint8_t *b = p;
    return (uint16_t)(b[0] | b[1] << 8);
}

static inline uint32_t bytes_get32(const void *p)
{
    const uint8_t *b = p;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static inline uint64_t bytes_get64(const void *p)
{
    const uint8_t *b = p;
    return (uint64_t)bytes_get32(b) | (uint64_t)bytes_get32(b + 4) << 32;
}

static inline void bytes_put16(void *p, uint16_t v)
{
    uint8_t *b = p;
    b[0] = (uint8_t)v;
    b[1] = (uint8_t)(v >> 8);
}

static inline void bytes_put32(void *p, uint32_t v)
{
    uint8_t *b = p;
    for (int i = 0; i < 4; i++)
        b[i] = (uint8_t)(v >> 8 * i);
}

static inline void bytes_put64(void *p, uint64_t v)
{
    uint8_t *b = p;
    for (int i = 0; i < 8; i++)
        b[i] = (uint8_t)(v >> 8 * i);
}

enum { BYTES_VARINT_MAX = 10 };

/* Writes v at p (room for BYTES_VARINT_MAX) and returns the number of bytes. */
static inline size_t bytes_put_varint(uint8_t *p, uint64_t v)
{
    size_t n = 0;
    while (v >= 0x80) {
        p[n++] = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    p[n++] = (uint8_t)v;
    return n;
}

/* Reads one at *p, never at or past end; moves *p behind it. False when cut short or longer than 64 bits. */
static inline bool bytes_get_varint(const uint8_t **p, const uint8_t *end, uint64_t *v)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && *p < end; shift += 7) {
        uint8_t b = *(*p)++;
        value |= (uint64_t)(b & 0x7f) << shift;
        if (b < 0x80) {
            *v = value;
            return true;
        }
    }
    return false;
}

#endif
