/* job.h - jobs: a request on its way from the loop to another thread and back. The way back: a list that any thread
 * adds to, and a descriptor that becomes readable. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_JOB_H
#define VERBATIM_JOB_H

#include <pthread.h>
#include <stdatomic.h>

#include "lib/base.h"
#include "lib/err.h"
#include "queryd/cmd.h"
#include "queryd/reply.h"

struct job {
    struct job *next; /* of whoever holds it: the queue, the watcher, the list of done ones */
    const struct command *command;
    char *arg; /* owned */
    size_t arg_len;
    struct settings settings; /* as they were when it started */
    int64_t timeout;          /* nanoseconds */
    int64_t queued, begun;    /* search_now(); begun is 0 until a worker takes it */
    atomic_bool cancel;       /* nobody wants the answer any more */
    struct reply reply;

    /* the loop's own */
    void *owner; /* the connection; NULL when it has gone */
    uint64_t number; /* of the line */
    size_t tag_len;
    char tag[32];
};

/* NULL when memory ran out. */
struct job *job_new(const struct command *command, const char *arg, size_t arg_len);
void job_free(struct job *job); /* safe on NULL */

struct done {
    pthread_mutex_t lock;
    struct job *first, *last;
    int fd; /* eventfd: readable when the list is not empty */
};

enum status done_init(struct done *d, struct err *err);
void done_release(struct done *d); /* frees jobs that nobody took */

void done_add(struct done *d, struct job *job);

/* Takes all, oldest first, linked by next; NULL when there are none. */
struct job *done_take(struct done *d);

#endif
