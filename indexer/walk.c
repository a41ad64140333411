/* walk.c - see walk.h. Folders are read whole, sorted (a folder's name with its slash), and entered in that order, so
 * that the list comes out in the byte order of the stored paths.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/filter.h"
#include "indexer/ignore.h"
#include "lib/array.h"

enum entry_kind { ENTRY_FILE, ENTRY_FOLDER };

struct entry {
    uint32_t name; /* offset in the level's names */
    enum entry_kind kind;
    bool linked;
    struct file file; /* of ENTRY_FILE: what the file system says */
};

/* One open folder; the chain of levels is what a loop comes back to. */
struct level {
    const struct level *above;
    unsigned depth; /* of folders above it */
    dev_t dev;
    ino_t ino;
    int fd;
    struct buf names; /* NUL-terminated, end to end */
    struct entry *entries;
    size_t n, cap;
    uint32_t folder; /* in the list of files */
    bool unreadable;
    struct ignore ignore; /* what the folder's own files say */
    size_t stored_len;    /* of its stored path, which the rules are about what is below */
};

/* What all levels share. */
struct state {
    struct walk *w;
    struct err *err;
    size_t root;
    size_t above_len;  /* bytes of `stored` before what is below the root */
    struct buf stored; /* of the folder being read, with its final slash */
    struct buf real;   /* the same as a path without links */
    bool file_roots, many_roots;
    bool has_index;
    dev_t index_dev;
    ino_t index_ino;
};

/* Folders in folders: each one open takes a descriptor and some stack. One deeper is named and passed over. */
enum { DEEPEST = 400 };

static enum status walk_level(struct state *s, struct level *level);

void walk_release(struct walk *w)
{
    files_release(&w->files);
    free(w->unreadable);
    w->unreadable = NULL;
    w->n_unreadable = w->unreadable_cap = 0;
}

int64_t walk_mtime(const struct stat *st)
{
    int64_t seconds = st->st_mtim.tv_sec;
    if (seconds > INT64_MAX / 1000000000 - 1 || seconds < INT64_MIN / 1000000000 + 1)
        return seconds < 0 ? INT64_MIN : INT64_MAX;
    return seconds * 1000000000 + st->st_mtim.tv_nsec;
}

/* Whether the permissions keep us off. The mode tells for nearly all files; only where it does not is the kernel
 * asked. */
static bool is_denied(const struct stat *st, int folder, const char *name)
{
    bool open_to_all = (st->st_mode & (S_IRUSR | S_IRGRP | S_IROTH)) == (S_IRUSR | S_IRGRP | S_IROTH);
    bool own = st->st_uid == geteuid() && (st->st_mode & S_IRUSR) != 0;
    if (open_to_all || own || geteuid() == 0)
        return false;
    return faccessat(folder, name, R_OK, AT_EACCESS) != 0 && errno == EACCES;
}

static struct file describe(const struct stat *st, int folder, const char *name)
{
    return (struct file){.size = (uint64_t)st->st_size,
                         .mtime_ns = walk_mtime(st),
                         .inode = st->st_ino,
                         .denied = is_denied(st, folder, name)};
}

/* ---- reading one folder -------------------------------------------------------------------------------------- */

/* Remembers the folder at s->stored once. The table of files has it as a file of its path, which ends in a slash, so
 * that the next run knows whether it was named. */
static enum status note_unreadable(struct state *s, struct level *level, int errnum)
{
    if (level->unreadable)
        return ST_OK;
    level->unreadable = true;
    struct walk *w = s->w;
    const struct file entry = {.denied = true};
    uint32_t folder;
    char *copy = arena_copy(&w->files.arena, s->stored.data, s->stored.len);
    if (copy == NULL || !ARRAY_RESERVE(w->unreadable, w->unreadable_cap, w->n_unreadable + 1))
        return err_nomem(s->err);
    w->unreadable[w->n_unreadable++] = (struct unreadable){.stored = copy, .errnum = errnum};
    if (s->stored.len > 0 && (!files_add_folder(&w->files, s->root, s->stored.data, s->stored.len, &folder) ||
                              !files_add(&w->files, folder, "", &entry)))
        return err_nomem(s->err);
    return ST_OK;
}

/* Puts a name behind the folder's stored path for as long as a message or a check needs it. */
static size_t push_name(struct buf *path, const char *name)
{
    size_t before = path->len;
    buf_adds(path, name);
    return before;
}

