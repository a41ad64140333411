/* places.h - the part `places`: where in a document's text its words, lines, sentences and source columns are.
 *
 * The body is one entry per document, at the offset its record (docs.h) gives:
 *     n_places:varint n_columns:varint columns_len:varint n_breaks:varint
 *     n_places of {pos:32 off:32 line:32 line_off:32}, all ascending: every PLACES_STEP_WORDS words or
 *         PLACES_STEP_BYTES bytes, always where a word starts and the one before has ended; none for a short document
 *     a pair {text:32 at:32} for each run of PLACES_RUN columns: text offset of its first one, and where in the next
 *         columns_len bytes the run is: column:varint of the first, then for each other one
 *         step in text:varint and, zigzag-coded, how far its column is from the one before plus that step
 *     n_breaks of 2 * (step in pos) + (1 for a paragraph):varint
 *
 * Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_PLACES_H
#define VERBATIM_PLACES_H

#include "lib/base.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "store/document.h"
#include "store/file.h"
#include "store/segment.h"

#define PLACES_KIND "places"
enum { PLACES_STEP_WORDS = 512, PLACES_STEP_BYTES = 8192, PLACES_RUN = 64 };

/* What is known of one document; the arrays are borrowed. */
struct places_entry {
    const struct segment_place *places;
    size_t n_places;
    const struct document_column *columns;
    size_t n_columns;
    const struct segment_break *breaks;
    size_t n_breaks;
};

void places_put(const struct places_entry *entry, struct buf *out);

struct places {
    struct file_map map;
};

enum status places_open(struct places *p, const char *path, struct err *err);
void places_release(struct places *p);

/* off is where the document's entry stands. The rest is as the functions of the same names in segment.h. */
enum status places_of_pos(const struct places *p, uint64_t off, uint32_t pos, struct segment_place *out,
                          struct err *err);
enum status places_of_line(const struct places *p, uint64_t off, uint32_t line, struct segment_place *out,
                           struct err *err);
enum status places_column(const struct places *p, uint64_t off, uint32_t text, uint32_t line_off, uint32_t *column,
                          struct err *err);
enum status places_breaks(const struct places *p, uint64_t off, struct segment_break **breaks, size_t *cap, size_t *n,
                          struct err *err);

#endif
