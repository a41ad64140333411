/* roots.c - see roots.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/roots.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/array.h"
#include "lib/buf.h"

void roots_release(struct root_list *list)
{
    free(list->items);
    free(list->by_real);
    arena_release(&list->arena);
    *list = (struct root_list){0};
}

const char *root_joint(const struct root *root)
{
    size_t len = strlen(root->name);
    return len == 0 || root->name[len - 1] == '/' ? "" : "/";
}

const char *root_name(struct arena *arena, const char *word)
{
    while (word[0] == '.' && word[1] == '/') {
        word += 2;
        while (*word == '/')
            word++;
    }
    size_t len = strlen(word);
    while (len > 1 && word[len - 1] == '/')
        len--;
    if (len == 1 && word[0] == '.')
        len = 0;
    return arena_copy(arena, word, len);
}

/* ---- where a name leads -------------------------------------------------------------------------------------- */

/* Length of the part of a name up to the end of its last `..`, which only the file system can resolve; 0: none. */
static size_t dotdot_len(const char *name)
{
    size_t found = 0;
    for (const char *p = name; *p != '\0';) {
        size_t len = strcspn(p, "/");
        if (len == 2 && p[0] == '.' && p[1] == '.')
            found = (size_t)(p - name) + 2;
        p += len + strspn(p + len, "/");
    }
    return found;
}

/* Appends the parts of a name, without empty ones and `.`. */
static void add_parts(struct buf *path, const char *name)
{
    for (const char *p = name; *p != '\0';) {
        size_t len = strcspn(p, "/");
        if (len > 0 && !(len == 1 && p[0] == '.')) {
            if (path->len == 0 || path->data[path->len - 1] != '/')
                buf_addc(path, '/');
            buf_add(path, p, len);
        }
        p += len;
        p += strspn(p, "/");
    }
}

/* The absolute path of a name, from the current folder. Links are kept but before a `..`. NULL with errno. */
static const char *absolute_path(struct arena *arena, const char *name)
{
    struct buf path = BUF_INIT;
    size_t resolved = dotdot_len(name);
    char *begin = NULL;
    if (resolved > 0) {
        char *head = strndup(name, resolved);
        begin = head == NULL ? NULL : realpath(head, NULL);
        free(head);
    } else {
        begin = name[0] == '/' ? strdup("/") : getcwd(NULL, 0);
    }
    const char *result = NULL;
    if (begin != NULL) {
        buf_adds(&path, begin);
        add_parts(&path, name + resolved);
        if (path.len == 0)
            buf_addc(&path, '/');
        result = buf_ok(&path) ? arena_copy(arena, path.data, path.len) : NULL;
        if (result == NULL)
            errno = ENOMEM;
    }
    free(begin);
    buf_release(&path);
    return result;
}

