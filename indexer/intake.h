/* intake.h - one file into a chunk: opened, compared with what is known of it, read, and what became of it noted. The
 * room belongs to one thread. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_INTAKE_H
#define VERBATIM_INTAKE_H

#include <signal.h>

#include "indexer/files.h"
#include "indexer/reader.h"
#include "lib/arena.h"
#include "lib/base.h"
#include "lib/err.h"
#include "store/build.h"
#include "store/known.h"

/* What became of a file. */
struct pipeline_result {
    size_t file;
    enum read_result why; /* about the file as a whole; documents may have been given all the same */
    bool unchanged;       /* the index has its documents as they are; none was given */
    int errnum;           /* of READ_UNREADABLE */
    const char *detail;   /* more about why, or NULL */
    uint64_t size;        /* of the file that was opened, as the next two; of the one found when none was */
    int64_t mtime_ns;
    uint64_t inode;
    bool unsure, made;            /* as in known.h */
    uint8_t hash[KNOWN_HASH_LEN]; /* zeroes when it gave no documents */
    uint32_t n_docs, n_parts, n_skipped;
};

/* A part of a file that is no document. */
struct pipeline_skip {
    size_t file;
    const char *part; /* its stored path, NUL-terminated */
    enum read_result why;
    const char *detail; /* more about it, or NULL */
};

struct intake_notes {
    struct pipeline_result *results; /* in order of files */
    size_t n_results, results_cap;
    struct pipeline_skip *skips;
    size_t n_skips, skips_cap;
    struct arena words; /* of both */
};

void intake_notes_clear(struct intake_notes *notes);
void intake_notes_release(struct intake_notes *notes); /* safe on a zeroed one */

struct intake {
    const struct file_list *files; /* borrowed, as stop */
    bool follow;
    const struct options *options; /* borrowed; NULL: no filters */
    uint64_t max_file_size;
    const volatile sig_atomic_t *stop; /* may be NULL */
    struct reader_room room;
    struct input input;
    struct buf open_path, stored_path, bytes;
};

/* Reads one file. Only what ends the run is a failure. */
enum status intake_file(struct intake *in, size_t file, struct chunk *chunk, struct intake_notes *notes,
                        struct err *err);
/* Whether a file has the bytes that the index has of it; nothing is read into anything. */
enum status intake_compare(struct intake *in, size_t file, bool *same, struct err *err);
void intake_release(struct intake *in); /* safe on a zeroed one */

#endif
