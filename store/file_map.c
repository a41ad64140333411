/* file_map.c - mapping parts; see file.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "lib/bytes.h"
#include "store/file.h"
#include "store/file_frame.h"

enum status file_damaged(const struct file_map *m, const char *why, struct err *err)
{
    return err_set(err, ST_DAMAGED, "%s: damaged: %s", m->path, why);
}

static enum status check_frame(const struct file_map *m, const char *kind, struct err *err)
{
    const uint8_t *h = m->base;
    char padded[FILE_KIND_LEN] = {0};
    memcpy(padded, kind, strnlen(kind, FILE_KIND_LEN));
    if (memcmp(h + FRAME_MAGIC_AT, FRAME_MAGIC, FRAME_MAGIC_LEN) != 0)
        return err_set(err, ST_DAMAGED, "%s: not a file of a Verbatim index", m->path);
    if (bytes_get32(h + FRAME_HEADER_CRC_AT) != (uint32_t)crc32(0, h, FRAME_HEADER_CRC_AT))
        return file_damaged(m, "its header has another checksum", err);
    if (bytes_get32(h + FRAME_VERSION_AT) != FRAME_VERSION)
        return err_set(err, ST_VERSION, "%s: format %u is not known to this program (it knows %d)", m->path,
                       bytes_get32(h + FRAME_VERSION_AT), FRAME_VERSION);
    if (memcmp(h + FRAME_KIND_AT, padded, FILE_KIND_LEN) != 0)
        return file_damaged(m, "it is another part than its name says", err);
    if (bytes_get64(h + FRAME_BODY_LEN_AT) != m->body_len)
        return file_damaged(m, "it has another length than its header says (cut short?)", err);
    if (memcmp(m->base + m->len - FILE_TRAILER_LEN + FRAME_END_AT, FRAME_END, FRAME_MAGIC_LEN) != 0)
        return file_damaged(m, "its end is not there", err);
    return ST_OK;
}

/* Opens for reading; *len is the length of a regular file. */
static enum status open_regular(const char *path, int *fd, uint64_t *len, struct err *err)
{
    struct stat st;
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0)
        return err_sys(err, errno == ENOENT || errno == EACCES ? ST_NOT_FOUND : ST_IO, errno, "%s: cannot open", path);
    int errnum = fstat(*fd, &st) == 0 ? 0 : errno;
    if (errnum == 0 && S_ISREG(st.st_mode)) {
        *len = (uint64_t)st.st_size;
        return ST_OK;
    }
    (void)close(*fd);
    if (errnum != 0)
        return err_sys(err, ST_IO, errnum, "%s: cannot look at it", path);
    return err_set(err, ST_DAMAGED, "%s: not a file", path);
}

static enum status map_file(struct file_map *m, struct err *err)
{
    int fd;
    enum status status = open_regular(m->path, &fd, &m->len, err);
    if (status != ST_OK)
        return status;
    if (m->len < FILE_HEADER_LEN + FILE_TRAILER_LEN || m->len > SIZE_MAX) {
        (void)close(fd);
        return file_damaged(m, "too short to be whole", err);
    }
    void *p = mmap(NULL, (size_t)m->len, PROT_READ, MAP_SHARED, fd, 0);
    int errnum = errno;
    (void)close(fd);
    if (p == MAP_FAILED)
        return err_sys(err, errnum == ENOMEM ? ST_NOMEM : ST_IO, errnum, "%s: cannot map", m->path);
    m->base = p;
    m->body = m->base + FILE_HEADER_LEN;
    m->body_len = m->len - FILE_HEADER_LEN - FILE_TRAILER_LEN;
    return ST_OK;
}

enum status file_map(struct file_map *m, const char *path, const char *kind, struct err *err)
{
    *m = (struct file_map){.path = strdup(path)};
    if (m->path == NULL)
        return err_nomem(err);
    enum status status = map_file(m, err);
    if (status == ST_OK)
        status = check_frame(m, kind, err);
    if (status != ST_OK)
        file_map_release(m);
    return status;
}

struct file_seal file_map_seal(const struct file_map *m)
{
    return (struct file_seal){m->len, bytes_get32(m->base + m->len - FILE_TRAILER_LEN)};
}

enum status file_map_verify(const struct file_map *m, struct err *err)
{
    uint32_t crc = (uint32_t)crc32_z(0, m->base, (z_size_t)(m->len - FILE_TRAILER_LEN));
    const uint8_t *trailer = m->base + m->len - FILE_TRAILER_LEN;
    if (crc != bytes_get32(trailer) || bytes_get32(trailer + 4) != 0)
        return file_damaged(m, "its bytes have another checksum", err);
    return ST_OK;
}

void file_map_want(const struct file_map *m)
{
    (void)madvise((void *)(uintptr_t)m->base, (size_t)m->len, MADV_WILLNEED); /* a hint: no matter when refused */
}

void file_map_release(struct file_map *m)
{
    if (m->base != NULL)
        (void)munmap((void *)(uintptr_t)m->base, (size_t)m->len);
    free(m->path);
    *m = (struct file_map){0};
}

enum status file_seal_of(const char *path, struct file_seal *seal, struct err *err)
{
    enum { STEP = 1 << 17 };
    int fd;
    *seal = (struct file_seal){0};
    enum status status = open_regular(path, &fd, &seal->len, err);
    if (status != ST_OK)
        return status;
    uint8_t *buf = malloc(STEP);
    ssize_t n = buf == NULL ? 0 : 1;
    for (seal->len = 0; n > 0;) {
        n = read(fd, buf, STEP);
        if (n < 0 && errno == EINTR) {
            n = 1;
            continue;
        }
        if (n > 0) {
            seal->crc = (uint32_t)crc32(seal->crc, buf, (uInt)n);
            seal->len += (uint64_t)n;
        }
    }
    if (buf == NULL)
        status = err_nomem(err);
    else if (n < 0)
        status = err_sys(err, ST_IO, errno, "%s: cannot read", path);
    free(buf);
    (void)close(fd);
    return status;
}
