/* snapshot.c - see snapshot.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "store/dir.h"
#include "store/known.h"
#include "store/segment_open.h"

enum { MAX_TRIES = 100, PAUSE_MS = 20 };

struct snapshot {
    atomic_uint refs;
    struct manifest manifest;
    struct segment **segments; /* manifest.n_segments, those that are open */
    size_t n_open;
    int use_fd; /* gen-N, locked shared: keeps the sweep off; -1 when the file system has no locks */
};

static void pause_briefly(void)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
}

/* ---- saying that a generation is in use ------------------------------------------------------------------------ */

/* *fd may stay -1: a file system without locks, where nobody sweeps under a reader's feet but by mistake. ST_LOCKED:
 * somebody is about to remove it. */
static enum status use_generation(const char *index_dir, uint64_t generation, int *fd, struct err *err)
{
    char *path = dir_path("%s/gen-%08" PRIu64, index_dir, generation);
    if (path == NULL)
        return err_nomem(err);
    enum status status = ST_OK;
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0) {
        status = err_sys(err, errno == ENOENT ? ST_NOT_FOUND : ST_IO, errno, "%s: cannot open", path);
    } else if (flock(*fd, LOCK_SH | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            status = err_set(err, ST_LOCKED, "%s: is being removed", path);
        (void)close(*fd);
        *fd = -1;
    }
    free(path);
    return status;
}

/* ---- opening -------------------------------------------------------------------------------------------------- */

static void close_snapshot(struct snapshot *s)
{
    for (size_t i = 0; i < s->n_open; i++)
        segment_close(s->segments[i]);
    free(s->segments);
    manifest_release(&s->manifest);
    if (s->use_fd >= 0)
        (void)close(s->use_fd); /* gives the lock back */
    free(s);
}

static enum status open_segments(struct snapshot *s, const char *index_dir, unsigned n_readers, bool verify_all,
                                 struct err *err)
{
    size_t n = s->manifest.n_segments;
    s->segments = calloc(n == 0 ? 1 : n, sizeof(struct segment *));
    enum status status = s->segments == NULL ? err_nomem(err) : ST_OK;
    for (size_t i = 0; status == ST_OK && i < n; i++) {
        const struct manifest_segment *entry = &s->manifest.segments[i];
        status = segment_open(index_dir, entry, n_readers, &s->segments[i], err);
        if (status != ST_OK)
            break;
        s->n_open++;
        s->segments[i]->number = i;
        if (verify_all)
            status = segment_verify(s->segments[i], false, err);
    }
    return status;
}

static enum status open_generation(const char *index_dir, uint64_t generation, unsigned n_readers, bool verify_all,
                                   struct snapshot **out, struct err *err)
{
    struct snapshot *s = calloc(1, sizeof *s);
    if (s == NULL)
        return err_nomem(err);
    atomic_init(&s->refs, 1);
    s->use_fd = -1;
    enum status status = use_generation(index_dir, generation, &s->use_fd, err);
    if (status == ST_OK)
        status = manifest_read(index_dir, generation, &s->manifest, err);
    if (status == ST_OK)
        status = open_segments(s, index_dir, n_readers, verify_all, err);
    if (status == ST_OK)
        *out = s;
    else
        close_snapshot(s);
    return status;
}

/* What a generation lacks that current names is damage, not absence. */
static enum status as_damage(enum status status, struct err *err)
{
    if (status == ST_NOT_FOUND && err != NULL)
        err->status = ST_DAMAGED;
    return status == ST_NOT_FOUND ? ST_DAMAGED : status;
}

