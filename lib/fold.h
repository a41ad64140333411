/* fold.h - what a character becomes before text is split into words, and what part it plays there. It knows nothing of
 * texts, words or sentences. Governed by doc/query.md, "Words". SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Folding is Unicode's full case folding and compatibility decomposition, as in NFKC_Casefold (UAX #31 and #44) but
 * left decomposed, by utf8proc; then o-slash and its like become plain letters. It works character by character and
 * is stable: folding what it gave changes nothing. Which block holds marks that are dropped, and which letters are
 * words of their own, is a table of ranges in fold.c. */
#ifndef VERBATIM_FOLD_H
#define VERBATIM_FOLD_H

#include "lib/base.h"

enum fold_kind {
    FOLD_SEPARATOR, /* no part of any word */
    FOLD_IGNORED,   /* vanishes inside a word: soft hyphen, joiners, variation selectors */
    FOLD_MARK,      /* a combining mark: belongs to the character before it */
    FOLD_LETTER,    /* letter or digit; marks on it are dropped (Latin, Greek, Cyrillic, Hebrew, Arabic) */
    FOLD_KEEPER,    /* letter or digit; marks on it are kept */
    FOLD_SOLO       /* a letter that is a word of its own with its marks (Han, kana, Thai, Lao, Khmer, Myanmar) */
};

/* A folded character: code point (21 bits), fold_kind (3 bits), canonical combining class (8 bits). */
typedef uint32_t fold_unit;

static inline int32_t fold_cp(fold_unit unit)
{
    return (int32_t)(unit & 0x1fffff);
}

static inline enum fold_kind fold_kind(fold_unit unit)
{
    return (enum fold_kind)(unit >> 21 & 7);
}

static inline unsigned fold_ccc(fold_unit unit)
{
    return unit >> 24;
}

/* Whether cp is typed as an apostrophe. All of them separate, those too that are letters to Unicode: who writes the
 * name of Hawaii or a Ukrainian word on a common keyboard means the same. */
bool fold_is_apostrophe(int32_t cp);

enum { FOLD_MAX = 24 }; /* units that one character may fold to; U+FDFA needs 18 */

/* Folds cp; writes at most FOLD_MAX units and returns their number, at least 1. */
size_t fold_char(int32_t cp, fold_unit *units);

/* Characters folded lately. Zeroed it is empty and valid; it needs no release. */
enum { FOLD_CACHE_SLOTS = 512, FOLD_CACHE_UNITS = 3 };

struct fold_cache {
    struct fold_slot {
        int32_t cp;                        /* 0: none; U+0000 is never cached */
        fold_unit units[FOLD_CACHE_UNITS]; /* unused ones are 0, which no folded character is */
    } slots[FOLD_CACHE_SLOTS];
    fold_unit large[FOLD_MAX]; /* the last one that fits no slot */
};

/* What fold_cached does when cp is not in the cache. */
size_t fold_uncached(struct fold_cache *cache, int32_t cp, const fold_unit **units);

/* The same as fold_char. *units is borrowed from the cache until the next call. */
static inline size_t fold_cached(struct fold_cache *cache, int32_t cp, const fold_unit **units)
{
    const struct fold_slot *slot = &cache->slots[(uint32_t)cp % FOLD_CACHE_SLOTS];
    if (slot->cp != cp || cp == 0)
        return fold_uncached(cache, cp, units);
    *units = slot->units;
    return slot->units[1] == 0 ? 1 : slot->units[2] == 0 ? 2 : 3;
}

#endif
