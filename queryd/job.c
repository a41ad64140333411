/* job.c - see job.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct job *job_new(const struct command *command, const char *arg, size_t arg_len)
{
    struct job *job = calloc(1, sizeof *job);
    char *copy = malloc(arg_len + 1);
    if (job == NULL || copy == NULL) {
        free(job);
        free(copy);
        return NULL;
    }
    if (arg_len > 0)
        memcpy(copy, arg, arg_len);
    copy[arg_len] = '\0';
    job->command = command;
    job->arg = copy;
    job->arg_len = arg_len;
    atomic_init(&job->cancel, false);
    return job;
}

void job_free(struct job *job)
{
    if (job == NULL)
        return;
    reply_release(&job->reply);
    free(job->arg);
    free(job);
}

enum status done_init(struct done *d, struct err *err)
{
    *d = (struct done){.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    if (d->fd < 0)
        return err_sys(err, ST_INTERNAL, errno, "eventfd");
    int failed = pthread_mutex_init(&d->lock, NULL);
    if (failed == 0)
        return ST_OK;
    (void)close(d->fd);
    return err_sys(err, ST_INTERNAL, failed, "pthread_mutex_init");
}

void done_release(struct done *d)
{
    for (struct job *job = done_take(d), *next; job != NULL; job = next) {
        next = job->next;
        job_free(job);
    }
    (void)close(d->fd);
    (void)pthread_mutex_destroy(&d->lock);
}

void done_add(struct done *d, struct job *job)
{
    static const uint64_t one = 1;
    job->next = NULL;
    (void)pthread_mutex_lock(&d->lock);
    bool wake = d->first == NULL;
    if (wake)
        d->first = job;
    else
        d->last->next = job;
    d->last = job;
    (void)pthread_mutex_unlock(&d->lock);
    if (wake && write(d->fd, &one, sizeof one) < 0)
        return; /* only when it is readable already */
}

struct job *done_take(struct done *d)
{
    uint64_t count;
    ssize_t n = read(d->fd, &count, sizeof count); /* first, so that what is added from now on wakes again */
    (void)n;
    (void)pthread_mutex_lock(&d->lock);
    struct job *first = d->first;
    d->first = d->last = NULL;
    (void)pthread_mutex_unlock(&d->lock);
    return first;
}
