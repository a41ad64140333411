/* sentence.c - see sentence.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/sentence.h"

#include "lib/fold.h"
#include "lib/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* --- abbreviations --- */

struct abbreviation {
    char word[9];
    enum sentence_word kind;
};

/* Folded, sorted. Words that often end a sentence themselves are numbered ones. */
static const struct abbreviation abbreviations[] = {
    {"al", SENTENCE_ABBREVIATED},   {"apr", SENTENCE_ABBREVIATED},  {"art", SENTENCE_NUMBERED},
    {"aug", SENTENCE_ABBREVIATED},  {"ave", SENTENCE_ABBREVIATED},  {"blvd", SENTENCE_ABBREVIATED},
    {"brig", SENTENCE_ABBREVIATED}, {"bros", SENTENCE_ABBREVIATED}, {"capt", SENTENCE_ABBREVIATED},
    {"cf", SENTENCE_ABBREVIATED},   {"ch", SENTENCE_NUMBERED},      {"cmdr", SENTENCE_ABBREVIATED},
    {"co", SENTENCE_ABBREVIATED},   {"col", SENTENCE_ABBREVIATED},  {"corp", SENTENCE_ABBREVIATED},
    {"dec", SENTENCE_ABBREVIATED},  {"dept", SENTENCE_ABBREVIATED}, {"dr", SENTENCE_ABBREVIATED},
    {"eds", SENTENCE_ABBREVIATED},  {"eg", SENTENCE_ABBREVIATED},   {"etc", SENTENCE_ABBREVIATED},
    {"feb", SENTENCE_ABBREVIATED},  {"fig", SENTENCE_NUMBERED},     {"figs", SENTENCE_NUMBERED},
    {"ft", SENTENCE_ABBREVIATED},   {"gen", SENTENCE_ABBREVIATED},  {"gov", SENTENCE_ABBREVIATED},
    {"hon", SENTENCE_ABBREVIATED},  {"ie", SENTENCE_ABBREVIATED},   {"inc", SENTENCE_ABBREVIATED},
    {"jan", SENTENCE_ABBREVIATED},  {"jr", SENTENCE_ABBREVIATED},   {"jul", SENTENCE_ABBREVIATED},
    {"jun", SENTENCE_ABBREVIATED},  {"lt", SENTENCE_ABBREVIATED},   {"ltd", SENTENCE_ABBREVIATED},
    {"maj", SENTENCE_ABBREVIATED},  {"mar", SENTENCE_ABBREVIATED},  {"messrs", SENTENCE_ABBREVIATED},
    {"mme", SENTENCE_ABBREVIATED},  {"mr", SENTENCE_ABBREVIATED},   {"mrs", SENTENCE_ABBREVIATED},
    {"ms", SENTENCE_ABBREVIATED},   {"mt", SENTENCE_ABBREVIATED},   {"no", SENTENCE_NUMBERED},
    {"nos", SENTENCE_NUMBERED},     {"nov", SENTENCE_ABBREVIATED},  {"oct", SENTENCE_ABBREVIATED},
    {"p", SENTENCE_ABBREVIATED},    {"pp", SENTENCE_ABBREVIATED},   {"prof", SENTENCE_ABBREVIATED},
    {"rep", SENTENCE_ABBREVIATED},  {"rev", SENTENCE_ABBREVIATED},  {"sec", SENTENCE_NUMBERED},
    {"sen", SENTENCE_ABBREVIATED},  {"sep", SENTENCE_ABBREVIATED},  {"sept", SENTENCE_ABBREVIATED},
    {"sgt", SENTENCE_ABBREVIATED},  {"sr", SENTENCE_ABBREVIATED},   {"st", SENTENCE_ABBREVIATED},
    {"vol", SENTENCE_ABBREVIATED},  {"vols", SENTENCE_ABBREVIATED}, {"vs", SENTENCE_ABBREVIATED},
};

static int compare_abbreviation(const void *word, const void *entry)
{
    return strcmp(word, ((const struct abbreviation *)entry)->word);
}

