/* document.h - a document as the readers hand it to the index: its text with the markup removed and what is known
 * about it. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_DOCUMENT_H
#define VERBATIM_DOCUMENT_H

#include "lib/base.h"

#define DOCUMENT_NO_DATE INT64_MIN
enum { DOCUMENT_TEXT_MAX = 1 << 30 }; /* bytes of text in one document */

/* From text offset `text` on, to the next entry or the end of that line, the byte at text + i stands in column
 * column + i (from 1) of its line in the source file. Lines are the same in both. Where no entry precedes in the
 * line, the column is the one in the text. */
struct document_column {
    uint32_t text;
    uint32_t column;
};

struct document {
    const char *path; /* as stored and printed; any bytes but NUL */
    size_t path_len;

    const char *text; /* valid UTF-8, no byte-order mark; has the line breaks of the source file */
    size_t text_len;  /* at most DOCUMENT_TEXT_MAX */

    const char *title; /* valid UTF-8, or NULL when the document has none */
    size_t title_len;
    bool title_in_text;              /* the title is a heading: it stands in the text ... */
    uint32_t title_start, title_end; /* ... at these bytes; otherwise its words are kept apart from the text's */

    int64_t date;  /* the document's own, seconds since 1970 UTC, or DOCUMENT_NO_DATE */
    int64_t mtime; /* the file's, seconds since 1970 UTC */

    const uint32_t *block_ends; /* struct token_options has the same three */
    size_t n_block_ends;
    bool blocks_only;

    bool derived;                          /* the text is not that of the file: lines and columns are no places in it */
    const struct document_column *columns; /* ascending by text; NULL where columns are those of the text */
    size_t n_columns;
};

#endif
