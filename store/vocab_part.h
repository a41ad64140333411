/* vocab_part.h - the part `vocab`: its layout, opening and writing it. What it answers is in vocab.h.
 *
 *     n:32 n_counted:32 n_steps:32 0:32 blob_len:64 0[40]      64 bytes
 *     n + 1 of off:32      where each word begins in the blob, in byte order of words, and where the last one ends
 *     n of rank:32         of each word, in the same order
 *     n of entry:32        the place in that order of the word of rank 1, 2, 3 ... n
 *     n_counted of documents:32      of ranks 1, 2, 3 ...; the ranks behind occur once, in one document
 *     n_steps of {rank:32 occurrences:64}, rank ascending: from this rank on words occur so often, to the next step
 *     blob_len bytes of words
 *
 * Ranks run from 1 by falling occurrences, then by bytes; rank 0 is the boundary in `words` (words.h).
 * Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_VOCAB_PART_H
#define VERBATIM_VOCAB_PART_H

#include "lib/base.h"
#include "lib/err.h"
#include "store/file.h"
#include "store/vocab.h"

#define VOCAB_KIND "vocab"
enum { VOCAB_HEAD_LEN = 64, VOCAB_STEP_LEN = 12 };

struct vocab {
    struct file_map map;
    uint32_t n, n_counted, n_steps;
    const uint8_t *offs, *ranks, *entries, *documents, *steps;
    const char *blob;
    uint64_t blob_len;
};

enum status vocab_open(struct vocab *v, const char *path, struct err *err);
void vocab_release(struct vocab *v);
enum status vocab_check(const struct vocab *v, struct err *err); /* that words ascend and tables agree */

#endif
