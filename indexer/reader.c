/* reader.c - see reader.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/reader.h"

#include "indexer/program.h"

#include <string.h>
#include <strings.h>

enum { ROOM_KEPT = 8 << 20, EXTENSION_MAX = 16, FIRST_LOOK = 1 << 15 };

/* The first that takes the extension, else the first that takes the beginning, else text. */
static const struct reader *const readers[] = {&reader_md, &reader_html, &reader_mbox, &reader_mail, &reader_text};

void reader_room_release(struct reader_room *room)
{
    charset_release(&room->charset);
    markup_release(&room->markup);
    frontmatter_release(&room->front);
    footnotes_release(&room->notes);
    buf_release(&room->title);
    message_release(&room->message);
    buf_release(&room->part_path);
}

void reader_room_shrink(struct reader_room *room)
{
    charset_shrink(&room->charset, ROOM_KEPT);
    if (room->markup.text.cap > ROOM_KEPT)
        markup_release(&room->markup);
    if (room->notes.copy.cap > ROOM_KEPT)
        footnotes_release(&room->notes);
    message_shrink(&room->message, ROOM_KEPT);
}

/* ---- which reader -------------------------------------------------------------------------------------------- */

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
    for (size_t i = 0; i < BASE_COUNT(readers) && extension[0] != '\0'; i++) {
        if (strstr(readers[i]->extensions, extension) != NULL)
            return readers[i];
    }
    return NULL;
}

const struct reader *reader_named(const char *name)
{
    for (size_t i = 0; i < BASE_COUNT(readers); i++) {
        if (strcmp(readers[i]->name, name) == 0)
            return readers[i];
    }
    return NULL;
}

static const struct reader *by_beginning(const struct reading *r)
{
    const struct buf *b = &r->in->bytes;
    for (size_t i = 0; i < BASE_COUNT(readers) && b->len > 0; i++) {
        if (readers[i]->begins != NULL && readers[i]->begins(r, b->data, b->len))
            return readers[i];
    }
    return &reader_text;
}

/* Length of the path without `.gz`, which says nothing about the kind. */
static size_t unpacked_path_len(const struct reading *r)
{
    size_t len = r->path_len;
    return len > 3 && strncasecmp(r->path + len - 3, ".gz", 3) == 0 ? len - 3 : len;
}

/* Mailing lists keep their mailboxes as .txt: a name for text does not hide one. */
static const struct reader *choose(const struct reading *r)
{
    const struct reader *named = reader_for(r->path, unpacked_path_len(r));
    const struct buf *b = &r->in->bytes;
    if (named == NULL)
        return by_beginning(r);
    bool mailbox = named == &reader_text && b->len > 0 && reader_mbox.begins(r, b->data, b->len);
    return mailbox ? &reader_mbox : named;
}

bool reader_takes_any_size(const char *path, size_t path_len)
{
    struct reading r = {.path = path, .path_len = path_len};
    return reader_for(path, unpacked_path_len(&r)) == &reader_mbox;
}

/* What a program of the configuration makes of the file. */
static enum read_result read_filtered(struct reading *r, const struct filter_program *program)
{
    if (r->in->size > r->max_size)
        return READ_TOO_LARGE;
    enum read_result result = program_run(program, r->in, r->open_path, r->max_size, r->stop);
    r->filtered = r->made = true;
    return result == READ_OK ? reader_named(program->type)->read(r) : result;
}

enum read_result reader_read(struct reading *r)
{
    const struct filter_program *program = r->options == NULL ? NULL : program_for(r->options, r->path, r->path_len);
    if (program != NULL)
        return read_filtered(r, program);
    enum read_result result = input_fill(r->in, FIRST_LOOK);
    if (result == READ_OK && input_is_gzip(r->in)) {
        r->filtered = unpacked_path_len(r) == r->path_len;
        r->made = true;
        result = input_unpack(r->in);
        if (result == READ_OK)
            result = input_fill(r->in, FIRST_LOOK);
    }
    if (result != READ_OK)
        return result;
    return choose(r)->read(r);
}

/* ---- for readers --------------------------------------------------------------------------------------------- */

enum read_result reading_bytes(struct reading *r)
{
    struct input *in = r->in;
    uint64_t max = r->max_size < DOCUMENT_TEXT_MAX ? r->max_size : DOCUMENT_TEXT_MAX;
    if (!in->gzip && in->size > max)
        return READ_TOO_LARGE;
    enum read_result result = input_fill(in, (size_t)max + 1);
    if (result == READ_OK && in->bytes.len > max)
        result = READ_TOO_LARGE;
    r->whole = result == READ_OK && !r->made;
    return result;
}

enum read_result reading_text(struct reading *r, const char *declared, struct reader_source *out)
{
    const char *charset;
    const struct buf *b = &r->in->bytes;
    if (b->len > 0 && charset_is_binary(b->data, b->len))
        return READ_BINARY;
    enum read_result result = reading_bytes(r);
    if (result != READ_OK)
        return result;
    switch (charset_to_utf8(&r->room->charset, b->data == NULL ? "" : b->data, b->len, declared, &out->text, &out->len,
                            &charset)) {
    case CHARSET_BINARY:
        return READ_BINARY;
    case CHARSET_NOMEM:
        return READ_NOMEM;
    case CHARSET_OK:
        break;
    }
    return out->len > DOCUMENT_TEXT_MAX ? READ_TOO_LARGE : READ_OK;
}

struct document reading_document(const struct reading *r)
{
    return (struct document){.path = r->path, .path_len = r->path_len, .text = "", .date = DOCUMENT_NO_DATE};
}

enum read_result reading_give(struct reading *r, struct document *doc)
{
    doc->derived |= r->filtered;
    if (doc->derived)
        doc->n_columns = 0;
    return r->sink->document(r->sink->user, doc) ? READ_OK : READ_STOPPED;
}

enum read_result reading_message(struct reading *r, const char *bytes, size_t len, const char *path, size_t path_len)
{
    struct message *m = &r->room->message;
    if (!message_read(m, &r->room->charset, len == 0 ? "" : bytes, len))
        return READ_NOMEM;
    struct document doc = reading_document(r);
    doc.path = path;
    doc.path_len = path_len;
    doc.derived = true;
    message_document(m, &doc);
    return doc.text_len > DOCUMENT_TEXT_MAX ? READ_TOO_LARGE : reading_give(r, &doc);
}
