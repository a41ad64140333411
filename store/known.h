/* known.h - the files that an index knows: what each looked like when it was read and what became of it, so that the
 * next run reads only what is new or has changed. The file files-GENERATION, one for each generation:
 *
 *     limit:64                    the largest document allowed when it was written, in bytes
 *     for each file, ascending by the bytes of its path:
 *         shared:varint rest_len:varint rest       the path: so many bytes of the one before, and what follows them
 *         hash[8]                                  XXH3-64 of its bytes; zeroes without documents
 *         outcome + 8 unsure + 16 made + 32 usual:8
 *         size:varint
 *         mtime inode, each a varint               how far from that of the file before, zigzag-coded; ns since 1970
 *         unless it is usual: stamp n_docs n_parts n_skipped, each a varint; usual is one document by the path of the
 *             file and the stamp of the file before
 *     files:64 docs:64 skipped parts:64, files for each outcome but the first:64, zeroes       64 bytes: the sums
 *
 * It knows neither roots nor segments. Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_KNOWN_H
#define VERBATIM_KNOWN_H

#include "lib/base.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "store/file.h"
#include "store/manifest.h"

#define KNOWN_KIND "files"
enum { KNOWN_HASH_LEN = 8 };

enum known_outcome { KNOWN_READ, KNOWN_BINARY, KNOWN_TOO_LARGE, KNOWN_BROKEN, KNOWN_UNREADABLE, KNOWN_OUTCOMES };
/* "binary", "too-large" ...; for KNOWN_READ "read". */
const char *known_outcome_name(enum known_outcome outcome);

struct known_file {
    const char *path; /* as stored; borrowed until the next call */
    size_t path_len;
    uint64_t size;
    int64_t mtime_ns;
    uint64_t inode;
    const uint8_t *hash; /* KNOWN_HASH_LEN bytes, borrowed from the table for its life */
    uint32_t stamp;      /* of the readers that read it: others may read it otherwise */
    uint32_t n_docs;     /* documents it gave, whatever the outcome */
    uint32_t n_parts;    /* 0: its document has its path; otherwise they are some of PATH/1 ... PATH/n_parts */
    uint32_t n_skipped;  /* parts that are no documents */
    enum known_outcome outcome;
    bool unsure;          /* it was read so soon after its last change that another may not show */
    bool made;            /* its text is not its bytes, but unpacked or made of them: the limit is about that */
    const uint8_t *entry; /* as it stands in the table that it was read from, borrowed for its life, for known_copy */
    size_t entry_len;
};

struct known_sums {
    uint64_t files, docs, skipped_parts;
    uint64_t outcomes[KNOWN_OUTCOMES]; /* files; that of KNOWN_READ is what the others leave */
};
/* Files and parts that are no documents. */
uint64_t known_skipped(const struct known_sums *sums);

/* ---- writing -------------------------------------------------------------------------------------------------- */

/* Of the file before, which the next one differs from. */
struct known_before {
    uint64_t mtime_ns, inode;
    uint32_t stamp;
};

struct known_writer {
    struct file_writer file;
    struct known_sums sums;
    struct buf path; /* of the file before */
    struct known_before before;
    struct buf bytes;
    const uint8_t *copied; /* where the entry copied last ends in its table; NULL: none was */
};

enum status known_create(struct known_writer *w, const char *index_dir, uint64_t generation, uint64_t limit,
                         struct err *err);
/* Paths must ascend. Sticky. */
void known_put(struct known_writer *w, const struct known_file *file);
/* Puts what known_next gave, as it was given: bytes are copied where the file before stood before it there, too. */
void known_copy(struct known_writer *w, const struct known_file *file);
/* Ends the file and names it in the manifest to be. */
enum status known_finish(struct known_writer *w, struct manifest *manifest, struct err *err);
void known_writer_release(struct known_writer *w); /* safe on a zeroed one; the file stays */

/* ---- reading -------------------------------------------------------------------------------------------------- */

struct known {
    struct file_map map;
    uint64_t limit;
    struct known_sums sums;
};

/* Opens the table that a manifest names. verify: every byte of it, which reading its files needs. */
enum status known_open(struct known *k, const char *index_dir, const struct manifest *manifest, bool verify,
                       struct err *err);
void known_close(struct known *k); /* safe on a zeroed one */

/* Reads the files in order; several may read one table. Zeroed but for known at first. */
struct known_cursor {
    const struct known *known;
    size_t at;
    uint64_t n;
    struct buf path;
    struct known_before before;
};
/* ST_END behind the last one. */
enum status known_next(struct known_cursor *c, struct known_file *out, struct err *err);
void known_cursor_release(struct known_cursor *c);

/* Whether every byte makes sense. */
enum status known_check(const struct known *k, struct err *err);

#endif
