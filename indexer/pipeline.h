/* pipeline.h - chunks on several threads, of files through their readers or of segments that are merged, appended to a
 * build in order. What comes out, what is named and in which order does not depend on the number of threads. It
 * publishes nothing. Governed by ARCHITECTURE.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_PIPELINE_H
#define VERBATIM_PIPELINE_H

#include <signal.h>

#include "indexer/files.h"
#include "indexer/intake.h"
#include "indexer/progress.h"
#include "indexer/reader.h"
#include "lib/base.h"
#include "lib/err.h"
#include "store/build.h"
#include "store/segment.h"

/* What one chunk is made of: a run of files, or of a segment's documents. */
struct pipeline_task {
    size_t first, end;             /* files, of which those of FILE_READ are read; or documents */
    uint64_t bytes, n_files;       /* to be read, as the walk saw them; or of text */
    bool vast;                     /* it has a file so large that only one such may be in memory */
    const struct segment *segment; /* borrowed; NULL: files */
    const uint32_t *dead;          /* borrowed; documents to leave out beside those dead already, ascending */
    size_t n_dead;
};

struct pipeline_tasks {
    struct pipeline_task *items; /* owned */
    size_t n, cap;
    uint64_t bytes, n_files;
};

/* Cut by sizes, the same way on every machine. False when memory ran out. */
bool pipeline_cut_files(struct pipeline_tasks *tasks, const struct file_list *files);
bool pipeline_cut_segment(struct pipeline_tasks *tasks, const struct segment *segment, const uint32_t *dead,
                          size_t n_dead);
void pipeline_tasks_release(struct pipeline_tasks *tasks); /* safe on a zeroed one */

/* Both are called in the order of the files, by the thread that runs the pipeline: a file's parts that are no
 * documents, then what became of it. A status other than ST_OK ends the run. */
typedef enum status pipeline_skipped(void *user, const struct pipeline_skip *skip, struct err *err);
typedef enum status pipeline_finished(void *user, const struct pipeline_result *result, struct err *err);

struct pipeline_options {
    unsigned jobs;                 /* threads, at least 1 */
    const struct file_list *files; /* borrowed; NULL when no task has files */
    bool follow;
    const struct options *options; /* for the filters */
    uint64_t max_file_size;            /* bytes of one document */
    uint64_t first_number;             /* of the chunks: one more for each task of the same build before */
    const volatile sig_atomic_t *stop; /* not 0: give up with ST_CANCELLED; NULL: never */
    struct progress *progress;
    pipeline_skipped *skipped;
    pipeline_finished *finished;
    void *user;
};

/* Does all tasks. The first failure, in their order, stops everything. */
enum status pipeline_run(const struct pipeline_tasks *tasks, struct build *build,
                         const struct pipeline_options *options, struct err *err);

/* What is said of a skip: "skipped: binary". */
const char *pipeline_skip_words(enum read_result why);

#endif
