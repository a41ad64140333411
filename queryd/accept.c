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

/* Not without the timer that ends it: trying again and again is better than never. */
static void pause_all(struct accept *a)
{
    if (event_add(a->resume, &(struct timeval){0, PAUSE_MS * 1000}) != 0)
        return;
    for (size_t i = 0; i < a->n; i++)
        (void)evconnlistener_disable(a->from[i].event);
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
    pause_all(a);
}

static void on_resume(evutil_socket_t fd, short what, void *arg)
{
    struct accept *a = arg;
    bool ok = true;
    (void)fd;
    (void)what;
    for (size_t i = 0; i < a->n; i++)
        ok = evconnlistener_enable(a->from[i].event) == 0 && ok;
    if (!ok)
        pause_all(a);
}

static bool add(struct accept *a, struct server *server, const struct listener *listener)
{
    struct accept_from *from = &a->from[a->n];
    *from = (struct accept_from){.server = server, .listener = listener};
    enum { FLAGS = LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_DISABLED }; /* enabled below: libevent would not tell a failure */
    from->event = evconnlistener_new(server->base, on_accept, from, FLAGS, 0, listener->fd);
    if (from->event == NULL)
        return false;
    evconnlistener_set_error_cb(from->event, on_error);
    a->n++;
    return evconnlistener_enable(from->event) == 0;
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
