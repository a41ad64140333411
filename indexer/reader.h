/* reader.h - kinds of documents: a file's bytes to a struct document. A kind is one reader_*.c and one line of the
 * table in reader.c. Readers open no files and know no index. Governed by doc/verbatim-indexer.1, "Documents".
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_READER_H
#define VERBATIM_READER_H

#include "indexer/charset.h"
#include "indexer/footnotes.h"
#include "indexer/frontmatter.h"
#include "indexer/markup.h"
#include "lib/base.h"
#include "store/document.h"

/* What became of a file. All but READ_OK and READ_NOMEM mean that it is skipped and named. */
enum read_result {
    READ_OK,
    READ_BINARY,
    READ_TOO_LARGE,
    READ_BROKEN,
    READ_UNREADABLE,
    READ_VANISHED,
    READ_NOMEM /* ends the run */
};

/* One thread's room, used again for every document. */
struct reader_room {
    struct charset charset;
    struct markup markup;
    struct frontmatter front;
    struct footnotes notes;
    struct buf title;
};

/* What a reader gets: valid UTF-8 of at most DOCUMENT_TEXT_MAX bytes, borrowed while the document is in use. */
struct reader_source {
    const char *text;
    size_t len;
};

struct reader {
    const char *name;
    const char *extensions; /* ".md.markdown.": each between dots, lower case; "" takes all */
    enum read_result (*read)(struct reader_room *room, const struct reader_source *source, struct document *doc);
};

extern const struct reader reader_text, reader_md;

/* The reader for a path, by its extension. */
const struct reader *reader_for(const char *path, size_t path_len);

/* Makes a document of a file's bytes. Its path, and all else but what the file system knows (mtime), is filled in; it
 * is borrowed from path, bytes and room until the next call. */
enum read_result reader_read(struct reader_room *room, const char *path, size_t path_len, const char *bytes, size_t len,
                             struct document *doc);

void reader_room_release(struct reader_room *room); /* safe on a zeroed one */
/* Gives memory back that a large document made it take. */
void reader_room_shrink(struct reader_room *room);

#endif
