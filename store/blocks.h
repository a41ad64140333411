/* blocks.h - the part `blocks`: which blocks of a long document hold a word. Long documents are those of at least
 * BLOCKS_LONG words; a block is BLOCKS_LEN bytes of the part `words`, counted from its beginning, and the blocks that a
 * long document has codes in are numbered on from those of the long document before it.
 *
 *     groups of at most BLOCKS_GROUP blocks: for each word that stands in one, ascending in rank
 *         rank:varint, less that of the word before    len * 2 + is_bits:varint    len bytes: numbers of blocks in the
 *             group, the first as it is and each other less the one before and 1, varints; or a bit a block. len 0: in
 *             nearly all, and not told which
 *     group after group: {rank:32 off:32} of each BLOCKS_STEP-th word: the rank before it; where in the group it stands
 *     for each group {end:64 n_steps:32 0:32}: where its words end in the body, entries of the table above
 *     for each long document {doc:32 block:32}: its first block
 *     n_blocks:32 n_long:32 0[8]                            16 bytes
 *
 * The words of the lowest ranks, up to BLOCKS_EVERYWHERE, stand in nearly all blocks and are left out.
 *
 * Short documents need none of it: that they hold a word says nearly as much, and the inverted index tells.
 * Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_BLOCKS_H
#define VERBATIM_BLOCKS_H

#include "lib/base.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/etdc.h"
#include "store/file.h"

#define BLOCKS_KIND "blocks"
enum {
    BLOCKS_LEN = 256,
    BLOCKS_LONG = 4096, /* words of a document */
    BLOCKS_GROUP = 32768,
    BLOCKS_STEP = 32,
    BLOCKS_EVERYWHERE = 15,
    BLOCKS_GROUP_LEN = 16, /* bytes of entries of tables */
    BLOCKS_STEP_LEN = 8,
    BLOCKS_DOC_LEN = 8,
    BLOCKS_TAIL_LEN = 16
};

/* ---- writing ---------------------------------------------------------------------------------------------------- */

struct blocks_writer {
    struct file_writer file;
    bool in_long;    /* the document at hand is long */
    uint64_t behind; /* number of a block of codes less that of the long document's block there, modulo 2^64 */
    uint32_t n_blocks; /* of long documents so far */
    uint32_t group;    /* at hand */
    uint32_t n_ranks;
    uint32_t *last;  /* owned, once there is a long document; by rank: the block it was noted in last, plus 1; while a
                      * group is written, where its blocks end in `sorted` */
    uint32_t *ranks; /* owned; of words in the blocks of the group, block after block, each once */
    size_t n, cap;
    uint32_t *ends; /* owned; for each block of the group, where its words end */
    uint16_t *sorted; /* owned; the blocks of each word */
    size_t sorted_cap;
    struct buf list;                /* of one word */
    struct buf steps, groups, docs; /* tables */
};

/* Ranks are at most max_rank. */
enum status blocks_create(struct blocks_writer *w, const char *path, uint32_t max_rank, struct err *err);
void blocks_release(struct blocks_writer *w); /* safe on a zeroed one */
/* A document of n_words begins at off, where the one before ended. */
void blocks_doc(struct blocks_writer *w, uint32_t doc, uint64_t off, uint64_t n_words);
/* It ends at off. */
void blocks_doc_end(struct blocks_writer *w, uint64_t off);
/* The document's next n words: their ranks, and where their codes stand. */
void blocks_words(struct blocks_writer *w, const uint32_t *ranks, const uint64_t *offs, size_t n);
enum status blocks_finish(struct blocks_writer *w, struct file_seal *seal, struct err *err);

/* ---- reading ---------------------------------------------------------------------------------------------------- */

struct blocks {
    struct file_map map;
    uint32_t n_blocks, n_long, n_groups;
    const uint8_t *steps, *groups, *docs; /* tables */
};

enum status blocks_open(struct blocks *b, const char *path, struct err *err);
void blocks_release_map(struct blocks *b);
/* The blocks [*first, *first + *n) of a document; false when it is not long. */
bool blocks_of_doc(const struct blocks *b, uint32_t doc, uint32_t *first, uint32_t *n);
/* Sets the bits of the blocks that may hold a word; bits: one a block, whole words. */
void blocks_or(const struct blocks *b, uint32_t rank, uint64_t *bits);
/* Tells what a group's lists say, whole: blocks counted from its first, BLOCKS_GROUP for a word that is nearly
 * everywhere. False when they are damaged. */
bool blocks_walk(const struct blocks *b, uint32_t group, void (*tell)(void *arg, uint32_t rank, uint32_t block),
                 void *arg);
/* The i-th long document and its blocks. */
uint32_t blocks_at(const struct blocks *b, uint32_t i, uint32_t *first, uint32_t *n);

#endif
