/* conn.h - one connection: reads lines, runs them one after another, writes replies in order. Governed by
 * doc/protocol.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_CONN_H
#define VERBATIM_CONN_H

#include "lib/base.h"
#include "queryd/job.h"

struct conn;
struct server;

enum {
    CONN_OUTPUT_HIGH = 1 << 20, /* bytes not taken by the client at which its requests wait ... */
    CONN_OUTPUT_LOW = 1 << 16,  /* ... until so few are left */
    CONN_LINGER_MS = 1000,      /* for the client to take a last reply */
    CONN_MAX_REFUSED = 64       /* connections at a time that are told that there are too many */
};

/* Takes an accepted socket over. */
void conn_new(struct server *s, int fd);

/* Ends it at once; whatever runs for it is cancelled. */
void conn_free(struct conn *c);

/* A job of this connection came back; it is taken over. The connection may end. */
void conn_done(struct conn *c, struct job *job);

/* The other side has gone altogether. */
void conn_hangup(void *conn);

/* Answers what runs already, reads nothing more, and ends. */
void conn_drain(struct conn *c);

/* Once a second: ends it when it has been idle for so long (nanoseconds). */
void conn_check_idle(struct conn *c, int64_t now, int64_t timeout);

struct conn *conn_following(const struct conn *c); /* in the server's list; NULL at its end */

#endif
