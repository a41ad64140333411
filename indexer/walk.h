/* walk.h - from roots to the list of files to read: recursion, links, loops, hidden names, globs. It reads folders, not
 * files. Governed by doc/verbatim-indexer.1. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_WALK_H
#define VERBATIM_WALK_H

#include <signal.h>

#include "indexer/files.h"
#include "indexer/options.h"
#include "indexer/report.h"
#include "indexer/roots.h"
#include "lib/base.h"
#include "lib/err.h"

/* A folder that could not be read. */
struct unreadable {
    const char *stored; /* its stored path with a final slash */
    int errnum;
    bool known; /* the index knows that already; this and the next are the ledger's */
    bool holds; /* the index has documents below it */
};

struct walk {
    const struct options *options; /* borrowed, as the next three */
    struct root_list *roots;       /* settled; their n_files are counted */
    struct report *report;
    const volatile sig_atomic_t *stop; /* not 0: give up with ST_CANCELLED; NULL: never */
    struct file_list files;            /* the result, sorted */
    struct unreadable *unreadable;     /* sorted by their paths, each of which is in `files` too, as denied */
    size_t n_unreadable, unreadable_cap;
};

/* Walks the roots that are to be; options, roots, report and stop are set, the rest is zero. Folders that cannot be
 * read do not stop it, nor do loops, which are named through the report. What vanishes meanwhile is as if it had never
 * been. */
enum status walk_roots(struct walk *w, struct err *err);
void walk_release(struct walk *w);

#endif
