/* listing.h - what stands in a folder: its names in order, and what the file system says of each. It decides nothing
 * and tells nobody, so that any thread may read one. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_LISTING_H
#define VERBATIM_LISTING_H

#include <dirent.h>
#include <sys/types.h>

#include "lib/base.h"
#include "lib/buf.h"

/* One name; a link is not followed. */
struct listed {
    uint64_t key; /* the first bytes of the name, most significant first: what most are told apart by */
    uint64_t size;
    int64_t mtime_ns; /* nanoseconds since 1970 UTC */
    uint64_t inode;
    uint32_t name; /* offset in the listing's names */
    mode_t mode;
    int errnum;         /* why nothing is said of it, or 0 */
    bool denied;        /* may not be read */
    bool taken, linked; /* the reader's own; false at first */
};

/* Zeroed at first. */
struct listing {
    DIR *dir;  /* owned */
    int fd;    /* its descriptor */
    dev_t dev; /* of the folder itself, as the next one */
    ino_t ino;
    struct buf names;     /* NUL-terminated, end to end */
    struct listed *items; /* owned; ascending by names, those of folders with a slash behind */
    size_t n, cap;
    int errnum; /* what ended reading before the last name, or 0 */
};

/* Opens a folder by its name below another one (or AT_FDCWD), for reading and with more flags. False with errno. */
bool listing_open(struct listing *l, int at, const char *name, int flags);
/* Reads an open one whole, hidden names only when asked to. What vanishes meanwhile is left out. False when memory ran
 * out. */
bool listing_read(struct listing *l, bool hidden);
void listing_release(struct listing *l); /* safe on a zeroed one */

const char *listing_name(const struct listing *l, const struct listed *item);
/* Sets what the file system says of a file in an open folder (or AT_FDCWD). */
struct stat;
void listing_look(struct listed *item, const struct stat *st, int folder, const char *name);
/* Once more, when modes have been changed: a link's to that of where it leads. */
void listing_sort(struct listing *l);

/* The time of the last change in nanoseconds since 1970 UTC. */
int64_t listing_mtime(const struct stat *st);

#endif
