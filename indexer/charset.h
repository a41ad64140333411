/* charset.h - a file's bytes to valid UTF-8: byte-order mark, valid as it is, declared, detected. No text is refused
 * for its encoding: what cannot be converted becomes U+FFFD. It knows no markup but the cookies that editors read.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_CHARSET_H
#define VERBATIM_CHARSET_H

#include <iconv.h>

#include "lib/base.h"
#include "lib/buf.h"

struct uchardet;

/* One thread's converters and room; zeroed at first. */
struct charset {
    struct uchardet *detector;
    iconv_t converter; /* valid while converter_name is not empty */
    char converter_name[40];
    struct buf text; /* what was converted last */
    bool no_memory;  /* for what the last call wanted; what it made do with instead is not to be kept */
};

enum charset_result {
    CHARSET_OK,
    CHARSET_BINARY, /* a NUL in the first CHARSET_BINARY_BYTES without a UTF-16 or UTF-32 mark */
    CHARSET_NOMEM
};

enum { CHARSET_BINARY_BYTES = 8000 };

/* Whether bytes that begin a file say that it is binary; CHARSET_BINARY_BYTES of them are enough. */
bool charset_is_binary(const char *bytes, size_t len);

/* Converts; *text, without a mark, is borrowed from `bytes` where they are UTF-8 already, else from c until the next
 * call. declared is what the format says about itself (an HTTP or <meta> charset), or NULL: then cookies in the first
 * lines are looked for. It counts only when the bytes are not UTF-8, or hold escapes of ISO 2022. *name is what was
 * found, static or borrowed from c. Lines stay the same but in UTF-16 and UTF-32. */
enum charset_result charset_to_utf8(struct charset *c, const char *bytes, size_t len, const char *declared,
                                    const char **text, size_t *text_len, const char **name);
void charset_release(struct charset *c);
/* Gives memory back that a large file made it take. */
void charset_shrink(struct charset *c, size_t keep);

#endif
