/* markup.h - building a document's text from a source whose markup is removed: the same lines, and for every byte its
 * column in the source. It knows no markup language: a reader tells it which pieces of the source are text.
 *
 * Pieces come in the order of the source. Between two of them the line breaks of the source are kept and all else is
 * dropped, so nothing separates or joins words but what the reader asks for:
 *
 *     source    un*frigging*believable\n## [Ask](/x)\n        pieces    "un" "frigging" "believable" "Ask"
 *     text      unfriggingbelievable\nAsk\n                   columns   2 -> 4, 10 -> 13, 21 -> 5 (text byte -> column)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_MARKUP_H
#define VERBATIM_MARKUP_H

#include "lib/base.h"
#include "lib/buf.h"
#include "store/document.h"

struct markup {
    const char *source; /* borrowed; valid UTF-8, at most DOCUMENT_TEXT_MAX bytes */
    size_t source_len;
    size_t done;        /* the line breaks of the source before this offset have been written */
    size_t source_line; /* where the current line begins in the source ... */
    size_t text_line;   /* ... and in the text */
    size_t last_start;  /* where the last piece begins in the text */
    int64_t shift;      /* source column less text column, as the entries so far have it */
    char separator;     /* to be written before the next piece if nothing else separates; 0: none */
    size_t padding;     /* columns of indentation that belong to the next piece */
    bool failed;        /* out of memory; sticky */
    size_t n_dropped;   /* pieces that were out of order, or past DOCUMENT_TEXT_MAX */
    struct buf text;    /* the result, with the next two */
    struct document_column *columns;
    size_t n_columns, columns_cap;
    uint32_t *block_ends;
    size_t n_block_ends, block_ends_cap;
};

void markup_begin(struct markup *m, const char *source, size_t len); /* m is zeroed or was used before */
void markup_release(struct markup *m);

/* The source bytes [off, off + len) are text. */
void markup_piece(struct markup *m, size_t off, size_t len);
/* Bytes that stand for the source at off, a decoded reference; control characters among them become spaces. */
void markup_decoded(struct markup *m, size_t off, const char *bytes, size_t len);
/* What comes next is apart from what came before: `with` (a space, a tab) is written if no line break or space is. */
void markup_separate(struct markup *m, char with);
/* The next piece is indented by so many columns: as many of the blanks before it are text too. 0 takes it back. */
void markup_pad(struct markup *m, size_t n);
/* A block ends behind the last piece. */
void markup_block_end(struct markup *m);
/* Shortens the text to len bytes, on the same line: what was taken for text was markup. */
void markup_cut(struct markup *m, size_t len);
/* The last line breaks. False when it failed: out of memory. */
bool markup_end(struct markup *m);

/* Sets text, block ends and columns of a document to what was built, borrowed until the next markup_begin. */
void markup_document(const struct markup *m, struct document *doc);

#endif
