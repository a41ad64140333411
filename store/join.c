/* join.c - joining gathered chunks into one segment; see build_parts.h.
 *
 * Once words have their ranks, parts are made of the chunks, each by itself: two threads take them in turns, those that
 * take longest first. SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "store/bigrams.h"
#include "store/build_parts.h"
#include "store/dir.h"
#include "store/inverted.h"
#include "store/places.h"
#include "store/ranked.h"
#include "store/recode.h"
#include "store/stems.h"
#include "store/vocab_part.h"
#include "store/words.h"

/* What the jobs share, and change nothing of but the seals of their own parts and what they hand on. */
struct join {
    const struct build *b;
    struct ranked ranked; /* its words */
    char *const *paths;    /* PARTS_COUNT of them */
    struct parts *parts;
    struct recoded recoded; /* by JOB_WORDS, for JOB_BIGRAMS */
};

/* ---- parts ---------------------------------------------------------------------------------------------------- */

void join_scratch(struct file_writer *w, const struct chunk_done *chunk, enum chunk_file file)
{
    char *path = chunk_path(chunk, file);
    if (path == NULL)
        w->failure.status = err_nomem(&w->failure);
    else
        file_append(w, path, chunk->seals[file]);
    free(path);
}

static enum status join_words(struct join *j, struct err *err)
{
    return recode_segment(j->b, j->ranked.codes, j->paths, j->parts, &j->recoded, err);
}

static enum status join_inverted(struct join *j, struct err *err)
{
    return inverted_write(j->b, j->ranked.codes, j->paths, j->parts, err);
}

/* Of the words just written. */
static enum status join_bigrams(struct join *j, struct err *err)
{
    struct file_map words = {0};
    enum status status = file_map(&words, j->paths[PARTS_WORDS], WORDS_KIND, err);
    if (status == ST_OK)
        status = bigrams_write(&j->recoded.pairs, words.body, j->recoded.starts, (uint32_t)j->b->n_docs,
                               j->paths[PARTS_BIGRAMS], &j->parts->seals[PARTS_BIGRAMS], err);
    file_map_release(&words);
    recoded_release(&j->recoded);
    return status;
}

static enum status join_text(struct join *j, struct err *err)
{
    return text_join(j->b, j->paths, &j->parts->seals[PARTS_TEXT], err);
}

static enum status join_places(struct join *j, struct err *err)
{
    struct file_writer w;
    enum status status = file_create(&w, j->paths[PARTS_PLACES], PLACES_KIND, err);
    if (status != ST_OK)
        return status;
    for (size_t i = 0; i < j->b->n_chunks; i++)
        join_scratch(&w, &j->b->chunks[i], CHUNK_PLACES);
    return file_finish(&w, &j->parts->seals[PARTS_PLACES], err);
}

static enum status join_vocab(struct join *j, struct err *err)
{
    return vocab_write(&j->ranked, j->paths[PARTS_VOCAB], &j->parts->seals[PARTS_VOCAB], err);
}

/* Of the vocabulary just written. */
static enum status join_stems(struct join *j, struct err *err)
{
    struct vocab vocab;
    enum status status = vocab_open(&vocab, j->paths[PARTS_VOCAB], err);
    if (status != ST_OK)
        return status;
    status = stems_write(&vocab, j->b->language, j->paths[PARTS_STEMS], &j->parts->seals[PARTS_STEMS], err);
    vocab_release(&vocab);
    return status;
}

/* ---- jobs ------------------------------------------------------------------------------------------------------- */

/* Of several that fail, the error of the first here is told: Xapian (1.4) closes a descriptor twice when it cannot
 * write its version file, and by then it may be a file of another job, which fails of that. */
enum { JOB_INVERTED, JOB_WORDS, JOB_BIGRAMS, JOB_TEXT, JOB_VOCAB, JOB_STEMS, JOB_PLACES, N_JOBS, NO_JOB = N_JOBS };

static const struct job {
    enum status (*run)(struct join *join, struct err *err);
    unsigned behind; /* the job that it waits for */
} jobs[N_JOBS] = {
    [JOB_INVERTED] = {join_inverted, NO_JOB},  [JOB_WORDS] = {join_words, NO_JOB},
    [JOB_BIGRAMS] = {join_bigrams, JOB_WORDS}, [JOB_TEXT] = {join_text, JOB_WORDS},
    [JOB_VOCAB] = {join_vocab, NO_JOB},        [JOB_STEMS] = {join_stems, JOB_VOCAB},
    [JOB_PLACES] = {join_places, NO_JOB},
};

