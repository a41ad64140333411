/* accept.h - taking new connections from the listening sockets, and pausing when the process has no descriptors left.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_ACCEPT_H
#define VERBATIM_ACCEPT_H

#include <event2/event.h>

#include "lib/base.h"
#include "lib/err.h"
#include "queryd/listen.h"

struct server;
struct evconnlistener;

struct accept_from {
    struct server *server;
    const struct listener *listener;
    struct evconnlistener *event;
};

struct accept {
    struct accept_from from[LISTEN_MAX];
    size_t n;
    struct event *resume;
    bool told; /* that it paused, since a connection was last accepted */
};

enum status accept_init(struct accept *a, struct server *server, struct err *err);
void accept_stop(struct accept *a); /* no new connections from now on; safe on a zeroed one */

#endif
