/* generation.c - see generation.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/generation.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "queryd/thread.h"

enum { LOOK_EVERY_MS = 500, RETRY_MIN_S = 1, RETRY_MAX_S = 60 };

/* `current` is replaced by a rename, so that another file stands for another generation, also when an index was thrown
 * away and made anew. */
struct mark {
    dev_t dev;
    ino_t ino;
    off_t size;
    struct timespec mtime;
};

struct generation {
    char *index_dir, *current; /* owned; the folder and the path of `current` in it */
    struct stat folder; /* of the index, as it was at the start */
    unsigned n_readers;
    const struct log *log;
    struct done *done;
    pthread_t watcher, verifier;
    bool watching, verifying; /* the threads were started */

    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t wake;
    struct snapshot *snap;
    struct job *jobs; /* newest first */
    bool asked, hinted, stop;
    uint64_t n_taken; /* generations that came to serve after the first */
    struct err damage; /* of the first generation; status ST_OK: none was found */

    /* the watcher's own */
    struct mark seen;    /* of what was last opened, or failed to */
    struct err failure;  /* status ST_OK: what was last seen serves */
    int64_t retry_at;    /* search_now() */
    int64_t retry_after; /* seconds */
};

static bool read_mark(const struct generation *g, struct mark *mark)
{
    struct stat st;
    if (stat(g->current, &st) != 0)
        return false;
    *mark = (struct mark){st.st_dev, st.st_ino, st.st_size, st.st_mtim};
    return true;
}

static bool same_mark(const struct mark *a, const struct mark *b)
{
    return a->dev == b->dev && a->ino == b->ino && a->size == b->size && a->mtime.tv_sec == b->mtime.tv_sec &&
           a->mtime.tv_nsec == b->mtime.tv_nsec;
}

struct snapshot *generation_ref(struct generation *g)
{
    (void)pthread_mutex_lock(&g->lock);
    struct snapshot *snap = snapshot_ref(g->snap);
    (void)pthread_mutex_unlock(&g->lock);
    return snap;
}

uint64_t generation_number(struct generation *g)
{
    (void)pthread_mutex_lock(&g->lock);
    uint64_t number = snapshot_manifest(g->snap)->generation;
    (void)pthread_mutex_unlock(&g->lock);
    return number;
}

enum status generation_result(struct generation *g, uint64_t *number, struct err *err)
{
    *number = generation_number(g);
    *err = g->failure;
    return g->failure.status;
}

static void serve(struct generation *g, struct snapshot *snap)
{
    const struct manifest *m = snapshot_manifest(snap);
    log_info(g->log, "generation %" PRIu64 " serves: %" PRIu64 " documents", m->generation, snapshot_docs(snap));
    (void)pthread_mutex_lock(&g->lock);
    struct snapshot *old = g->snap;
    g->snap = snap;
    g->n_taken++;
    (void)pthread_mutex_unlock(&g->lock);
    snapshot_unref(old);
}

/* Keeps the old one; tries again later and later, in case the index is just being copied there. */
static void refuse(struct generation *g, const struct err *err)
{
    bool news = strcmp(err->text, g->failure.text) != 0;
    g->failure = *err;
    if (news)
        log_error(g->log, "%s; generation %" PRIu64 " goes on serving", err->text, generation_number(g));
    g->retry_after = news || g->retry_after < RETRY_MIN_S ? RETRY_MIN_S : g->retry_after * 2;
    if (g->retry_after > RETRY_MAX_S)
        g->retry_after = RETRY_MAX_S;
    g->retry_at = search_now() + g->retry_after * INT64_C(1000000000);
}

/* The sandbox opens the folder that was there at the start, and no other that took its place. */
static bool is_shut_out(const struct generation *g)
{
    struct stat now;
    if (stat(g->index_dir, &now) != 0 || (now.st_dev == g->folder.st_dev && now.st_ino == g->folder.st_ino))
        return false;
    int fd = open(g->current, O_RDONLY | O_CLOEXEC);
    bool denied = fd < 0 && errno == EACCES;
    if (fd >= 0)
        (void)close(fd);
    return denied;
}

