/* bound.h - the bounds that the daemon keeps clients to, by name, so that each has its own count.
 * Governed by doc/protocol.md, "Bounds". SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_BOUND_H
#define VERBATIM_BOUND_H

#include "lib/base.h"

enum bound {
    BOUND_NONE,
    BOUND_LINE,         /* --max-line */
    BOUND_CLIENTS,      /* --max-clients */
    BOUND_ADDRESS,      /* --max-clients-per-address */
    BOUND_QUEUE,        /* --queue */
    BOUND_PENDING,      /* --max-pending */
    BOUND_UNREAD,       /* --max-unread */
    BOUND_UNREAD_TOTAL, /* --max-unread-total */
    BOUND_ROWS,         /* --max-rows */
    BOUND_REPLY,        /* REPLY_MAX_BYTES */
    BOUND_QUERY,        /* what a query may be: bytes, depth, distances */
    BOUND_EXPANSION,    /* words that a pattern stands for, ways to match */
    BOUND_QUERY_TIME,   /* --query-timeout */
    BOUND_IDLE_TIME,    /* --idle-timeout */
    BOUND_N
};

static inline const char *bound_name(enum bound bound)
{
    static const char *const names[BOUND_N] = {
        "none",         "line", "clients", "clients-per-address", "queue",     "pending",    "unread",
        "unread-total", "rows", "reply",   "query",               "expansion", "query-time", "idle-time"};
    return names[bound];
}

#endif
