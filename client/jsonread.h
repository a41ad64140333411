/* jsonread.h - reading JSON, as much as rows need: a cursor that takes one thing after another. Sticky: once something
 * is not as asked, it stays failed and every later call gives nothing. It builds no tree. RFC 8259.
 *
 *     jsonread_open(&r, '{'); while (jsonread_key(&r, &key)) ... jsonread_string(&r, &text) or jsonread_skip(&r);
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_JSONREAD_H
#define VERBATIM_JSONREAD_H

#include "lib/base.h"
#include "lib/buf.h"

struct jsonread {
    const char *p, *end; /* what is left; borrowed */
    bool failed;
};

void jsonread_init(struct jsonread *r, const char *text, size_t len);

void jsonread_open(struct jsonread *r, char bracket); /* '{' or '[' */

/* Whether a member follows: then its name is in key. False takes the closing bracket. */
bool jsonread_key(struct jsonread *r, struct buf *key);
/* The same for an item of an array. */
bool jsonread_item(struct jsonread *r);

/* Appends a string as UTF-8; half of a surrogate pair becomes U+FFFD. */
void jsonread_string(struct jsonread *r, struct buf *out);
uint32_t jsonread_uint(struct jsonread *r); /* 0 when it fails */
void jsonread_skip(struct jsonread *r);     /* any value, nested at most 16 deep */

#endif
