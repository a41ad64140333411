/* file_write.c - writing parts; see file.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "lib/bytes.h"
#include "store/file.h"
#include "store/file_frame.h"

enum { BUFFER_LEN = 1 << 17 };

static void fail_sys(struct file_writer *w, int errnum, const char *what)
{
    if (w->failure.status == ST_OK)
        (void)err_sys(&w->failure, ST_IO, errnum, "%s: cannot %s", w->path, what);
}

static void write_out(struct file_writer *w, const uint8_t *bytes, size_t len)
{
    while (len > 0 && w->failure.status == ST_OK) {
        ssize_t n = write(w->fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            fail_sys(w, n < 0 ? errno : EIO, "write");
            return;
        }
        bytes += n;
        len -= (size_t)n;
    }
}

static void flush(struct file_writer *w)
{
    if (w->used == 0)
        return;
    w->crc = (uint32_t)crc32(w->crc, w->buf, (uInt)w->used);
    write_out(w, w->buf, w->used);
    w->used = 0;
}

static void put_header(const struct file_writer *w, uint8_t header[FILE_HEADER_LEN])
{
    memset(header, 0, FILE_HEADER_LEN);
    memcpy(header + FRAME_MAGIC_AT, FRAME_MAGIC, FRAME_MAGIC_LEN);
    memcpy(header + FRAME_KIND_AT, w->kind, FILE_KIND_LEN);
    bytes_put32(header + FRAME_VERSION_AT, FRAME_VERSION);
    bytes_put64(header + FRAME_BODY_LEN_AT, w->body_len);
    bytes_put32(header + FRAME_HEADER_CRC_AT, (uint32_t)crc32(0, header, FRAME_HEADER_CRC_AT));
}

enum status file_create(struct file_writer *w, const char *path, const char *kind, struct err *err)
{
    *w = (struct file_writer){.fd = -1, .framed = kind != NULL};
    if (kind != NULL)
        memcpy(w->kind, kind, strnlen(kind, FILE_KIND_LEN));
    w->path = strdup(path);
    w->buf = malloc(BUFFER_LEN);
    if (w->path == NULL || w->buf == NULL) {
        file_release(w);
        return err_nomem(err);
    }
    w->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (w->fd < 0) {
        int errnum = errno;
        file_release(w);
        return err_sys(err, ST_CREATE, errnum, "%s: cannot create", path);
    }
    w->open = true;
    if (w->framed) /* holds the place; written again when the length is known */
        write_out(w, (uint8_t[FILE_HEADER_LEN]){0}, FILE_HEADER_LEN);
    return ST_OK;
}

void file_put(struct file_writer *w, const void *bytes, size_t len)
{
    if (!w->open || w->failure.status != ST_OK)
        return;
    const uint8_t *from = bytes;
    w->body_len += len;
    while (len > 0) {
        size_t part = len < BUFFER_LEN - w->used ? len : BUFFER_LEN - w->used;
        memcpy(w->buf + w->used, from, part);
        w->used += part;
        from += part;
        len -= part;
        if (w->used == BUFFER_LEN)
            flush(w);
    }
}

uint8_t *file_room(struct file_writer *w, size_t len)
{
    if (!w->open || w->failure.status != ST_OK)
        return NULL;
    if (BUFFER_LEN - w->used < len)
        flush(w);
    return w->buf + w->used;
}

void file_advance(struct file_writer *w, size_t len)
{
    w->used += len;
    w->body_len += len;
}

void file_put32(struct file_writer *w, uint32_t v)
{
    uint8_t *p = file_room(w, 4);
    if (p == NULL)
        return;
    bytes_put32(p, v);
    file_advance(w, 4);
}

void file_put64(struct file_writer *w, uint64_t v)
{
    uint8_t *p = file_room(w, 8);
    if (p == NULL)
        return;
    bytes_put64(p, v);
    file_advance(w, 8);
}

void file_put_varint(struct file_writer *w, uint64_t v)
{
    uint8_t *p = file_room(w, BYTES_VARINT_MAX);
    if (p != NULL)
        file_advance(w, bytes_put_varint(p, v));
}

