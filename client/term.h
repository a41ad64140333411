/* term.h - what a terminal may see: text without control characters, colours when they are wanted, messages on standard
 * error. It knows no rows. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_TERM_H
#define VERBATIM_TERM_H

#include "client/cli.h"
#include "lib/base.h"
#include "lib/buf.h"

#define TERM_PATH "\033[35m"
#define TERM_LINE "\033[32m"
#define TERM_MATCH "\033[1;31m"
#define TERM_PLAIN "\033[0m"

struct term {
    bool is_terminal; /* standard output is one */
    bool color;
};

void term_init(struct term *t, enum cli_color when);

/* How a control character, of C0 or C1, or DEL, and a byte that is not UTF-8 come out. */
enum term_form {
    TERM_FIELD, /* a space; U+FFFD for a byte that is none */
    TERM_ROWS,  /* the same, but tabs and newlines stay: they separate */
    TERM_NAME,  /* of a path: \xHH, byte by byte */
    TERM_JSON   /* newlines stay; the others, which can only be inside strings, as \u00HH */
};

void term_clean(struct buf *out, const char *text, size_t len, enum term_form form);

/* "verbatim: ..." and a newline on standard error, cleaned as a field. */
void term_say(const char *fmt, ...) BASE_PRINTF(1, 2);
/* The same without its beginning. */
void term_hint(const char *fmt, ...) BASE_PRINTF(1, 2);

#endif
