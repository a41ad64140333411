/* reader.c - see reader.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/reader.h"

#include <string.h>

enum { ROOM_KEPT = 8 << 20, EXTENSION_MAX = 16 };

/* The first that takes the extension; the last takes all. */
static const struct reader *const readers[] = {&reader_md, &reader_text};

void reader_room_release(struct reader_room *room)
{
    charset_release(&room->charset);
    markup_release(&room->markup);
    frontmatter_release(&room->front);
    footnotes_release(&room->notes);
    buf_release(&room->title);
}

void reader_room_shrink(struct reader_room *room)
{
    charset_shrink(&room->charset, ROOM_KEPT);
    if (room->markup.text.cap > ROOM_KEPT)
        markup_release(&room->markup);
    if (room->notes.copy.cap > ROOM_KEPT)
        footnotes_release(&room->notes);
}

/* Copies the extension of a path between two dots, in lower case; an empty string when it has none. */
static void extension_of(const char *path, size_t path_len, char out[EXTENSION_MAX + 3])
{
    out[0] = '\0';
    const char *end = path + path_len, *dot = memrchr(path, '.', path_len), *slash = memrchr(path, '/', path_len);
    if (dot == NULL || (slash != NULL && dot < slash) || end - dot > EXTENSION_MAX || end - dot < 2)
        return;
    size_t n = 0;
    for (; dot < end; dot++)
        out[n++] = (char)(*dot >= 'A' && *dot <= 'Z' ? *dot | 0x20 : *dot);
    out[n++] = '.';
    out[n] = '\0';
}

const struct reader *reader_for(const char *path, size_t path_len)
{
    char extension[EXTENSION_MAX + 3];
    extension_of(path, path_len, extension);
    size_t i = 0;
    while (readers[i]->extensions[0] != '\0' &&
           (extension[0] == '\0' || strstr(readers[i]->extensions, extension) == NULL))
        i++;
    return readers[i];
}

enum read_result reader_read(struct reader_room *room, const char *path, size_t path_len, const char *bytes, size_t len,
                             struct document *doc)
{
    struct reader_source source;
    const char *charset;
    switch (charset_to_utf8(&room->charset, bytes, len, NULL, &source.text, &source.len, &charset)) {
    case CHARSET_BINARY:
        return READ_BINARY;
    case CHARSET_NOMEM:
        return READ_NOMEM;
    case CHARSET_OK:
        break;
    }
    if (source.len > DOCUMENT_TEXT_MAX)
        return READ_TOO_LARGE;
    *doc = (struct document){.path = path, .path_len = path_len, .date = DOCUMENT_NO_DATE};
    return reader_for(path, path_len)->read(room, &source, doc);
}
