/* rows.h - documents and their matches as rows, as lines and as JSON. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_ROWS_H
#define VERBATIM_ROWS_H

#include "engine/excerpt.h"
#include "engine/search.h"
#include "lib/buf.h"
#include "store/snapshot.h"

/* "PATH:LINE:COLUMN:TEXT", without the newline; mark puts matched words between « and ». */
void rows_match_line(struct buf *out, const struct segment_doc *doc, const struct excerpt *e, bool mark);

/* The JSON object of a match. */
void rows_match_json(struct buf *out, const struct snapshot *snap, const struct segment_doc *doc, double score,
                     const char *title, size_t title_len, const struct excerpt *e);

struct rows_span {
    size_t start, end;
};

/* What a traced passage has besides. */
struct rows_trace {
    uint32_t shared, near, run, words; /* words: of the text */
    size_t offset, length;             /* of the passage in the text, bytes */
    uint32_t line, column;             /* where it begins there, from 1 */
    const struct rows_span *spans;     /* the shared words of the text */
    size_t n_spans;
};

/* The JSON object of a traced passage. */
void rows_trace_json(struct buf *out, const struct snapshot *snap, const struct segment_doc *doc, double score,
                     const char *title, size_t title_len, const struct excerpt *e, const struct rows_trace *trace);

/* "SCORE<TAB>MATCHES<TAB>PATH<TAB>TITLE" and the JSON object of a document. */
void rows_doc_line(struct buf *out, const struct segment_doc *doc, const struct search_hit *hit, const char *title,
                   size_t title_len);
void rows_doc_json(struct buf *out, const struct snapshot *snap, const struct segment_doc *doc,
                   const struct search_hit *hit, const char *title, size_t title_len);

/* Appends where a stored path was on the disk when it was indexed: its root's absolute path and the part below the
 * root. The path as it is when no root fits. */
void rows_absolute_path(struct buf *out, const struct manifest *m, const char *path, size_t len);

#endif
