/* scratch.c - see scratch.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum status scratch_map(const char *path, uint64_t len, struct scratch *out, struct err *err)
{
    *out = (struct scratch){.len = (size_t)len};
    if (path == NULL)
        return err_nomem(err);
    if (len == 0)
        return ST_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *p = fd < 0 ? MAP_FAILED : mmap(NULL, (size_t)len, PROT_READ, MAP_PRIVATE, fd, 0);
    int errnum = errno;
    if (fd >= 0)
        (void)close(fd);
    if (p == MAP_FAILED)
        return err_sys(err, ST_IO, errnum, "%s: cannot read", path);
    out->bytes = p;
    return ST_OK;
}

enum status scratch_map_docs(const struct chunk_done *chunk, enum chunk_file file, struct scratch *out,
                             struct scratch *docs, struct err *err)
{
    char *path = chunk_path(chunk, file), *docs_path = chunk_path(chunk, CHUNK_DOCS);
    enum status status = scratch_map(path, chunk->seals[file].len, out, err);
    if (status == ST_OK)
        status = scratch_map(docs_path, chunk->seals[CHUNK_DOCS].len, docs, err);
    free(path);
    free(docs_path);
    return status;
}

void scratch_unmap(struct scratch *s)
{
    if (s->bytes != NULL)
        (void)munmap((void *)(uintptr_t)s->bytes, s->len);
    *s = (struct scratch){0};
}
