/* listing.c - see listing.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/listing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/array.h"

int64_t listing_mtime(const struct stat *st)
{
    int64_t seconds = st->st_mtim.tv_sec;
    if (seconds > INT64_MAX / 1000000000 - 1 || seconds < INT64_MIN / 1000000000 + 1)
        return seconds < 0 ? INT64_MIN : INT64_MAX;
    return seconds * 1000000000 + st->st_mtim.tv_nsec;
}

const char *listing_name(const struct listing *l, const struct listed *item)
{
    return l->names.data + item->name;
}

bool listing_open(struct listing *l, int at, const char *name, int flags)
{
    struct stat st;
    *l = (struct listing){.fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | flags)};
    if (l->fd < 0)
        return false;
    l->dir = fstat(l->fd, &st) == 0 ? fdopendir(l->fd) : NULL;
    if (l->dir == NULL) {
        int errnum = errno;
        close(l->fd);
        errno = errnum;
        return false;
    }
    l->dev = st.st_dev;
    l->ino = st.st_ino;
    return true;
}

void listing_release(struct listing *l)
{
    if (l->dir != NULL)
        closedir(l->dir);
    buf_release(&l->names);
    free(l->items);
    *l = (struct listing){0};
}

/* ---- one name ------------------------------------------------------------------------------------------------ */

/* Whether the permissions keep us off. The mode tells for nearly all files; only where it does not is the kernel
 * asked. */
static bool is_denied(const struct stat *st, int folder, const char *name)
{
    if ((st->st_mode & (S_IRUSR | S_IRGRP | S_IROTH)) == (S_IRUSR | S_IRGRP | S_IROTH))
        return false;
    uid_t own = geteuid();
    if (own == 0 || (st->st_uid == own && (st->st_mode & S_IRUSR) != 0))
        return false;
    return faccessat(folder, name, R_OK, AT_EACCESS) != 0 && errno == EACCES;
}

void listing_look(struct listed *item, const struct stat *st, int folder, const char *name)
{
    item->size = (uint64_t)st->st_size;
    item->mtime_ns = listing_mtime(st);
    item->inode = st->st_ino;
    item->mode = st->st_mode;
    item->denied = S_ISREG(st->st_mode) && is_denied(st, folder, name);
}

static bool add_name(struct listing *l, const char *name)
{
    struct stat st;
    struct listed item = {.name = (uint32_t)l->names.len};
    if (fstatat(l->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        listing_look(&item, &st, l->fd, name);
    else if (errno == ENOENT)
        return true;
    else
        item.errnum = errno;
    buf_add(&l->names, name, strlen(name) + 1);
    if (l->names.len > UINT32_MAX || !buf_ok(&l->names) || !ARRAY_RESERVE(l->items, l->cap, l->n + 1))
        return false;
    l->items[l->n++] = item;
    return true;
}

/* ---- their order --------------------------------------------------------------------------------------------- */

static uint64_t key_of(const char *name, bool is_folder)
{
    uint64_t key = 0;
    for (int shift = 56; shift >= 0 && *name != '\0'; shift -= 8)
        key |= (uint64_t)(unsigned char)*name++ << shift;
    if (!is_folder)
        return key;
    int free_bytes = key == 0 ? 8 : __builtin_ctzll(key) / 8; /* no name has a NUL */
    return free_bytes == 0 ? key : key | (uint64_t)'/' << (free_bytes - 1) * 8;
}

static int compare_items(const void *a, const void *b, void *names)
{
    const struct listed *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    const char *base = names;
    const unsigned char *p = (const unsigned char *)base + x->name, *q = (const unsigned char *)base + y->name;
    while (*p == *q && *p != '\0') {
        p++;
        q++;
    }
    int cp = *p == '\0' && S_ISDIR(x->mode) ? '/' : *p;
    int cq = *q == '\0' && S_ISDIR(y->mode) ? '/' : *q;
    return cp - cq;
}

void listing_sort(struct listing *l)
{
    for (size_t i = 0; i < l->n; i++)
        l->items[i].key = key_of(listing_name(l, &l->items[i]), S_ISDIR(l->items[i].mode));
    if (l->n > 1)
        qsort_r(l->items, l->n, sizeof *l->items, compare_items, l->names.data);
}

/* ---- a whole folder ------------------------------------------------------------------------------------------ */

static bool is_self_or_above(const char *name)
{
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

bool listing_read(struct listing *l, bool hidden)
{
    const struct dirent *d;
    for (errno = 0; (d = readdir(l->dir)) != NULL; errno = 0) {
        if (is_self_or_above(d->d_name) || (d->d_name[0] == '.' && !hidden))
            continue;
        if (!add_name(l, d->d_name))
            return false;
    }
    l->errnum = errno;
    listing_sort(l);
    return true;
}
