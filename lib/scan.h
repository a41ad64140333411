/* scan.h - finding words and phrases in documents while they are compressed (etdc.h), with SIMD where there is some.
 * It knows codes and positions, not queries. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SCAN_H
#define VERBATIM_SCAN_H

#include "lib/base.h"

enum { SCAN_READABLE = 64 }; /* bytes that must be readable behind the end of every text given here */

/* Whole words in code: text[begin, end) with a byte before begin that is readable and has its top bit set. */
struct scan_text {
    const uint8_t *begin, *end;
};

/* What is looked for: one or more words in code, and where in it to look first. */
struct scan_needle {
    const uint8_t *code;
    size_t len;       /* bytes, at least 1 */
    size_t rare, too; /* offsets of two bytes of the code that are checked before the rest */
};

/* ranks: those of the words, to choose the rarest; code is borrowed. */
struct scan_needle scan_needle_of(const uint8_t *code, size_t len);

/* Positions, counted from 0 at begin. */
struct scan_positions {
    uint32_t *items; /* malloc'ed; the owner frees it */
    size_t n, cap;
};

/* Appends the position, plus base, of the first word of every occurrence, overlapping ones included, in order. False
 * when memory ran out. */
bool scan_find(struct scan_text text, const struct scan_needle *needle, uint32_t base, struct scan_positions *out);

/* How many occurrences there are. */
size_t scan_count(struct scan_text text, const struct scan_needle *needle);

/* Neighbours among the occurrences of two different words with codes of one byte, a and b: one of each, next to each
 * other in the order of all of them, with at most `distance` words between; if ordered, only a before b. Adds to n how
 * many there are, and to tightness for each of them 1 / (1 + words between). */
struct scan_near {
    uint32_t distance;
    bool ordered;
    size_t n;
    double tightness;
};
void scan_count_near(struct scan_text text, uint8_t a, uint8_t b, struct scan_near *near);

/* An occurrence: where its first byte is, counted from begin, and its position. */
struct scan_hit {
    uint32_t off, pos;
};
struct scan_hits {
    struct scan_hit *items; /* malloc'ed; the owner frees it */
    size_t n, cap;
};

/* As scan_find, with the places of occurrences. */
bool scan_find_hits(struct scan_text text, const struct scan_needle *needle, uint32_t base, struct scan_hits *out);

/* As scan_find, but only occurrences with at most `reach` words between them and one of the hits given (of another
 * needle, in order); it may find some that are a little further. Costs the bytes around the hits, not the text. */
bool scan_find_around(struct scan_text text, const struct scan_needle *needle, const struct scan_hit *hits,
                      size_t n_hits, uint32_t reach, struct scan_positions *out);

/* Appends base + the positions of all words whose rank has its bit set; a rank of n_bits or more is not in the set. */
bool scan_find_set(struct scan_text text, const uint64_t *bits, uint32_t n_bits, uint32_t base,
                   struct scan_positions *out);
/* As scan_find_set, with the places of occurrences. */
bool scan_find_set_hits(struct scan_text text, const uint64_t *bits, uint32_t n_bits, uint32_t base,
                        struct scan_hits *out);

#endif
