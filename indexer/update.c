/* update.c - see update.h. Every run reads everything again and publishes a generation beside the old one.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/update.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "indexer/held.h"
#include "indexer/language.h"
#include "indexer/pipeline.h"
#include "indexer/progress.h"
#include "indexer/roots.h"
#include "indexer/walk.h"
#include "store/build.h"
#include "store/lock.h"
#include "store/manifest.h"

static const double WAIT_STEP = 0.25; /* seconds */

struct run {
    const struct options *o;
    struct report *report;
    const volatile sig_atomic_t *stop;
    struct progress progress;
    struct lock lock;
    struct manifest live; /* zeroed when there is none */
    bool has_live;
    struct root_list roots;
    struct walk walk;
    struct held held;
    uint64_t n_skipped; /* documents that could not be indexed */
    bool refused;       /* to publish would lose documents; all is left as it was */
};

/* ---- before the walk ----------------------------------------------------------------------------------------- */

static enum status check_named(struct run *r, struct err *err)
{
    enum status st = r->o->language == NULL ? ST_OK : language_check(r->o->language, err);
    for (size_t i = 0; i < r->o->n_paths && st == ST_OK && r->o->action == ACTION_UPDATE; i++)
        st = roots_add_named(&r->roots, r->o->paths[i], err);
    return st;
}

static enum status read_live(struct run *r, struct err *err)
{
    uint64_t generation;
    enum status st = manifest_current(r->o->index_dir, &generation, err);
    if (st == ST_NOT_FOUND)
        return ST_OK;
    if (st == ST_OK)
        st = manifest_read(r->o->index_dir, generation, &r->live, err);
    r->has_live = st == ST_OK;
    return st;
}

static enum status check_language(const struct run *r, struct err *err)
{
    const char *asked = r->o->language;
    if (!r->has_live || asked == NULL || r->o->rebuild || language_same(asked, r->live.language))
        return ST_OK;
    return err_set(err, ST_USAGE, "--language %s: the index is in %s; to change it, add --rebuild", asked,
                   r->live.language);
}

/* Takes one known root out of the live manifest in memory. */
static enum status forget_root(struct run *r, const char *word, struct err *err)
{
    const char *name = root_name(&r->roots.arena, word);
    if (name == NULL)
        return err_nomem(err);
    for (size_t i = 0; i < r->live.n_roots; i++) {
        const struct manifest_root *known = &r->live.roots[i];
        if (strcmp(known->name, name) != 0 && strcmp(known->path, name) != 0)
            continue;
        memmove(&r->live.roots[i], &r->live.roots[i + 1], (r->live.n_roots - i - 1) * sizeof *known);
        r->live.n_roots--;
        return ST_OK;
    }
    return err_set(err, ST_NOT_FOUND, "%s: no root of this index (--info lists them)", word);
}

static enum status forget_roots(struct run *r, struct err *err)
{
    enum status st = ST_OK;
    if (!r->has_live)
        return err_set(err, ST_NOT_FOUND, "%s: no index there", r->o->index_dir);
    for (size_t i = 0; i < r->o->n_paths && st == ST_OK; i++)
        st = forget_root(r, r->o->paths[i], err);
    return st;
}

static enum status check_not_index(const struct run *r, struct err *err)
{
    struct stat index, st;
    if (stat(r->o->index_dir, &index) != 0)
        return ST_OK;
    for (size_t i = 0; i < r->roots.n; i++) {
        if (stat(r->roots.items[i].path, &st) == 0 && st.st_dev == index.st_dev && st.st_ino == index.st_ino)
            return err_set(err, ST_USAGE, "%s: this is the index itself", r->roots.items[i].path);
    }
    return ST_OK;
}

/* All roots that this run is about: the named and the known ones. */
static enum status gather_roots(struct run *r, struct err *err)
{
    enum status st = ST_OK;
    if (!r->has_live && r->o->n_paths == 0)
        return err_set(err, ST_USAGE, "%s: no index there yet; name the files and folders to index", r->o->index_dir);
    if (r->o->action == ACTION_REMOVE)
        st = forget_roots(r, err);
    if (st == ST_OK && r->has_live)
        st = roots_add_known(&r->roots, &r->live, err);
    if (st == ST_OK)
        st = roots_settle(&r->roots, err);
    return st == ST_OK ? check_not_index(r, err) : st;
}

/* ---- what must not be lost ----------------------------------------------------------------------------------- */

static void refuse(struct run *r, const char *path, const char *why)
{
    report_skip(r->report, path, strlen(path), "%s; the index was left as it was", why);
    r->refused = true;
}

static enum status check_unreadable(struct run *r, struct err *err)
{
    enum status st = ST_OK;
    for (size_t i = 0; i < r->walk.n_unreadable && st == ST_OK; i++) {
        bool has;
        st = held_below(&r->held, r->walk.unreadable[i], &has, err);
        if (st == ST_OK && has)
            refuse(r, r->walk.unreadable[i], "the index holds documents below it");
    }
    return st;
}

