/* pipeline.c - see pipeline.h. The files are cut into chunks by the sizes the walk saw, so that the cutting is the same
 * on every machine. Threads take chunks in order, but never more than a window ahead of the one appended last: that
 * bounds memory. Chunk k waits in slot k % window.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/pipeline.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/array.h"

enum {
    CHUNK_FILES = 8192, /* a chunk ends after so many files however small they are */
    WINDOW_PER_JOB = 2
};

/* One chunk: a run of files, and what became of it. */
struct slot {
    uint64_t number;
    size_t first, end; /* files */
    uint64_t bytes;
    bool done;
    enum status status;
    struct err err;
    struct chunk *chunk;
    struct pipeline_skip *skips;
    size_t n_skips, skips_cap;
    struct arena words; /* of the skips */
};

struct pipeline {
    const struct file_list *files;
    struct build *build;
    const struct pipeline_options *o;
    pthread_mutex_t lock; /* over all below */
    pthread_cond_t taken, finished;
    struct slot *slots;
    size_t window;
    uint64_t next_number; /* of the chunk to be taken next */
    size_t next_file;
    uint64_t n_appended;
    bool stopped; /* somebody failed: take no more */
};

/* A thread's own room. */
struct worker {
    struct pipeline *p;
    struct reader_room room;
    struct input input;
    struct buf open_path, stored_path;
};

/* ---- one chunk ----------------------------------------------------------------------------------------------- */

static bool asked_to_stop(const struct pipeline *p)
{
    return p->o->stop != NULL && *p->o->stop != 0;
}

static enum status note_skip(struct slot *slot, struct pipeline_skip skip, size_t part_len)
{
    if (!ARRAY_RESERVE(slot->skips, slot->skips_cap, slot->n_skips + 1))
        return err_nomem(&slot->err);
    const char *part = skip.part, *detail = skip.detail;
    if (part != NULL)
        skip.part = arena_copy(&slot->words, part, part_len);
    if (detail != NULL)
        skip.detail = arena_copy(&slot->words, detail, strlen(detail));
    if ((part != NULL && skip.part == NULL) || (detail != NULL && skip.detail == NULL))
        return err_nomem(&slot->err);
    slot->skips[slot->n_skips++] = skip;
    return ST_OK;
}

/* A file on its way from its reader into a chunk. */
struct passage {
    struct worker *worker;
    struct slot *slot;
    size_t file;
    enum status status;
};

static bool pass_document(void *user, struct document *doc)
{
    struct passage *p = user;
    doc->mtime = p->worker->input.mtime;
    p->status = asked_to_stop(p->worker->p) ? err_set(&p->slot->err, ST_CANCELLED, "stopped")
                                            : chunk_add(p->slot->chunk, doc, &p->slot->err);
    return p->status == ST_OK;
}

static bool pass_skip(void *user, const char *path, size_t path_len, enum read_result why, const char *detail)
{
    struct passage *p = user;
    struct pipeline_skip skip = {.file = p->file, .part = path, .why = why, .detail = detail};
    p->status = note_skip(p->slot, skip, path_len);
    return p->status == ST_OK;
}

static enum read_result read_file(struct worker *w, size_t i, const struct reader_sink *sink)
{
    const struct pipeline *p = w->p;
    struct reading r = {.room = &w->room,
                        .in = &w->input,
                        .path = w->stored_path.data,
                        .path_len = w->stored_path.len,
                        .max_size = p->o->max_file_size,
                        .sink = sink};
    bool follow = p->o->follow || files_root(p->files, i)->is_file;
    enum read_result result = input_open(&w->input, w->open_path.data, follow);
    if (result == READ_OK)
        result = reader_read(&r);
    input_close(&w->input);
    reader_room_shrink(&w->room);
    return result;
}

static enum status add_file(struct worker *w, struct slot *slot, size_t i)
{
    struct passage passage = {.worker = w, .slot = slot, .file = i};
    struct reader_sink sink = {pass_document, pass_skip, &passage};
    files_open_path(w->p->files, i, &w->open_path);
    files_stored_path(w->p->files, i, &w->stored_path);
    if (!buf_ok(&w->open_path) || !buf_ok(&w->stored_path))
        return err_nomem(&slot->err);
    enum read_result result = read_file(w, i, &sink);
    if (result == READ_NOMEM)
        return err_nomem(&slot->err);
    if (result == READ_OK || result == READ_STOPPED)
        return passage.status;
    struct pipeline_skip skip = {.file = i, .why = result, .errnum = w->input.errnum, .detail = w->input.detail};
    return note_skip(slot, skip, 0);
}

