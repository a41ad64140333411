/* input.c - see input.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BYTES_KEPT = 8 << 20, STEP = 1 << 16, GZIP_WINDOW = 15 + 16 };

enum read_result input_refuse(struct input *in, enum read_result why, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(in->detail, sizeof in->detail, fmt, args);
    va_end(args);
    return why;
}

/* ---- opening ------------------------------------------------------------------------------------------------- */

static enum read_result failed(struct input *in, int errnum)
{
    in->errnum = errnum;
    return errnum == ENOENT || errnum == ENOTDIR ? READ_VANISHED : READ_UNREADABLE;
}

static void begin(struct input *in)
{
    buf_clear(&in->bytes);
    buf_clear(&in->packed);
    in->size = 0;
    in->ended = in->gzip = in->in_member = in->unpacked = false;
    in->errnum = 0;
    in->detail[0] = '\0';
}

enum read_result input_open(struct input *in, const char *path, bool follow)
{
    struct stat st;
    begin(in);
    in->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (follow ? 0 : O_NOFOLLOW));
    if (in->fd < 0)
        return failed(in, errno);
    in->open = true;
    if (fstat(in->fd, &st) != 0)
        return failed(in, errno);
    in->mtime = st.st_mtim.tv_sec;
    in->size = (uint64_t)st.st_size;
    return S_ISREG(st.st_mode) ? READ_OK : READ_VANISHED;
}

enum read_result input_from_memory(struct input *in, const void *bytes, size_t len)
{
    begin(in);
    buf_add(&in->bytes, bytes, len);
    in->size = len;
    in->ended = true;
    return buf_ok(&in->bytes) ? READ_OK : READ_NOMEM;
}

void input_close(struct input *in)
{
    if (in->open)
        close(in->fd);
    if (in->gzip)
        (void)inflateEnd(&in->zs);
    in->open = in->gzip = false;
    if (in->bytes.cap > BYTES_KEPT)
        buf_release(&in->bytes);
    if (in->packed.cap > BYTES_KEPT)
        buf_release(&in->packed);
}

void input_release(struct input *in)
{
    input_close(in);
    buf_release(&in->bytes);
    buf_release(&in->packed);
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

/* Reads once into b; at the end in->ended is set. */
static enum read_result read_some(struct input *in, struct buf *b, size_t room)
{
    char *p = buf_reserve(b, room);
    if (p == NULL)
        return READ_NOMEM;
    ssize_t n = 0;
    if (in->open) {
        do
            n = read(in->fd, p, room);
        while (n < 0 && errno == EINTR);
    }
    if (n < 0)
        return failed(in, errno);
    b->len += (size_t)n;
    in->ended = n == 0;
    return READ_OK;
}

/* How much to ask for: a step while little is wanted, then all the rest of the file at once. */
static size_t next_room(const struct input *in, size_t want)
{
    size_t missing = want - in->bytes.len;
    uint64_t rest = in->size > in->bytes.len ? in->size - in->bytes.len + 1 : STEP;
    return missing < STEP || rest < STEP ? STEP : missing < rest ? missing : (size_t)rest;
}

/* ---- unpacking ----------------------------------------------------------------------------------------------- */

bool input_is_gzip(const struct input *in)
{
    return in->bytes.len >= 3 && memcmp(in->bytes.data, "\x1f\x8b\x08", 3) == 0;
}

enum read_result input_unpack(struct input *in)
{
    in->zs = (z_stream){0};
    if (inflateInit2(&in->zs, GZIP_WINDOW) != Z_OK)
        return READ_NOMEM;
    struct buf read_already = in->bytes;
    in->bytes = in->packed;
    in->packed = read_already;
    buf_clear(&in->bytes);
    in->zs.next_in = (Bytef *)in->packed.data;
    in->zs.avail_in = (uInt)in->packed.len;
    in->gzip = in->in_member = true;
    return READ_OK;
}

/* More packed bytes for zs, which has none. */
static enum read_result feed(struct input *in)
{
    buf_clear(&in->packed);
    enum read_result result = in->ended ? READ_OK : read_some(in, &in->packed, STEP);
    in->zs.next_in = (Bytef *)in->packed.data;
    in->zs.avail_in = (uInt)in->packed.len;
    return result;
}

/* Behind a member: another one, or the end. What is no member there is padding, as gunzip has it. */
static enum read_result next_member(struct input *in)
{
    enum read_result result = in->zs.avail_in == 0 ? feed(in) : READ_OK;
    if (result != READ_OK)
        return result;
    in->unpacked = in->zs.avail_in == 0 || *in->zs.next_in != 0x1f;
    in->in_member = !in->unpacked;
    return in->in_member && inflateReset(&in->zs) != Z_OK ? READ_NOMEM : READ_OK;
}

/* Unpacks once. */
static enum read_result unpack_some(struct input *in)
{
    if (!in->in_member)
        return next_member(in);
    enum read_result result = in->zs.avail_in == 0 ? feed(in) : READ_OK;
    if (result != READ_OK)
        return result;
    if (in->zs.avail_in == 0)
        return input_refuse(in, READ_BROKEN, "the gzip data is cut short");
    char *p = buf_reserve(&in->bytes, STEP);
    if (p == NULL)
        return READ_NOMEM;
    in->zs.next_out = (Bytef *)p;
    in->zs.avail_out = STEP;
    int code = inflate(&in->zs, Z_NO_FLUSH);
    in->bytes.len += STEP - in->zs.avail_out;
    in->in_member = code != Z_STREAM_END;
    if (code == Z_MEM_ERROR)
        return READ_NOMEM;
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
        return input_refuse(in, READ_BROKEN, "the gzip data is damaged");
    return READ_OK;
}

enum read_result input_fill(struct input *in, size_t want)
{
    enum read_result result = READ_OK;
    while (in->bytes.len < want && !(in->gzip ? in->unpacked : in->ended) && result == READ_OK)
        result = in->gzip ? unpack_some(in) : read_some(in, &in->bytes, next_room(in, want));
    return result;
}

void input_drop(struct input *in, size_t n)
{
    in->bytes.len -= n;
    if (in->bytes.len > 0)
        memmove(in->bytes.data, in->bytes.data + n, in->bytes.len);
}
