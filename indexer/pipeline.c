/* pipeline.c - see pipeline.h. Threads take tasks in order, but never more than a window ahead of the chunk appended
 * last: that bounds memory. Task k waits in slot k % window. A task with a vast file waits until all before it are
 * appended, so that no two such are in memory. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/pipeline.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"

enum {
    CHUNK_FILES = 8192, /* a chunk ends after so many files however small they are */
    CHUNKS_AT_LEAST = 4,
    SMALL_CHUNK_BYTES = 1 << 18,
    WINDOW_PER_JOB = 2,
    VAST = 8 << 20 /* bytes of a file */
};

/* What became of a task. */
struct slot {
    size_t task;
    bool done;
    enum status status;
    struct err err;
    struct chunk *chunk;
    struct intake_notes notes;
};

struct pipeline {
    const struct pipeline_tasks *tasks;
    struct build *build;
    const struct pipeline_options *o;
    pthread_mutex_t lock; /* over all below */
    pthread_cond_t taken, finished;
    struct slot *slots;
    size_t window;
    size_t n_taken, n_appended; /* tasks */
    bool stopped;               /* somebody failed: take no more */
};

/* A thread's own room. */
struct worker {
    struct pipeline *p;
    struct intake intake;
};

const char *pipeline_skip_words(enum read_result why)
{
    static const char *const words[] = {
        [READ_OK] = "",
        [READ_BINARY] = "skipped: binary",
        [READ_TOO_LARGE] = "skipped: too large (--max-file-size)",
        [READ_BROKEN] = "skipped: broken",
        [READ_UNREADABLE] = "skipped",
        [READ_VANISHED] = "skipped: it vanished meanwhile",
        [READ_STOPPED] = "",
        [READ_NOMEM] = "",
    };
    return words[why];
}

/* ---- cutting ------------------------------------------------------------------------------------------------- */

static bool add_task(struct pipeline_tasks *tasks, const struct pipeline_task *task)
{
    if (!ARRAY_RESERVE(tasks->items, tasks->cap, tasks->n + 1))
        return false;
    tasks->items[tasks->n++] = *task;
    tasks->bytes += task->bytes;
    tasks->n_files += task->n_files;
    return true;
}

/* Little is cut smaller, so that there is something for each thread. */
static uint64_t chunk_bytes(const struct file_list *files)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < files->n; i++)
        bytes += files->items[i].action == FILE_READ ? files->items[i].size : 0;
    uint64_t part = bytes / CHUNKS_AT_LEAST;
    return part < SMALL_CHUNK_BYTES ? SMALL_CHUNK_BYTES : part < BUILD_CHUNK_BYTES ? part : BUILD_CHUNK_BYTES;
}

bool pipeline_cut_files(struct pipeline_tasks *tasks, const struct file_list *files)
{
    const uint64_t enough = chunk_bytes(files);
    for (size_t next = 0; next < files->n;) {
        struct pipeline_task task = {.first = next};
        while (next < files->n && task.bytes < enough && task.n_files < CHUNK_FILES) {
            const struct file *file = &files->items[next++];
            if (file->action != FILE_READ)
                continue;
            task.bytes += file->size;
            task.vast = task.vast || file->size >= VAST;
            task.n_files++;
        }
        task.end = next;
        if (task.n_files > 0 && !add_task(tasks, &task))
            return false;
    }
    return true;
}

bool pipeline_cut_segment(struct pipeline_tasks *tasks, const struct segment *segment, const uint32_t *dead,
                          size_t n_dead)
{
    for (uint32_t next = 0; next < segment_docs(segment);) {
        struct pipeline_task task = {.first = next, .segment = segment, .dead = dead, .n_dead = n_dead};
        uint64_t before = segment_text_before(segment, next);
        for (; next < segment_docs(segment) && task.bytes < BUILD_CHUNK_BYTES; next++)
            task.bytes = segment_text_before(segment, next + 1) - before;
        task.end = next;
        task.vast = task.bytes >= VAST;
        if (!add_task(tasks, &task))
            return false;
    }
    return true;
}

