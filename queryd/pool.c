/* pool.c - see pool.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/pool.h"

#include <stdlib.h>

#include "queryd/thread.h"

enum { ARENA_KEPT = 1 << 20 }; /* bytes of scratch memory that a worker keeps from job to job */

struct worker {
    struct pool *pool;
    struct arena arena;
    struct searcher *searcher; /* a reader of snapshots, with the worker's number */
    pthread_t thread;
    bool started;
    struct job *job; /* under the pool's lock: what it runs */
};

struct pool {
    struct generation *generation;
    struct done *done;
    size_t max_queue;
    struct worker *workers;
    unsigned n_workers;

    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t wake;
    struct job *first, *last;
    size_t n_queued, n_running;
    bool stop;
};

/* Waits for a job; NULL: stop. */
static struct job *begin(struct worker *w)
{
    struct pool *pool = w->pool;
    (void)pthread_mutex_lock(&pool->lock);
    while (pool->first == NULL && !pool->stop)
        (void)pthread_cond_wait(&pool->wake, &pool->lock);
    struct job *job = pool->stop ? NULL : pool->first;
    if (job != NULL) {
        pool->first = job->next;
        pool->n_queued--;
        pool->n_running++;
        w->job = job;
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return job;
}

static void end(struct worker *w)
{
    struct pool *pool = w->pool;
    (void)pthread_mutex_lock(&pool->lock);
    w->job = NULL;
    pool->n_running--;
    (void)pthread_mutex_unlock(&pool->lock);
}

static void run_on(struct worker *w, struct job *job, const struct snapshot *snap)
{
    int64_t started = search_now();
    job->begun = started;
    const struct request req = {
        .arg = job->arg,
        .arg_len = job->arg_len,
        .settings = &job->settings,
        .searcher = w->searcher,
        .snap = snap,
        .arena = &w->arena,
        .cancel = &job->cancel,
        .started = started,
        .timeout = job->timeout,
    };
    searcher_reset(w->searcher, &job->cancel, job->timeout > 0 ? started + job->timeout : 0);
    job->command->run(&req, &job->reply);
    searcher_reset(w->searcher, NULL, 0);
    arena_clear(&w->arena);
    if (w->arena.total > ARENA_KEPT)
        arena_release(&w->arena);
}

/* The searcher lets go of the snapshot before we do: the last reference may be given back by any thread. */
static void run(struct worker *w, struct job *job)
{
    struct snapshot *snap = generation_ref(w->pool->generation);
    run_on(w, job, snap);
    reply_settle(&job->reply);
    snapshot_unref(snap);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct job *job;
    while ((job = begin(w)) != NULL) {
        run(w, job);
        end(w);
        done_add(w->pool->done, job);
    }
    return NULL;
}

bool pool_submit(struct pool *pool, struct job *job)
{
    (void)pthread_mutex_lock(&pool->lock);
    /* A thread that does nothing takes its job in a moment: that job does not count as waiting. */
    bool room = pool->n_queued + pool->n_running < pool->max_queue + pool->n_workers;
    if (room) {
        job->next = NULL;
        if (pool->first == NULL)
            pool->first = job;
        else
            pool->last->next = job;
        pool->last = job;
        pool->n_queued++;
        (void)pthread_cond_signal(&pool->wake);
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return room;
}

static struct job *job_before(const struct pool *pool, const struct job *job)
{
    struct job *before = pool->first;
    while (before != NULL && before->next != job)
        before = before->next;
    return before;
}

bool pool_withdraw(struct pool *pool, struct job *job)
{
    (void)pthread_mutex_lock(&pool->lock);
    bool is_first = pool->first == job;
    struct job *before = is_first ? NULL : job_before(pool, job);
    bool found = is_first || before != NULL;
    if (found) {
        if (is_first)
            pool->first = job->next;
        else
            before->next = job->next;
        if (pool->last == job)
            pool->last = before;
        pool->n_queued--;
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return found;
}

void pool_count(struct pool *pool, uint64_t *running, uint64_t *queued)
{
    (void)pthread_mutex_lock(&pool->lock);
    size_t idle = pool->n_workers - pool->n_running;
    *running = pool->n_running;
    *queued = pool->n_queued > idle ? pool->n_queued - idle : 0;
    (void)pthread_mutex_unlock(&pool->lock);
}

static enum status start_worker(struct pool *pool, unsigned i, struct err *err)
{
    struct worker *w = &pool->workers[i];
    w->pool = pool;
    w->searcher = searcher_new(i);
    if (w->searcher == NULL)
        return err_nomem(err);
    enum status status = thread_start(&w->thread, work, w, err);
    w->started = status == ST_OK;
    return status;
}

enum status pool_new(unsigned n, size_t max_queue, struct generation *generation, struct done *done, struct pool **out,
                     struct err *err)
{
    struct pool *pool = calloc(1, sizeof *pool);
    struct worker *workers = calloc(n, sizeof *workers);
    if (pool == NULL || workers == NULL) {
        free(pool);
        free(workers);
        return err_nomem(err);
    }
    *pool = (struct pool){
        .generation = generation, .done = done, .max_queue = max_queue, .workers = workers, .n_workers = n};
    (void)pthread_mutex_init(&pool->lock, NULL);
    thread_cond_init(&pool->wake);
    enum status status = ST_OK;
    for (unsigned i = 0; i < n && status == ST_OK; i++)
        status = start_worker(pool, i, err);
    if (status == ST_OK)
        *out = pool;
    else if (pool_stop(pool))
        pool_free(pool);
    return status;
}

/* Nobody waits for what runs now. */
static void tell_to_stop(struct pool *pool)
{
    (void)pthread_mutex_lock(&pool->lock);
    pool->stop = true;
    for (unsigned i = 0; i < pool->n_workers; i++)
        if (pool->workers[i].job != NULL)
            atomic_store(&pool->workers[i].job->cancel, true);
    (void)pthread_cond_broadcast(&pool->wake);
    (void)pthread_mutex_unlock(&pool->lock);
}

bool pool_stop(struct pool *pool)
{
    bool ended = true;
    if (pool == NULL)
        return true;
    tell_to_stop(pool);
    struct timespec until = thread_patience();
    for (unsigned i = 0; i < pool->n_workers; i++) {
        struct worker *w = &pool->workers[i];
        w->started = w->started && !thread_join(w->thread, &until);
        ended &= !w->started;
    }
    return ended;
}

void pool_free(struct pool *pool)
{
    if (pool == NULL)
        return;
    for (unsigned i = 0; i < pool->n_workers; i++) {
        searcher_free(pool->workers[i].searcher);
        arena_release(&pool->workers[i].arena);
    }
    for (struct job *job = pool->first, *next; job != NULL; job = next) {
        next = job->next;
        job_free(job);
    }
    (void)pthread_cond_destroy(&pool->wake);
    (void)pthread_mutex_destroy(&pool->lock);
    free(pool->workers);
    free(pool);
}
