/* server.h - the event loop and all that the connections share. It owns every socket; nothing in it waits.
 * Governed by doc/protocol.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SERVER_H
#define VERBATIM_SERVER_H

#include <event2/event.h>

#include "lib/base.h"
#include "lib/err.h"
#include "queryd/accept.h"
#include "queryd/flags.h"
#include "queryd/generation.h"
#include "queryd/hangup.h"
#include "queryd/job.h"
#include "queryd/listen.h"
#include "queryd/log.h"
#include "queryd/metrics.h"
#include "queryd/pool.h"
#include "queryd/reply.h"
#include "queryd/stats.h"
#include "queryd/watch.h"

struct conn;

struct server {
    const struct flags *flags; /* borrowed, as the next two */
    const struct log *log;
    struct listen_set *listeners;

    struct event_base *base;
    struct event *on_done, *on_term, *on_int, *on_hup, *on_tick, *on_grace, *on_unread;
    struct watch watch;
    struct metrics *metrics; /* NULL: nobody asked for it */
    struct accept accept;
    struct hangup hangup;
    struct done done;
    struct generation *generation;
    struct pool *pool;
    struct stats stats;

    struct conn *conns;  /* all of them */
    uint64_t n_accepted; /* connections since the start */
    size_t n_refused;    /* of those, the ones that were only told that there are too many */
    struct reply reply;  /* scratch for commands that run in the loop */
    struct buf out;      /* scratch: replies on their way to one connection */
    bool draining;
};

/* Opens what the loop needs, so that the process can give up opening things of the kind before it goes on. On an error
 * everything is released again. */
enum status server_init(struct server *s, const struct flags *flags, const struct log *log,
                        struct listen_set *listeners, struct err *err);

/* Opens the index and starts the threads. On an error everything is released again. */
enum status server_start(struct server *s, struct err *err);

/* Serves until SIGTERM or SIGINT, and what that leaves to do. */
enum status server_run(struct server *s, struct err *err);

/* False when a thread did not end in time: the process should end without touching what is left. */
bool server_release(struct server *s);

/* What stats shows. */
const struct stats *server_stats(struct server *s);

/* Clients leave more bytes of replies untaken than there may be: unless that passes at once, some are closed. */
void server_unread_too_much(struct server *s);

/* A connection has been taken off the list. */
void server_conn_ended(struct server *s);

#endif