void pipeline_tasks_release(struct pipeline_tasks *tasks)
{
    free(tasks->items);
    *tasks = (struct pipeline_tasks){0};
}

/* ---- one task ------------------------------------------------------------------------------------------------ */

static bool asked_to_stop(const struct pipeline *p)
{
    return p->o->stop != NULL && *p->o->stop != 0;
}

static enum status add_files(struct worker *w, const struct pipeline_task *task, struct slot *slot)
{
    enum status st = ST_OK;
    for (size_t i = task->first; i < task->end && st == ST_OK; i++) {
        if (w->intake.files->items[i].action != FILE_READ)
            continue;
        st = asked_to_stop(w->p) ? err_set(&slot->err, ST_CANCELLED, "stopped")
                                 : intake_file(&w->intake, i, slot->chunk, &slot->notes, &slot->err);
    }
    return st;
}

static enum status fill_chunk(struct worker *w, struct slot *slot)
{
    const struct pipeline_task *task = &w->p->tasks->items[slot->task];
    enum status st = chunk_new(w->p->build, w->p->o->first_number + slot->task, &slot->chunk, &slot->err);
    if (st == ST_OK && asked_to_stop(w->p))
        st = err_set(&slot->err, ST_CANCELLED, "stopped");
    if (st == ST_OK)
        st = task->segment == NULL ? add_files(w, task, slot)
                                   : chunk_merge(slot->chunk, task->segment, (uint32_t)task->first, (uint32_t)task->end,
                                                 task->dead, task->n_dead, &slot->err);
    return st == ST_OK ? chunk_finish(slot->chunk, &slot->err) : st;
}

/* ---- threads ------------------------------------------------------------------------------------------------- */

