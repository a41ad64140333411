/* walk.c - see walk.h. Folders are read whole, sorted (a folder's name with its slash), and entered in that order, so
 * that the list comes out in the byte order of the stored paths.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "indexer/ahead.h"
#include "indexer/filter.h"
#include "indexer/ignore.h"
#include "indexer/listing.h"
#include "lib/array.h"

enum { AHEAD = 8 /* folders of one that may be wanted at a time */ };

/* One open folder; the chain of levels is what a loop comes back to. */
struct level {
    const struct level *above;
    unsigned depth; /* of folders above it */
    struct listing list;
    struct ahead_folder ahead[AHEAD];        /* the next ones to enter, each in its place modulo AHEAD */
    size_t n_entered, n_wanted, next_wanted; /* folders, and the item that the next one may be */
    uint32_t folder;                         /* in the list of files */
    bool unreadable;
    struct ignore ignore; /* what the folder's own files say */
    size_t stored_len;    /* of its stored path, which the rules are about what is below */
};

/* What all levels share. */
struct state {
    struct walk *w;
    struct err *err;
    struct ahead ahead;
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

static enum status walk_level(struct state *s, struct level *level, bool was_read);

void walk_release(struct walk *w)
{
    files_release(&w->files);
    free(w->unreadable);
    w->unreadable = NULL;
    w->n_unreadable = w->unreadable_cap = 0;
}

static struct file describe(const struct listed *item)
{
    return (struct file){.size = item->size, .mtime_ns = item->mtime_ns, .inode = item->inode, .denied = item->denied};
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

/* What a followed link leads to; false when that is nothing. */
static bool follow(const struct level *level, struct listed *item)
{
    struct stat st;
    const char *name = listing_name(&level->list, item);
    if (fstatat(level->list.fd, name, &st, 0) != 0)
        return false;
    item->linked = true;
    listing_look(item, &st, level->list.fd, name);
    return true;
}

/* Whether to take what stands at s->stored; says why not. */
static bool takes(const struct state *s, const struct level *level, struct listed *item)
{
    const struct walk *w = s->w;
    const char *stored = s->stored.data;
    size_t len = s->stored.len;
    if (S_ISLNK(item->mode) && w->options->follow && !follow(level, item)) {
        report_skip(w->report, stored, len, "skipped: a symbolic link that leads nowhere");
        return false;
    }
    bool is_folder = S_ISDIR(item->mode);
    if (!is_folder && !S_ISREG(item->mode)) {
        report_note(w->report, stored, len, "passed over: %s", kind_name(item->mode));
        return false;
    }
    const char *below = stored + s->above_len;
    return (is_folder ? filter_enters(w->options, below, len - s->above_len)
                      : filter_takes(w->options, below, len - s->above_len)) &&
           !is_ignored(s, level, is_folder);
}

/* Chooses among the names of a folder that has been read. */
static enum status choose(struct state *s, struct level *level)
{
    struct listing *list = &level->list;
    size_t before = s->stored.len;
    bool any_linked = false;
    enum status st = ST_OK;
    for (size_t i = 0; i < list->n && st == ST_OK; i++) {
        struct listed *item = &list->items[i];
        if (item->errnum != 0) {
            st = note_unreadable(s, level, item->errnum);
            continue;
        }
        buf_adds(&s->stored, listing_name(list, item));
        if (!buf_ok(&s->stored))
            st = err_nomem(s->err);
        else
            item->taken = takes(s, level, item);
        any_linked = any_linked || item->linked;
        s->stored.len = before;
    }
    if (st == ST_OK && list->errnum != 0)
        st = note_unreadable(s, level, list->errnum);
    if (any_linked)
        listing_sort(list);
    return st;
}

/* Whether a folder looks like an index, this one or another: its files are nobody's documents. */
static bool is_index(const struct listing *list)
{
    bool current = false, generation = false;
    for (size_t i = 0; i < list->n; i++) {
        const char *name = listing_name(list, &list->items[i]);
        current = current || (list->items[i].taken && strcmp(name, "current") == 0);
        generation = generation || (list->items[i].taken && strncmp(name, "gen-", 4) == 0);
    }
    return current && generation;
}

/* ---- going down ---------------------------------------------------------------------------------------------- */

static bool is_loop(const struct level *above, const struct listing *list)
{
    for (; above != NULL; above = above->above) {
        if (above->list.dev == list->dev && above->list.ino == list->ino)
            return true;
    }
    return false;
}

/* Whether the folder at s->stored, now open, is to be passed over; says why. */
static bool passes_over(struct state *s, const struct level *above, const struct listing *list)
{
    struct report *r = s->w->report;
    if (s->has_index && list->dev == s->index_dev && list->ino == s->index_ino) {
        report_note(r, s->stored.data, s->stored.len, "passed over: the index itself");
        return true;
    }
    if (is_loop(above, list)) {
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

/* Why a folder cannot be opened, of which the walk goes on. */
static enum status miss_folder(struct state *s, struct level *level, int errnum)
{
    if (errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP)
        return ST_OK;
    if (errnum == ENOMEM)
        return err_sys(s->err, ST_NOMEM, errnum, "%s", s->stored.data);
    return note_unreadable(s, level, errnum);
}

/* Walks the folder whose stored and real paths have been pushed; list is what was read ahead of it, or NULL. */
static enum status enter_pushed(struct state *s, const struct level *above, const struct listed *item,
                                struct listing *list)
{
    struct level level = {.above = above, .depth = above->depth + 1};
    if (level.depth > DEEPEST)
        return note_unreadable(s, &level, EMFILE);
    if (list != NULL) {
        level.list = *list;
        *list = (struct listing){0};
    } else if (!listing_open(&level.list, above->list.fd, listing_name(&above->list, item),
                             item->linked ? 0 : O_NOFOLLOW)) {
        return miss_folder(s, &level, errno);
    }
    if (!passes_over(s, above, &level.list))
        return walk_level(s, &level, list != NULL);
    listing_release(&level.list);
    return ST_OK;
}

/* list: as above. */
static enum status enter(struct state *s, const struct level *above, const struct listed *item, struct listing *list)
{
    const char *name = listing_name(&above->list, item);
    struct buf saved = BUF_INIT;
    size_t real_len = s->real.len, stored_len = push_name(&s->stored, name);
    if (item->linked)
        buf_add(&saved, s->real.data, s->real.len);
    buf_add(&s->stored, "/", 2);
    s->stored.len--;
    enum status st = buf_ok(&s->stored) && buf_ok(&saved) ? push_real(s, name, item->linked) : err_nomem(s->err);
    if (st == ST_OK && !(s->many_roots && is_other_root(s)))
        st = enter_pushed(s, above, item, list);
    if (item->linked) {
        buf_clear(&s->real);
        buf_add(&s->real, saved.data, saved.len);
        buf_release(&saved);
    } else {
        s->real.len = real_len;
    }
    s->stored.len = stored_len;
    return st;
}

/* Links are followed by the walk alone: where they lead is for it to judge. */
static bool is_plain_folder(const struct listed *item)
{
    return item->taken && !item->linked && S_ISDIR(item->mode);
}

/* Has the next folders of a level read ahead, as many as there is room for. */
static void want_next(struct state *s, struct level *level)
{
    struct listing *list = &level->list;
    for (; level->next_wanted < list->n && level->n_wanted - level->n_entered < AHEAD; level->next_wanted++) {
        const struct listed *item = &list->items[level->next_wanted];
        if (is_plain_folder(item))
            ahead_want(&s->ahead, &level->ahead[level->n_wanted++ % AHEAD], list->fd, listing_name(list, item));
    }
}

static enum status enter_next(struct state *s, struct level *level, const struct listed *item)
{
    struct listing list = {0};
    if (!is_plain_folder(item))
        return enter(s, level, item, NULL);
    bool was_read = ahead_take(&s->ahead, &level->ahead[level->n_entered++ % AHEAD], &list);
    want_next(s, level);
    enum status st = enter(s, level, item, was_read ? &list : NULL);
    listing_release(&list);
    return st;
}

static enum status take_file(struct state *s, struct level *level, const struct listed *item)
{
    const char *name = listing_name(&level->list, item);
    if (s->file_roots && !item->linked) {
        size_t before = s->real.len;
        enum status st = push_real(s, name, false);
        bool other = st == ST_OK && is_other_root(s);
        s->real.len = before;
        if (st != ST_OK || other)
            return st;
    }
    const struct file file = describe(item);
    if (!files_add(&s->w->files, level->folder, name, &file))
        return err_nomem(s->err);
    s->w->roots->items[s->root].n_files++;
    return ST_OK;
}

/* After a failure no thread may be left with a folder of this one. */
static void drop_wanted(struct state *s, struct level *level)
{
    for (; level->n_entered < level->n_wanted; level->n_entered++) {
        struct listing list = {0};
        (void)ahead_take(&s->ahead, &level->ahead[level->n_entered % AHEAD], &list);
        listing_release(&list);
    }
}

static enum status take_chosen(struct state *s, struct level *level)
{
    const struct listing *list = &level->list;
    if (!files_add_folder(&s->w->files, s->root, s->stored.data, s->stored.len, &level->folder))
        return err_nomem(s->err);
    want_next(s, level);
    enum status st = ST_OK;
    for (size_t i = 0; i < list->n && st == ST_OK; i++) {
        const struct listed *item = &list->items[i];
        if (item->taken)
            st = S_ISDIR(item->mode) ? enter_next(s, level, item) : take_file(s, level, item);
    }
    drop_wanted(s, level);
    return st;
}

/* One that cannot be read is named, and passes over nothing. */
static enum status read_ignore_files(struct state *s, struct level *level)
{
    const struct word_list *names = &s->w->options->ignore_files;
    level->stored_len = s->stored.len;
    for (size_t i = 0; i < names->n; i++) {
        enum status st = ignore_read(&level->ignore, level->list.fd, names->items[i]);
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

/* Walks an open folder, reading it first unless it was; closes it. */
static enum status walk_level(struct state *s, struct level *level, bool was_read)
{
    enum status st = ST_OK;
    if (s->w->stop != NULL && *s->w->stop != 0)
        st = err_set(s->err, ST_CANCELLED, "stopped");
    else
        st = read_ignore_files(s, level);
    if (st == ST_OK && !was_read && !listing_read(&level->list, s->w->options->hidden))
        st = err_nomem(s->err);
    if (st == ST_OK)
        st = choose(s, level);
    if (st == ST_OK && level->above != NULL && is_index(&level->list))
        report_note(s->w->report, s->stored.data, s->stored.len, "passed over: an index");
    else if (st == ST_OK)
        st = take_chosen(s, level);
    ignore_release(&level->ignore);
    listing_release(&level->list);
    return st;
}

/* ---- roots --------------------------------------------------------------------------------------------------- */

static enum status walk_file_root(struct state *s, const struct root *root)
{
    struct stat st;
    uint32_t folder;
    if (stat(root->path, &st) != 0 || !S_ISREG(st.st_mode))
        return err_sys(s->err, ST_NOT_FOUND, errno, "%s", root->path);
    struct listed item = {0};
    listing_look(&item, &st, AT_FDCWD, root->path);
    const struct file file = describe(&item);
    if (!files_add_folder(&s->w->files, s->root, "", 0, &folder) || !files_add(&s->w->files, folder, root->name, &file))
        return err_nomem(s->err);
    s->w->roots->items[s->root].n_files++;
    return ST_OK;
}

static enum status walk_root(struct state *s, const struct root *root)
{
    if (!root->walked)
        return ST_OK;
    if (root->same_as != NULL) {
        const char *name = root->same_as->name;
        report_note(s->w->report, root->name, strlen(root->name),
                    "the same place as the root %s, which has its documents", *name == '\0' ? "." : name);
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
    if (!buf_ok(&s->stored) || !buf_ok(&s->real))
        return err_nomem(s->err);
    struct level level = {0};
    if (!listing_open(&level.list, AT_FDCWD, root->path, 0))
        return err_sys(s->err, errno == ENOMEM ? ST_NOMEM : ST_NOT_FOUND, errno, "%s", root->path);
    return walk_level(s, &level, false);
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
    ahead_begin(&s.ahead, w->options->jobs > 1 ? (unsigned)w->options->jobs - 1 : 0, w->options->hidden);
    w->files.roots = w->roots;
    for (size_t i = 0; i < w->roots->n; i++)
        s.file_roots = s.file_roots || w->roots->items[i].is_file;
    for (s.root = 0; s.root < w->roots->n && st == ST_OK; s.root++)
        st = walk_root(&s, &w->roots->items[s.root]);
    ahead_end(&s.ahead);
    if (st == ST_OK)
        files_sort(&w->files);
    if (w->n_unreadable > 0)
        qsort(w->unreadable, w->n_unreadable, sizeof *w->unreadable, compare_unreadable);
    buf_release(&s.stored);
    buf_release(&s.real);
    return st;
}