/* A single letter, not one that is a word of its own in its script. */
static bool is_letter(const char *word, size_t len)
{
    int32_t cp;
    if (utf8_decode(word, len, &cp) != len)
        return false;
    utf8proc_category_t category = utf8proc_category(cp);
    fold_unit units[FOLD_MAX];
    fold_char(cp, units);
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO && fold_kind(units[0]) != FOLD_SOLO;
}

static bool is_apostrophe(const char *gap, size_t len)
{
    int32_t cp;
    return len > 0 && utf8_decode(gap, len, &cp) == len && fold_is_apostrophe(cp);
}

static enum sentence_word look_up(const char *word, size_t len)
{
    char key[sizeof abbreviations[0].word];
    if (len >= sizeof key)
        return SENTENCE_PLAIN;
    memcpy(key, word, len);
    key[len] = '\0';
    const struct abbreviation *found =
        bsearch(key, abbreviations, BASE_COUNT(abbreviations), sizeof *abbreviations, compare_abbreviation);
    return found != NULL ? found->kind : SENTENCE_PLAIN;
}

enum sentence_word sentence_word(const char *word, size_t word_len, const char *gap, size_t gap_len)
{
    if (is_letter(word, word_len) && !is_apostrophe(gap, gap_len))
        return SENTENCE_ABBREVIATED;
    return look_up(word, word_len);
}

/* --- what stands between two words --- */

enum gap_kind {
    GAP_OTHER,
    GAP_DOT,     /* the ASCII one, which abbreviations share */
    GAP_STOP,    /* ends a sentence when white space follows */
    GAP_STOP_CJ, /* ends a sentence */
    GAP_CLOSER,  /* may stand between a stop and white space */
    GAP_SPACE,
    GAP_NEWLINE,
    GAP_NOTHING /* ignored */
};

/* Stops that need white space behind them: Sentence_Terminal of Unicode's PropList.txt but for ASCII and those of
 * Chinese and Japanese, with the ellipsis. Sorted; pairs of first and last. */
static const int32_t stops[][2] = {
    {0x0589, 0x0589},   {0x061d, 0x061f},   {0x06d4, 0x06d4},   {0x0700, 0x0702},   {0x07f9, 0x07f9},
    {0x0837, 0x0837},   {0x0839, 0x0839},   {0x083d, 0x083e},   {0x0964, 0x0965},   {0x104a, 0x104b},
    {0x1362, 0x1362},   {0x1367, 0x1368},   {0x166e, 0x166e},   {0x1735, 0x1736},   {0x17d4, 0x17d5},
    {0x1803, 0x1803},   {0x1809, 0x1809},   {0x1944, 0x1945},   {0x1aa8, 0x1aab},   {0x1b5a, 0x1b5b},
    {0x1b5e, 0x1b5f},   {0x1b7d, 0x1b7e},   {0x1c3b, 0x1c3c},   {0x1c7e, 0x1c7f},   {0x2026, 0x2026},
    {0x203c, 0x203d},   {0x2047, 0x2049},   {0x2e2e, 0x2e2e},   {0x2e3c, 0x2e3c},   {0x2e53, 0x2e54},
    {0xa4ff, 0xa4ff},   {0xa60e, 0xa60f},   {0xa6f3, 0xa6f3},   {0xa6f7, 0xa6f7},   {0xa876, 0xa877},
    {0xa8ce, 0xa8cf},   {0xa92f, 0xa92f},   {0xa9c8, 0xa9c9},   {0xaa5d, 0xaa5f},   {0xaaf0, 0xaaf1},
    {0xabeb, 0xabeb},   {0xfe52, 0xfe52},   {0xfe56, 0xfe57},   {0xff0e, 0xff0e},   {0x10a56, 0x10a57},
    {0x10f55, 0x10f59}, {0x10f86, 0x10f89}, {0x11047, 0x11048}, {0x110be, 0x110c1}, {0x11141, 0x11143},
    {0x111c5, 0x111c6}, {0x111cd, 0x111cd}, {0x111de, 0x111df}, {0x11238, 0x11239}, {0x1123b, 0x1123c},
    {0x112a9, 0x112a9}, {0x1144b, 0x1144c}, {0x115c2, 0x115c3}, {0x115c9, 0x115d7}, {0x11641, 0x11642},
    {0x1173c, 0x1173e}, {0x11944, 0x11944}, {0x11946, 0x11946}, {0x11a42, 0x11a43}, {0x11a9b, 0x11a9c},
    {0x11c41, 0x11c42}, {0x11ef7, 0x11ef8}, {0x16a6e, 0x16a6f}, {0x16af5, 0x16af5}, {0x16b37, 0x16b38},
    {0x16b44, 0x16b44}, {0x16e98, 0x16e98}, {0x1bc9f, 0x1bc9f}, {0x1da88, 0x1da88},
};

