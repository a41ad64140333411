/* excerpt.h - where a match stands in its source file and what the line around it says.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_EXCERPT_H
#define VERBATIM_EXCERPT_H

#include "engine/search.h"
#include "lib/base.h"
#include "lib/buf.h"
#include "lib/err.h"

enum { EXCERPT_MAX_BYTES = 240 }; /* of a row's text and of a title */

struct excerpt_span {
    uint32_t start, end; /* bytes in excerpt.text, end exclusive */
};

struct excerpt {
    uint32_t line, column;         /* from 1; columns are bytes of the source file's line */
    uint32_t end_line, end_column; /* behind the last word of the match (exclusive) */
    uint32_t offset, length;       /* bytes in the text as indexed */
    struct buf text;               /* the line of the match, or the lines it runs over joined by a space, cut to
                                      EXCERPT_MAX_BYTES on characters with an ellipsis at cut ends, control bytes as
                                      spaces. A match in a title kept apart shows the title, at 1:1 */
    struct excerpt_span *spans;    /* the matched words inside text, ascending */
    size_t n_spans, cap_spans;
    struct buf before, after;      /* context lines, each ended by a newline, with control bytes as spaces */
};

void excerpt_release(struct excerpt *e); /* safe on a zeroed one */

/* Fills e (zeroed once, then reusable) for a match of a hit; match NULL: a document without matches, its first line
 * that holds a word, at 1:1. context: lines before and after, at most what there is. */
enum status excerpt_make(struct searcher *s, const struct search_hit *hit, const struct search_match *match,
                         unsigned context, struct excerpt *e, struct err *err);

/* Appends a document's title for people: its title, else the first line of its text that holds a word, cut as above. */
enum status excerpt_title(struct searcher *s, const struct segment *segment, uint32_t doc, struct buf *out,
                          struct err *err);

/* Appends len bytes of valid UTF-8 with each control byte as one space. */
void excerpt_add_clean(struct buf *out, const char *text, size_t len);

/* Appends a stored path as rows show it: control and invalid bytes as \xHH, a backslash as \\. */
void excerpt_add_path(struct buf *out, const char *path, size_t len);
/* The reverse, for paths that users type; false when an escape is broken. That memory ran out only buf_ok tells. */
bool excerpt_parse_path(const char *shown, size_t len, struct buf *out);

#endif
