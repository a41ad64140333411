/* message.h - one e-mail to text: From, To, Cc, Date and Subject on a line each, an empty line, the body, text
 * attachments with their names. Broken MIME gives what can be read of it. It knows no mailboxes. GMime parses; GLib
 * ends the program when memory runs out. Governed by doc/verbatim-indexer.1, "Documents".
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_MESSAGE_H
#define VERBATIM_MESSAGE_H

#include "indexer/charset.h"
#include "lib/base.h"
#include "lib/buf.h"
#include "store/document.h"

/* One thread's room, used again for each message; zeroed at first. */
struct message {
    struct buf text, title;
    size_t title_start, title_end; /* of the subject in the text; equal when there is none */
    int64_t date;                  /* seconds since 1970 UTC, or DOCUMENT_NO_DATE */
    struct buf part;               /* of a part: its bytes */
};

/* Reads a message of len bytes. False when memory ran out. */
bool message_read(struct message *m, struct charset *charset, const char *bytes, size_t len);
/* Sets text, title and date of a document to what was read, borrowed until the next message. */
void message_document(const struct message *m, struct document *doc);
void message_release(struct message *m);
void message_shrink(struct message *m, size_t keep);

/* How many of the lines that bytes begin with are header fields of a message, up to the first empty line or the end;
 * 0 when any is none. known: of names that every message has some of. */
size_t message_fields(const char *bytes, size_t len, size_t *known);

#endif
