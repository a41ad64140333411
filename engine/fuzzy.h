/* fuzzy.h - is a word within one or two edits of another? Levenshtein distance on characters.
 * V. I. Levenshtein, "Binary codes capable of correcting deletions, insertions and reversals", 1966.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_FUZZY_H
#define VERBATIM_FUZZY_H

#include "lib/base.h"

enum { FUZZY_MAX_CHARS = 96 };

struct fuzzy {
    int32_t chars[FUZZY_MAX_CHARS];
    size_t n;
    unsigned edits;
};

/* False when the word has more characters than a stored word can. */
bool fuzzy_begin(struct fuzzy *f, const char *word, size_t len, unsigned edits);
bool fuzzy_within(const struct fuzzy *f, const char *word, size_t len);

#endif
