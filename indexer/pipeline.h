/* pipeline.h - files -> readers -> chunks -> build, on several threads. What comes out, the skips and their order
 * included, does not depend on the number of threads. It publishes nothing.
 * Governed by ARCHITECTURE.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_PIPELINE_H
#define VERBATIM_PIPELINE_H

#include <signal.h>

#include "indexer/files.h"
#include "indexer/progress.h"
#include "indexer/reader.h"
#include "lib/base.h"
#include "lib/err.h"
#include "store/build.h"

/* A file that was not indexed, or not whole. */
struct pipeline_skip {
    size_t file;
    const char *part; /* the stored path of the one part that was not, NUL-terminated, or NULL */
    enum read_result why;
    int errnum;         /* of READ_UNREADABLE */
    const char *detail; /* more about it, or NULL */
};

/* Called in the order of the files, by the thread that runs the pipeline. A status other than ST_OK ends the run. */
typedef enum status pipeline_skipped(void *user, const struct pipeline_skip *skip, struct err *err);

struct pipeline_options {
    unsigned jobs; /* threads that read, at least 1 */
    bool follow;
    uint64_t max_file_size;            /* bytes of one document */
    const volatile sig_atomic_t *stop; /* not 0: give up with ST_CANCELLED; NULL: never */
    struct progress *progress;
    pipeline_skipped *skipped;
    void *user;
};

/* Reads all files into the build. The first failure, in the order of the files, stops everything. */
enum status pipeline_run(const struct file_list *files, struct build *build, const struct pipeline_options *options,
                         struct err *err);

#endif
