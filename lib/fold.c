/* fold.c - see fold.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fold.h"

#include <string.h>
#include <utf8proc.h>

/* Blocks (Blocks.txt of Unicode 15, neighbours merged) whose letters are special; all others are keepers. Forms that
 * fold into another block are not listed. Sorted. */
static const struct block {
    int32_t first, last;
    enum fold_kind kind;
} blocks[] = {
    {0x0000, 0x02ff, FOLD_LETTER},   /* Latin, IPA, modifier letters */
    {0x0370, 0x052f, FOLD_LETTER},   /* Greek, Cyrillic */
    {0x0590, 0x06ff, FOLD_LETTER},   /* Hebrew, Arabic */
    {0x0750, 0x077f, FOLD_LETTER},   /* Arabic Supplement */
    {0x0870, 0x08ff, FOLD_LETTER},   /* Arabic Extended-A, -B */
    {0x0e00, 0x0eff, FOLD_SOLO},     /* Thai, Lao */
    {0x1000, 0x109f, FOLD_SOLO},     /* Myanmar */
    {0x1780, 0x17ff, FOLD_SOLO},     /* Khmer */
    {0x1c80, 0x1c8f, FOLD_LETTER},   /* Cyrillic Extended-C */
    {0x1d00, 0x1dbf, FOLD_LETTER},   /* Phonetic Extensions */
    {0x1e00, 0x1fff, FOLD_LETTER},   /* Latin Extended Additional, Greek Extended */
    {0x2100, 0x218f, FOLD_LETTER},   /* Letterlike Symbols, Number Forms */
    {0x2c60, 0x2c7f, FOLD_LETTER},   /* Latin Extended-C */
    {0x2e80, 0x2fdf, FOLD_SOLO},     /* CJK and Kangxi radicals */
    {0x3000, 0x30ff, FOLD_SOLO},     /* iteration marks, Hiragana, Katakana */
    {0x31f0, 0x31ff, FOLD_SOLO},     /* Katakana Phonetic Extensions */
    {0x3400, 0x4dbf, FOLD_SOLO},     /* Han, Extension A */
    {0x4e00, 0x9fff, FOLD_SOLO},     /* Han */
    {0xa640, 0xa69f, FOLD_LETTER},   /* Cyrillic Extended-B */
    {0xa720, 0xa7ff, FOLD_LETTER},   /* Latin Extended-D */
    {0xa9e0, 0xa9ff, FOLD_SOLO},     /* Myanmar Extended-B */
    {0xaa60, 0xaa7f, FOLD_SOLO},     /* Myanmar Extended-A */
    {0xab30, 0xab6f, FOLD_LETTER},   /* Latin Extended-E */
    {0xf900, 0xfaff, FOLD_SOLO},     /* CJK Compatibility Ideographs that fold to themselves */
    {0xfb1d, 0xfdff, FOLD_LETTER},   /* Hebrew and Arabic presentation forms */
    {0xfe70, 0xfeff, FOLD_LETTER},   /* Arabic Presentation Forms-B */
    {0x10140, 0x1018f, FOLD_LETTER}, /* Ancient Greek Numbers */
    {0x10780, 0x107bf, FOLD_LETTER}, /* Latin Extended-F */
    {0x10e60, 0x10e7f, FOLD_LETTER}, /* Rumi numerals (Arabic) */
    {0x10ec0, 0x10eff, FOLD_LETTER}, /* Arabic Extended-C */
    {0x16fe2, 0x16fe3, FOLD_SOLO},   /* Old Chinese marks */
    {0x1aff0, 0x1b16f, FOLD_SOLO},   /* Kana Extended-A, -B, Supplement, Small Kana */
    {0x1df00, 0x1dfff, FOLD_LETTER}, /* Latin Extended-G */
    {0x1e030, 0x1e08f, FOLD_LETTER}, /* Cyrillic Extended-D */
    {0x1ee00, 0x1eeff, FOLD_LETTER}, /* Arabic Mathematical Symbols */
    {0x20000, 0x3ffff, FOLD_SOLO},   /* Han, the supplementary planes */
};

