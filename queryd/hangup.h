/* hangup.h - notices that the other end of a connection has gone altogether, also while nothing is read from it. A
 * client that only closed its sending side has not: it still reads. An epoll instance of its own reports just that.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_HANGUP_H
#define VERBATIM_HANGUP_H

#include <event2/event.h>

#include "lib/base.h"
#include "lib/err.h"

struct hangup {
    int fd;
    struct event *event;
    void (*gone)(void *who);
};

/* gone is called in the loop, at most once for each watched descriptor. */
enum status hangup_init(struct hangup *h, struct event_base *base, void (*gone)(void *who), struct err *err);
void hangup_release(struct hangup *h); /* safe on a zeroed one */

/* False when it cannot be watched: disconnects are then seen by reading and writing only. */
bool hangup_watch(struct hangup *h, int fd, void *who);
/* Before who goes: closing the descriptor may come later. */
void hangup_forget(struct hangup *h, int fd);

#endif
