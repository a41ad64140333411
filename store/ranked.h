/* ranked.h - ranking a segment's words by how often they occur, giving each its code, and writing them as the part
 * `vocab` (vocab_part.h). SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_RANKED_H
#define VERBATIM_RANKED_H

#include "lib/err.h"
#include "lib/radix.h"
#include "store/file.h"
#include "store/wordtab.h"

/* All owned; zeroed at first. Numbers are those of words in the table, entries their places in byte order. */
struct ranked {
    const struct wordtab *words; /* borrowed */
    uint32_t n, n_counted;       /* words, and those of them that occur more than once */
    struct radix_item *by_rank;  /* .key: occurrences, .a: number, .b: entry */
    uint32_t *rank_of;           /* by entry */
    uint32_t *codes;             /* by number, ready to be copied: 4 bytes, of which those up to the one with its top
                                    bit set count */
};

enum status rank_words(const struct wordtab *words, struct ranked *out, struct err *err);
void ranked_release(struct ranked *r);

enum status vocab_write(const struct ranked *r, const char *path, struct file_seal *seal, struct err *err);

#endif
