/* tombs.h - tombstones: which documents of a segment are dead in a generation, and what that takes away from the
 * statistics. The file del-GENERATION-ID:
 *
 *     docs:32 dead_docs:32 dead_words:64 vocab_size:32 n_stats:32 checksum of the segment:32 0:32     32 bytes
 *     a bit per document, low bits first, 1 when dead; whole groups of 8 bytes
 *     n_stats of {i:32 documents:32 occurrences:64}, i ascending: the i-th word of the vocabulary loses so much
 *
 * The segment itself is never changed; the file serves later generations too while no more of the segment dies.
 * Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_TOMBS_H
#define VERBATIM_TOMBS_H

#include "lib/base.h"
#include "lib/err.h"
#include "store/file.h"
#include "store/manifest.h"
#include "store/segment.h"

#define TOMBS_KIND "tombs"
enum { TOMBS_HEAD_LEN = 32, TOMBS_STAT_LEN = 16 };

/* Writes the tombstones of a generation to come for one segment: dead lists documents, ascending, none twice, n at
 * least 1, those that are dead already included. Sets what the entry, for its manifest, says of the dead. */
enum status tombs_write(const char *index_dir, uint64_t generation, const struct segment *segment, const uint32_t *dead,
                        size_t n, struct manifest_segment *entry, struct err *err);

/* ---- reading, for segment.c ------------------------------------------------------------------------------------ */

struct tombs {
    struct file_map map; /* zeroed: nothing is dead */
    uint32_t docs, dead_docs, n_stats;
    uint64_t dead_words;
    const uint8_t *bits, *stats;
};

/* entry is what the manifest says of the segment, vocab_size of its vocabulary. */
enum status tombs_open(struct tombs *t, const char *index_dir, const struct manifest_segment *entry,
                       uint32_t vocab_size, struct err *err);
void tombs_release(struct tombs *t);
bool tombs_has(const struct tombs *t, uint32_t doc);
void tombs_stats(const struct tombs *t, uint32_t i, uint32_t *documents, uint64_t *occurrences);
/* The k-th of the words that lose something, k < n_stats. */
uint32_t tombs_word(const struct tombs *t, uint32_t k, uint32_t *documents, uint64_t *occurrences);
enum status tombs_check(const struct tombs *t, uint32_t vocab_size, struct err *err);

#endif