static bool is_stop(int32_t cp)
{
    size_t low = 0, high = BASE_COUNT(stops);
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (cp > stops[mid][1])
            low = mid + 1;
        else if (cp < stops[mid][0])
            high = mid;
        else
            return true;
    }
    return false;
}

static enum gap_kind ascii_gap_kind(int32_t cp)
{
    switch (cp) {
    case '.':
        return GAP_DOT;
    case '!':
    case '?':
        return GAP_STOP;
    case '"':
    case '\'':
    case ')':
    case ']':
    case '}':
        return GAP_CLOSER;
    case '\n':
        return GAP_NEWLINE;
    case ' ':
    case '\t':
    case '\v':
    case '\f':
    case '\r':
        return GAP_SPACE;
    default:
        return GAP_OTHER;
    }
}

/* Opening quotes may close as well: German and Danish use them the other way round. */
static enum gap_kind gap_kind_by_category(int32_t cp)
{
    fold_unit units[FOLD_MAX];
    switch (utf8proc_category(cp)) {
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PI:
        return GAP_CLOSER;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return GAP_SPACE;
    default:
        fold_char(cp, units);
        return fold_kind(units[0]) == FOLD_IGNORED ? GAP_NOTHING : GAP_OTHER;
    }
}

static enum gap_kind gap_kind(int32_t cp)
{
    if (cp < 0x80)
        return ascii_gap_kind(cp);
    if (cp == 0x3002 || cp == 0xff01 || cp == 0xff1f || cp == 0xff61)
        return GAP_STOP_CJ;
    if (is_stop(cp))
        return GAP_STOP;
    return cp == 0x85 ? GAP_SPACE : gap_kind_by_category(cp);
}

/* What has been seen of the gap so far. */
struct gap {
    bool abbreviated; /* a dot that comes now belongs to the word before */
    bool stopped;     /* a stop, and since then only stops and closers */
    bool blank;       /* only white space since the last line end */
    bool sentence;    /* one has ended */
    bool paragraph;   /* a blank line was seen */
};

static void see_space(struct gap *gap, bool newline)
{
    gap->sentence |= gap->stopped;
    gap->stopped = false;
    gap->paragraph |= newline && gap->blank;
    gap->blank |= newline;
}

static void see(struct gap *gap, enum gap_kind kind)
{
    switch (kind) {
    case GAP_NOTHING:
        gap->blank = false; /* it is no white space */
        return;
    case GAP_NEWLINE:
    case GAP_SPACE:
        see_space(gap, kind == GAP_NEWLINE);
        break;
    case GAP_CLOSER:
        gap->blank = false;
        break;
    default:
        gap->sentence |= kind == GAP_STOP_CJ;
        gap->stopped = kind != GAP_OTHER && !(kind == GAP_DOT && gap->abbreviated);
        gap->blank = false;
    }
    gap->abbreviated = false;
}

enum token_break sentence_break(const char *text, size_t len, bool abbreviated, bool blank_lines)
{
    struct gap gap = {.abbreviated = abbreviated};
    for (size_t off = 0; off < len && !gap.paragraph && (blank_lines || !gap.sentence);) {
        int32_t cp;
        off += utf8_decode(text + off, len - off, &cp);
        see(&gap, gap_kind(cp));
    }
    if (gap.paragraph && blank_lines)
        return TOKEN_PARAGRAPH;
    return gap.sentence ? TOKEN_SENTENCE : TOKEN_NO_BREAK;
}
