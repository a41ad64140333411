/* roots.h - the places an index is made from: how they are named, where they are, how they lie in each other. A root is
 * named by the words the user gave (without a leading `./` or a trailing `/`; `.` is the empty name), which begin every
 * path stored below it, and remembered with its absolute path. It reads no folders.
 * Governed by doc/verbatim-indexer.1. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_ROOTS_H
#define VERBATIM_ROOTS_H

#include <sys/types.h>

#include "lib/arena.h"
#include "lib/base.h"
#include "lib/err.h"
#include "store/manifest.h"

struct root {
    const char *name; /* as it begins stored paths; "" for "." */
    const char *path; /* absolute, as remembered; a link at its end stays one */
    const char *real; /* without links: where it lies among the others */
    bool is_file;     /* a single file: its stored path is the name itself */
    bool named;       /* on this command line */
    bool known;       /* the index remembers it */
    bool walked;      /* by this run; what the others have stays */
    bool left;        /* held documents and is empty now: what it has stays */
    const struct root *same_as; /* the root that has its place, which is walked under that one's name; or NULL */
    uint64_t n_files;           /* found by the walk */
};

struct root_list {
    struct root *items; /* sorted by the bytes of their names after roots_settle */
    size_t n, cap;
    struct root **by_real; /* n, sorted by real, the one that has the place first among equals */
    struct arena arena;    /* owns every string */
};

void roots_release(struct root_list *list); /* safe on a zeroed one */

/* The name a word on the command line gives; a copy in the arena, NULL when memory ran out. */
const char *root_name(struct arena *arena, const char *word);

/* Adds one that the user named. ST_NOT_FOUND when it is not there, cannot be read or is neither file nor folder. */
enum status roots_add_named(struct root_list *list, const char *word, struct err *err);

/* Adds those the index remembers, but not those already named. ST_USAGE when a named one means another place than the
 * same words in the index. all: they are to be walked too; then ST_NOT_FOUND when a remembered one has vanished (the
 * sentence says how to forget it). */
enum status roots_add_known(struct root_list *list, const struct manifest *manifest, bool all, struct err *err);

/* Sorts them, says which have the same place and which are walked: the named ones, those in the same place, those that
 * a new one lies in. Checks that no stored path could mean two places (ST_USAGE). Call once, last. */
enum status roots_settle(struct root_list *list, struct err *err);

/* Whether the index is to know it from now on: not one whose place another has. */
bool roots_remembers(const struct root *root);

/* The root at a real path, or NULL. */
const struct root *roots_find_real(const struct root_list *list, const char *real);

/* The root with the longest name that a stored path lies below, or NULL. */
const struct root *roots_of_path(const struct root_list *list, const char *path, size_t path_len);

/* What to put between the name and what is below it: "" or "/". */
const char *root_joint(const struct root *root);

#endif
