/* readfile.c - see readfile.h. Files are read, not mapped: they may be cut short meanwhile.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/readfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BYTES_KEPT = 8 << 20, FIRST_READ = 1 << 16, MORE = 1 << 16 };

void readfile_release(struct readfile *f)
{
    buf_release(&f->bytes);
}

void readfile_shrink(struct readfile *f)
{
    if (f->bytes.cap > BYTES_KEPT)
        buf_release(&f->bytes);
}

static enum read_result failed(struct readfile *f, int errnum)
{
    f->errnum = errnum;
    return errnum == ENOENT || errnum == ENOTDIR ? READ_VANISHED : READ_UNREADABLE;
}

/* How much to ask for: the beginning, then all the rest, then what has been added since. */
static size_t next_room(const struct readfile *f, uint64_t expected)
{
    if (f->bytes.len == 0 && expected >= FIRST_READ)
        return FIRST_READ;
    return f->bytes.len <= expected ? (size_t)expected - f->bytes.len + 1 : MORE;
}

/* Reads to the end, which may have moved since; one byte more than is allowed tells that it did. */
static enum read_result read_all(struct readfile *f, int fd, uint64_t expected, uint64_t max_size)
{
    for (;;) {
        size_t room = next_room(f, expected);
        bool first = f->bytes.len == 0;
        char *p = buf_reserve(&f->bytes, room);
        if (p == NULL)
            return READ_NOMEM;
        ssize_t n = read(fd, p, room);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed(f, errno);
        if (n == 0)
            return READ_OK;
        f->bytes.len += (size_t)n;
        if (f->bytes.len > max_size)
            return READ_TOO_LARGE;
        if (first && charset_is_binary(f->bytes.data, f->bytes.len))
            return READ_BINARY;
    }
}

enum read_result readfile_read(struct readfile *f, const char *path, bool follow, uint64_t max_size)
{
    struct stat st;
    buf_clear(&f->bytes);
    if (max_size > DOCUMENT_TEXT_MAX)
        max_size = DOCUMENT_TEXT_MAX;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (follow ? 0 : O_NOFOLLOW));
    if (fd < 0)
        return failed(f, errno);
    enum read_result result;
    if (fstat(fd, &st) != 0)
        result = failed(f, errno);
    else if (!S_ISREG(st.st_mode))
        result = READ_VANISHED;
    else if ((uint64_t)st.st_size > max_size)
        result = READ_TOO_LARGE;
    else
        result = read_all(f, fd, (uint64_t)st.st_size, max_size);
    f->mtime = st.st_mtim.tv_sec;
    close(fd);
    return result;
}
