/* snapshot.h - one generation, opened for reading: everything is mapped and opened at once, nothing later by name.
 * Reference-counted and shared by threads. Governed by doc/index-format.md.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SNAPSHOT_H
#define VERBATIM_SNAPSHOT_H

#include "lib/base.h"
#include "lib/err.h"
#include "store/manifest.h"
#include "store/segment.h"

struct snapshot;

/* Opens the live generation for n_readers threads (each gets Xapian handles of its own). Headers, lengths and tables
 * are verified; with verify_all every byte of every part is. Without it, damage in a body is met while reading, and is
 * a status there, but for Xapian's part: its lists are safe to read only once its bytes were verified. A generation
 * replaced meanwhile is followed to the newest. ST_NOT_FOUND without an index, ST_DAMAGED, ST_VERSION. The caller gets
 * one reference. */
enum status snapshot_open(const char *index_dir, unsigned n_readers, bool verify_all, struct snapshot **out,
                          struct err *err);
struct snapshot *snapshot_ref(struct snapshot *s);
void snapshot_unref(struct snapshot *s); /* safe on NULL; the last one closes */

const struct manifest *snapshot_manifest(const struct snapshot *s);
size_t snapshot_segments(const struct snapshot *s);
const struct segment *snapshot_segment(const struct snapshot *s, size_t i);

/* Live documents of the whole index, and live words in them (for mean lengths). */
uint64_t snapshot_docs(const struct snapshot *s);
uint64_t snapshot_words(const struct snapshot *s);

/* Live statistics of a word over the whole index; zeroes when it is not there. places, which may be NULL, gets one for
 * each segment. */
struct snapshot_place {
    uint32_t rank;      /* in that segment; 0: it does not have the word */
    uint32_t documents; /* of the segment, dead ones included */
};
void snapshot_word_stats(const struct snapshot *s, const char *word, size_t len, uint64_t *documents,
                         uint64_t *occurrences, struct snapshot_place *places);

/* Verifies every byte of Xapian's part of each segment: afterwards a damaged index gives errors, and nothing worse. It
 * is read by name again (ST_NOT_FOUND when it is no longer there). */
enum status snapshot_verify_lists(const struct snapshot *s, struct err *err);

/* Verifies every byte of an opened generation, in the files that it has open; only Xapian's part is read by name again
 * (ST_NOT_FOUND when it is no longer there). */
enum status snapshot_verify(const struct snapshot *s, struct err *err);

/* Verifies every byte of the live generation: ST_OK only if whole. */
enum status snapshot_check(const char *index_dir, struct err *err);

#endif