static void open_newest(struct generation *g)
{
    struct err err = {0};
    struct snapshot *snap;
    if (snapshot_open(g->index_dir, g->n_readers, true, &snap, &err) != ST_OK) {
        if (is_shut_out(g))
            (void)err_set(&err, ST_IO, "%s: another folder took its place since the daemon began, which the "
                          "sandbox keeps shut: restart the daemon, or use --no-sandbox", g->index_dir);
        refuse(g, &err);
        return;
    }
    g->failure = (struct err){0};
    g->retry_after = 0;
    serve(g, snap);
}

static void look(struct generation *g, bool asked)
{
    struct mark mark = {0};
    struct err err = {0};
    if (!read_mark(g, &mark)) {
        if (asked || g->failure.status == ST_OK) {
            (void)err_sys(&err, ST_NOT_FOUND, errno, "%s", g->current);
            refuse(g, &err);
        }
        g->seen = (struct mark){0};
        return;
    }
    bool again = g->failure.status != ST_OK && (asked || search_now() >= g->retry_at);
    if (same_mark(&mark, &g->seen) && !again)
        return;
    g->seen = mark;
    open_newest(g);
}

/* Sleeps until it is time to look or somebody asks; takes what was asked. False: stop. */
static bool wait_turn(struct generation *g, bool *asked, struct job **jobs)
{
    struct timespec until;
    thread_time_after(LOOK_EVERY_MS, &until);
    (void)pthread_mutex_lock(&g->lock);
    int waited = 0;
    while (!g->stop && !g->asked && !g->hinted && g->jobs == NULL && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&g->wake, &g->lock, &until);
    *asked = g->asked || g->jobs != NULL;
    *jobs = g->jobs;
    g->asked = g->hinted = false;
    g->jobs = NULL;
    bool stop = g->stop;
    (void)pthread_mutex_unlock(&g->lock);
    return !stop;
}

static void finish(struct generation *g, struct job *jobs)
{
    for (struct job *job = jobs, *next; job != NULL; job = next) {
        const struct request req = {.settings = &job->settings, .generation = g};
        next = job->next;
        job->command->run(&req, &job->reply);
        reply_settle(&job->reply);
        done_add(g->done, job);
    }
}

static void *watch(void *arg)
{
    struct generation *g = arg;
    bool asked;
    struct job *jobs;
    while (wait_turn(g, &asked, &jobs)) {
        look(g, asked);
        finish(g, jobs);
    }
    finish(g, jobs);
    return NULL;
}

/* There is nothing good to serve in its place. */
static void end_damaged(struct generation *g, const struct err *err)
{
    log_error(g->log, "%s; index it again with --rebuild", err->text);
    (void)pthread_mutex_lock(&g->lock);
    g->damage = *err;
    (void)pthread_mutex_unlock(&g->lock);
    (void)kill(getpid(), SIGTERM);
}

static void *verify(void *arg)
{
    struct generation *g = arg;
    struct err err = {0};
    struct mark before = {0}, after = {0};
    bool there = read_mark(g, &before);
    struct snapshot *first = generation_ref(g);
    enum status status = snapshot_verify(first, &err);
    bool untouched = there && read_mark(g, &after) && same_mark(&before, &after); /* not moved away meanwhile */
    snapshot_unref(first);
    if (status == ST_OK)
        log_debug(g->log, "%s: every byte of the index is as it was written", g->index_dir);
    else if (status == ST_DAMAGED && untouched)
        end_damaged(g, &err);
    else
        log_info(g->log, "%s: not verified: %s", g->index_dir, err.text);
    return NULL;
}

enum status generation_damage(struct generation *g, struct err *err)
{
    (void)pthread_mutex_lock(&g->lock);
    enum status status = g->damage.status;
    if (status != ST_OK)
        *err = g->damage;
    (void)pthread_mutex_unlock(&g->lock);
    return status;
}

void generation_look(struct generation *g)
{
    (void)pthread_mutex_lock(&g->lock);
    g->asked = true;
    (void)pthread_cond_signal(&g->wake);
    (void)pthread_mutex_unlock(&g->lock);
}

