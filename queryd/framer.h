/* framer.h - bytes of a stream to lines, and the lines that were read and not yet run. Its memory is bounded: an
 * overlong line keeps only its beginning, and it takes nothing more once enough lines wait. It does not know what is in
 * a line, but asks whether bytes follow that belong to it. Governed by doc/protocol.md, "Requests".
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_FRAMER_H
#define VERBATIM_FRAMER_H

#include "lib/base.h"
#include "lib/buf.h"

/* What stays of an overlong line: enough for a tag and a command word. */
enum { FRAMER_KEPT = 64 };

struct framer_line {
    const char *text; /* without its end, but with LF and its body if it has one; borrowed until the next call */
    size_t len;
    bool overlong; /* text is only its beginning */
    uint64_t number; /* of the line in the stream, from 0 */
};

/* How many bytes behind the end of a line belong to it, whatever they are: 0 for most. */
typedef uint64_t framer_body(const char *line, size_t len);

struct framer {
    size_t max_line;
    size_t max_waiting; /* bytes of lines that wait */
    framer_body *body;   /* NULL: none ever do */
    struct buf partial;  /* the line that has not ended yet */
    bool skipping;       /* the rest of an overlong line */
    uint64_t body_left;  /* bytes still to come that belong to the line in partial ... */
    uint64_t skip_left;  /* ... or to one that was overlong with them */
    struct buf waiting;  /* records: a head of framer.c, then the bytes */
    size_t taken;        /* bytes at the front of waiting that were given out */
    uint64_t n_read;     /* lines that ended, or became overlong */
    uint64_t n_given;
};

/* max_waiting is at least max_line. */
void framer_init(struct framer *f, size_t max_line, size_t max_waiting, framer_body *body);
void framer_release(struct framer *f); /* safe on a zeroed one */

/* Takes bytes up to the end of the next line, at most len, and returns how many. *line is that line, or its text is
 * NULL when none ended: then all bytes were taken, or there is no room (framer_has_room). */
size_t framer_feed(struct framer *f, const char *bytes, size_t len, struct framer_line *line);

/* The stream ended: what is left, if anything, is a line. */
void framer_end(struct framer *f, struct framer_line *line);

/* Whether framer_feed takes anything: not while more than max_waiting bytes wait. */
bool framer_has_room(const struct framer *f);

/* Gives the next line out, in order; false when none waits. */
bool framer_next(struct framer *f, struct framer_line *line);

/* Gives memory back that is not in use; no line that was given is valid any more. */
void framer_trim(struct framer *f);

/* Lines that wait. */
uint64_t framer_waiting(const struct framer *f);

/* Whether memory ran out: lines are lost then, and the connection is of no use any more. */
bool framer_failed(const struct framer *f);

#endif
