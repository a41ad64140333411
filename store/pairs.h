/* pairs.h - the part `pairs`: which pairs of adjacent words each block of the part `words` may hold, and which
 * documents begin in it. A block is PAIRS_BLOCK bytes of codes, whatever documents they are of.
 *
 *     groups of at most PAIRS_GROUP blocks: PAIRS_ROWS rows of row_len bytes; bit b % 8 of byte b / 8 of row r is set
 *         when a pair of words of whose PAIRS_HASHES rows r is one begins in block b of the group, or is one of the
 *         PAIRS_OVERLAP pairs before those. row_len is 8 for each 64 blocks or part of them
 *     n_blocks + 1 of first_doc:32    the first document that begins in the block or behind it
 *     n_docs of start:16              where in its block a document begins
 *     n_blocks:32 n_docs:32 0[8]      16 bytes
 *
 * It is a Bloom filter for each block, cut into rows: ANDing the rows of a phrase's pairs leaves the blocks
 * that are worth scanning, 64 at a time (Goodwin et al., "BitFunnel: Revisiting signatures for search", SIGIR 2017).
 * A phrase is looked for in the block where its last pair begins; the overlap holds the pairs before.
 * Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_PAIRS_H
#define VERBATIM_PAIRS_H

#include "lib/base.h"
#include "lib/err.h"
#include "lib/etdc.h"
#include "store/file.h"

#define PAIRS_KIND "pairs"
enum {
    PAIRS_BLOCK = 512,
    PAIRS_ROW_BITS = 11,
    PAIRS_ROWS = 1 << PAIRS_ROW_BITS,
    PAIRS_HASHES = 3,
    PAIRS_GROUP = 32768,
    PAIRS_OVERLAP = 8,
    PAIRS_TAIL_LEN = 16
};

/* Codes as numbers: their bytes, the first one lowest, filled up with zeroes. */
static inline uint32_t pairs_code(uint32_t rank)
{
    uint8_t bytes[ETDC_MAX_BYTES] = {0};
    (void)etdc_put(bytes, rank);
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* The rows of a pair, in as many bits each, one behind the other. */
static inline uint64_t pairs_hash(uint32_t first_code, uint32_t second_code)
{
    uint64_t mixed = ((uint64_t)first_code << 32 | second_code) * UINT64_C(0x9e3779b97f4a7c15);
    return (mixed ^ mixed >> 32) * UINT64_C(0xd6e8feb86659fd93) >> (64 - PAIRS_HASHES * PAIRS_ROW_BITS);
}

static inline uint32_t pairs_row_of(uint64_t hash, unsigned i)
{
    return (uint32_t)(hash >> i * PAIRS_ROW_BITS) % PAIRS_ROWS;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

struct pairs_writer {
    struct file_writer file;
    uint64_t *lanes; /* owned; by row, of the 64 blocks at hand */
    uint64_t *group; /* owned; the columns of the group at hand, one after the other, and room for a few rows */
    uint64_t block;  /* at hand */
    uint64_t recent[PAIRS_OVERLAP]; /* the pairs added last, hashed */
    uint32_t n_recent;
    uint32_t code; /* of the word before; 0: none */
    uint64_t off;  /* of that word */
    uint32_t *first_docs; /* owned */
    size_t n_first_docs, first_docs_cap;
    uint16_t *starts; /* owned */
    size_t n_starts, starts_cap;
};

enum status pairs_create(struct pairs_writer *w, const char *path, struct err *err);
void pairs_release(struct pairs_writer *w); /* safe on a zeroed one */
/* A document's words begin at off. */
void pairs_doc(struct pairs_writer *w, uint64_t off);
enum status pairs_finish(struct pairs_writer *w, uint64_t words_len, struct file_seal *seal, struct err *err);

/* The next word does not follow the one before. */
static inline void pairs_break(struct pairs_writer *w)
{
    w->code = 0;
    w->n_recent = 0;
}

static inline void pairs_set(struct pairs_writer *w, uint64_t hash)
{
    for (unsigned i = 0; i < PAIRS_HASHES; i++)
        w->lanes[pairs_row_of(hash, i)] |= UINT64_C(1) << w->block % 64;
}

/* The next n words: their codes, and where those stand. */
void pairs_words(struct pairs_writer *w, const uint32_t *codes, const uint64_t *offs, size_t n);

/* ---- reading ---------------------------------------------------------------------------------------------------- */

struct pairs {
    struct file_map map;
    uint32_t n_blocks, n_docs;
    const uint8_t *first_docs, *starts;
};

/* words_len: bytes of codes; n_docs: of the segment. */
enum status pairs_open(struct pairs *p, const char *path, uint64_t words_len, uint32_t n_docs, struct err *err);
void pairs_release_map(struct pairs *p);
/* Sets the bits of blocks that all of n >= 1 rows have, clears the others; bits: one a block, whole words. */
void pairs_and(const struct pairs *p, const uint32_t *rows, size_t n, uint64_t *bits);
bool pairs_has(const struct pairs *p, uint32_t row, uint32_t block);
/* The documents [*first, *last] that have codes in a block. */
void pairs_docs_of(const struct pairs *p, uint64_t block, uint32_t *first, uint32_t *last);
/* The document that the byte at off of the words belongs to. */
uint32_t pairs_doc_of(const struct pairs *p, uint64_t off);

#endif