static const char *kind_name(mode_t mode)
{
    return S_ISFIFO(mode)   ? "a named pipe"
           : S_ISSOCK(mode) ? "a socket"
           : S_ISLNK(mode)  ? "a symbolic link"
                            : "a device";
}

static enum status add_entry(struct state *s, struct level *level, const char *name, const struct stat *st, bool linked)
{
    struct entry e = {.name = (uint32_t)level->names.len, .linked = linked};
    e.kind = S_ISDIR(st->st_mode) ? ENTRY_FOLDER : ENTRY_FILE;
    if (e.kind == ENTRY_FILE)
        e.file = describe(st, level->fd, name);
    buf_add(&level->names, name, strlen(name) + 1);
    if (level->names.len > UINT32_MAX || !buf_ok(&level->names) ||
        !ARRAY_RESERVE(level->entries, level->cap, level->n + 1))
        return err_nomem(s->err);
    level->entries[level->n++] = e;
    return ST_OK;
}

/* The nearest folder whose rules say something decides. */
static bool is_ignored(const struct state *s, const struct level *level, bool is_folder)
{
    for (; level != NULL; level = level->above) {
        const char *below = s->stored.data + level->stored_len;
        enum ignore_says says = ignore_ask(&level->ignore, below, s->stored.len - level->stored_len, is_folder);
        if (says != IGNORE_NOTHING)
            return says == IGNORE_PASS_OVER;
    }
    return false;
}

/* Looks at one name, which the filters did not refuse yet. */
static enum status look_at(struct state *s, struct level *level, const char *name)
{
    struct walk *w = s->w;
    struct stat st;
    if (fstatat(level->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? ST_OK : note_unreadable(s, level, errno);
    bool linked = S_ISLNK(st.st_mode);
    size_t before = push_name(&s->stored, name);
    const char *below = s->stored.data + s->above_len;
    size_t below_len = s->stored.len - s->above_len;
    enum status status = ST_OK;
    if (!buf_ok(&s->stored)) {
        status = err_nomem(s->err);
    } else if (linked && !w->options->follow) {
        report_note(w->report, s->stored.data, s->stored.len, "passed over: %s", kind_name(st.st_mode));
    } else if (linked && fstatat(level->fd, name, &st, 0) != 0) {
        report_skip(w->report, s->stored.data, s->stored.len, "skipped: a symbolic link that leads nowhere");
    } else if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)) {
        report_note(w->report, s->stored.data, s->stored.len, "passed over: %s", kind_name(st.st_mode));
    } else if ((S_ISDIR(st.st_mode) ? filter_enters(w->options, below, below_len)
                                    : filter_takes(w->options, below, below_len)) &&
               !is_ignored(s, level, S_ISDIR(st.st_mode))) {
        status = add_entry(s, level, name, &st, linked);
    }
    s->stored.len = before;
    return status;
}

/* Whether a folder looks like an index, this one or another: its files are nobody's documents. */
static bool is_index(const struct level *level)
{
    bool current = false, generation = false;
    for (size_t i = 0; i < level->n; i++) {
        const char *name = level->names.data + level->entries[i].name;
        current = current || strcmp(name, "current") == 0;
        generation = generation || strncmp(name, "gen-", 4) == 0;
    }
    return current && generation;
}

static enum status read_folder(struct state *s, struct level *level, DIR *dir)
{
    for (;;) {
        errno = 0;
        const struct dirent *d = readdir(dir);
        if (d == NULL)
            return errno == 0 ? ST_OK : note_unreadable(s, level, errno);
        if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
            continue;
        if (d->d_name[0] == '.' && !s->w->options->hidden)
            continue;
        enum status st = look_at(s, level, d->d_name);
        if (st != ST_OK)
            return st;
    }
}

static int compare_entries(const void *a, const void *b, void *names)
{
    const struct entry *x = a, *y = b;
    const char *base = names;
    const unsigned char *p = (const unsigned char *)base + x->name, *q = (const unsigned char *)base + y->name;
    while (*p == *q && *p != '\0') {
        p++;
        q++;
    }
    int cp = *p == '\0' && x->kind == ENTRY_FOLDER ? '/' : *p;
    int cq = *q == '\0' && y->kind == ENTRY_FOLDER ? '/' : *q;
    return cp - cq;
}

/* ---- going down ---------------------------------------------------------------------------------------------- */

static bool is_loop(const struct level *above, const struct stat *st)
{
    for (; above != NULL; above = above->above) {
        if (above->dev == st->st_dev && above->ino == st->st_ino)
            return true;
    }
    return false;
}

