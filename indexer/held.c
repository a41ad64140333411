/* held.c - see held.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/held.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/buf.h"
#include "store/snapshot.h"

enum status held_open(struct held *h, const char *index_dir, struct err *err)
{
    *h = (struct held){0};
    enum status st = snapshot_open(index_dir, 1, false, &h->snapshot, err);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

void held_close(struct held *h)
{
    snapshot_unref(h->snapshot);
    h->snapshot = NULL;
}

enum status held_has(const struct held *h, const char *path, size_t path_len, bool *has, struct err *err)
{
    *has = false;
    size_t n = h->snapshot == NULL ? 0 : snapshot_segments(h->snapshot);
    for (size_t i = 0; i < n; i++) {
        uint32_t doc;
        enum status st = segment_find(snapshot_segment(h->snapshot, i), path, path_len, &doc, err);
        *has = st == ST_OK;
        if (st != ST_NOT_FOUND)
            return st;
    }
    return ST_OK;
}

/* Calls visit for each live document until it returns false. */
static enum status each_path(const struct held *h, bool (*visit)(void *, const char *, size_t), void *user,
                             struct err *err)
{
    size_t n = h->snapshot == NULL ? 0 : snapshot_segments(h->snapshot);
    for (size_t i = 0; i < n; i++) {
        const struct segment *segment = snapshot_segment(h->snapshot, i);
        for (uint32_t d = 0; d < segment_docs(segment); d++) {
            struct segment_doc doc;
            if (segment_is_dead(segment, d))
                continue;
            enum status st = segment_doc(segment, d, &doc, err);
            if (st != ST_OK)
                return st;
            if (!visit(user, doc.path, doc.path_len))
                return ST_OK;
        }
    }
    return ST_OK;
}

/* ---- below a folder ------------------------------------------------------------------------------------------ */

struct below {
    const char *prefix;
    size_t len;
    bool found;
};

static bool visit_below(void *user, const char *path, size_t path_len)
{
    struct below *b = user;
    b->found = path_len > b->len && memcmp(path, b->prefix, b->len) == 0;
    return !b->found;
}

enum status held_below(const struct held *h, const char *prefix, bool *has, struct err *err)
{
    struct below b = {.prefix = prefix, .len = strlen(prefix)};
    enum status st = each_path(h, visit_below, &b, err);
    *has = b.found;
    return st;
}

/* ---- lost roots ---------------------------------------------------------------------------------------------- */

struct lost {
    const struct root_list *roots;
    bool *held, *there;
    struct buf path;
};

/* Whether the file of a stored path is still in its place. */
static bool is_there(struct lost *l, const struct root *root, const char *path, size_t path_len)
{
    size_t above = strlen(root->name) + strlen(root_joint(root));
    struct stat st;
    buf_clear(&l->path);
    buf_adds(&l->path, root->path);
    if (!root->is_file && path_len > above) {
        buf_addc(&l->path, '/');
        buf_add(&l->path, path + above, path_len - above);
    }
    buf_addc(&l->path, '\0');
    return !buf_ok(&l->path) || lstat(l->path.data, &st) == 0;
}

static bool visit_lost(void *user, const char *path, size_t path_len)
{
    struct lost *l = user;
    const struct root *root = roots_of_path(l->roots, path, path_len);
    if (root == NULL || root->n_files > 0)
        return true;
    size_t i = (size_t)(root - l->roots->items);
    l->held[i] = true;
    if (!l->there[i])
        l->there[i] = is_there(l, root, path, path_len);
    return true;
}

static bool any_empty(const struct root_list *roots)
{
    for (size_t i = 0; i < roots->n; i++) {
        if (roots->items[i].n_files == 0)
            return true;
    }
    return false;
}

enum status held_lost_roots(const struct held *h, const struct root_list *roots, bool *lost, struct err *err)
{
    for (size_t i = 0; i < roots->n; i++)
        lost[i] = false;
    if (h->snapshot == NULL || !any_empty(roots))
        return ST_OK;
    struct lost l = {.roots = roots, .held = lost, .there = calloc(roots->n, sizeof *l.there)};
    if (l.there == NULL)
        return err_nomem(err);
    enum status st = each_path(h, visit_lost, &l, err);
    for (size_t i = 0; i < roots->n; i++)
        lost[i] = lost[i] && !l.there[i];
    free(l.there);
    buf_release(&l.path);
    return st;
}
