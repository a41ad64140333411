/* vocab_part.h - the part `vocab`: its layout, opening and writing it. What it answers is in vocab.h.
 *
 *     blob                 the words in byte order, VOCAB_BLOCK of them a block. A block's first word: len:8 and
 *                          its bytes behind the eighth. Each other one: a byte of which the low half is how many
 *                          bytes it shares with the word before (15: a byte that says so follows) and the high half
 *                          how many of its own follow (0: a byte that says so follows); then those
 *     a key:64 a block     the first eight bytes of its first word, the very first highest, zeroes behind a short one
 *     an off:32 a block    where it begins in the blob
 *     single               a bit for each word in byte order, whole 64 of them, low first: it occurs once
 *     n_before:32          for each 512 of those bits: how many before them are set
 *     rank - 1             packed (packed.h), of each word that is not single, in byte order
 *     entry                packed, the place in byte order of the words of ranks 1 ... n_counted
 *     documents - 1        packed, of the same: as many bits as occurrences - 1 takes, 32 at most
 *     n_steps of rank:32   ascending: from this rank on words occur as often as the step says, to the next one
 *     n_steps of {occurrences:64 bit:64}      bit: where documents of that rank begin
 *     n:32 n_counted:32 n_steps:32 0:32 blob_len:64 documents_bits:64 0[32]      64 bytes
 *
 * Ranks run from 1 by falling occurrences, then by bytes: the first n_counted are of words that are not single, and
 * those behind are the single ones in byte order. Rank 0 is the boundary in `words` (words.h).
 * Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_VOCAB_PART_H
#define VERBATIM_VOCAB_PART_H

#include <string.h>

#include "lib/base.h"
#include "lib/bytes.h"
#include "lib/err.h"
#include "store/file.h"
#include "store/vocab.h"

#define VOCAB_KIND "vocab"
enum {
    VOCAB_FOOT_LEN = 64,
    VOCAB_BLOCK = 16,
    VOCAB_KEY_LEN = 8,
    VOCAB_STEP_LEN = 16,
    VOCAB_BITS = 512, /* of `single` for each n_before */
    VOCAB_NIBBLE = 15
};

struct vocab {
    struct file_map map;
    uint32_t n, n_counted, n_steps, n_blocks;
    unsigned rank_width, entry_width;
    const uint8_t *blob, *keys, *offs, *single, *n_before, *ranks, *entries, *documents, *step_ranks, *steps;
    uint64_t blob_len, documents_bits;
};

/* Bits of the number of documents of words that occur so often. */
static inline unsigned vocab_documents_width(uint64_t occurrences)
{
    return occurrences > UINT32_MAX ? 32 : 32 - (unsigned)__builtin_clz(((uint32_t)occurrences - 1) | 1);
}

/* The first bytes of a word as a number that compares as they do. */
static inline uint64_t vocab_key(const char *bytes, size_t len)
{
    unsigned char first[VOCAB_KEY_LEN] = {0};
    memcpy(first, bytes, len < sizeof first ? len : sizeof first);
    return __builtin_bswap64(bytes_get64(first));
}

enum status vocab_open(struct vocab *v, const char *path, struct err *err);
void vocab_release(struct vocab *v);
enum status vocab_check(const struct vocab *v, struct err *err); /* that words ascend and tables agree */

#endif
