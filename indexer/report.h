/* report.h - what the indexer says to people: one line a message on stderr, paths made printable. It decides nothing.
 * Governed by doc/verbatim-indexer.1. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_REPORT_H
#define VERBATIM_REPORT_H

#include "lib/base.h"
#include "lib/buf.h"

enum report_level { REPORT_QUIET, REPORT_NORMAL, REPORT_VERBOSE };

struct progress;
struct report {
    enum report_level level;
    struct progress *progress; /* borrowed; its bar is taken off the screen before a line is written; may be NULL */
    uint64_t n_named;          /* documents and folders named as skipped or left as they were, quiet or not */
};

/* "verbatim-indexer: ..." whatever the level. */
void report_error(struct report *r, const char *fmt, ...) BASE_PRINTF(2, 3);

/* "verbatim-indexer: PATH: ...", unless quiet; counts as named. */
void report_skip(struct report *r, const char *path, size_t path_len, const char *fmt, ...) BASE_PRINTF(4, 5);

/* The same, but nothing was lost by it: not counted. */
void report_remark(struct report *r, const char *path, size_t path_len, const char *fmt, ...) BASE_PRINTF(4, 5);

/* The same, only when verbose, and not counted. */
void report_note(struct report *r, const char *path, size_t path_len, const char *fmt, ...) BASE_PRINTF(4, 5);

/* A line of its own, only when verbose. */
void report_verbose(struct report *r, const char *fmt, ...) BASE_PRINTF(2, 3);

/* Appends a path as rows show it: control bytes and bytes that are not UTF-8 as \xHH, a backslash as two. */
void report_path(struct buf *out, const char *path, size_t path_len);

#endif
