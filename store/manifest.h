/* manifest.h - what a generation consists of: the file gen-NNNNNNNN, and `current`, which names the live one.
 *
 * A manifest is text, a line a fact, and ends in a checksum of all before it, so that people can read it and a cut or
 * changed one is refused. Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_MANIFEST_H
#define VERBATIM_MANIFEST_H

#include "lib/arena.h"
#include "lib/base.h"
#include "lib/err.h"

enum { MANIFEST_FORMAT = 6 }; /* the version of the whole index format */

struct manifest_root {
    const char *name; /* as it begins stored paths; "" for "." */
    const char *path; /* absolute, where it was */
};

struct manifest_segment {
    char id[40];       /* its folder is seg-<id> */
    uint32_t checksum; /* of the segment's own list of parts */
    uint32_t docs, dead_docs;
    uint64_t words, dead_words; /* positions in documents, separate titles included */
    uint64_t tombs_generation;  /* its tombstones are those that this generation wrote; 0: nothing is dead */
};

struct manifest {
    struct arena arena; /* owns every pointer below */
    uint64_t generation;
    int64_t published; /* seconds since 1970 UTC */
    const char *language;
    struct manifest_root *roots;
    size_t n_roots;
    struct manifest_segment *segments;
    size_t n_segments;
    uint64_t skipped; /* documents that could not be indexed, now */
    uint64_t files_len; /* bytes of its files-<generation> (known.h) ... */
    uint32_t files_checksum;
};

void manifest_release(struct manifest *m); /* safe on a zeroed one */

/* Reads `current`: ST_NOT_FOUND when the folder does not exist or has no such file, ST_DAMAGED when the file does not
 * name a generation. */
enum status manifest_current(const char *index_dir, uint64_t *generation, struct err *err);

/* Reads and checks the manifest of one generation; m is zeroed or released. */
enum status manifest_read(const char *index_dir, uint64_t generation, struct manifest *m, struct err *err);
/* Of a manifest of any format no more than roots and language, the rest zero; another status than ST_OK when it does
 * not tell them. */
enum status manifest_read_roots(const char *index_dir, uint64_t generation, struct manifest *m, struct err *err);

/* Writes gen-<generation>; it is neither synced nor live yet. */
enum status manifest_write(const char *index_dir, const struct manifest *m, struct err *err);

/* Renames a new `current`, synced, over the old one and syncs the folder. What it leads to must have been synced. */
enum status manifest_publish(const char *index_dir, uint64_t generation, struct err *err);

#endif
