/* piece.h - cutting a line of the protocol into pieces separated by spaces, and reading them. It knows no commands.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_PIECE_H
#define VERBATIM_PIECE_H

#include <string.h>
#include <strings.h>

#include "lib/base.h"

struct piece {
    const char *text; /* borrowed from the line */
    size_t len;       /* 0: there was none */
};

/* Moves *text behind its leading spaces. */
static inline void piece_skip_spaces(const char **text, size_t *len)
{
    while (*len > 0 && **text == ' ') {
        (*text)++;
        (*len)--;
    }
}

/* Takes the next piece off the front of the text. */
static inline struct piece piece_next(const char **text, size_t *len)
{
    piece_skip_spaces(text, len);
    const char *space = *len > 0 ? memchr(*text, ' ', *len) : NULL;
    struct piece p = {*text, space != NULL ? (size_t)(space - *text) : *len};
    *text += p.len;
    *len -= p.len;
    return p;
}

/* Whether it is this name, in capitals or not. */
static inline bool piece_is(const struct piece *p, const char *name)
{
    return p->len == strlen(name) && strncasecmp(p->text, name, p->len) == 0;
}

/* Reads a piece of digits only, at most max. */
static inline bool piece_number(const struct piece *p, uint32_t max, uint32_t *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < p->len; i++) {
        if (p->text[i] < '0' || p->text[i] > '9')
            return false;
        v = v * 10 + (uint64_t)(p->text[i] - '0');
        if (v > max)
            return false;
    }
    *out = (uint32_t)v;
    return p->len > 0;
}

#endif