/* Copies the rest of fd, the fast way where the kernel can. Returns the bytes copied. */
static uint64_t copy_rest(struct file_writer *w, int fd, uint64_t len)
{
    uint64_t done = 0;
    while (done < len) {
        ssize_t n = copy_file_range(fd, NULL, w->fd, NULL, len - done, 0);
        if (n <= 0)
            break;
        done += (uint64_t)n;
    }
    while (done < len && w->failure.status == ST_OK) {
        ssize_t n = read(fd, w->buf, BUFFER_LEN);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        write_out(w, w->buf, (size_t)n);
        done += (uint64_t)n;
    }
    return done;
}

void file_append(struct file_writer *w, const char *path, struct file_seal seal)
{
    if (!w->open || w->failure.status != ST_OK)
        return;
    flush(w);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        (void)err_sys(&w->failure, ST_IO, errno, "%s: cannot open", path);
        return;
    }
    uint64_t done = copy_rest(w, fd, seal.len);
    (void)close(fd);
    if (done != seal.len && w->failure.status == ST_OK)
        (void)err_set(&w->failure, ST_IO, "%s: cannot copy it to %s whole", path, w->path);
    w->crc = (uint32_t)crc32_combine(w->crc, seal.crc, (z_off_t)seal.len);
    w->body_len += seal.len;
}

/* Trailer and header, now that the length is known; leaves the sum of the file up to the trailer in w->crc. */
static void put_frame(struct file_writer *w)
{
    uint8_t header[FILE_HEADER_LEN], trailer[FILE_TRAILER_LEN] = {0};
    put_header(w, header);
    w->crc = (uint32_t)crc32_combine(crc32(0, header, sizeof header), w->crc, (z_off_t)w->body_len);
    bytes_put32(trailer, w->crc);
    memcpy(trailer + FRAME_END_AT, FRAME_END, FRAME_MAGIC_LEN);
    write_out(w, trailer, sizeof trailer);
    if (w->failure.status == ST_OK && lseek(w->fd, 0, SEEK_SET) != 0)
        fail_sys(w, errno, "seek");
    write_out(w, header, sizeof header);
}

enum status file_finish(struct file_writer *w, struct file_seal *seal, struct err *err)
{
    if (!w->open)
        return err_set(err, ST_INTERNAL, "a file that is not open was ended");
    flush(w);
    if (w->framed) {
        put_frame(w);
        /* The disk has begun with it by the time file_sync waits for it. */
        (void)sync_file_range(w->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    }
    if (close(w->fd) != 0)
        fail_sys(w, errno, "close");
    w->open = false;
    if (seal != NULL)
        *seal = (struct file_seal){w->body_len + (w->framed ? FILE_HEADER_LEN + FILE_TRAILER_LEN : 0), w->crc};
    enum status status = w->failure.status;
    if (status != ST_OK && err != NULL)
        *err = w->failure;
    file_release(w);
    return status;
}

void file_release(struct file_writer *w)
{
    if (w->open)
        (void)close(w->fd);
    free(w->buf);
    free(w->path);
    *w = (struct file_writer){.fd = -1};
}

enum status file_write_all(const char *path, const void *bytes, size_t len, struct err *err)
{
    struct file_writer w = {.fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)};
    if (w.fd < 0)
        return err_sys(err, ST_CREATE, errno, "%s: cannot create", path);
    w.path = (char *)(uintptr_t)path; /* lent for the messages of this call */
    write_out(&w, bytes, len);
    if (close(w.fd) != 0)
        fail_sys(&w, errno, "close");
    if (w.failure.status != ST_OK && err != NULL)
        *err = w.failure;
    return w.failure.status;
}

enum status file_sync(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, ST_IO, errno, "%s: cannot open", path);
    int errnum = fsync(fd) == 0 ? 0 : errno;
    (void)close(fd);
    return errnum == 0 ? ST_OK : err_sys(err, ST_IO, errnum, "%s: cannot sync", path);
}
