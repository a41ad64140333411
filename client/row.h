/* row.h - one match, read from the JSON row that search gives: what the rows for people are made of. Governed by
 * doc/protocol.md, "JSON". SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_ROW_H
#define VERBATIM_ROW_H

#include "lib/base.h"
#include "lib/buf.h"

struct row_span {
    uint32_t start, end; /* bytes in text, end exclusive */
};

struct row {
    struct buf path; /* in the form of rows */
    struct buf text;
    uint32_t line, column, end_line;
    struct row_span *spans; /* ascending, none overlaps another */
    size_t n_spans, cap_spans;
    struct buf before, after; /* context lines, each ended by a newline */
    size_t n_before, n_after;
};

void row_release(struct row *row); /* safe on a zeroed one */

/* Fills row (zeroed once, then reusable); false when it is not such a row, or memory ran out. */
bool row_parse(struct row *row, const char *json, size_t len);

/* Whether both show the same lines of the same document. */
bool row_same_line(const struct row *a, const struct row *b);
/* The spans of other, of the same line, become row's too; false when memory ran out, and row is as it was. */
bool row_join(struct row *row, const struct row *other);

bool row_same_path(const struct row *a, const struct row *b);

#endif
