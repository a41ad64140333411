/* stems.h - the part `stems`: which words have a stem, for queries that ask for all words of one.
 *
 *     n of lacks:3, packed (packed.h)    for each word in the byte order of the vocabulary: its stem is the word
 *                                        without so many of its last bytes; STEMS_ODD: it is another, or the word is a
 *                                        long one
 *     n_odd of hash << w | entry, packed, ascending, 16 + w bits each: the odd ones that have a stem. w: packed_width
 *                                        of n; entry: the place in that order; hash: see below
 *     n:32 n_odd:32                      8 bytes
 *
 * A hash is the upper half of the CRC-32 of the stem in the index's language; stems may share one, so whoever asks
 * stems the words found. Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_STEMS_H
#define VERBATIM_STEMS_H

#include "lib/base.h"
#include "lib/err.h"
#include "store/file.h"
#include "store/vocab_part.h"

#define STEMS_KIND "stems"
enum { STEMS_FOOT_LEN = 8, STEMS_LACKS_BITS = 3, STEMS_HASH_BITS = 16 };
enum { STEMS_ODD = (1 << STEMS_LACKS_BITS) - 1 };

/* Writes the stems of all words of a vocabulary. language: as shim_stemmer_new takes it. */
enum status stems_write(const struct vocab *vocab, const char *language, const char *path, struct file_seal *seal,
                        struct err *err);

struct stems {
    struct file_map map;
    uint32_t n, n_odd;
    unsigned entry_width;
    const uint8_t *lacks, *odd;
};

/* n: words of the vocabulary. */
enum status stems_open(struct stems *s, const char *path, uint32_t n, struct err *err);
void stems_release(struct stems *s);
enum status stems_check(const struct stems *s, struct err *err);

/* What the word at a place < n lacks, or STEMS_ODD. */
unsigned stems_lacks(const struct stems *s, uint32_t entry);
/* The odd words that may have a stem are numbers [*from, *to). */
void stems_find(const struct stems *s, const char *stem, size_t len, uint32_t *from, uint32_t *to);
/* The odd word of a number, as its place in the byte order; at most what the file says, which may be damaged. */
uint32_t stems_entry(const struct stems *s, uint32_t number);

#endif
