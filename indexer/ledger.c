/* ledger.c - see ledger.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/ledger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "indexer/program.h"
#include "lib/array.h"

static const int64_t SECOND = 1000000000;
#define STAYS_UNREAD "cannot be read (%s); what the index holds of it stays"

void ledger_release(struct ledger *l)
{
    size_t n = l->held == NULL ? 0 : snapshot_segments(l->held);
    for (size_t i = 0; l->dead != NULL && i < n; i++)
        free(l->dead[i].docs);
    free(l->dead);
    l->dead = NULL;
    l->held = NULL;
    known_writer_release(&l->table);
    known_cursor_release(&l->step.cursor);
    buf_release(&l->step.path);
}

/* ---- both lists at once --------------------------------------------------------------------------------------- */

static int compare_paths(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

static void step_begin(struct ledger *l)
{
    known_cursor_release(&l->step.cursor);
    buf_release(&l->step.path);
    l->step = (struct ledger_step){.cursor.known = l->known, .took_known = true, .ended = l->known == NULL};
}

static enum status load_known(struct ledger_step *s, struct err *err)
{
    s->took_known = false;
    enum status st = s->ended ? ST_END : known_next(&s->cursor, &s->known, err);
    s->ended = st == ST_END;
    s->has_known = st == ST_OK;
    return st == ST_END ? ST_OK : st;
}

/* The next path of the two lists: the file that has it or NULL, the known file that has it or NULL. ST_END behind the
 * last. What it gives stays until the next step. */
static enum status step_next(struct ledger *l, struct file **file, const struct known_file **known, struct err *err)
{
    struct ledger_step *s = &l->step;
    struct file_list *files = &l->walk->files;
    enum status st = s->took_known ? load_known(s, err) : ST_OK;
    if (st != ST_OK)
        return st;
    s->next += s->took_file;
    s->has_path = s->has_path && !s->took_file;
    s->took_file = false;
    bool has_file = s->next < files->n;
    if (has_file && !s->has_path) {
        files_stored_path(files, s->next, &s->path);
        if (!buf_ok(&s->path))
            return err_nomem(err);
        s->has_path = true;
    }
    if (!has_file && !s->has_known)
        return ST_END;
    int order = has_file ? 1 : -1;
    if (has_file && s->has_known)
        order = compare_paths(s->known.path, s->known.path_len, s->path.data, s->path.len);
    s->took_known = s->has_known && order <= 0;
    s->took_file = has_file && order >= 0;
    *known = s->took_known ? &s->known : NULL;
    *file = s->took_file ? &files->items[s->next] : NULL;
    return ST_OK;
}

/* ---- what stays without being found ---------------------------------------------------------------------------- */

static int compare_prefix(const void *key, const void *item)
{
    const struct known_file *file = key;
    const struct unreadable *folder = item;
    return compare_paths(file->path, file->path_len, folder->stored, strlen(folder->stored));
}

/* The folder at or above the path that could not be read, or NULL. */
static struct unreadable *find_unreadable(const struct ledger *l, const struct known_file *known)
{
    struct known_file above = *known;
    const struct walk *w = l->walk;
    for (above.path_len = 0; w->n_unreadable > 0 && above.path_len <= known->path_len; above.path_len++) {
        if (above.path_len > 0 && known->path[above.path_len - 1] != '/')
            continue;
        struct unreadable *found =
            bsearch(&above, w->unreadable, w->n_unreadable, sizeof *w->unreadable, compare_prefix);
        if (found != NULL)
            return found;
    }
    return NULL;
}

/* Whether it stands for a folder that could not be read: no other path ends so. */
static bool is_folder(const char *path, size_t len)
{
    return len > 0 && path[len - 1] == '/';
}

static void mark_held(const struct ledger *l, const struct known_file *known)
{
    struct unreadable *folder = known->n_docs == 0 ? NULL : find_unreadable(l, known);
    if (folder != NULL)
        folder->holds = true;
}

/* One that the index has nothing of is named once, and remembered for that. */
static void name_unreadable(struct ledger *l)
{
    for (size_t i = 0; i < l->walk->n_unreadable; i++) {
        const struct unreadable *folder = &l->walk->unreadable[i];
        struct err why;
        (void)err_sys(&why, ST_IO, folder->errnum, "cannot read this folder");
        l->changed = l->changed || (!folder->holds && !folder->known);
        if (folder->holds || !folder->known)
            report_skip(l->report, folder->stored, strlen(folder->stored), "%s%s", why.text,
                        folder->holds ? "; what the index holds below it stays" : "");
    }
}

static bool stays(const struct ledger *l, const struct known_file *known)
{
    const struct root *root = roots_of_path(l->roots, known->path, known->path_len);
    return root != NULL && (!root->walked || root->left || find_unreadable(l, known) != NULL);
}

/* ---- lost roots ------------------------------------------------------------------------------------------------ */

struct root_state {
    uint64_t docs; /* that were held */
    bool there;    /* the file of one is still in its place */
};

static bool is_there(const struct root *root, const struct known_file *known)
{
    size_t above = strlen(root->name) + strlen(root_joint(root));
    struct buf path = BUF_INIT;
    struct stat st;
    buf_adds(&path, root->path);
    if (!root->is_file && known->path_len > above) {
        buf_addc(&path, '/');
        buf_add(&path, known->path + above, known->path_len - above);
    }
    buf_addc(&path, '\0');
    bool there = !buf_ok(&path) || lstat(path.data, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
    buf_release(&path);
    return there;
}

static enum status look_at_roots(struct ledger *l, const struct known *known, struct root_state *states,
                                 struct err *err)
{
    struct known_cursor cursor = {.known = known};
    struct known_file file;
    enum status st;
    while ((st = known_next(&cursor, &file, err)) == ST_OK) {
        const struct root *root = roots_of_path(l->roots, file.path, file.path_len);
        if (root == NULL || !root->walked || root->n_files > 0 || file.n_docs == 0 ||
            find_unreadable(l, &file) != NULL)
            continue;
        struct root_state *state = &states[root - l->roots->items];
        state->docs += file.n_docs;
        state->there = state->there || is_there(root, &file);
    }
    known_cursor_release(&cursor);
    return st == ST_END ? ST_OK : st;
}

static void judge_root(struct ledger *l, struct root *root, const struct root_state *state)
{
    const char *name = *root->name == '\0' ? "." : root->name;
    if (state->docs == 0)
        return;
    if (state->there) {
        report_remark(l->report, name, strlen(name), "the options of this run leave none of its %llu documents",
                      (unsigned long long)state->docs);
    } else if (!l->options->allow_empty) {
        root->left = true;
        report_skip(l->report, name, strlen(name),
                    "held documents and is empty now; it was left as it was (--allow-empty if that is right)");
    }
}

enum status ledger_find_left(struct ledger *l, const struct known *known, struct err *err)
{
    bool any = false;
    for (size_t i = 0; i < l->roots->n; i++)
        any = any || (l->roots->items[i].walked && l->roots->items[i].n_files == 0);
    if (!any || known == NULL)
        return ST_OK;
    struct root_state *states = calloc(l->roots->n, sizeof *states);
    if (states == NULL)
        return err_nomem(err);
    enum status st = look_at_roots(l, known, states, err);
    for (size_t i = 0; i < l->roots->n && st == ST_OK; i++)
        judge_root(l, &l->roots->items[i], &states[i]);
    free(states);
    return st;
}

enum status ledger_any_below_unreadable(struct ledger *l, const struct known *known, bool *any, struct err *err)
{
    struct known_cursor cursor = {.known = known};
    struct known_file file;
    enum status st = ST_OK;
    *any = false;
    if (l->walk->n_unreadable == 0 || known == NULL)
        return ST_OK;
    while ((st = known_next(&cursor, &file, err)) == ST_OK)
        mark_held(l, &file);
    known_cursor_release(&cursor);
    for (size_t i = 0; i < l->walk->n_unreadable; i++)
        *any = *any || l->walk->unreadable[i].holds;
    if (*any)
        name_unreadable(l);
    return st == ST_END ? ST_OK : st;
}

/* ---- planning -------------------------------------------------------------------------------------------------- */

static bool same_place(const struct file *file, const struct known_file *known)
{
    return file->size == known->size && file->mtime_ns == known->mtime_ns && file->inode == known->inode;
}

/* Another limit on sizes may make something else of what is packed or has parts. */
static bool depends_on_limit(const struct known_file *known)
{
    return known->outcome == KNOWN_TOO_LARGE || known->n_parts > 0 || known->n_skipped > 0 || known->made;
}

/* Of what reads the file at hand. */
static uint32_t stamp_of(const struct ledger *l)
{
    return program_stamp(l->options, l->step.path.data, l->step.path.len);
}

static bool is_as_known(const struct ledger *l, const struct file *file, const struct known_file *known)
{
    bool limit_moved = l->known->limit != l->options->max_file_size;
    return same_place(file, known) && !known->unsure && !l->options->checksum && known->stamp == stamp_of(l) &&
           known->outcome != KNOWN_UNREADABLE && !(limit_moved && depends_on_limit(known));
}

static enum file_action choose(const struct ledger *l, struct file *file, const struct known_file *known)
{
    file->known_hash = NULL;
    if (file->size > l->options->max_file_size && !reader_takes_any_size(l->step.path.data, l->step.path.len))
        return FILE_TOO_LARGE;
    if (file->denied)
        return FILE_DENIED;
    if (known == NULL)
        return FILE_READ;
    if (is_as_known(l, file, known))
        return FILE_KEEP;
    bool limit_moved = l->known->limit != l->options->max_file_size;
    bool same_second = file->mtime_ns / SECOND == known->mtime_ns / SECOND;
    if (known->n_docs > 0 && known->outcome == KNOWN_READ && known->stamp == stamp_of(l) && same_second &&
        !(limit_moved && depends_on_limit(known)))
        file->known_hash = known->hash;
    return FILE_READ;
}

/* A file is told of when it would become another, not only because it would be looked into. */
static enum status plan_read(struct ledger *l, struct file *file, const struct known_file *known, ledger_told *told,
                             void *user, struct err *err)
{
    const struct buf *path = &l->step.path;
    bool held = known != NULL && known->n_docs > 0, same = known != NULL && !held && same_place(file, known);
    struct intake in = {.files = &l->walk->files, .follow = l->options->follow};
    enum status st = told != NULL && !same ? intake_compare(&in, l->step.next, &same, err) : ST_OK;
    intake_release(&in);
    if (told != NULL && same)
        return st;
    l->counts.n_new += !held;
    l->counts.n_changed += held;
    l->counts.read_bytes += file->size;
    if (told != NULL)
        told(user, held ? '~' : '+', path->data, path->len);
    return st;
}

static void plan_too_large(struct ledger *l, const struct file *file, const struct known_file *known, ledger_told *told,
                           void *user)
{
    const struct buf *path = &l->step.path;
    bool held = known != NULL && known->n_docs > 0;
    bool same = known != NULL && known->outcome == KNOWN_TOO_LARGE && same_place(file, known);
    l->counts.n_gone += held;
    l->changed = l->changed || !same;
    if (told != NULL && !same)
        report_skip(l->report, path->data, path->len, "%s", pipeline_skip_words(READ_TOO_LARGE));
    if (told != NULL && held)
        told(user, '-', path->data, path->len);
}

/* The folder at hand could not be read. */
static void plan_folder(struct ledger *l, const struct known_file *known)
{
    const struct known_file here = {.path = l->step.path.data, .path_len = l->step.path.len};
    struct unreadable *folder = find_unreadable(l, &here);
    if (folder != NULL)
        folder->known = known != NULL;
}

/* Nothing was found at a path that the index knows. */
static void plan_missing(struct ledger *l, const struct known_file *known, ledger_told *told, void *user)
{
    if (stays(l, known)) {
        mark_held(l, known);
    } else if (is_folder(known->path, known->path_len)) {
        l->changed = true; /* it can be read again, or is gone */
    } else {
        l->counts.n_gone++;
        if (told != NULL)
            told(user, '-', known->path, known->path_len);
    }
}

static enum status plan_file(struct ledger *l, struct file *file, const struct known_file *known, ledger_told *told,
                             void *user, struct err *err)
{
    bool held = known != NULL && known->n_docs > 0;
    file->action = (uint8_t)choose(l, file, known);
    switch ((enum file_action)file->action) {
    case FILE_READ:
        return plan_read(l, file, known, told, user, err);
    case FILE_TOO_LARGE:
        plan_too_large(l, file, known, told, user);
        return ST_OK;
    case FILE_DENIED:
        if (is_folder(l->step.path.data, l->step.path.len)) {
            plan_folder(l, known);
            return ST_OK;
        }
        l->changed = l->changed || known == NULL || (!held && known->outcome != KNOWN_UNREADABLE);
        if (held)
            report_skip(l->report, l->step.path.data, l->step.path.len, STAYS_UNREAD, strerror(EACCES));
        return ST_OK;
    case FILE_KEEP:
        break;
    }
    return ST_OK;
}

enum status ledger_plan(struct ledger *l, ledger_told *told, void *user, struct err *err)
{
    struct file *file;
    const struct known_file *known;
    enum status st;
    step_begin(l);
    while ((st = step_next(l, &file, &known, err)) == ST_OK) {
        if (file == NULL)
            plan_missing(l, known, told, user);
        else if ((st = plan_file(l, file, known, told, user, err)) != ST_OK)
            return st;
    }
    if (st == ST_END)
        name_unreadable(l);
    return st == ST_END ? ST_OK : st;
}

bool ledger_has_work(const struct ledger *l)
{
    return l->changed || l->counts.n_new + l->counts.n_changed + l->counts.n_gone > 0;
}

/* ---- settling -------------------------------------------------------------------------------------------------- */

enum status ledger_begin(struct ledger *l, const char *index_dir, uint64_t generation, struct err *err)
{
    size_t n = l->held == NULL ? 0 : snapshot_segments(l->held);
    l->dead = calloc(n + 1, sizeof *l->dead);
    if (l->dead == NULL)
        return err_nomem(err);
    step_begin(l);
    return known_create(&l->table, index_dir, generation, l->options->max_file_size, err);
}

/* Finds a live document; the table and the segments must agree. */
static enum status kill_document(struct ledger *l, const char *path, size_t len, uint32_t *n_killed, struct err *err)
{
    for (size_t i = 0; i < snapshot_segments(l->held); i++) {
        struct ledger_dead *dead = &l->dead[i];
        uint32_t doc;
        enum status st = segment_find(snapshot_segment(l->held, i), path, len, &doc, err);
        if (st == ST_NOT_FOUND)
            continue;
        if (st != ST_OK)
            return st;
        if (!ARRAY_RESERVE(dead->docs, dead->cap, dead->n + 1))
            return err_nomem(err);
        dead->docs[dead->n++] = doc;
        ++*n_killed;
        return ST_OK;
    }
    return ST_OK;
}

static enum status kill_parts(struct ledger *l, const struct known_file *known, uint32_t *n_killed, struct err *err)
{
    struct buf path = BUF_INIT;
    enum status st = ST_OK;
    for (uint32_t part = 1; part <= known->n_parts && *n_killed < known->n_docs && st == ST_OK; part++) {
        buf_clear(&path);
        buf_add(&path, known->path, known->path_len);
        buf_addf(&path, "/%u", part);
        st = buf_ok(&path) ? kill_document(l, path.data, path.len, n_killed, err) : err_nomem(err);
    }
    buf_release(&path);
    return st;
}

/* The documents of a known file die. */
static enum status kill_file(struct ledger *l, const struct known_file *known, struct err *err)
{
    uint32_t n = 0;
    l->changed = true;
    if (known->n_docs == 0)
        return ST_OK;
    enum status st =
        known->n_parts > 0 ? kill_parts(l, known, &n, err) : kill_document(l, known->path, known->path_len, &n, err);
    if (st == ST_OK && n != known->n_docs)
        st = file_damaged(&l->known->map, "it knows documents that its segments do not have", err);
    return st;
}

/* Puts a file of which nothing is held into the table. */
static struct known_file describe(const struct ledger *l, const struct file *file, enum known_outcome outcome)
{
    static const uint8_t no_hash[KNOWN_HASH_LEN];
    return (struct known_file){.path = l->step.path.data,
                               .path_len = l->step.path.len,
                               .size = file->size,
                               .mtime_ns = file->mtime_ns,
                               .inode = file->inode,
                               .hash = no_hash,
                               .stamp = stamp_of(l),
                               .outcome = outcome};
}

/* A file that is no document. It is named when that is new or the file has changed. */
static enum status settle_skip(struct ledger *l, const struct known_file *now, const struct known_file *before,
                               const char *words, const char *detail, struct err *err)
{
    bool same = before != NULL && before->outcome == now->outcome && before->size == now->size &&
                before->mtime_ns == now->mtime_ns && before->inode == now->inode && before->n_docs == 0 &&
                now->n_docs == 0;
    if (!same)
        report_skip(l->report, now->path, now->path_len, "%s%s%s", words, *detail == '\0' ? "" : ": ", detail);
    l->changed = l->changed || !same || before->stamp != now->stamp;
    known_put(&l->table, now);
    return same || before == NULL ? ST_OK : kill_file(l, before, err);
}

/* A file that cannot be read: what is held of it stays. */
static enum status settle_unreadable(struct ledger *l, const struct file *file, const struct known_file *before,
                                     const char *why, struct err *err)
{
    struct known_file now = describe(l, file, KNOWN_UNREADABLE);
    if (before == NULL || before->n_docs == 0)
        return settle_skip(l, &now, before, pipeline_skip_words(READ_UNREADABLE), why, err);
    report_skip(l->report, before->path, before->path_len, STAYS_UNREAD, why);
    known_copy(&l->table, before);
    return ST_OK;
}

static void settle_folder(struct ledger *l, const struct file *file, const struct known_file *before)
{
    const struct known_file now = describe(l, file, KNOWN_UNREADABLE);
    const struct unreadable *folder = find_unreadable(l, &now);
    if (before != NULL || folder == NULL || !folder->holds)
        known_put(&l->table, &now);
}

/* A path for which nothing was read. */
static enum status settle_unread(struct ledger *l, const struct file *file, const struct known_file *known,
                                 struct err *err)
{
    if (file == NULL && !stays(l, known))
        return kill_file(l, known, err);
    if (file == NULL || file->action == FILE_KEEP) {
        known_copy(&l->table, known);
        return ST_OK;
    }
    if (file->action == FILE_DENIED && known != NULL && known->n_docs > 0) {
        known_copy(&l->table, known); /* it was named when that was planned */
        return ST_OK;
    }
    if (file->action == FILE_DENIED && is_folder(l->step.path.data, l->step.path.len)) {
        settle_folder(l, file, known);
        return ST_OK;
    }
    if (file->action == FILE_DENIED)
        return settle_unreadable(l, file, known, strerror(EACCES), err);
    struct known_file now = describe(l, file, KNOWN_TOO_LARGE);
    return settle_skip(l, &now, known, pipeline_skip_words(READ_TOO_LARGE), "", err);
}

static enum known_outcome outcome_of(enum read_result why)
{
    switch (why) {
    case READ_BINARY:
        return KNOWN_BINARY;
    case READ_TOO_LARGE:
        return KNOWN_TOO_LARGE;
    case READ_BROKEN:
        return KNOWN_BROKEN;
    case READ_UNREADABLE:
    case READ_VANISHED:
        return KNOWN_UNREADABLE;
    default:
        return KNOWN_READ;
    }
}

static enum status settle_read(struct ledger *l, const struct pipeline_result *r, const struct file *file,
                               const struct known_file *before, struct err *err)
{
    struct known_file now = describe(l, file, outcome_of(r->why));
    now.size = r->size;
    now.mtime_ns = r->mtime_ns;
    now.inode = r->inode;
    now.n_docs = r->n_docs;
    now.n_parts = r->n_parts;
    now.n_skipped = r->n_skipped;
    now.unsure = r->unsure;
    now.made = r->made;
    now.hash = r->hash;
    if (r->why != READ_OK)
        return settle_skip(l, &now, before, pipeline_skip_words(r->why), r->detail == NULL ? "" : r->detail, err);
    known_put(&l->table, &now);
    l->changed = true;
    return before == NULL ? ST_OK : kill_file(l, before, err);
}

/* The bytes are those that the index has: only where and when they are may be new. */
static enum status settle_unchanged(struct ledger *l, const struct pipeline_result *r, const struct known_file *before)
{
    struct known_file now = *before;
    now.size = r->size;
    now.mtime_ns = r->mtime_ns;
    now.inode = r->inode;
    now.unsure = r->unsure;
    l->changed = l->changed || before->mtime_ns != now.mtime_ns || before->inode != now.inode;
    known_put(&l->table, &now);
    return ST_OK;
}

static enum status settle_result(struct ledger *l, const struct pipeline_result *r, const struct file *file,
                                 const struct known_file *before, struct err *err)
{
    if (r->unchanged)
        return settle_unchanged(l, r, before);
    if (r->why == READ_VANISHED && r->n_docs == 0) {
        report_skip(l->report, l->step.path.data, l->step.path.len, "%s", pipeline_skip_words(r->why));
        return before == NULL ? ST_OK : kill_file(l, before, err);
    }
    if (r->why == READ_UNREADABLE && r->n_docs == 0) {
        if (r->errnum == EMFILE || r->errnum == ENFILE || r->errnum == ENOMEM)
            return err_sys(err, ST_IO, r->errnum, "%.*s", (int)l->step.path.len, l->step.path.data);
        return settle_unreadable(l, file, before, strerror(r->errnum), err);
    }
    return settle_read(l, r, file, before, err);
}

enum status ledger_result(struct ledger *l, const struct pipeline_result *result, struct err *err)
{
    struct file *file;
    const struct known_file *known;
    for (;;) {
        enum status st = step_next(l, &file, &known, err);
        if (st != ST_OK)
            return st == ST_END ? err_set(err, ST_INTERNAL, "a result of no file") : st;
        if (file != NULL && l->step.next == result->file)
            return settle_result(l, result, file, known, err);
        st = settle_unread(l, file, known, err);
        if (st != ST_OK)
            return st;
    }
}

static int compare_docs(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

enum status ledger_finish(struct ledger *l, struct manifest *manifest, struct err *err)
{
    struct file *file;
    const struct known_file *known;
    enum status st;
    while ((st = step_next(l, &file, &known, err)) == ST_OK) {
        st = settle_unread(l, file, known, err);
        if (st != ST_OK)
            return st;
    }
    if (st != ST_END)
        return st;
    for (size_t i = 0; l->held != NULL && i < snapshot_segments(l->held); i++)
        if (l->dead[i].n > 0)
            qsort(l->dead[i].docs, l->dead[i].n, sizeof *l->dead[i].docs, compare_docs);
    return known_finish(&l->table, manifest, err);
}
