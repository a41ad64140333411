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

/* "SCORE<TAB>MATCHES<TAB>PATH<TAB>TITLE" and the JSON object of a document. */
void rows_doc_line(struct buf *out, const struct segment_doc *doc, const struct search_hit *hit, const char *title,
                   size_t title_len);
void rows_doc_json(struct buf *out, const struct snapshot *snap, const struct segment_doc *doc,
                   const struct search_hit *hit, const char *title, size_t title_len);

/* Appends where a stored path was on the disk when it was indexed: its root's absolute path and the part below the
 * root. The path as it is when no root fits. */
void rows_absolute_path(struct buf *out, const struct manifest *m, const char *path, size_t len);

#endif