/* Whether two absolute paths lead to one place. */
static bool same_place(const char *a, const char *b)
{
    struct stat sa, sb;
    if (strcmp(a, b) == 0)
        return true;
    return stat(a, &sa) == 0 && stat(b, &sb) == 0 && sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

/* ---- adding -------------------------------------------------------------------------------------------------- */

static struct root *find_name(const struct root_list *list, const char *name, size_t len)
{
    for (size_t i = 0; i < list->n; i++) {
        if (strncmp(list->items[i].name, name, len) == 0 && list->items[i].name[len] == '\0')
            return &list->items[i];
    }
    return NULL;
}

static enum status not_found(const char *shown, int errnum, struct err *err)
{
    return errnum == ENOMEM ? err_nomem(err) : err_sys(err, ST_NOT_FOUND, errnum, "%s", shown);
}

/* Fills in what the file system says about root->path; a sentence about `shown` when it is not good. */
static enum status look_at(struct root_list *list, struct root *root, const char *shown, struct err *err)
{
    struct stat st;
    if (stat(root->path, &st) != 0)
        return not_found(shown, errno, err);
    if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
        return err_set(err, ST_NOT_FOUND, "%s: neither a file nor a folder", shown);
    root->is_file = S_ISREG(st.st_mode);
    if (access(root->path, root->is_file ? R_OK : R_OK | X_OK) != 0)
        return not_found(shown, errno, err);
    char *real = realpath(root->path, NULL);
    if (real == NULL)
        return not_found(shown, errno, err);
    root->real = arena_copy(&list->arena, real, strlen(real));
    free(real);
    return root->real == NULL ? err_nomem(err) : ST_OK;
}

static enum status append(struct root_list *list, const struct root *root, struct err *err)
{
    if (!ARRAY_RESERVE(list->items, list->cap, list->n + 1))
        return err_nomem(err);
    list->items[list->n++] = *root;
    return ST_OK;
}

enum status roots_add_named(struct root_list *list, const char *word, struct err *err)
{
    if (*word == '\0')
        return err_set(err, ST_NOT_FOUND, "'': an empty path");
    struct root root = {.named = true, .walked = true, .name = root_name(&list->arena, word)};
    if (root.name == NULL)
        return err_nomem(err);
    root.path = absolute_path(&list->arena, root.name);
    if (root.path == NULL)
        return not_found(word, errno, err);
    enum status st = look_at(list, &root, word, err);
    return st == ST_OK ? append(list, &root, err) : st;
}

/* One that is not there and not asked for is where it was. */
static enum status look_at_known(struct root_list *list, struct root *root, struct err *err)
{
    struct err why = {0};
    enum status st = look_at(list, root, root->path, &why);
    if (st == ST_NOT_FOUND && !root->walked) {
        root->real = root->path;
        return ST_OK;
    }
    if (st == ST_NOT_FOUND)
        return err_set(err, st, "%s; nothing was changed. If it is gone for good: --remove %s", why.text,
                       *root->name == '\0' ? "." : root->name);
    return st == ST_OK ? st : err_set(err, st, "%s", why.text);
}

static enum status add_known_one(struct root_list *list, const struct manifest_root *known, bool all, struct err *err)
{
    const char *shown = *known->name == '\0' ? "." : known->name;
    struct root *named = find_name(list, known->name, strlen(known->name));
    if (named != NULL) {
        if (same_place(named->path, known->path)) {
            named->known = true;
            return ST_OK;
        }
        return err_set(err, ST_USAGE,
                       "%s: the index knows this name as %s, here it is %s; give the full path, or "
                       "forget the other first (--remove %s)",
                       shown, known->path, named->path, shown);
    }
    struct root root = {.name = arena_copy(&list->arena, known->name, strlen(known->name)),
                        .path = arena_copy(&list->arena, known->path, strlen(known->path))};
    root.known = true;
    root.walked = all;
    if (root.name == NULL || root.path == NULL)
        return err_nomem(err);
    enum status st = look_at_known(list, &root, err);
    return st == ST_OK ? append(list, &root, err) : st;
}

enum status roots_add_known(struct root_list *list, const struct manifest *manifest, bool all, struct err *err)
{
    for (size_t i = 0; i < manifest->n_roots; i++) {
        enum status st = add_known_one(list, &manifest->roots[i], all, err);
        if (st != ST_OK)
            return st;
    }
    return ST_OK;
}

/* ---- settling ------------------------------------------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
    const struct root *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : strcmp(x->path, y->path);
}

/* Among equal places a known root comes before a new one: it has the documents. */
static int by_real_path(const void *a, const void *b)
{
    const struct root *x = *(struct root *const *)a, *y = *(struct root *const *)b;
    int order = strcmp(x->real, y->real);
    if (order != 0)
        return order;
    if (x->known != y->known)
        return x->known ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Whether a stored path below `outer` could be one below `inner` too, though they are different places. */
static bool clash(const struct root *outer, const struct root *inner)
{
    size_t len = strlen(outer->name) + strlen(root_joint(outer));
    const char *below = inner->name + len;
    if (dotdot_len(below) > 0 || inner->name[0] == '\0')
        return false;
    struct buf path = BUF_INIT;
    buf_adds(&path, outer->path);
    add_parts(&path, below);
    buf_addc(&path, '\0');
    bool differ = buf_ok(&path) && !same_place(path.data, inner->path);
    buf_release(&path);
    return differ;
}

/* The root whose name is the first len bytes of a name; the list is sorted. */
static struct root *search_name(const struct root_list *list, const char *name, size_t len)
{
    size_t low = 0, high = list->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *have = list->items[middle].name;
        int order = strncmp(have, name, len);
        if (order == 0 && have[len] != '\0')
            order = 1;
        if (order == 0)
            return &list->items[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Calls search_name for each folder above a path, longest first, then "/" or "". `whole`: the path itself too. */
static struct root *search_above(const struct root_list *list, const char *path, size_t path_len, bool whole)
{
    size_t len = path_len;
    struct root *found = whole ? search_name(list, path, len) : NULL;
    while (found == NULL && len > 0) {
        len--;
        if (path[len] == '/')
            found = search_name(list, path, len == 0 ? 1 : len);
    }
    if (found == NULL && path_len > 0 && path[0] != '/')
        found = search_name(list, path, 0);
    return found;
}

const struct root *roots_of_path(const struct root_list *list, const char *path, size_t path_len)
{
    return search_above(list, path, path_len, true);
}

static enum status check_names(const struct root_list *list, struct err *err)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct root *inner = &list->items[i];
        const struct root *outer = search_above(list, inner->name, strlen(inner->name), false);
        if (outer == NULL || outer == inner || !clash(outer, inner))
            continue;
        const struct root *named = inner->named ? inner : outer;
        return err_set(err, ST_USAGE, "%s: its paths would be taken for some of %s; give its full path",
                       *named->name ? named->name : ".", (named == inner ? outer : inner)->path);
    }
    return ST_OK;
}

/* Drops a name given twice on the command line. */
static void drop_doubles(struct root_list *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->n; i++) {
        if (kept == 0 || strcmp(list->items[kept - 1].name, list->items[i].name) != 0)
            list->items[kept++] = list->items[i];
    }
    list->n = kept;
}

static bool lies_in(const struct root *inner, const struct root *outer)
{
    size_t len = strlen(outer->real);
    len -= len > 0 && outer->real[len - 1] == '/';
    return strncmp(inner->real, outer->real, len) == 0 && (inner->real[len] == '/' || inner->real[len] == '\0');
}

/* The files below a new root leave those that it lies in. */
static void choose_walked(struct root_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct root *named = &list->items[i];
        for (size_t k = 0; k < list->n && named->named; k++) {
            struct root *other = &list->items[k];
            bool same = strcmp(other->real, named->real) == 0;
            if (same || (!named->known && lies_in(named, other)))
                other->walked = true;
        }
    }
}

