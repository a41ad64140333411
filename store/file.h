/* file.h - the frame that every binary part of an index shares: writing it, and mapping it to read.
 *
 *     header, 64 bytes    "verbatim"  kind[8]  version:32  0:32  body_len:64  0[24]  0:32  crc of these 60 bytes:32
 *     body                body_len bytes, as its kind says
 *     trailer, 16 bytes   crc of header and body:32  0:32  "mitabrev"
 *
 * Integers are little-endian (lib/bytes.h); a crc is CRC-32 as zlib computes it. A file of another length than its
 * header says is refused when it is opened, so nothing reads past its end. It does not know what bodies hold.
 * Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_FILE_H
#define VERBATIM_FILE_H

#include "lib/base.h"
#include "lib/err.h"

enum { FILE_HEADER_LEN = 64, FILE_TRAILER_LEN = 16, FILE_KIND_LEN = 8 };

/* ---- writing ------------------------------------------------------------------------------------------------- */

/* What a finished file is known by. */
struct file_seal {
    uint64_t len; /* bytes of the whole file */
    uint32_t crc; /* of all its bytes; of a framed part, as in its trailer */
};

/* Sticky: the first failure stays, later calls do nothing, file_finish tells. */
struct file_writer {
    bool open;
    int fd;
    char *path; /* owned */
    bool framed;
    char kind[FILE_KIND_LEN];
    uint8_t *buf; /* owned */
    size_t used;
    uint64_t body_len; /* given so far */
    uint32_t crc;      /* of what was flushed */
    struct err failure;
};

/* Creates a file, which must not be there. With a kind it is framed; without one (NULL) it is bare bytes that need not
 * last: scratch. Whoever publishes a file syncs it first: many at once take little longer than one. */
enum status file_create(struct file_writer *w, const char *path, const char *kind, struct err *err);
void file_put(struct file_writer *w, const void *bytes, size_t len);
void file_put32(struct file_writer *w, uint32_t v);
void file_put64(struct file_writer *w, uint64_t v);
void file_put_varint(struct file_writer *w, uint64_t v);
/* Room for len <= FILE_ROOM_MAX bytes which the caller fills and then counts with file_advance; NULL when failed. */
enum { FILE_ROOM_MAX = 4096 };
uint8_t *file_room(struct file_writer *w, size_t len);
void file_advance(struct file_writer *w, size_t len);
/* Appends a bare file whole, whose seal is given, without looking at its bytes. */
void file_append(struct file_writer *w, const char *path, struct file_seal seal);
/* Ends and closes the file; seal may be NULL. The writer is released whatever the status. */
enum status file_finish(struct file_writer *w, struct file_seal *seal, struct err *err);
/* Closes without ending; the file stays as it is. Safe on a zeroed one. */
void file_release(struct file_writer *w);

/* Writes len bytes as a whole small file (replacing one). */
enum status file_write_all(const char *path, const void *bytes, size_t len, struct err *err);

/* What was written to a file by anybody lasts. */
enum status file_sync(const char *path, struct err *err);

/* ---- reading ------------------------------------------------------------------------------------------------- */

struct file_map {
    const uint8_t *base; /* the mapped file, or NULL */
    uint64_t len;
    const uint8_t *body;
    uint64_t body_len;
    char *path; /* owned, for messages */
};

/* Maps a framed file of a kind, verifying header, length and trailer, not yet the sum over the body. ST_NOT_FOUND,
 * ST_DAMAGED, ST_VERSION. */
enum status file_map(struct file_map *m, const char *path, const char *kind, struct err *err);
struct file_seal file_map_seal(const struct file_map *m);
enum status file_map_verify(const struct file_map *m, struct err *err); /* every byte */
void file_map_want(const struct file_map *m);                           /* it will be read soon, all of it */
void file_map_release(struct file_map *m);                              /* safe on a zeroed one */

/* "PATH: damaged: WHY", ST_DAMAGED. */
enum status file_damaged(const struct file_map *m, const char *why, struct err *err);

/* Length and sum of any file. */
enum status file_seal_of(const char *path, struct file_seal *seal, struct err *err);

#endif
