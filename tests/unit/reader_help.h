/* reader_help.h - reading a document from memory, for unit tests of readers. Needs cmocka.h before it.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_READER_HELP_H
#define VERBATIM_READER_HELP_H

#include <string.h>

#include "indexer/reader.h"
#include "tests/unit/reader_laws.h"

static struct reader_room room;
static struct input input;

static inline bool keep_document(void *user, struct document *doc)
{
    *(struct document *)user = *doc;
    return true;
}

static inline struct reading reading_of(const char *path, const struct reader_sink *sink)
{
    return (struct reading){.room = &room,
                            .in = &input,
                            .path = path,
                            .path_len = strlen(path),
                            .max_size = DOCUMENT_TEXT_MAX,
                            .sink = sink};
}

static inline enum read_result try_read_as(const char *path, const char *source, size_t len, struct document *doc)
{
    struct reader_sink sink = {.document = keep_document, .user = doc};
    struct reading r = reading_of(path, &sink);
    assert_int_equal(input_from_memory(&input, source, len), READ_OK);
    return reader_read(&r);
}

static inline struct document read_as(const char *path, const char *source, size_t len)
{
    struct document doc;
    assert_int_equal(try_read_as(path, source, len, &doc), READ_OK);
    return doc;
}

static inline void release_reader(void)
{
    reader_room_release(&room);
    input_release(&input);
}

#endif
