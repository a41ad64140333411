/* pool.h - the threads that search: each is a reader of snapshots and takes jobs from one bounded queue, first come
 * first served. Done jobs go to a list, and a descriptor becomes readable. It knows no sockets and no connections.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_POOL_H
#define VERBATIM_POOL_H

#include <stdatomic.h>

#include "lib/base.h"
#include "lib/err.h"
#include "queryd/cmd.h"
#include "queryd/job.h"
#include "queryd/generation.h"

struct pool;

/* Starts n threads. A job waits in the queue while all are busy, at most max_queue of them. */
enum status pool_new(unsigned n, size_t max_queue, struct generation *generation, struct done *done, struct pool **out,
                     struct err *err);

/* Asks all to stop and waits up to a second. False: one of them still runs, and nothing may be freed. Safe on NULL. */
bool pool_stop(struct pool *pool);
/* Once it has stopped; jobs that still wait are freed. Safe on NULL. */
void pool_free(struct pool *pool);

/* Takes the job over until it is done; false when the queue is full. */
bool pool_submit(struct pool *pool, struct job *job);

/* Takes back a job that no thread has begun; false when it has one, or is done. */
bool pool_withdraw(struct pool *pool, struct job *job);

void pool_count(struct pool *pool, uint64_t *running, uint64_t *queued);

#endif