static void find_same(struct root_list *list)
{
    for (size_t i = 1; i < list->n; i++) {
        const struct root *before = list->by_real[i - 1];
        if (strcmp(list->by_real[i]->real, before->real) == 0)
            list->by_real[i]->same_as = before->same_as != NULL ? before->same_as : before;
    }
}

enum status roots_settle(struct root_list *list, struct err *err)
{
    if (list->n == 0)
        return ST_OK;
    qsort(list->items, list->n, sizeof *list->items, by_name);
    drop_doubles(list);
    list->by_real = malloc(list->n * sizeof *list->by_real);
    if (list->by_real == NULL)
        return err_nomem(err);
    for (size_t i = 0; i < list->n; i++)
        list->by_real[i] = &list->items[i];
    qsort(list->by_real, list->n, sizeof(struct root *), by_real_path);
    find_same(list);
    choose_walked(list);
    return check_names(list, err);
}

bool roots_remembers(const struct root *root)
{
    return root->known || root->same_as == NULL;
}

static int compare_real(const void *key, const void *item)
{
    return strcmp(key, (*(struct root *const *)item)->real);
}

const struct root *roots_find_real(const struct root_list *list, const char *real)
{
    if (list->n == 0)
        return NULL;
    struct root **found = bsearch(real, list->by_real, list->n, sizeof(struct root *), compare_real);
    return found == NULL ? NULL : *found;
}