enum status snapshot_open(const char *index_dir, unsigned n_readers, bool verify_all, struct snapshot **out,
                          struct err *err)
{
    *out = NULL;
    for (int tries = 0;; tries++) {
        uint64_t generation, now;
        enum status status = manifest_current(index_dir, &generation, err);
        if (status != ST_OK)
            return status;
        status = open_generation(index_dir, generation, n_readers, verify_all, out, err);
        struct err ignored;
        bool moved = manifest_current(index_dir, &now, &ignored) == ST_OK && now != generation;
        if (!moved && status != ST_LOCKED)
            return as_damage(status, err);
        snapshot_unref(*out);
        *out = NULL;
        if (tries == MAX_TRIES)
            return err_set(err, ST_IO, "%s: its generations change faster than they can be opened", index_dir);
        if (!moved)
            pause_briefly();
    }
}

struct snapshot *snapshot_ref(struct snapshot *s)
{
    atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void snapshot_unref(struct snapshot *s)
{
    if (s != NULL && atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) == 1)
        close_snapshot(s);
}

/* ---- answering ------------------------------------------------------------------------------------------------ */

const struct manifest *snapshot_manifest(const struct snapshot *s)
{
    return &s->manifest;
}

size_t snapshot_segments(const struct snapshot *s)
{
    return s->manifest.n_segments;
}

const struct segment *snapshot_segment(const struct snapshot *s, size_t i)
{
    return s->segments[i];
}

uint64_t snapshot_docs(const struct snapshot *s)
{
    uint64_t docs = 0;
    for (size_t i = 0; i < s->manifest.n_segments; i++)
        docs += s->manifest.segments[i].docs - s->manifest.segments[i].dead_docs;
    return docs;
}

uint64_t snapshot_words(const struct snapshot *s)
{
    uint64_t words = 0;
    for (size_t i = 0; i < s->manifest.n_segments; i++)
        words += s->manifest.segments[i].words - s->manifest.segments[i].dead_words;
    return words;
}

void snapshot_word_stats(const struct snapshot *s, const char *word, size_t len, uint64_t *documents,
                         uint64_t *occurrences, struct snapshot_place *places)
{
    *documents = *occurrences = 0;
    for (size_t i = 0; i < s->manifest.n_segments; i++) {
        const struct vocab *vocab = segment_vocab(s->segments[i]);
        int64_t at = vocab_find(vocab, word, len);
        struct vocab_word found = at < 0 ? (struct vocab_word){0} : vocab_at(vocab, (uint32_t)at);
        if (places != NULL)
            places[i] = (struct snapshot_place){found.rank, found.documents};
        if (at < 0)
            continue;
        uint32_t dead_documents;
        uint64_t dead_occurrences;
        segment_dead_stats(s->segments[i], (uint32_t)at, &dead_documents, &dead_occurrences);
        *documents += found.documents - dead_documents;
        *occurrences += found.occurrences - dead_occurrences;
    }
}

enum status snapshot_verify_lists(const struct snapshot *s, struct err *err)
{
    enum status status = ST_OK;
    for (size_t i = 0; status == ST_OK && i < s->manifest.n_segments; i++)
        status = segment_verify_lists(s->segments[i], err);
    return status;
}

enum status snapshot_verify(const struct snapshot *s, struct err *err)
{
    enum status status = ST_OK;
    for (size_t i = 0; status == ST_OK && i < s->manifest.n_segments; i++)
        status = segment_verify(s->segments[i], false, err);
    return status;
}

/* An index that was made without the indexer has no table of files. */
static enum status check_files(const char *index_dir, const struct manifest *manifest, struct err *err)
{
    struct known known;
    if (manifest->files_len == 0)
        return ST_OK;
    enum status status = known_open(&known, index_dir, manifest, true, err);
    if (status != ST_OK)
        return as_damage(status, err);
    status = known_check(&known, err);
    known_close(&known);
    return status;
}

enum status snapshot_check(const char *index_dir, struct err *err)
{
    struct snapshot *s;
    enum status status = snapshot_open(index_dir, 1, false, &s, err);
    if (status != ST_OK)
        return status;
    for (size_t i = 0; status == ST_OK && i < snapshot_segments(s); i++)
        status = segment_verify(s->segments[i], true, err);
    if (status == ST_OK)
        status = check_files(index_dir, &s->manifest, err);
    snapshot_unref(s);
    return status;
}