static enum fold_kind kind_by_block(int32_t cp)
{
    size_t low = 0, high = BASE_COUNT(blocks);
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (cp > blocks[mid].last)
            low = mid + 1;
        else if (cp < blocks[mid].first)
            high = mid;
        else
            return blocks[mid].kind;
    }
    return FOLD_KEEPER;
}

bool fold_is_apostrophe(int32_t cp)
{
    switch (cp) {
    case '\'':
    case '`':
    case 0x00b4: /* acute accent */
    case 0x02ee: /* modifier letter double apostrophe */
    case 0x07f4: /* N'Ko */
    case 0x07f5:
    case 0x2018:
    case 0x2019:
    case 0xa78b: /* saltillo */
    case 0xa78c:
    case 0xff07:
        return true;
    default:
        return cp >= 0x02b9 && cp <= 0x02bf; /* modifier letters: primes, commas, half rings */
    }
}

static enum fold_kind letter_kind(int32_t cp)
{
    return fold_is_apostrophe(cp) ? FOLD_SEPARATOR : kind_by_block(cp);
}

/* Digits run on in every script; only the ideographic zero is written as a letter. */
static enum fold_kind number_kind(int32_t cp)
{
    enum fold_kind kind = kind_by_block(cp);
    return kind == FOLD_SOLO && cp != 0x3007 ? FOLD_KEEPER : kind;
}

/* Default_Ignorable_Code_Point; utf8proc does not know it of code points that are reserved for such. */
static bool is_ignorable(int32_t cp, const utf8proc_property_t *property)
{
    return property->ignorable || cp == 0x2065 || (cp >= 0xfff0 && cp <= 0xfff8) || (cp >= 0xe0000 && cp <= 0xe0fff);
}

static enum fold_kind kind_of(int32_t cp, const utf8proc_property_t *property)
{
    if (cp == 0x200b)
        return FOLD_SEPARATOR;
    if (is_ignorable(cp, property))
        return FOLD_IGNORED;
    switch ((utf8proc_category_t)property->category) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
        return letter_kind(cp);
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return number_kind(cp);
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
        return FOLD_MARK;
    default:
        return FOLD_SEPARATOR;
    }
}

static fold_unit make_unit(int32_t cp)
{
    const utf8proc_property_t *property = utf8proc_get_property(cp);
    return (fold_unit)cp | (fold_unit)kind_of(cp, property) << 21 | (fold_unit)property->combining_class << 24;
}

/* Letters with a stroke and ligatures that Unicode does not decompose, but that are typed without. NULL: none. */
static const char *plain_form(int32_t cp)
{
    switch (cp) {
    case 0x00e6:
        return "ae";
    case 0x00f8:
        return "o";
    case 0x0111:
        return "d";
    case 0x0127:
        return "h";
    case 0x0131:
        return "i";
    case 0x0142:
        return "l";
    case 0x0153:
        return "oe";
    case 0x0167:
        return "t";
    default:
        return NULL;
    }
}

size_t fold_char(int32_t cp, fold_unit *units)
{
    int32_t folded[FOLD_MAX];
    int boundary = 0;
    utf8proc_ssize_t n_folded = utf8proc_decompose_char(
        cp, folded, FOLD_MAX, UTF8PROC_CASEFOLD | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE, &boundary);
    size_t n = 0;
    for (utf8proc_ssize_t i = 0; i < n_folded && n + 2 <= FOLD_MAX; i++) {
        const char *plain = plain_form(folded[i]);
        if (plain == NULL)
            units[n++] = make_unit(folded[i]);
        for (; plain != NULL && *plain != '\0'; plain++)
            units[n++] = make_unit(*plain);
    }
    if (n == 0)
        units[n++] = make_unit(' '); /* not a code point */
    return n;
}

size_t fold_uncached(struct fold_cache *cache, int32_t cp, const fold_unit **units)
{
    size_t n = fold_char(cp, cache->large);
    *units = cache->large;
    if (n <= FOLD_CACHE_UNITS && cp != 0) {
        struct fold_slot *slot = &cache->slots[(uint32_t)cp % FOLD_CACHE_SLOTS];
        slot->cp = cp;
        memset(slot->units, 0, sizeof slot->units);
        memcpy(slot->units, cache->large, n * sizeof *slot->units);
    }
    return n;
}
