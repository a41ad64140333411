/* ledger.h - what a run has to do and what comes of it: the files that were found against those that the index knows,
 * both in the order of their paths. First it plans, which reads no file; then it settles, file by file, as results
 * come: who is named, which documents die, what the next run will know. It publishes nothing.
 * Governed by doc/verbatim-indexer.1, "What stays". SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_LEDGER_H
#define VERBATIM_LEDGER_H

#include "indexer/pipeline.h"
#include "indexer/report.h"
#include "indexer/walk.h"
#include "lib/base.h"
#include "lib/err.h"
#include "store/known.h"
#include "store/snapshot.h"

/* The documents of one segment that die in this run. */
struct ledger_dead {
    uint32_t *docs; /* owned; ascending once it is finished */
    size_t n, cap;
};

struct ledger_counts {
    uint64_t n_new, n_changed, n_gone; /* files */
    uint64_t read_bytes;               /* of those to be read */
};

/* A walk through files and known files at once. */
struct ledger_step {
    struct known_cursor cursor;
    struct known_file known;
    struct buf path; /* of the next file */
    size_t next;     /* file */
    bool has_known, ended, has_path;
    bool took_known, took_file; /* by the step before */
};

struct ledger {
    const struct options *options; /* borrowed, as all down to held */
    struct report *report;
    struct walk *walk;
    struct root_list *roots;
    const struct known *known;   /* NULL: starting over */
    const struct snapshot *held; /* may be NULL when nothing is known */
    struct ledger_counts counts; /* set by planning */
    bool changed;                /* the table of files is not what it was, apart from how sure it is */
    struct ledger_dead *dead;    /* owned; one for each segment of held */
    struct known_writer table;
    struct ledger_step step;
};

/* What planning says of a file, in order, for --dry-run; files that only might have changed are then compared. */
typedef void ledger_told(void *user, char what, const char *path, size_t path_len);

/* Marks roots as left that held documents and are empty now, and names them; tells of roots of which the options leave
 * nothing. known is the live table, also when starting over. */
enum status ledger_find_left(struct ledger *l, const struct known *known, struct err *err);
/* Whether documents are known below folders that could not be read; these are named then. */
enum status ledger_any_below_unreadable(struct ledger *l, const struct known *known, bool *any, struct err *err);

/* Chooses what becomes of each file. told: '+' new, '~' changed, '-' gone; may be NULL. */
enum status ledger_plan(struct ledger *l, ledger_told *told, void *user, struct err *err);
/* Whether there is anything to read or to forget. */
bool ledger_has_work(const struct ledger *l);

/* Begins the table of a generation; then a result for each file that was read, in order; then the end. */
enum status ledger_begin(struct ledger *l, const char *index_dir, uint64_t generation, struct err *err);
enum status ledger_result(struct ledger *l, const struct pipeline_result *result, struct err *err);
enum status ledger_finish(struct ledger *l, struct manifest *manifest, struct err *err);

void ledger_release(struct ledger *l); /* safe on a zeroed one */

#endif
