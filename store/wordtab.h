/* wordtab.h - the words met while building, numbered 0, 1, 2 ... as they come, with what is counted of each: of one
 * chunk, or of the segment that chunks are joined into. A hash table with linear probing, in memory. It does not know
 * ranks or files. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_WORDTAB_H
#define VERBATIM_WORDTAB_H

#include "lib/base.h"

struct wordtab_word {
    uint64_t occurrences;
    uint32_t off; /* in strings: its length, a byte, and its bytes */
    uint32_t documents;
    uint32_t doc;    /* chunk: the last document that held it, counted from 1 */
    uint32_t in_doc; /* chunk: occurrences there, in `occurrences` only once the document has ended */
};

/* 12 bytes, so that more of them fit the processor's cache. */
struct wordtab_slot {
    uint8_t key[8];  /* of a word of up to 8 bytes those, filled up with zeroes; of another one a zero and a hash */
    uint32_t number; /* number + 1; 0: free */
};

struct wordtab {
    struct wordtab_word *words; /* owned; n of them */
    size_t n, cap;
    char *strings; /* owned */
    size_t strings_len, strings_cap;
    struct wordtab_slot *slots; /* owned */
    size_t n_slots;             /* a power of two */
    unsigned shift;             /* leaves the bits of a slot's number */
};

enum { WORDTAB_NONE = -1 };

/* Number of a word of 1..255 bytes, none of them NUL, added when it is new; WORDTAB_NONE when memory ran out. */
int64_t wordtab_add(struct wordtab *t, const char *bytes, size_t len);
/* Number of a word that is there; WORDTAB_NONE otherwise. Not on a settled table. */
int64_t wordtab_find(const struct wordtab *t, const char *bytes, size_t len);
/* Words to be added together: each may cost several misses of the cache, which then run side by side. */
enum { WORDTAB_BATCH = 32, WORDTAB_BATCH_BYTES = 96 /* of a word */, WORDTAB_READABLE = 8 };
struct wordtab_batch {
    size_t n;
    uint64_t keys[WORDTAB_BATCH];
    uint32_t numbers[WORDTAB_BATCH]; /* once they are added */
    uint8_t lens[WORDTAB_BATCH];
    char bytes[WORDTAB_BATCH][WORDTAB_BATCH_BYTES];
};
/* Puts a word of 1..WORDTAB_BATCH_BYTES bytes, of which WORDTAB_READABLE can be read, into a batch that is not full. */
void wordtab_put(const struct wordtab *t, struct wordtab_batch *batch, const char *bytes, size_t len);
/* Adds them as wordtab_add does, one after the other; false when memory ran out. The caller empties the batch. */
bool wordtab_add_batch(struct wordtab *t, struct wordtab_batch *batch);

/* The bytes of a word, until the next is added; WORDTAB_READABLE of them can be read. */
const char *wordtab_bytes(const struct wordtab *t, size_t number, size_t *len);
/* Gives back what only adding needs; adding makes it again. */
void wordtab_settle(struct wordtab *t);
/* Bytes that it uses. */
size_t wordtab_memory(const struct wordtab *t);
void wordtab_release(struct wordtab *t); /* safe on a zeroed one */

#endif