/* Waits for room in the window, and for its turn when it is vast; NULL when there is nothing more to do. */
static struct slot *take_slot(struct pipeline *p)
{
    struct slot *slot = NULL;
    pthread_mutex_lock(&p->lock);
    while (!p->stopped && p->n_taken < p->tasks->n && p->n_taken - p->n_appended >= p->window)
        pthread_cond_wait(&p->taken, &p->lock);
    if (!p->stopped && p->n_taken < p->tasks->n) {
        size_t task = p->n_taken++;
        slot = &p->slots[task % p->window];
        slot->task = task;
        slot->done = false;
        slot->chunk = NULL;
        intake_notes_clear(&slot->notes);
        while (p->tasks->items[task].vast && !p->stopped && p->n_appended < task)
            pthread_cond_wait(&p->taken, &p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    return slot;
}

static void finish_slot(struct pipeline *p, struct slot *slot, enum status st)
{
    pthread_mutex_lock(&p->lock);
    slot->status = st;
    slot->done = true;
    if (st != ST_OK)
        p->stopped = true;
    pthread_cond_broadcast(&p->finished);
    pthread_mutex_unlock(&p->lock);
}

static void *worker_main(void *user)
{
    struct worker *w = user;
    for (struct slot *slot; (slot = take_slot(w->p)) != NULL;)
        finish_slot(w->p, slot, fill_chunk(w, slot));
    intake_release(&w->intake);
    return NULL;
}

/* ---- the coordinating thread --------------------------------------------------------------------------------- */

/* Waits for the chunk that is next in order; NULL when all have been appended, or will never come. */
static struct slot *wait_slot(struct pipeline *p)
{
    struct slot *slot = &p->slots[p->n_appended % p->window];
    pthread_mutex_lock(&p->lock);
    for (;;) {
        bool taken = p->n_taken > p->n_appended;
        if (taken && slot->done)
            break;
        if (!taken && (p->stopped || p->n_taken >= p->tasks->n)) {
            slot = NULL;
            break;
        }
        pthread_cond_wait(&p->finished, &p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    return slot;
}

static void let_go_on(struct pipeline *p, bool stop)
{
    pthread_mutex_lock(&p->lock);
    p->n_appended += !stop;
    p->stopped = p->stopped || stop;
    pthread_cond_broadcast(&p->taken);
    pthread_mutex_unlock(&p->lock);
}

/* Hands on what became of the files, each file's parts first. */
static enum status settle_files(struct pipeline *p, const struct intake_notes *notes, struct err *err)
{
    enum status st = ST_OK;
    size_t skip = 0;
    for (size_t i = 0; i < notes->n_results && st == ST_OK; i++) {
        for (; skip < notes->n_skips && notes->skips[skip].file == notes->results[i].file && st == ST_OK; skip++)
            st = p->o->skipped(p->o->user, &notes->skips[skip], err);
        if (st == ST_OK)
            st = p->o->finished(p->o->user, &notes->results[i], err);
    }
    return st;
}

static enum status append_slot(struct pipeline *p, struct slot *slot, struct err *err)
{
    if (slot->status != ST_OK) {
        *err = slot->err;
        return slot->status;
    }
    enum status st = settle_files(p, &slot->notes, err);
    if (st != ST_OK)
        return st;
    struct chunk *chunk = slot->chunk;
    slot->chunk = NULL;
    return build_append(p->build, chunk, err);
}

static enum status append_all(struct pipeline *p, struct err *err)
{
    uint64_t bytes = 0, n_files = 0;
    enum status st = ST_OK;
    for (struct slot *slot; st == ST_OK && (slot = wait_slot(p)) != NULL;) {
        st = append_slot(p, slot, err);
        bytes += p->tasks->items[slot->task].bytes;
        n_files += p->tasks->items[slot->task].n_files;
        progress_update(p->o->progress, n_files, bytes);
        let_go_on(p, st != ST_OK);
    }
    return st;
}

static enum status run_threads(struct pipeline *p, struct worker *workers, pthread_t *threads, struct err *err)
{
    unsigned n = 0;
    enum status st = ST_OK;
    for (; n < p->o->jobs; n++) {
        workers[n] = (struct worker){.p = p,
                                     .intake = {.files = p->o->files,
                                                .follow = p->o->follow,
                                                .options = p->o->options,
                                                .max_file_size = p->o->max_file_size,
                                                .stop = p->o->stop}};
        int errnum = pthread_create(&threads[n], NULL, worker_main, &workers[n]);
        if (errnum != 0 && n == 0)
            st = err_sys(err, ST_NOMEM, errnum, "cannot start a thread");
        if (errnum != 0)
            break;
    }
    if (n > 0)
        st = append_all(p, err);
    let_go_on(p, true);
    while (n > 0)
        pthread_join(threads[--n], NULL);
    return st;
}

enum status pipeline_run(const struct pipeline_tasks *tasks, struct build *build,
                         const struct pipeline_options *options, struct err *err)
{
    struct pipeline p = {
        .tasks = tasks, .build = build, .o = options, .window = (size_t)options->jobs * WINDOW_PER_JOB};
    p.slots = calloc(p.window, sizeof *p.slots);
    struct worker *workers = calloc(options->jobs, sizeof *workers);
    pthread_t *threads = calloc(options->jobs, sizeof *threads);
    enum status st;
    pthread_mutex_init(&p.lock, NULL);
    pthread_cond_init(&p.taken, NULL);
    pthread_cond_init(&p.finished, NULL);
    if (p.slots == NULL || workers == NULL || threads == NULL)
        st = err_nomem(err);
    else
        st = run_threads(&p, workers, threads, err);
    for (size_t i = 0; p.slots != NULL && i < p.window; i++) {
        chunk_free(p.slots[i].chunk);
        intake_notes_release(&p.slots[i].notes);
    }
    pthread_cond_destroy(&p.finished);
    pthread_cond_destroy(&p.taken);
    pthread_mutex_destroy(&p.lock);
    free(threads);
    free(workers);
    free(p.slots);
    return st;
}
