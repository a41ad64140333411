/* watch.c - see watch.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/watch.h"

#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

static const struct timeval second = {1, 0};

static bool add(const struct watch *w)
{
    return inotify_add_watch(w->fd, w->dir, IN_MOVED_TO | IN_CREATE | IN_MOVE_SELF | IN_DELETE_SELF | IN_ONLYDIR) >= 0;
}

/* Reads what happened. *gone: the folder that is watched is no longer the one of that name. */
static bool read_changes(const struct watch *w, bool *gone)
{
    char bytes[4096];
    struct inotify_event event;
    bool changed = false;
    ssize_t n = read(w->fd, bytes, sizeof bytes);
    for (ssize_t at = 0; at + (ssize_t)sizeof event <= n; at += (ssize_t)(sizeof event + event.len)) {
        memcpy(&event, bytes + at, sizeof event);
        bool self = (event.mask & (IN_MOVE_SELF | IN_DELETE_SELF | IN_IGNORED)) != 0;
        *gone |= self;
        changed |= self || (event.mask & IN_Q_OVERFLOW) != 0 ||
                   (event.len > 0 && strcmp(bytes + at + sizeof event, "current") == 0);
    }
    return changed;
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
    struct watch *w = arg;
    bool gone = false;
    (void)fd;
    (void)what;
    if (read_changes(w, &gone))
        w->changed(w->arg);
    if (gone)
        (void)event_add(w->again, &second);
}

/* The folder was moved away or deleted: once there is one of that name again, it is watched. */
static void on_again(evutil_socket_t fd, short what, void *arg)
{
    struct watch *w = arg;
    (void)fd;
    (void)what;
    if (!add(w))
        (void)event_add(w->again, &second);
}

bool watch_init(struct watch *w, struct event_base *base, const char *dir, void (*changed)(void *arg), void *arg)
{
    *w = (struct watch){.fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), .dir = dir, .changed = changed, .arg = arg};
    if (w->fd >= 0 && add(w)) {
        w->event = event_new(base, w->fd, EV_READ | EV_PERSIST, on_ready, w);
        w->again = evtimer_new(base, on_again, w);
    }
    if (w->event != NULL && w->again != NULL && event_add(w->event, NULL) == 0)
        return true;
    watch_release(w);
    return false;
}

void watch_release(struct watch *w)
{
    if (w->changed == NULL)
        return;
    if (w->event != NULL)
        event_free(w->event);
    if (w->again != NULL)
        event_free(w->again);
    if (w->fd >= 0)
        (void)close(w->fd);
    *w = (struct watch){0};
}
