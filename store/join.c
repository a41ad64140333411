/* join.c - joining gathered chunks into one segment; see build_parts.h.
 *
 * Xapian's databases are joined by a thread of their own while this one ranks, recodes and copies: the two share
 * nothing. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "store/build_parts.h"
#include "store/dir.h"
#include "store/places.h"
#include "store/recode.h"
#include "store/stems.h"
#include "store/terms.h"

/* ---- Xapian's part -------------------------------------------------------------------------------------------- */

struct terms_job {
    struct build *b;
    const char *dst;
    struct file_seal seal;
    enum status status;
    struct err err;
};

static void *run_terms_job(void *context)
{
    struct terms_job *job = context;
    job->status = terms_write(job->b, job->dst, &job->err);
    if (job->status == ST_OK)
        job->status = file_seal_of(job->dst, &job->seal, &job->err);
    return NULL;
}

/* ---- our parts ------------------------------------------------------------------------------------------------ */

void join_scratch(struct file_writer *w, const struct chunk_done *chunk, enum chunk_file file)
{
    char *path = chunk_path(chunk, file);
    if (path == NULL)
        w->failure.status = err_nomem(&w->failure);
    else
        file_append(w, path, chunk->seals[file]);
    free(path);
}

static enum status join_places(const struct build *b, const char *path, struct file_seal *seal, struct err *err)
{
    struct file_writer w;
    enum status status = file_create(&w, path, PLACES_KIND, err);
    if (status != ST_OK)
        return status;
    for (size_t i = 0; i < b->n_chunks; i++)
        join_scratch(&w, &b->chunks[i], CHUNK_PLACES);
    return file_finish(&w, seal, err);
}

/* Of the vocabulary just written. */
static enum status join_stems(const struct build *b, char *const paths[PARTS_COUNT], struct parts *parts,
                              struct err *err)
{
    struct vocab vocab;
    enum status status = vocab_open(&vocab, paths[PARTS_VOCAB], err);
    if (status != ST_OK)
        return status;
    status = stems_write(&vocab, b->language, paths[PARTS_STEMS], &parts->seals[PARTS_STEMS], err);
    vocab_release(&vocab);
    return status;
}

static enum status join_ours(struct build *b, char *const paths[PARTS_COUNT], struct parts *parts, struct err *err)
{
    uint32_t *codes = NULL;
    enum status status = rank_words(&b->words, paths[PARTS_VOCAB], &codes, &parts->seals[PARTS_VOCAB], err);
    if (status == ST_OK)
        status = join_stems(b, paths, parts, err);
    if (status == ST_OK)
        status = recode_segment(b, codes, paths, parts, err);
    free(codes);
    if (status == ST_OK)
        status = join_places(b, paths[PARTS_PLACES], &parts->seals[PARTS_PLACES], err);
    return status == ST_OK ? join_text(b, paths, &parts->seals[PARTS_TEXT], err) : status;
}

/* ---- both ----------------------------------------------------------------------------------------------------- */

static enum status join_both(struct build *b, char *const paths[PARTS_COUNT], struct parts *parts, struct err *err)
{
    struct terms_job job = {.b = b, .dst = paths[PARTS_TERMS]};
    pthread_t thread;
    bool threaded = pthread_create(&thread, NULL, run_terms_job, &job) == 0;
    enum status status = join_ours(b, paths, parts, err);
    if (threaded)
        (void)pthread_join(thread, NULL);
    else
        (void)run_terms_job(&job);
    if (status == ST_OK && job.status != ST_OK) {
        status = job.status;
        if (err != NULL)
            *err = job.err;
    }
    parts->seals[PARTS_TERMS] = job.seal;
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
        status = join_both(b, paths, &parts, err);
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
