/* buf.h - a growing byte string. Sticky: after a failed allocation it stays failed, later calls do nothing, and
 * buf_ok says so once, at the end. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_BUF_H
#define VERBATIM_BUF_H

#include "lib/base.h"

struct buf {
    char *data; /* owned; NULL while empty; not NUL-terminated */
    size_t len; /* bytes in use */
    size_t cap; /* bytes allocated */
    bool failed;
};

#define BUF_INIT {0}

void buf_release(struct buf *b); /* safe on a zeroed one; leaves it zeroed */
void buf_clear(struct buf *b);   /* length 0 and not failed; keeps the memory */
bool buf_ok(const struct buf *b);

void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_adds(struct buf *b, const char *str);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) BASE_PRINTF(2, 3);

/* Room for len more bytes at the end, or NULL when it failed. The caller writes there and then adds to len. */
char *buf_reserve(struct buf *b, size_t len);

#endif
