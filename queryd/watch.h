/* watch.h - notices at once that `current` was replaced in the index folder (inotify). Only a hint: where it does not
 * work, or the folder itself is another one, looking now and then does (generation.h).
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_WATCH_H
#define VERBATIM_WATCH_H

#include <event2/event.h>

#include "lib/base.h"

struct watch {
    int fd;
    struct event *event, *again;
    const char *dir; /* borrowed */
    void (*changed)(void *arg);
    void *arg;
};

/* changed is called in the loop. False: it cannot be watched. */
bool watch_init(struct watch *w, struct event_base *base, const char *dir, void (*changed)(void *arg), void *arg);
void watch_release(struct watch *w); /* safe on a zeroed one */

#endif