static enum status check_lost(struct run *r, struct err *err)
{
    if (r->o->allow_empty || r->roots.n == 0)
        return ST_OK;
    bool *lost = calloc(r->roots.n, sizeof *lost);
    if (lost == NULL)
        return err_nomem(err);
    enum status st = held_lost_roots(&r->held, &r->roots, lost, err);
    for (size_t i = 0; i < r->roots.n && st == ST_OK; i++) {
        const struct root *root = &r->roots.items[i];
        if (lost[i])
            refuse(r, *root->name == '\0' ? "." : root->name,
                   "held documents and is empty now (--allow-empty if that is right)");
    }
    free(lost);
    return st;
}

/* A live generation that cannot be opened is no reason not to start over. */
static enum status check_losses(struct run *r, struct err *err)
{
    enum status st = r->has_live ? held_open(&r->held, r->o->index_dir, err) : ST_OK;
    if (st == ST_DAMAGED && r->o->rebuild) {
        report_verbose(r->report, "%s; starting over", err->text);
        st = ST_OK;
    }
    if (st == ST_OK)
        st = check_unreadable(r, err);
    return st == ST_OK ? check_lost(r, err) : st;
}

/* ---- reading and publishing ---------------------------------------------------------------------------------- */

static const char *const skip_words[] = {
    [READ_OK] = "",
    [READ_BINARY] = "skipped: binary",
    [READ_TOO_LARGE] = "skipped: too large (--max-file-size)",
    [READ_BROKEN] = "skipped: broken",
    [READ_UNREADABLE] = "skipped",
    [READ_VANISHED] = "skipped: it vanished meanwhile",
    [READ_STOPPED] = "",
    [READ_NOMEM] = "",
};

/* A file that cannot be read and that the index holds: as with folders, the index stays as it was. */
static enum status on_unreadable(struct run *r, const struct buf *path, int errnum, struct err *err)
{
    if (errnum == EMFILE || errnum == ENFILE || errnum == ENOMEM)
        return err_sys(err, ST_IO, errnum, "%.*s", (int)path->len, path->data);
    struct err why;
    (void)err_sys(&why, ST_IO, errnum, "%s", skip_words[READ_UNREADABLE]);
    report_skip(r->report, path->data, path->len, "%s", why.text);
    bool has;
    enum status st = held_has(&r->held, path->data, path->len, &has, err);
    if (st != ST_OK || !has)
        return st;
    report_skip(r->report, path->data, path->len, "the index holds it; the index was left as it was");
    r->refused = true;
    return ST_CANCELLED;
}

static enum status on_skip(void *user, const struct pipeline_skip *skip, struct err *err)
{
    struct run *r = user;
    struct buf path = BUF_INIT;
    files_stored_path(&r->walk.files, skip->file, &path);
    if (skip->part != NULL) {
        buf_clear(&path);
        buf_adds(&path, skip->part);
    }
    enum status st = buf_ok(&path) ? ST_OK : err_nomem(err);
    const char *detail = skip->detail == NULL ? "" : skip->detail;
    r->n_skipped += skip->why != READ_VANISHED;
    if (st == ST_OK && skip->why == READ_UNREADABLE)
        st = on_unreadable(r, &path, skip->errnum, err);
    else if (st == ST_OK)
        report_skip(r->report, path.data, path.len, "%s%s%s", skip_words[skip->why], *detail == '\0' ? "" : ": ",
                    detail);
    buf_release(&path);
    return st;
}

static void say_published(const struct run *r, const struct manifest *m)
{
    uint64_t docs = 0, words = 0;
    for (size_t i = 0; i < m->n_segments; i++) {
        docs += m->segments[i].docs - m->segments[i].dead_docs;
        words += m->segments[i].words - m->segments[i].dead_words;
    }
    report_verbose(r->report,
                   "published generation %" PRIu64 ": %" PRIu64 " documents, %" PRIu64 " words, %" PRIu64
                   " skipped, %zu segments",
                   m->generation, docs, words, r->n_skipped, m->n_segments);
}

static const char *choose_language(const struct run *r)
{
    const char *asked = r->o->language;
    if (r->has_live && (asked == NULL || language_same(asked, r->live.language)))
        return r->live.language;
    return asked != NULL ? asked : LANGUAGE_DEFAULT;
}

static enum status publish(struct run *r, struct build *build, struct err *err)
{
    struct manifest m = {.skipped = r->n_skipped, .language = choose_language(r)};
    m.n_roots = r->roots.n;
    m.roots = arena_calloc(&r->roots.arena, r->roots.n + 1, sizeof *m.roots);
    if (m.roots == NULL)
        return err_nomem(err);
    for (size_t i = 0; i < r->roots.n; i++)
        m.roots[i] = (struct manifest_root){.name = r->roots.items[i].name, .path = r->roots.items[i].path};
    if (*r->stop != 0)
        return err_set(err, ST_CANCELLED, "stopped");
    progress_say(&r->progress, "joining and syncing");
    enum status st = build_publish(build, &m, err);
    progress_hide(&r->progress);
    if (st == ST_OK)
        say_published(r, &m);
    manifest_release(&m);
    return st;
}

