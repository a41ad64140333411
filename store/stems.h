/* stems.h - the part `stems`: which words have a stem, for queries that ask for all words of one.
 *
 *     n of {hash of stem:32 entry:32}, ascending      one for each word that is not a long one; entry: its place in the
 *                                                     byte order of the vocabulary
 *
 * A hash is CRC-32 of the stem in the index's language; two stems may share one, so whoever asks stems the words found.
 * Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_STEMS_H
#define VERBATIM_STEMS_H

#include "lib/base.h"
#include "lib/err.h"
#include "store/file.h"
#include "store/vocab_part.h"

#define STEMS_KIND "stems"
enum { STEMS_PAIR_LEN = 8 };

/* Writes the stems of all words of a vocabulary. language: as shim_stemmer_new takes it. */
enum status stems_write(const struct vocab *vocab, const char *language, const char *path, struct file_seal *seal,
                        struct err *err);

struct stems {
    struct file_map map;
    uint32_t n;
};

enum status stems_open(struct stems *s, const char *path, struct err *err);
void stems_release(struct stems *s);

/* The pairs of a stem are numbers [*from, *to). */
void stems_find(const struct stems *s, const char *stem, size_t len, uint32_t *from, uint32_t *to);
/* The word of a pair, as its place in the byte order; at most what the file says, which may be damaged. */
uint32_t stems_entry(const struct stems *s, uint32_t pair);

#endif
