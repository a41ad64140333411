/* update.c - see update.h. What changed is read, and a generation published beside the old one.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/update.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "indexer/language.h"
#include "indexer/ledger.h"
#include "indexer/pipeline.h"
#include "indexer/progress.h"
#include "indexer/roots.h"
#include "indexer/succession.h"
#include "indexer/walk.h"
#include "store/build.h"
#include "store/known.h"
#include "store/lock.h"
#include "store/manifest.h"
#include "store/snapshot.h"

static const double WAIT_STEP = 0.25; /* seconds */

struct run {
    const struct options *o;
    struct report *report;
    const volatile sig_atomic_t *stop;
    struct progress progress;
    struct lock lock;
    struct manifest live; /* zeroed when there is none */
    bool has_live;
    bool foreign; /* of it only roots and language are known: it has another format */
    struct root_list roots;
    struct walk walk;
    struct known known;    /* the live generation's files, if has_known */
    struct snapshot *held; /* the live generation, or NULL */
    struct ledger ledger;
    bool has_known;
    bool roots_moved; /* there are more or fewer than in the live generation */
};

/* ---- before the walk ----------------------------------------------------------------------------------------- */

static enum status check_named(struct run *r, struct err *err)
{
    enum status st = r->o->language == NULL ? ST_OK : language_check(r->o->language, err);
    for (size_t i = 0; i < r->o->n_paths && st == ST_OK && r->o->action == ACTION_UPDATE; i++)
        st = roots_add_named(&r->roots, r->o->paths[i], err);
    return st;
}

/* Of a generation in another format its roots are enough to start over. */
static enum status read_foreign(struct run *r, uint64_t generation, struct err *err)
{
    struct err why;
    r->foreign = manifest_read_roots(r->o->index_dir, generation, &r->live, &why) == ST_OK;
    r->has_live = r->foreign;
    if (!r->foreign && r->o->n_paths == 0)
        return err_set(err, ST_VERSION,
                       "%s: the index has another format, from which its roots cannot be told: name them",
                       r->o->index_dir);
    report_verbose(r->report, "%s; starting over", err->text);
    return ST_OK;
}

/* To start over, no more is needed of the live generation than its roots, and what stands there may be anything. What
 * `current` names must be there; without a lock it may be replaced meanwhile. */
static enum status read_live(struct run *r, struct err *err)
{
    uint64_t generation = 0, before;
    enum status st;
    do {
        before = generation;
        st = manifest_current(r->o->index_dir, &generation, err);
        if (st == ST_NOT_FOUND)
            return ST_OK;
        if (st == ST_OK)
            st = manifest_read(r->o->index_dir, generation, &r->live, err);
    } while (st == ST_NOT_FOUND && generation != before);
    r->has_live = st == ST_OK;
    if (st == ST_NOT_FOUND)
        st = err->status = ST_DAMAGED;
    return st == ST_VERSION && r->o->rebuild ? read_foreign(r, generation, err) : st;
}

/* Opens what the live generation has. When starting over it may be damaged. */
static enum status open_live(struct run *r, struct err *err)
{
    if (!r->has_live || r->foreign)
        return ST_OK;
    enum status st = snapshot_open(r->o->index_dir, 0, false, &r->held, err);
    if (st == ST_OK && r->live.files_len == 0 && r->live.n_segments > 0 && !r->o->rebuild)
        st = err_set(err, ST_DAMAGED, "%s: it was made without a table of files; --rebuild makes it new",
                     r->o->index_dir);
    if (st == ST_OK && r->live.files_len > 0)
        st = known_open(&r->known, r->o->index_dir, snapshot_manifest(r->held), true, err);
    r->has_known = st == ST_OK && r->live.files_len > 0;
    if (st == ST_NOT_FOUND)
        st = err->status = ST_DAMAGED;
    if (st == ST_DAMAGED && r->o->rebuild) {
        report_verbose(r->report, "%s; starting over", err->text);
        return ST_OK;
    }
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
        r->roots_moved = true;
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

static size_t count_remembered(const struct root_list *list)
{
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++)
        n += roots_remembers(&list->items[i]);
    return n;
}