static enum status read_and_publish(struct run *r, struct err *err)
{
    struct build *build = NULL;
    struct pipeline_options p = {.jobs = (unsigned)r->o->jobs,
                                 .follow = r->o->follow,
                                 .max_file_size = r->o->max_file_size,
                                 .stop = r->stop,
                                 .progress = &r->progress,
                                 .skipped = on_skip,
                                 .user = r};
    struct build_options options = {.language = choose_language(r)};
    enum status st = build_begin(r->o->index_dir, &options, &build, err);
    progress_begin(&r->progress, r->o->progress, r->o->quiet, r->walk.files.n, r->walk.files.bytes);
    r->report->progress = &r->progress;
    if (st == ST_OK)
        st = pipeline_run(&r->walk.files, build, &p, err);
    progress_hide(&r->progress);
    if (st == ST_OK)
        st = publish(r, build, err);
    build_free(build);
    r->report->progress = NULL;
    return r->refused && st == ST_CANCELLED ? ST_OK : st;
}

/* ---- a run --------------------------------------------------------------------------------------------------- */

/* What a dry run would read goes to stdout, one path a line when verbose, and a sum. */
static enum status tell_files(const struct run *r, struct err *err)
{
    struct buf path = BUF_INIT, line = BUF_INIT;
    uint64_t n = 0, bytes = 0;
    for (size_t i = 0; i < r->walk.files.n; i++) {
        const struct file *file = &r->walk.files.items[i];
        files_stored_path(&r->walk.files, i, &path);
        if (file->size > r->o->max_file_size) {
            report_skip(r->report, path.data, path.len, "%s", skip_words[READ_TOO_LARGE]);
            continue;
        }
        n++;
        bytes += file->size;
        buf_clear(&line);
        report_path(&line, path.data, path.len);
        if (r->o->verbose)
            (void)printf("%.*s\n", (int)line.len, line.data);
    }
    bool ok = buf_ok(&line) && buf_ok(&path);
    buf_release(&line);
    buf_release(&path);
    if (!ok)
        return err_nomem(err);
    (void)printf("would read %" PRIu64 " files, %" PRIu64 " bytes\n", n, bytes);
    return fflush(stdout) == 0 ? ST_OK : err_sys(err, ST_IO, errno, "cannot write");
}

static enum status run_locked(struct run *r, struct err *err)
{
    enum status st = r->o->dry_run ? ST_OK : lock_recover(r->o->index_dir, err);
    if (st == ST_OK)
        st = read_live(r, err);
    if (st == ST_OK)
        st = check_language(r, err);
    if (st == ST_OK)
        st = gather_roots(r, err);
    if (st == ST_OK && !r->o->dry_run)
        st = lock_sweep(r->o->index_dir, err);
    if (st != ST_OK)
        return st;
    r->walk = (struct walk){.options = r->o, .roots = &r->roots, .report = r->report, .stop = r->stop};
    st = walk_roots(&r->walk, err);
    if (st == ST_OK)
        st = check_losses(r, err);
    if (st != ST_OK || r->refused)
        return st;
    if (r->o->dry_run)
        return tell_files(r, err);
    st = read_and_publish(r, err);
    held_close(&r->held);
    return st == ST_OK ? lock_sweep(r->o->index_dir, err) : st;
}

/* Waits in short steps, so that a signal ends the waiting. */
static enum status take_lock(struct run *r, struct err *err)
{
    bool create = r->o->action == ACTION_UPDATE && r->o->n_paths > 0;
    enum status st;
    double left = r->o->wait;
    do {
        double step = left < WAIT_STEP ? left : WAIT_STEP;
        st = lock_take(r->o->index_dir, create, step, &r->lock, err);
        left -= step;
    } while (st == ST_LOCKED && left > 0 && *r->stop == 0);
    return st == ST_LOCKED && *r->stop != 0 ? err_set(err, ST_CANCELLED, "stopped") : st;
}

enum status update_run(const struct options *options, struct report *report, const volatile sig_atomic_t *stop,
                       struct err *err)
{
    struct run r = {.o = options, .report = report, .stop = stop, .lock = LOCK_INIT};
    enum status st = check_named(&r, err);
    if (st == ST_OK && !options->dry_run)
        st = take_lock(&r, err);
    if (st == ST_OK)
        st = run_locked(&r, err);
    held_close(&r.held);
    walk_release(&r.walk);
    roots_release(&r.roots);
    manifest_release(&r.live);
    lock_release(&r.lock);
    return st;
}
