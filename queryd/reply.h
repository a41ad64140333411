/* reply.h - the answer to one request: a status line and exactly as many rows as it says. It knows neither tags nor
 * sockets. Governed by doc/protocol.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_REPLY_H
#define VERBATIM_REPLY_H

#include "lib/base.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "queryd/bound.h"

enum {
    REPLY_OK = 200, /* never printed: it is the line that begins with OK */
    REPLY_BAD_REQUEST = 400,
    REPLY_BAD_QUERY = 401,
    REPLY_NO_SUCH = 404,
    REPLY_LINE_TOO_LONG = 413,
    REPLY_BAD_UTF8 = 415,
    REPLY_TOO_BROAD = 422,
    REPLY_CANCELLED = 499,
    REPLY_INTERNAL = 500,
    REPLY_BUSY = 503,
    REPLY_TIMEOUT = 504
};

enum { REPLY_MAX_BYTES = 64 << 20 }; /* of rows in one reply; past it the reply is 422 */

struct reply {
    unsigned code;   /* one of the above */
    struct buf head; /* the status line without its newline */
    struct buf rows; /* each ended by a newline */
    size_t n_rows;
    bool close; /* nothing more is read from the connection */

    /* for counting */
    enum bound bound;             /* the one that it ran into */
    uint64_t candidates, checked; /* documents (engine/search.h) */
};

void reply_release(struct reply *r); /* safe on a zeroed one */
void reply_clear(struct reply *r);   /* keeps the memory */

/* Ends a row begun in r->rows: counts it, and false when the reply has become too large (the caller stops; reply_ok
 * then turns into 422). */
bool reply_end_row(struct reply *r);

/* The status line "OK n_rows", then " key=value ..." from fmt; "" for none. */
void reply_ok(struct reply *r, const char *fmt, ...) BASE_PRINTF(2, 3);

/* "ERR code word" and the message, in which control bytes become spaces. Forgets rows. */
void reply_error(struct reply *r, unsigned code, const char *fmt, ...) BASE_PRINTF(3, 4);
/* The same with "name=place" before the message. */
void reply_error_at(struct reply *r, unsigned code, const char *name, size_t place, const char *fmt, ...)
    BASE_PRINTF(5, 6);
/* The same from a status that is not ST_OK and its sentence. */
void reply_status(struct reply *r, const struct err *err);

/* Once a reply is complete: if memory ran out in it, it becomes ERR 500. */
void reply_settle(struct reply *r);

/* The status line of a settled reply, which is in r->head unless not even that had room; *len bytes. */
const char *reply_line(const struct reply *r, size_t *len);

/* The word that goes with a code; "ok" for REPLY_OK. */
const char *reply_word(unsigned code);

/* All codes, REPLY_OK first, for counting outcomes. */
enum { REPLY_N_CODES = 11 };
unsigned reply_code_at(size_t i);
size_t reply_code_index(unsigned code);

#endif
