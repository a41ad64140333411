/* reader.h - kinds of documents: a file's bytes to one struct document, or to many. A kind is one reader_*.c and one
 * line of the table in reader.c. Readers open no files and know no index. Governed by doc/verbatim-indexer.1,
 * "Documents". SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_READER_H
#define VERBATIM_READER_H

#include <signal.h>

#include "indexer/charset.h"
#include "indexer/footnotes.h"
#include "indexer/frontmatter.h"
#include "indexer/input.h"
#include "indexer/markup.h"
#include "indexer/message.h"
#include "indexer/options.h"
#include "lib/base.h"
#include "store/document.h"

/* Raised whenever a reader makes something else of the same bytes, so that the next run reads them again. */
enum { READER_VERSION = 2 };

/* One thread's room, used again for every document. */
struct reader_room {
    struct charset charset;
    struct markup markup;
    struct frontmatter front;
    struct footnotes notes;
    struct buf title;
    struct message message;
    struct buf part_path; /* of a document that is part of a file */
};

/* Where documents go. A call that returns false ends the reading with READ_STOPPED. */
struct reader_sink {
    /* All but mtime is filled in; borrowed for the call. Its path is that of the file, or with "/N" behind it, N being
     * a number from 1 that no other document of the file has; never both in one file. */
    bool (*document)(void *user, struct document *doc);
    /* A part of the file, by its stored path, that is no document for a reason; detail may be empty. */
    bool (*skipped)(void *user, const char *path, size_t path_len, enum read_result why, const char *detail);
    void *user;
};

/* One file that is being read. All pointers are borrowed while it is. */
struct reading {
    struct reader_room *room;
    struct input *in;
    const char *path; /* as stored */
    size_t path_len;
    uint64_t max_size; /* bytes of a document, unpacked, at most DOCUMENT_TEXT_MAX */
    const struct reader_sink *sink;
    const struct options *options;     /* for the filters; NULL: none */
    const char *open_path;             /* with options: the file's absolute path */
    const volatile sig_atomic_t *stop; /* not 0: a filter is ended; NULL: never */
    bool filtered;                     /* columns are those of the text, not of a source that nobody has */
    bool made;                         /* the bytes read are not the file's, but unpacked or made of them */
    bool whole;                        /* those in `in` are all that the file has */
};

struct reader {
    const char *name;
    const char *extensions; /* ".md.markdown.": each between dots, lower case; "" when no name tells */
    /* Whether a file whose name tells nothing is one by what it begins with; NULL: never. */
    bool (*begins)(const struct reading *r, const char *bytes, size_t len);
    enum read_result (*read)(struct reading *r);
};

extern const struct reader reader_text, reader_md, reader_html, reader_mail, reader_mbox;

/* The reader that a path names by its extension, or NULL. */
const struct reader *reader_for(const char *path, size_t path_len);

/* Whether a file of this name may be larger than a document may be: it holds many. */
bool reader_takes_any_size(const char *path, size_t path_len);

/* The reader of this name, or NULL. */
const struct reader *reader_named(const char *name);

/* Reads the file behind r->in, packed or not: as the kind that its name or its beginning tells. What is returned is
 * about the file as a whole; documents may have been given whatever it is. */
enum read_result reader_read(struct reading *r);

/* ---- for readers --------------------------------------------------------------------------------------------- */

/* Valid UTF-8 of at most DOCUMENT_TEXT_MAX bytes, borrowed until the next call for this reading. */
struct reader_source {
    const char *text;
    size_t len;
};

/* All bytes of the file in r->in->bytes, unless they are more than max_size. */
enum read_result reading_bytes(struct reading *r);
/* The same as text. declared: the charset that the format names, or NULL. */
enum read_result reading_text(struct reading *r, const char *declared, struct reader_source *out);

/* A document of the file's path with no text, title or date yet. */
struct document reading_document(const struct reading *r);
/* Hands a document on. */
enum read_result reading_give(struct reading *r, struct document *doc);
/* Hands an e-mail on as the document of this path. */
enum read_result reading_message(struct reading *r, const char *bytes, size_t len, const char *path, size_t path_len);

void reader_room_release(struct reader_room *room); /* safe on a zeroed one */
/* Gives memory back that a large document made it take. */
void reader_room_shrink(struct reader_room *room);

#endif
