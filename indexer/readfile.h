/* readfile.h - the bytes of one file into a buffer. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_READFILE_H
#define VERBATIM_READFILE_H

#include "indexer/reader.h"
#include "lib/buf.h"

struct readfile {
    struct buf bytes; /* reused; borrowed until the next read */
    int64_t mtime;    /* seconds since 1970 UTC, of the file that was opened */
    int errnum;       /* of READ_UNREADABLE */
};

/* Reads a regular file of at most max_size bytes. follow: the path may end in a symbolic link. Of a binary file
 * (charset.h) not much more is read than tells so. */
enum read_result readfile_read(struct readfile *f, const char *path, bool follow, uint64_t max_size);
void readfile_release(struct readfile *f);
void readfile_shrink(struct readfile *f);

#endif
