/* json.h - writing JSON into a struct buf: strings, numbers, objects and arrays with their commas. It reads nothing and
 * checks no nesting. Strings are given as valid UTF-8; a byte that is not becomes U+FFFD.
 *
 * Commas come by themselves: a value or a key that follows another gets one.
 *     json_open(out, '{'); json_key(out, "line"); json_uint(out, 3); json_key(out, "text"); ... json_close(out, '}');
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_JSON_H
#define VERBATIM_JSON_H

#include "lib/base.h"
#include "lib/buf.h"

void json_open(struct buf *out, char bracket);  /* '{' or '[' */
void json_close(struct buf *out, char bracket); /* '}' or ']' */
void json_key(struct buf *out, const char *name);

void json_string(struct buf *out, const char *text, size_t len);
void json_base64(struct buf *out, const void *bytes, size_t len); /* a string: RFC 4648, with padding */
void json_uint(struct buf *out, uint64_t v);
void json_int(struct buf *out, int64_t v);
void json_real(struct buf *out, double v, int decimals); /* what is not finite is null */
void json_bool(struct buf *out, bool v);
void json_null(struct buf *out);

/* A point in time as a string, "2022-11-17T09:30:00Z", from seconds since 1970, UTC. */
void json_time(struct buf *out, int64_t seconds);

#endif
