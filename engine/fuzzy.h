/* fuzzy.h - which words are within one or two edits of another? Levenshtein distance on characters, over words in byte
 * order, so that what neighbours begin with is judged once and hopeless beginnings are skipped.
 * V. I. Levenshtein, "Binary codes capable of correcting deletions, insertions and reversals", 1966.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_FUZZY_H
#define VERBATIM_FUZZY_H

#include "lib/base.h"

enum { FUZZY_MAX_CHARS = 96 };

struct fuzzy {
    int32_t chars[FUZZY_MAX_CHARS]; /* of the word looked for */
    size_t n;
    unsigned edits;
    int32_t last[FUZZY_MAX_CHARS]; /* of the word judged last ... */
    size_t n_rows;                 /* ... and so many rows of its table are known */
    uint8_t rows[FUZZY_MAX_CHARS + 1][FUZZY_MAX_CHARS + 1];
};

/* False when the word has more characters than a stored word can. */
bool fuzzy_begin(struct fuzzy *f, const char *word, size_t len, unsigned edits);

/* Whether a word is within the edits. *hopeless: no word that begins with so many bytes of this one is; 0 when that is
 * not known. */
bool fuzzy_within(struct fuzzy *f, const char *word, size_t len, size_t *hopeless);

#endif
