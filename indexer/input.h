/* input.h - the bytes of one file, as far as a reader asks for them: from the file, or what is inside when it is packed
 * with gzip. Files are read, not mapped: they may be cut short meanwhile. It knows no kinds of documents.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_INPUT_H
#define VERBATIM_INPUT_H

#include <zlib.h>

#include "lib/base.h"
#include "lib/buf.h"

/* What became of a file, or of a part of it. All but READ_OK, READ_STOPPED and READ_NOMEM mean that it is skipped and
 * named. */
enum read_result {
    READ_OK,
    READ_BINARY,
    READ_TOO_LARGE,
    READ_BROKEN,
    READ_UNREADABLE,
    READ_VANISHED,
    READ_STOPPED, /* who takes the documents wants no more */
    READ_NOMEM    /* ends the run */
};

enum { INPUT_DETAIL = 240 };

/* Used again for every file; zeroed at first. */
struct input {
    struct buf bytes; /* what was read and not dropped; borrowed until the next call */
    int64_t mtime;    /* seconds since 1970 UTC, of the file that was opened */
    uint64_t size;    /* of the file, packed or not, when it was opened */
    int fd;           /* read from behind what is in bytes; valid while open */
    bool open, ended;
    bool gzip, in_member, unpacked; /* unpacking; inside a member of the file; behind the last one */
    z_stream zs;
    struct buf packed;         /* what zs reads from */
    int errnum;                /* of READ_UNREADABLE */
    char detail[INPUT_DETAIL]; /* more about the last skip: a clause, or empty */
};

/* Opens a regular file. follow: the path may end in a symbolic link. Close in any case. */
enum read_result input_open(struct input *in, const char *path, bool follow);
/* The same from memory, which is copied; for tests and for what another program wrote. */
enum read_result input_from_memory(struct input *in, const void *bytes, size_t len);

/* Reads until `want` bytes are there, or all to the end. More may be there. */
enum read_result input_fill(struct input *in, size_t want);

/* The first n bytes are done with. */
void input_drop(struct input *in, size_t n);

/* Whether what is there begins as gzip does. */
bool input_is_gzip(const struct input *in);
/* From here on, what is packed in the bytes is read instead of them. */
enum read_result input_unpack(struct input *in);

void input_close(struct input *in);   /* keeps the memory, unless it is much; safe on a zeroed one */
void input_release(struct input *in); /* safe on a zeroed one */

/* Sets the detail and returns the result, so that a skip is one line. */
enum read_result input_refuse(struct input *in, enum read_result why, const char *fmt, ...) BASE_PRINTF(3, 4);

#endif
