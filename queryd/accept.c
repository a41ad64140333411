/* accept.c - see accept.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/accept.h"

#include <errno.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "queryd/conn.h"
#include "queryd/server.h"

enum { PAUSE_MS = 200 };

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *sa, int len, void *arg)
{
    const struct accept_from *from = arg;
    int on = 1;
    from->server->accept.told = false;
    (void)listener;
    (void)len;
    if (from->listener->tcp) {
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on); /* a machine that is gone says nothing */
    }
    conn_new(from->server, fd, sa);
}

/* Without descriptors accept() fails again at once: wait a moment instead of spinning. */
static void on_error(struct evconnlistener *listener, void *arg)
{
    const struct accept_from *from = arg;
    struct accept *a = &from->server->accept;
    int failed = errno;
    (void)listener;
    if (!a->told)
        log_warn(from->server->log, "%s: cannot accept connections, pausing: %s", from->listener->address,
                 strerror(failed));
    a->told = true;
    for (size_t i = 0; i < a->n; i++)
        (void)evconnlistener_disable(a->from[i].event);
    (void)event_add(a->resume, &(struct timeval){0, PAUSE_MS * 1000});
}

static void on_resume(evutil_socket_t fd, short what, void *arg)
{
    struct accept *a = arg;
    (void)fd;
    (void)what;
    for (size_t i = 0; i < a->n; i++)
        (void)evconnlistener_enable(a->from[i].event);
}

static bool add(struct accept *a, struct server *server, const struct listener *listener)
{
    struct accept_from *from = &a->from[a->n];
    *from = (struct accept_from){.server = server, .listener = listener};
    from->event = evconnlistener_new(server->base, on_accept, from, LEV_OPT_CLOSE_ON_EXEC, 0, listener->fd);
    if (from->event == NULL)
        return false;
    evconnlistener_set_error_cb(from->event, on_error);
    a->n++;
    return true;
}

enum status accept_init(struct accept *a, struct server *server, struct err *err)
{
    *a = (struct accept){.resume = evtimer_new(server->base, on_resume, a)};
    bool ok = a->resume != NULL;
    for (size_t i = 0; i < server->listeners->n && ok; i++)
        ok = add(a, server, &server->listeners->items[i]);
    if (ok)
        return ST_OK;
    accept_stop(a);
    return err_nomem(err);
}

void accept_stop(struct accept *a)
{
    for (size_t i = 0; i < a->n; i++)
        evconnlistener_free(a->from[i].event);
    a->n = 0;
    if (a->resume != NULL)
        event_free(a->resume);
    a->resume = NULL;
}
