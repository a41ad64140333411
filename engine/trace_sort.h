/* trace_sort.h - sorting more pairs of numbers than memory should hold: runs sorted in memory, written to files without
 * a name, merged while reading. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_TRACE_SORT_H
#define VERBATIM_TRACE_SORT_H

#include "lib/base.h"
#include "lib/err.h"

struct trace_sort;

struct trace_record {
    uint64_t key, value;
};

/* Keeps at most so many records in memory; dir: where files go, borrowed. NULL when memory ran out. */
struct trace_sort *trace_sort_new(size_t records, const char *dir);
void trace_sort_free(struct trace_sort *s); /* safe on NULL */

enum status trace_sort_add(struct trace_sort *s, struct trace_record record, struct err *err);
/* After the last record. */
enum status trace_sort_finish(struct trace_sort *s, struct err *err);
/* The next in order of key, then value, each once; ST_END. */
enum status trace_sort_next(struct trace_sort *s, struct trace_record *out, struct err *err);

#endif