/* Whether the folder at s->stored, now open, is to be passed over; says why. */
static bool passes_over(struct state *s, const struct level *above, const struct stat *st)
{
    struct report *r = s->w->report;
    if (s->has_index && st->st_dev == s->index_dev && st->st_ino == s->index_ino) {
        report_note(r, s->stored.data, s->stored.len, "passed over: the index itself");
        return true;
    }
    if (is_loop(above, st)) {
        report_skip(r, s->stored.data, s->stored.len, "skipped: a link back to a folder above it");
        return true;
    }
    return false;
}

/* Appends a name to the path without links; a followed link makes it a new one. */
static enum status push_real(struct state *s, const char *name, bool linked)
{
    buf_addc(&s->real, '/');
    buf_add(&s->real, name, strlen(name) + 1);
    if (!buf_ok(&s->real))
        return err_nomem(s->err);
    s->real.len--;
    if (!linked)
        return ST_OK;
    char *real = realpath(s->real.data, NULL);
    if (real != NULL) {
        buf_clear(&s->real);
        buf_add(&s->real, real, strlen(real) + 1);
        s->real.len--;
        free(real);
    }
    return buf_ok(&s->real) ? ST_OK : err_nomem(s->err);
}

static bool is_other_root(const struct state *s)
{
    return roots_find_real(s->w->roots, s->real.data) != NULL;
}

/* Opens the folder whose stored and real paths have been pushed and walks it. */
static enum status enter_opened(struct state *s, const struct level *above, const char *name, bool linked)
{
    int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | (linked ? 0 : O_NOFOLLOW);
    struct level level = {.above = above, .depth = above->depth + 1};
    if (level.depth > DEEPEST)
        return note_unreadable(s, &level, EMFILE);
    level.fd = openat(above->fd, name, flags);
    if (level.fd < 0) {
        if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
            return ST_OK;
        if (errno == ENOMEM)
            return err_sys(s->err, ST_IO, errno, "%s", s->stored.data);
        return note_unreadable(s, &level, errno);
    }
    struct stat st;
    if (fstat(level.fd, &st) == 0 && passes_over(s, above, &st)) {
        close(level.fd);
        return ST_OK;
    }
    level.dev = st.st_dev;
    level.ino = st.st_ino;
    return walk_level(s, &level);
}

static enum status enter(struct state *s, const struct level *above, const struct entry *e)
{
    const char *name = above->names.data + e->name;
    struct buf saved = BUF_INIT;
    size_t real_len = s->real.len, stored_len = push_name(&s->stored, name);
    if (e->linked)
        buf_add(&saved, s->real.data, s->real.len);
    buf_add(&s->stored, "/", 2);
    s->stored.len--;
    enum status st = buf_ok(&s->stored) && buf_ok(&saved) ? push_real(s, name, e->linked) : err_nomem(s->err);
    if (st == ST_OK && !(s->many_roots && is_other_root(s)))
        st = enter_opened(s, above, name, e->linked);
    if (e->linked) {
        buf_clear(&s->real);
        buf_add(&s->real, saved.data, saved.len);
        buf_release(&saved);
    } else {
        s->real.len = real_len;
    }
    s->stored.len = stored_len;
    return st;
}

static enum status take_file(struct state *s, struct level *level, const struct entry *e)
{
    const char *name = level->names.data + e->name;
    if (s->file_roots && !e->linked) {
        size_t before = s->real.len;
        enum status st = push_real(s, name, false);
        bool other = st == ST_OK && is_other_root(s);
        s->real.len = before;
        if (st != ST_OK || other)
            return st;
    }
    if (!files_add(&s->w->files, level->folder, name, &e->file))
        return err_nomem(s->err);
    s->w->roots->items[s->root].n_files++;
    return ST_OK;
}

static enum status take_entries(struct state *s, struct level *level)
{
    if (level->n > 0)
        qsort_r(level->entries, level->n, sizeof *level->entries, compare_entries, level->names.data);
    if (!files_add_folder(&s->w->files, s->root, s->stored.data, s->stored.len, &level->folder))
        return err_nomem(s->err);
    enum status st = ST_OK;
    for (size_t i = 0; i < level->n && st == ST_OK; i++) {
        const struct entry *e = &level->entries[i];
        st = e->kind == ENTRY_FOLDER ? enter(s, level, e) : take_file(s, level, e);
    }
    return st;
}

