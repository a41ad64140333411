/* buf.c - see buf.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_release(struct buf *b)
{
    free(b->data);
    *b = (struct buf)BUF_INIT;
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->failed = false;
}

bool buf_ok(const struct buf *b)
{
    return !b->failed;
}

char *buf_reserve(struct buf *b, size_t len)
{
    if (b->failed)
        return NULL;
    if (len > b->cap - b->len) {
        size_t cap = b->cap < 64 ? 64 : b->cap;
        while (cap - b->len < len && cap <= SIZE_MAX / 2)
            cap *= 2;
        char *data = cap - b->len < len ? NULL : realloc(b->data, cap);
        if (data == NULL) {
            b->failed = true;
            return NULL;
        }
        b->data = data;
        b->cap = cap;
    }
    return b->data + b->len;
}

void buf_add(struct buf *b, const void *bytes, size_t len)
{
    if (len == 0)
        return;
    char *room = buf_reserve(b, len);
    if (room == NULL)
        return;
    memcpy(room, bytes, len);
    b->len += len;
}

void buf_adds(struct buf *b, const char *str)
{
    buf_add(b, str, strlen(str));
}

void buf_addc(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *room = len < 0 ? NULL : buf_reserve(b, (size_t)len + 1);
    if (room == NULL) {
        b->failed = true;
        return;
    }
    va_start(args, fmt);
    (void)vsnprintf(room, (size_t)len + 1, fmt, args);
    va_end(args);
    b->len += (size_t)len;
}