struct queue {
    struct join *join;
    pthread_mutex_t lock; /* over all below */
    pthread_cond_t ended;
    bool taken[N_JOBS], done[N_JOBS + 1];
    enum status status[N_JOBS];
    struct err err[N_JOBS];
    bool failed;
};

/* The first that may run; NO_JOB when all are taken or one has failed. Waits while the rest are behind one that
 * runs. */
static unsigned take_job(struct queue *q)
{
    for (;;) {
        bool all_taken = true;
        for (unsigned i = 0; i < N_JOBS && !q->failed; i++) {
            if (!q->taken[i] && q->done[jobs[i].behind]) {
                q->taken[i] = true;
                return i;
            }
            all_taken = all_taken && q->taken[i];
        }
        if (all_taken || q->failed)
            return NO_JOB;
        pthread_cond_wait(&q->ended, &q->lock);
    }
}

static void *run_jobs(void *user)
{
    struct queue *q = user;
    pthread_mutex_lock(&q->lock);
    for (unsigned job; (job = take_job(q)) != NO_JOB;) {
        pthread_mutex_unlock(&q->lock);
        enum status status = jobs[job].run(q->join, &q->err[job]);
        pthread_mutex_lock(&q->lock);
        q->status[job] = status;
        q->done[job] = true;
        q->failed = q->failed || status != ST_OK;
        pthread_cond_broadcast(&q->ended);
    }
    pthread_mutex_unlock(&q->lock);
    return NULL;
}

static enum status run_all(struct join *join, struct err *err)
{
    struct queue q = {.join = join, .done[NO_JOB] = true};
    pthread_t thread;
    pthread_mutex_init(&q.lock, NULL);
    pthread_cond_init(&q.ended, NULL);
    bool threaded = pthread_create(&thread, NULL, run_jobs, &q) == 0;
    (void)run_jobs(&q);
    if (threaded)
        (void)pthread_join(thread, NULL);
    pthread_cond_destroy(&q.ended);
    pthread_mutex_destroy(&q.lock);
    for (unsigned i = 0; i < N_JOBS; i++) {
        if (q.status[i] == ST_OK)
            continue;
        if (err != NULL)
            *err = q.err[i];
        return q.status[i];
    }
    return ST_OK;
}

/* ---- the segment ------------------------------------------------------------------------------------------------ */

static enum status join_parts(struct build *b, char *const paths[PARTS_COUNT], struct parts *parts, struct err *err)
{
    struct join join = {.b = b, .paths = paths, .parts = parts};
    enum status status = rank_words(&b->words, &join.ranked, err);
    if (status == ST_OK)
        status = run_all(&join, err);
    recoded_release(&join.recoded);
    ranked_release(&join.ranked);
    return status;
}

static enum status join_into(struct build *b, const char *dir, struct manifest_segment *entry, struct err *err)
{
    struct parts parts = {.docs = (uint32_t)b->n_docs};
    char *paths[PARTS_COUNT] = {0};
    enum status status = dir_make(dir, err);
    for (size_t i = 0; status == ST_OK && i < PARTS_COUNT; i++) {
        paths[i] = dir_path("%s/%s", dir, parts_names[i]);
        if (paths[i] == NULL)
            status = err_nomem(err);
    }
    for (size_t i = 0; i < b->n_chunks; i++)
        parts.words += b->chunks[i].n_words;
    if (status == ST_OK)
        status = join_parts(b, paths, &parts, err);
    if (status == ST_OK)
        status = parts_write(dir, entry->id, &parts, err);
    if (status == ST_OK)
        status = dir_sync_files(dir, err);
    for (size_t i = 0; i < PARTS_COUNT; i++)
        free(paths[i]);
    entry->docs = parts.docs;
    entry->words = parts.words;
    entry->checksum = parts.crc;
    return status;
}

enum status join_segment(struct build *b, struct manifest_segment *entry, struct err *err)
{
    *entry = (struct manifest_segment){0};
    names_make_id(entry->id, b->generation, (unsigned)b->n_segments);
    char *dir = dir_path("%s/seg-%s", b->index_dir, entry->id);
    enum status status = dir == NULL ? err_nomem(err) : join_into(b, dir, entry, err);
    free(dir);
    return status;
}
