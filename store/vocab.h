/* vocab.h - a segment's words, sorted by bytes, each with its rank by frequency and its statistics. Read-only after
 * opening; threads may share it. Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_VOCAB_H
#define VERBATIM_VOCAB_H

#include "lib/base.h"
#include "lib/token.h"

struct vocab; /* opened as a part of a segment (vocab_part.h) */

enum { VOCAB_WORD_MAX = TOKEN_BYTES_MAX }; /* bytes of a word */

struct vocab_word {
    uint32_t rank;        /* from 1; its code in the word store is etdc_put(rank) */
    uint32_t documents;   /* of this segment that hold it, dead ones included */
    uint64_t occurrences; /* in them */
};

uint32_t vocab_size(const struct vocab *v);
/* Of the i-th word in byte order; i < vocab_size. */
struct vocab_word vocab_at(const struct vocab *v, uint32_t i);
/* The bytes of the i-th word, not NUL-terminated; returns how many. */
size_t vocab_bytes(const struct vocab *v, uint32_t i, char bytes[VOCAB_WORD_MAX]);

/* Words one after the other: the cheap way to look at many. */
struct vocab_cursor {
    uint32_t i; /* the word in bytes, once vocab_next said so */
    size_t len;
    char bytes[VOCAB_WORD_MAX];
    const struct vocab *vocab;
    const uint8_t *at;
    uint32_t next;
};
/* So that vocab_next gives the i-th word next; i may be vocab_size. */
void vocab_seek(struct vocab_cursor *c, const struct vocab *v, uint32_t i);
/* False behind the last word. */
bool vocab_next(struct vocab_cursor *c);
/* Passes over the words behind the one in bytes that begin with its first len bytes, len > 0: vocab_next gives the
 * first that does not. What is in bytes is no word until then. */
void vocab_pass(struct vocab_cursor *c, size_t len);

/* Index of the first word that is not less than the bytes; vocab_size when there is none. */
uint32_t vocab_lower_bound(const struct vocab *v, const char *bytes, size_t len);
/* Index of the word, or -1. */
int64_t vocab_find(const struct vocab *v, const char *bytes, size_t len);
/* Index in byte order of the word of a rank; vocab_size for what is no word's rank. Ranks run from 1 to vocab_size;
 * rank 0 stands for the boundary between fields and documents and is no word. */
uint32_t vocab_of_rank(const struct vocab *v, uint32_t rank);

#endif