/* One that cannot be read is named, and passes over nothing. */
static enum status read_ignore_files(struct state *s, struct level *level)
{
    const struct word_list *names = &s->w->options->ignore_files;
    level->stored_len = s->stored.len;
    for (size_t i = 0; i < names->n; i++) {
        enum status st = ignore_read(&level->ignore, level->fd, names->items[i]);
        if (st == ST_NOMEM)
            return err_nomem(s->err);
        if (st != ST_NOT_FOUND)
            continue;
        struct err why;
        (void)err_sys(&why, ST_IO, errno, "%s: cannot be read, so nothing is passed over", names->items[i]);
        report_skip(s->w->report, s->stored.data, s->stored.len, "%s", why.text);
    }
    return ST_OK;
}

/* Reads and walks an open folder; closes it. */
static enum status walk_level(struct state *s, struct level *level)
{
    enum status st = ST_OK;
    DIR *dir = fdopendir(level->fd);
    if (dir == NULL) {
        st = err_sys(s->err, ST_IO, errno, "%s", s->stored.data);
        close(level->fd);
        return st;
    }
    if (s->w->stop != NULL && *s->w->stop != 0)
        st = err_set(s->err, ST_CANCELLED, "stopped");
    else
        st = read_ignore_files(s, level);
    if (st == ST_OK)
        st = read_folder(s, level, dir);
    if (st == ST_OK && level->above != NULL && is_index(level))
        report_note(s->w->report, s->stored.data, s->stored.len, "passed over: an index");
    else if (st == ST_OK)
        st = take_entries(s, level);
    closedir(dir);
    ignore_release(&level->ignore);
    buf_release(&level->names);
    free(level->entries);
    return st;
}

/* ---- roots --------------------------------------------------------------------------------------------------- */

static enum status walk_file_root(struct state *s, const struct root *root)
{
    struct stat st;
    uint32_t folder;
    if (stat(root->path, &st) != 0 || !S_ISREG(st.st_mode))
        return err_sys(s->err, ST_NOT_FOUND, errno, "%s", root->path);
    struct file file = describe(&st, AT_FDCWD, root->path);
    if (!files_add_folder(&s->w->files, s->root, "", 0, &folder) ||
        !files_add(&s->w->files, folder, root->name, &file))
        return err_nomem(s->err);
    s->w->roots->items[s->root].n_files++;
    return ST_OK;
}

static enum status walk_root(struct state *s, const struct root *root)
{
    if (!root->walked)
        return ST_OK;
    if (root->alias) {
        report_note(s->w->report, root->name, strlen(root->name), "the same place as another root");
        return ST_OK;
    }
    if (root->is_file)
        return walk_file_root(s, root);
    buf_clear(&s->stored);
    buf_adds(&s->stored, root->name);
    buf_adds(&s->stored, root_joint(root));
    s->above_len = s->stored.len;
    buf_clear(&s->real);
    if (strcmp(root->real, "/") != 0)
        buf_adds(&s->real, root->real);
    struct level level = {.fd = open(root->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    struct stat st;
    if (level.fd < 0 || fstat(level.fd, &st) != 0)
        return err_sys(s->err, ST_NOT_FOUND, errno, "%s", root->path);
    level.dev = st.st_dev;
    level.ino = st.st_ino;
    return buf_ok(&s->stored) && buf_ok(&s->real) ? walk_level(s, &level) : err_nomem(s->err);
}

static int compare_unreadable(const void *a, const void *b)
{
    return strcmp(((const struct unreadable *)a)->stored, ((const struct unreadable *)b)->stored);
}

static void find_index(struct state *s)
{
    struct stat st = {0};
    s->has_index = stat(s->w->options->index_dir, &st) == 0;
    s->index_dev = st.st_dev;
    s->index_ino = st.st_ino;
}

enum status walk_roots(struct walk *w, struct err *err)
{
    struct state s = {.w = w, .err = err, .many_roots = w->roots->n > 1};
    enum status st = ST_OK;
    find_index(&s);
    w->files.roots = w->roots;
    for (size_t i = 0; i < w->roots->n; i++)
        s.file_roots = s.file_roots || w->roots->items[i].is_file;
    for (s.root = 0; s.root < w->roots->n && st == ST_OK; s.root++)
        st = walk_root(&s, &w->roots->items[s.root]);
    if (st == ST_OK)
        files_sort(&w->files);
    if (w->n_unreadable > 0)
        qsort(w->unreadable, w->n_unreadable, sizeof *w->unreadable, compare_unreadable);
    buf_release(&s.stored);
    buf_release(&s.real);
    return st;
}
