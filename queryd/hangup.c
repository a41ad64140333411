/* hangup.c - see hangup.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/hangup.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
    struct hangup *h = arg;
    struct epoll_event event;
    (void)what;
    /* One at a time: a batch could hold a connection that ended with the one before it. */
    while (epoll_wait(fd, &event, 1, 0) == 1)
        h->gone(event.data.ptr);
}

enum status hangup_init(struct hangup *h, struct event_base *base, void (*gone)(void *who), struct err *err)
{
    *h = (struct hangup){.fd = epoll_create1(EPOLL_CLOEXEC), .gone = gone};
    if (h->fd < 0)
        return err_sys(err, ST_INTERNAL, errno, "epoll_create1");
    h->event = event_new(base, h->fd, EV_READ | EV_PERSIST, on_ready, h);
    if (h->event == NULL || event_add(h->event, NULL) != 0) {
        hangup_release(h);
        return err_nomem(err);
    }
    return ST_OK;
}

void hangup_release(struct hangup *h)
{
    if (h->gone == NULL)
        return;
    if (h->event != NULL)
        event_free(h->event);
    (void)close(h->fd);
    *h = (struct hangup){0};
}

bool hangup_watch(struct hangup *h, int fd, void *who)
{
    struct epoll_event event = {.events = EPOLLET, .data.ptr = who}; /* EPOLLHUP and EPOLLERR come unasked */
    return epoll_ctl(h->fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

void hangup_forget(struct hangup *h, int fd)
{
    (void)epoll_ctl(h->fd, EPOLL_CTL_DEL, fd, NULL);
}
