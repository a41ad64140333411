/* utf8.h - decoding and checking UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing over U+10FFFF).
 * It knows no character properties; those are lib/fold.h. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_UTF8_H
#define VERBATIM_UTF8_H

#include "lib/base.h"

/* Offset of the first byte of the first sequence that is not UTF-8, or len when all is well. */
size_t utf8_invalid_at(const char *text, size_t len);

/* Decodes the character at p; len > 0 is what is left. Sets *cp and returns the bytes it takes (1-4); for an invalid
 * byte *cp is -1 and it returns 1. */
size_t utf8_decode(const char *p, size_t len, int32_t *cp);

/* Writes cp (0..0x10FFFF) at p (room for 4) and returns the bytes written. */
size_t utf8_encode(char *p, int32_t cp);

/* Largest offset <= off that starts a character of valid UTF-8 text. Reads text[off]: at the length of a text that
 * has no byte behind it there is nothing to round, so do not ask. */
size_t utf8_floor(const char *text, size_t off);

#endif
