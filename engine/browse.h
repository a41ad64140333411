/* browse.h - looking into a snapshot without a query: its words by prefix, a document's text by lines.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_BROWSE_H
#define VERBATIM_BROWSE_H

#include "engine/search.h"
#include "lib/arena.h"
#include "lib/base.h"
#include "lib/buf.h"
#include "lib/err.h"

struct browse_word {
    const char *bytes; /* in the arena; a word over 64 bytes shows as its beginning and an ellipsis */
    size_t len;
    uint64_t documents, occurrences; /* live, over the whole index */
};

/* The words that begin with a prefix (folded here as the tokenizer folds; it must be one word: ST_BAD_QUERY), most
 * frequent first, ties by bytes; [offset, offset + limit) of them. *total is how many there are. It stops when the
 * searcher has to (search.h). */
enum status browse_words(struct searcher *s, const struct snapshot *snap, const char *prefix, size_t len,
                         uint64_t offset, uint64_t limit, struct arena *arena, struct browse_word **words, size_t *n,
                         uint64_t *total, struct err *err);

/* Finds a live document by its stored path: ST_NOT_FOUND. */
enum status browse_find(const struct snapshot *snap, const char *path, size_t len, const struct segment **segment,
                        uint32_t *doc, struct err *err);

/* Appends lines [from, to] of a document, each ended by a newline, without the CR before it, control bytes as spaces;
 * *n_lines of them. from >= 1; a range behind the end gives none. Stops with ST_TOO_BROAD past max_bytes, and when the
 * searcher has to (search.h). */
enum status browse_lines(struct searcher *s, const struct segment *segment, uint32_t doc, uint32_t from, uint32_t to,
                         size_t max_bytes, struct buf *out, size_t *n_lines, struct err *err);

#endif
