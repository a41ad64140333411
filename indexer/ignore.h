/* ignore.h - files that tell what to pass over in their folder and below it, with the rules of .gitignore: the last
 * pattern that matches decides, `!` takes back, a slash at the end means folders, one before that the path from here.
 * It walks no folders. Governed by doc/verbatim-indexer.1, "Paths and globs".
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_IGNORE_H
#define VERBATIM_IGNORE_H

#include "lib/arena.h"
#include "lib/base.h"
#include "lib/err.h"

struct ignore_rule {
    const char *glob;
    size_t len;
    bool negated, only_folders, whole_path;
};

/* The rules of one folder, of all its files; zeroed at first. */
struct ignore {
    struct ignore_rule *rules; /* owned */
    size_t n, cap;
    struct arena globs;
};

enum ignore_says { IGNORE_NOTHING, IGNORE_PASS_OVER, IGNORE_TAKE };

/* Adds the rules of a file in an open folder; none when it is not there. ST_NOT_FOUND with errno when it cannot be
 * read, ST_NOMEM. */
enum status ignore_read(struct ignore *ignore, int folder_fd, const char *name);
/* Adds the rules of a text. False when memory ran out. */
bool ignore_add(struct ignore *ignore, const char *text, size_t len);
void ignore_release(struct ignore *ignore); /* safe on a zeroed one */

/* What they say about a path below their folder (no leading slash). */
enum ignore_says ignore_ask(const struct ignore *ignore, const char *path, size_t len, bool is_folder);

#endif