void generation_hint(struct generation *g)
{
    (void)pthread_mutex_lock(&g->lock);
    g->hinted = true;
    (void)pthread_cond_signal(&g->wake);
    (void)pthread_mutex_unlock(&g->lock);
}

uint64_t generation_count(struct generation *g)
{
    (void)pthread_mutex_lock(&g->lock);
    uint64_t n = g->n_taken;
    (void)pthread_mutex_unlock(&g->lock);
    return n;
}

void generation_submit(struct generation *g, struct job *job)
{
    (void)pthread_mutex_lock(&g->lock);
    job->next = g->jobs;
    g->jobs = job;
    (void)pthread_cond_signal(&g->wake);
    (void)pthread_mutex_unlock(&g->lock);
}

bool generation_withdraw(struct generation *g, struct job *job)
{
    (void)pthread_mutex_lock(&g->lock);
    struct job **link = &g->jobs;
    while (*link != NULL && *link != job)
        link = &(*link)->next;
    bool found = *link != NULL;
    if (found)
        *link = job->next;
    (void)pthread_mutex_unlock(&g->lock);
    return found;
}

static enum status start_threads(struct generation *g, struct err *err)
{
    enum status status = thread_start(&g->watcher, watch, g, err);
    g->watching = status == ST_OK;
    if (status == ST_OK)
        status = thread_start(&g->verifier, verify, g, err);
    g->verifying = status == ST_OK;
    return status;
}

static enum status set_names(struct generation *g, const char *index_dir, struct err *err)
{
    g->index_dir = strdup(index_dir);
    if (g->index_dir == NULL || asprintf(&g->current, "%s/current", index_dir) < 0) {
        g->current = NULL;
        return err_nomem(err);
    }
    return ST_OK;
}

/* Xapian's lists are verified before anything is answered from them, since their decoders trust what they read; the
 * rest, whose decoders do not, afterwards and beside the answers. Without waiting for that, serving begins sooner. */
static enum status open_first(struct generation *g, struct err *err)
{
    enum { TRIES = 100 };
    enum status status = ST_NOT_FOUND;
    for (int i = 0; status == ST_NOT_FOUND && i < TRIES; i++) {
        status = snapshot_open(g->index_dir, g->n_readers, false, &g->snap, err);
        if (status != ST_OK)
            break;
        status = snapshot_verify_lists(g->snap, err);
        if (status == ST_NOT_FOUND) { /* replaced meanwhile, and swept */
            snapshot_unref(g->snap);
            g->snap = NULL;
        }
    }
    return status;
}

enum status generation_new(const char *index_dir, unsigned n_readers, const struct log *log, struct done *done,
                           struct generation **out, struct err *err)
{
    struct generation *g = calloc(1, sizeof *g);
    if (g == NULL)
        return err_nomem(err);
    *g = (struct generation){.n_readers = n_readers, .log = log, .done = done};
    (void)pthread_mutex_init(&g->lock, NULL);
    thread_cond_init(&g->wake);
    enum status status = set_names(g, index_dir, err);
    if (status == ST_OK) {
        (void)stat(g->index_dir, &g->folder);
        (void)read_mark(g, &g->seen); /* before opening: what changes meanwhile is seen as new */
        status = open_first(g, err);
    }
    if (status == ST_OK)
        status = start_threads(g, err);
    if (status == ST_OK)
        *out = g;
    else if (generation_stop(g))
        generation_free(g);
    return status;
}

bool generation_stop(struct generation *g)
{
    if (g == NULL)
        return true;
    (void)pthread_mutex_lock(&g->lock);
    g->stop = true;
    (void)pthread_cond_signal(&g->wake);
    (void)pthread_mutex_unlock(&g->lock);
    struct timespec until = thread_patience();
    g->watching = g->watching && !thread_join(g->watcher, &until);
    g->verifying = g->verifying && !thread_join(g->verifier, &until);
    return !g->watching && !g->verifying;
}

void generation_free(struct generation *g)
{
    if (g == NULL)
        return;
    snapshot_unref(g->snap);
    (void)pthread_cond_destroy(&g->wake);
    (void)pthread_mutex_destroy(&g->lock);
    free(g->index_dir);
    free(g->current);
    free(g);
}