static enum status fill_chunk(struct worker *w, struct slot *slot)
{
    enum status st = chunk_new(w->p->build, slot->number, &slot->chunk, &slot->err);
    for (size_t i = slot->first; i < slot->end && st == ST_OK; i++) {
        if (asked_to_stop(w->p))
            return err_set(&slot->err, ST_CANCELLED, "stopped");
        st = add_file(w, slot, i);
    }
    return st == ST_OK ? chunk_finish(slot->chunk, &slot->err) : st;
}

/* ---- threads ------------------------------------------------------------------------------------------------- */

/* Cuts off the next chunk into a slot. */
static void cut_chunk(struct pipeline *p, struct slot *slot)
{
    slot->number = p->next_number++;
    slot->first = p->next_file;
    slot->bytes = 0;
    while (p->next_file < p->files->n && slot->bytes < BUILD_CHUNK_BYTES && p->next_file - slot->first < CHUNK_FILES)
        slot->bytes += p->files->items[p->next_file++].size;
    slot->end = p->next_file;
    slot->done = false;
    slot->n_skips = 0;
    arena_clear(&slot->words);
    slot->chunk = NULL;
}

/* Waits for room in the window; NULL when there is nothing more to do. */
static struct slot *take_slot(struct pipeline *p)
{
    struct slot *slot = NULL;
    pthread_mutex_lock(&p->lock);
    while (!p->stopped && p->next_file < p->files->n && p->next_number - p->n_appended >= p->window)
        pthread_cond_wait(&p->taken, &p->lock);
    if (!p->stopped && p->next_file < p->files->n) {
        slot = &p->slots[p->next_number % p->window];
        cut_chunk(p, slot);
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
    reader_room_release(&w->room);
    input_release(&w->input);
    buf_release(&w->open_path);
    buf_release(&w->stored_path);
    return NULL;
}

/* ---- the coordinating thread --------------------------------------------------------------------------------- */

/* Waits for the chunk that is next in order; NULL when all have been appended, or will never come. */
static struct slot *wait_slot(struct pipeline *p)
{
    struct slot *slot = &p->slots[p->n_appended % p->window];
    pthread_mutex_lock(&p->lock);
    for (;;) {
        bool taken = p->next_number > p->n_appended;
        if (taken && slot->done)
            break;
        if (!taken && (p->stopped || p->next_file >= p->files->n)) {
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

static enum status append_slot(struct pipeline *p, struct slot *slot, struct err *err)
{
    if (slot->status != ST_OK) {
        *err = slot->err;
        return slot->status;
    }
    for (size_t i = 0; i < slot->n_skips; i++) {
        enum status st = p->o->skipped(p->o->user, &slot->skips[i], err);
        if (st != ST_OK)
            return st;
    }
    struct chunk *chunk = slot->chunk;
    slot->chunk = NULL;
    return build_append(p->build, chunk, err);
}

static enum status append_all(struct pipeline *p, struct err *err)
{
    uint64_t bytes = 0;
    enum status st = ST_OK;
    for (struct slot *slot; st == ST_OK && (slot = wait_slot(p)) != NULL;) {
        st = append_slot(p, slot, err);
        bytes += slot->bytes;
        progress_update(p->o->progress, slot->end, bytes);
        let_go_on(p, st != ST_OK);
    }
    return st;
}

static enum status run_threads(struct pipeline *p, struct worker *workers, pthread_t *threads, struct err *err)
{
    unsigned n = 0;
    enum status st = ST_OK;
    for (; n < p->o->jobs; n++) {
        workers[n].p = p;
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

enum status pipeline_run(const struct file_list *files, struct build *build, const struct pipeline_options *options,
                         struct err *err)
{
    struct pipeline p = {
        .files = files, .build = build, .o = options, .window = (size_t)options->jobs * WINDOW_PER_JOB};
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
        free(p.slots[i].skips);
        arena_release(&p.slots[i].words);
    }
    pthread_cond_destroy(&p.finished);
    pthread_cond_destroy(&p.taken);
    pthread_mutex_destroy(&p.lock);
    free(threads);
    free(workers);
    free(p.slots);
    return st;
}