/* All roots that this run is about: the named and the known ones. */
static enum status gather_roots(struct run *r, struct err *err)
{
    enum status st = ST_OK;
    if (!r->has_live && r->o->n_paths == 0)
        return err_set(err, ST_USAGE, "%s: no index there yet; name the files and folders to index", r->o->index_dir);
    if (r->o->action == ACTION_REMOVE)
        st = forget_roots(r, err);
    bool all = r->o->action == ACTION_UPDATE && (r->o->n_paths == 0 || r->o->rebuild);
    if (st == ST_OK && r->has_live)
        st = roots_add_known(&r->roots, &r->live, all, err);
    if (st == ST_OK)
        st = roots_settle(&r->roots, err);
    r->roots_moved = r->roots_moved || !r->has_live || count_remembered(&r->roots) != r->live.n_roots;
    return st == ST_OK ? check_not_index(r, err) : st;
}

/* ---- results -------------------------------------------------------------------------------------------------- */

static enum status on_skip(void *user, const struct pipeline_skip *skip, struct err *err)
{
    struct run *r = user;
    bool more = skip->detail != NULL && *skip->detail != '\0';
    (void)err;
    report_skip(r->report, skip->part, strlen(skip->part), "%s%s%s", pipeline_skip_words(skip->why), more ? ": " : "",
                more ? skip->detail : "");
    return ST_OK;
}

static enum status on_finished(void *user, const struct pipeline_result *result, struct err *err)
{
    struct run *r = user;
    return ledger_result(&r->ledger, result, err);
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
                   m->generation, docs, words, m->skipped, m->n_segments);
}

static const char *choose_language(const struct run *r)
{
    const char *asked = r->o->language;
    if (r->has_live && (asked == NULL || language_same(asked, r->live.language)))
        return r->live.language;
    return asked != NULL ? asked : LANGUAGE_DEFAULT;
}

static enum status set_manifest(struct run *r, struct manifest *m, struct err *err)
{
    m->language = choose_language(r);
    m->roots = arena_calloc(&r->roots.arena, r->roots.n + 1, sizeof *m->roots);
    if (m->roots == NULL)
        return err_nomem(err);
    m->n_roots = 0;
    for (size_t i = 0; i < r->roots.n; i++) {
        const struct root *root = &r->roots.items[i];
        if (roots_remembers(root))
            m->roots[m->n_roots++] = (struct manifest_root){.name = root->name, .path = root->path};
    }
    return ST_OK;
}

/* What is new is joined while the tombstones of what was are written. */
static enum status publish(struct run *r, struct build *build, struct manifest *m, struct succession *s,
                           struct err *err)
{
    enum status st = set_manifest(r, m, err);
    if (st == ST_OK && *r->stop != 0)
        return err_set(err, ST_CANCELLED, "stopped");
    progress_say(&r->progress, "joining and syncing");
    if (st == ST_OK)
        st = build_flush(build, err);
    if (st == ST_OK)
        st = succession_finish(s, err);
    if (st == ST_OK)
        st = build_publish(build, m, err);
    progress_hide(&r->progress);
    if (st == ST_OK)
        say_published(r, m);
    return st;
}

/* Reads what is to be read, then makes the next generation of it and of the live one, unless nothing was new. */
static enum status read_into(struct run *r, struct build *build, struct manifest *m, struct err *err)
{
    struct pipeline_tasks tasks = {0};
    struct pipeline_options p = {.jobs = (unsigned)r->o->jobs,
                                 .files = &r->walk.files,
                                 .follow = r->o->follow,
                                 .options = r->o,
                                 .max_file_size = r->o->max_file_size,
                                 .stop = r->stop,
                                 .progress = &r->progress,
                                 .skipped = on_skip,
                                 .finished = on_finished,
                                 .user = r};
    enum status st = ledger_begin(&r->ledger, r->o->index_dir, build_generation(build), err);
    if (st == ST_OK && !pipeline_cut_files(&tasks, &r->walk.files))
        st = err_nomem(err);
    progress_begin(&r->progress, r->o->progress, r->o->quiet, tasks.n_files, tasks.bytes);
    r->report->progress = &r->progress;
    if (st == ST_OK)
        st = pipeline_run(&tasks, build, &p, err);
    if (st == ST_OK)
        st = ledger_finish(&r->ledger, m, err);
    p.first_number = tasks.n;
    pipeline_tasks_release(&tasks);
    if (st != ST_OK || !(r->ledger.changed || r->roots_moved || r->o->rebuild))
        return st;
    struct succession s = {
        .held = r->held, .dead = r->ledger.dead, .build = build, .index_dir = r->o->index_dir, .manifest = m};
    if (r->held != NULL && !r->o->rebuild)
        st = succession_begin(&s, &p, err);
    if (st == ST_OK)
        st = publish(r, build, m, &s, err);
    succession_release(&s);
    return st;
}

