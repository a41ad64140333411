/* entities.h - HTML character references (&eacute; &#233; &#xe9;) to text. It knows no markup around them.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_ENTITIES_H
#define VERBATIM_ENTITIES_H

#include "lib/base.h"

/* Decodes the reference that begins at text[0]; the semicolon is needed. Writes at most 4 bytes of UTF-8 to out and
 * returns how many bytes of text it takes, or 0 when it is none that we know. A reference to a line break gives that
 * character: the caller keeps lines as they are. */
size_t entity_decode(const char *text, size_t len, char *out, size_t *out_len);

/* The same as browsers have it in text: the semicolon may be missing behind numbers and the names of Latin-1. */
size_t entity_decode_lax(const char *text, size_t len, char *out, size_t *out_len);

#endif
