/* conn.h - one connection: reads lines, runs them one after another, writes replies in order. Governed by
 * doc/protocol.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_CONN_H
#define VERBATIM_CONN_H

#include <sys/socket.h>

#include "lib/base.h"
#include "queryd/job.h"

struct conn;
struct server;

enum {
    CONN_OUTPUT_LOW = 16,       /* requests wait until one in so many of the bytes of --max-unread is left */
    CONN_LINGER_MS = 1000,      /* for the client to take a last reply */
    CONN_MAX_REFUSED = 64       /* connections at a time that are told that there are too many */
};

/* Takes an accepted socket over, of a client with this address. */
void conn_new(struct server *s, int fd, const struct sockaddr *sa);

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

/* Ends the connection that holds the most bytes that its client has not taken. */
void conn_end_largest(struct server *s);

struct conn *conn_following(const struct conn *c); /* in the server's list; NULL at its end */

#endif