static enum status read_and_publish(struct run *r, struct err *err)
{
    struct build *build = NULL;
    struct manifest m = {0};
    struct build_options options = {.language = choose_language(r)};
    enum status st = build_begin(r->o->index_dir, &options, &build, err);
    if (st == ST_OK)
        st = read_into(r, build, &m, err);
    progress_hide(&r->progress);
    r->report->progress = NULL;
    manifest_release(&m);
    build_free(build);
    return st;
}

/* ---- a dry run ------------------------------------------------------------------------------------------------ */

/* "+ PATH" for a new file, "~ PATH" for one to be read again, "- PATH" for one that leaves. */
static void tell(void *user, char what, const char *path, size_t path_len)
{
    const struct run *r = user;
    struct buf line = BUF_INIT;
    report_path(&line, path, path_len);
    if (r->o->verbose && buf_ok(&line))
        (void)printf("%c %.*s\n", what, (int)line.len, line.data);
    buf_release(&line);
}

static void tell_counts(const struct run *r)
{
    const struct ledger_counts *c = &r->ledger.counts;
    (void)printf("would read %" PRIu64 " files, %" PRIu64 " bytes: %" PRIu64 " new, %" PRIu64
                 " changed; would remove %" PRIu64 "\n",
                 c->n_new + c->n_changed, c->read_bytes, c->n_new, c->n_changed, c->n_gone);
}

/* ---- the run -------------------------------------------------------------------------------------------------- */

static enum status walk(struct run *r, struct err *err)
{
    r->walk = (struct walk){.options = r->o, .roots = &r->roots, .report = r->report, .stop = r->stop};
    r->walk.files.roots = &r->roots;
    if (r->has_known)
        files_expect(&r->walk.files, r->known.sums.files + r->known.sums.files / 16);
    return r->o->action == ACTION_REMOVE ? ST_OK : walk_roots(&r->walk, err);
}

/* Starting over keeps nothing, so what could not be looked at now would be lost. */
static enum status check_losses(struct run *r, bool *refused, struct err *err)
{
    const struct known *known = r->has_known ? &r->known : NULL;
    *refused = false;
    enum status st = ledger_find_left(&r->ledger, known, err);
    if (st == ST_OK && r->o->rebuild)
        st = ledger_any_below_unreadable(&r->ledger, known, refused, err);
    for (size_t i = 0; i < r->roots.n && r->o->rebuild; i++)
        *refused = *refused || r->roots.items[i].left;
    if (*refused)
        report_error(r->report, "starting over would lose documents; the index was left as it was");
    return st;
}

static enum status run_ledger(struct run *r, struct err *err)
{
    bool refused;
    r->ledger = (struct ledger){.options = r->o,
                                .report = r->report,
                                .walk = &r->walk,
                                .roots = &r->roots,
                                .known = r->has_known && !r->o->rebuild ? &r->known : NULL,
                                .held = r->o->rebuild ? NULL : r->held};
    enum status st = check_losses(r, &refused, err);
    if (st != ST_OK || refused)
        return st;
    st = ledger_plan(&r->ledger, r->o->dry_run ? tell : NULL, r, err);
    if (st == ST_OK && r->o->dry_run)
        tell_counts(r);
    if (st != ST_OK || r->o->dry_run)
        return st;
    if (!ledger_has_work(&r->ledger) && !r->roots_moved && !r->o->rebuild)
        return ST_OK;
    return read_and_publish(r, err);
}

/* What was asked for is done by now: files that are left over are named, and the next run removes them. */
static void sweep_behind(struct run *r)
{
    struct err err = {0};
    if (lock_sweep(r->o->index_dir, &err) == ST_OK)
        return;
    report_error(r->report, "what the index no longer needs was left in it: %s", err.text);
    r->report->n_named++;
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
    if (st == ST_OK)
        st = open_live(r, err);
    if (st == ST_OK)
        st = walk(r, err);
    if (st == ST_OK)
        st = run_ledger(r, err);
    ledger_release(&r->ledger);
    known_close(&r->known);
    snapshot_unref(r->held);
    if (st == ST_OK && !r->o->dry_run)
        sweep_behind(r);
    return st;
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
    walk_release(&r.walk);
    roots_release(&r.roots);
    manifest_release(&r.live);
    lock_release(&r.lock);
    return st;
}
