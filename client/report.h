/* report.h - the best passages that documents share, side by side, as one HTML file that needs nothing else: no
 * scripts, no other files. It keeps the best so many; memory does not grow with the rest.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_REPORT_H
#define VERBATIM_REPORT_H

#include "engine/excerpt.h"
#include "engine/search.h"
#include "lib/align.h"
#include "lib/base.h"
#include "lib/buf.h"
#include "lib/err.h"

enum { REPORT_MOST = 500 };

struct report;

/* Begins a file beside `path` (borrowed), which takes its place when the report is finished. */
enum status report_new(const char *path, struct report **out, struct err *err);
void report_free(struct report *r); /* safe on NULL; a file that was not finished goes away */

/* A passage, borrowed until its second side was given; then its two sides, in order. */
void report_begin(struct report *r, const struct align_passage *passage);
enum status report_side(struct report *r, const struct search_hit *hit, const struct search_match *match,
                        const struct excerpt *e, const struct buf *title, struct err *err);

/* Writes the file; n_passages: how many there were in all. */
enum status report_finish(struct report *r, uint64_t n_passages, struct err *err);

#endif
