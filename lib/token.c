/* token.c - see token.h. SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Most words are ASCII between ASCII, and read as such (read_plain). Else text is read a character at a time. Runs of
 * ASCII go straight from a table of classes into the word; any other character is folded to units (fold.h), each of
 * which starts, prolongs or ends a word:
 *
 *      text      N   a   ï   v   e   1   ½       (ï folds to i and a mark, ½ to 1, a fraction slash, 2)
 *      units     n   a   i ¨ v   e   1   1 / 2
 *      words    [n   a   i   v   e   1   1]  [2]     the second word starts and ends where ½ does
 *
 * A word is kept decomposed. Marks wait until the next starter and are put in canonical order (UAX #15); at the end of
 * the word it is composed, if there is anything to compose. A word is over TOKEN_WORD_MAX when its composed form is.
 * Memory is bounded for words of any length: the buffer has a head, which stays, and behind it bytes that are hashed
 * and dropped when it is full. The hash is always that of the decomposed word, so it does not depend on how the source
 * was composed (of more than MARKS_MAX marks in a row, which no text has, only so many are put in order). Composing
 * never makes fewer bytes than there were code points and a code point has 4 bytes at most, so what overflows WORD_CAP
 * is over TOKEN_WORD_MAX in any form. */
#include "lib/token.h"

#include "lib/fold.h"
#include "lib/sentence.h"
#include "lib/utf8.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum {
    WORD_HEAD = 256,  /* bytes of a long word that stay; enough to cut the prefix of its composed form from */
    WORD_CAP = 512,   /* bytes held before they are hashed */
    PREFIX_MAX = 32,  /* bytes of a long word's prefix */
    HASH_DIGITS = 32, /* behind TOKEN_LONG_MARK */
    MARKS_MAX = 32,   /* marks in a row that are put in order; the Stream-Safe Text Format (UAX #15) has at most 30 */
    ROOM_MAX = 4      /* bytes of a code point */
};

static_assert(PREFIX_MAX + 1 + HASH_DIGITS <= TOKEN_BYTES_MAX, "a long word fits");
static_assert(WORD_CAP / ROOM_MAX > TOKEN_WORD_MAX, "what overflows is long");

/* Classes of bytes: a folded letter or digit is itself, below 0x80; the rest are these. */
enum {
    CLASS_SEPARATOR = 0x80, /* ASCII */
    CLASS_STOP,             /* ASCII, worth a look for the end of a sentence or paragraph */
    CLASS_OTHER             /* part of a longer character */
};

/* 128-bit FNV-1a. Noll, Vo, Eastlake, Hansen, "The FNV Non-Cryptographic Hash Algorithm", RFC 9923. */
struct hash {
    uint64_t high, low;
};

struct tokenizer {
    const char *text; /* borrowed */
    size_t len;
    size_t off; /* what is read next */
    struct token_options options;
    size_t block; /* first of options.block_ends that is not behind the last word's start */

    /* The character that is being taken apart. */
    const fold_unit *units; /* borrowed from the cache */
    size_t unit, n_units;
    size_t char_start, char_end;

    /* Between the last word and this one. */
    bool any_word;             /* there was one */
    bool look;                 /* something is there that may end a sentence or a paragraph */
    size_t gap;                /* where it starts: the end of the last word */
    enum sentence_word before; /* of the last word, when a dot follows it */

    /* The word that is being read. */
    enum fold_kind base; /* of its last base character; FOLD_SEPARATOR: it has none yet */
    size_t start, end;
    bool compose; /* it holds marks or jamo */
    bool plain;   /* read by read_plain */
    bool folded;  /* plain, with capitals */
    size_t head;  /* when it overflowed: what stays of it, about WORD_HEAD bytes; 0 before */
    struct hash hash;
    size_t n_marks;
    fold_unit marks[MARKS_MAX]; /* in canonical order, not yet in the word */
    size_t word_len;
    char word[WORD_CAP + ROOM_MAX];

    uint8_t class[256];
    struct fold_cache cache;
};

/* --- the hash --- */

static void hash_init(struct hash *h)
{
    h->high = 0x6c62272e07bb0142;
    h->low = 0x62b821756295c58d;
}

/* Times the prime 2^88 + 0x13b, modulo 2^128, after each byte. */
static void hash_add(struct hash *h, const char *bytes, size_t len)
{
    const uint64_t factor = 0x13b;
    for (size_t i = 0; i < len; i++) {
        uint64_t low = h->low ^ (uint8_t)bytes[i];
        uint64_t carry = ((low >> 32) * factor + ((low & 0xffffffff) * factor >> 32)) >> 32;
        h->high = h->high * factor + carry + (low << 24);
        h->low = low * factor;
    }
}

static void hash_print(const struct hash *h, char *digits)
{
    for (int i = 0; i < HASH_DIGITS; i++) {
        uint64_t half = i < 16 ? h->high : h->low;
        digits[i] = "0123456789abcdef"[half >> (60 - i % 16 * 4) & 15];
    }
}

/* --- the word that is being read --- */

/* Hashes the word, or what has come behind its head since the last time. */
static void hash_word(struct tokenizer *t)
{
    if (t->head == 0)
        hash_init(&t->hash);
    hash_add(&t->hash, t->word + t->head, t->word_len - t->head);
}

/* Makes room in a full word. */
static void overflow_word(struct tokenizer *t)
{
    hash_word(t);
    if (t->head == 0)
        t->head = utf8_floor(t->word, WORD_HEAD);
    t->word_len = t->head;
}

static void append_unit(struct tokenizer *t, fold_unit unit)
{
    t->word_len += utf8_encode(t->word + t->word_len, fold_cp(unit));
    if (t->word_len >= WORD_CAP)
        overflow_word(t);
}

static void flush_marks(struct tokenizer *t)
{
    for (size_t i = 0; i < t->n_marks; i++)
        append_unit(t, t->marks[i]);
    t->n_marks = 0;
}

/* Holds a mark back where canonical order wants it: stable, by combining class. */
static void hold_mark(struct tokenizer *t, fold_unit unit)
{
    if (t->n_marks == MARKS_MAX)
        flush_marks(t);
    size_t i = t->n_marks++;
    for (; i > 0 && fold_ccc(t->marks[i - 1]) > fold_ccc(unit); i--)
        t->marks[i] = t->marks[i - 1];
    t->marks[i] = unit;
}

static bool is_jamo(int32_t cp)
{
    return cp >= 0x1100 && cp <= 0x11ff;
}

/* A letter or digit joins the word or starts it. */
static void take_base(struct tokenizer *t, fold_unit unit)
{
    if (t->base == FOLD_SEPARATOR)
        t->start = t->char_start;
    if (t->n_marks > 0)
        flush_marks(t);
    append_unit(t, unit);
    t->compose |= is_jamo(fold_cp(unit));
    t->base = fold_kind(unit);
    t->end = t->char_end;
}

/* A mark belongs to the word if it has a base there; one that stands alone is nothing. */
static void take_mark(struct tokenizer *t, fold_unit unit)
{
    if (t->base == FOLD_SEPARATOR)
        return;
    t->end = t->char_end;
    if (t->base == FOLD_LETTER)
        return;
    t->compose = true;
    if (fold_ccc(unit) != 0) {
        hold_mark(t, unit);
        return;
    }
    flush_marks(t);
    append_unit(t, unit);
}

/* Whether a unit of this kind ends the word and is not part of it. */
static bool ends_word(const struct tokenizer *t, enum fold_kind kind)
{
    if (t->base == FOLD_SEPARATOR || kind == FOLD_IGNORED || kind == FOLD_MARK)
        return false;
    return kind == FOLD_SEPARATOR || kind == FOLD_SOLO || t->base == FOLD_SOLO;
}

/* Takes the units left of the current character; false when the word ends in front of the next of them. */
static bool take_units(struct tokenizer *t)
{
    for (; t->unit < t->n_units; t->unit++) {
        fold_unit unit = t->units[t->unit];
        enum fold_kind kind = fold_kind(unit);
        if (ends_word(t, kind))
            return false;
        if (kind == FOLD_MARK)
            take_mark(t, unit);
        else if (kind != FOLD_SEPARATOR && kind != FOLD_IGNORED)
            take_base(t, unit);
    }
    return true;
}

/* --- reading --- */

/* Decodes and folds the character at t->off, which is not ASCII, and moves behind it. */
static void read_char(struct tokenizer *t)
{
    int32_t cp;
    t->char_start = t->off;
    t->off += utf8_decode(t->text + t->off, t->len - t->off, &cp);
    t->char_end = t->off;
    t->n_units = fold_cached(&t->cache, cp, &t->units);
    t->unit = 0;
    t->look |= t->base == FOLD_SEPARATOR;
}

/* The bytes of eight that are ASCII letters or digits: 0x80 in each. Letters are folded. No byte carries into the next,
 * as each is below 0x80 before something is added. Lamport, "Multiple byte processing with full-word instructions",
 * Communications of the ACM 18 (1975). */
static uint64_t fold_eight(uint64_t *eight)
{
    const uint64_t ones = 0x0101010101010101, tops = ones * 0x80;
    uint64_t low = *eight & ~tops, lower = low | ones * 0x20;
    uint64_t letters = (lower + ones * (0x80 - 'a')) & ~(lower + ones * (0x7f - 'z')) & ~*eight & tops;
    uint64_t digits = (low + ones * (0x80 - '0')) & ~(low + ones * (0x7f - '9')) & ~*eight & tops;
    *eight |= letters >> 2;
    return letters | digits;
}

/* Folds letters and digits from in to out, eight at a time, and returns how many there are before something else comes
 * or fewer than eight are left. Writes up to eight bytes more than it says. */
static size_t copy_eights(char *out, const char *in, size_t len)
{
    size_t n = 0;
    while (len - n >= 8) {
        uint64_t eight;
        memcpy(&eight, in + n, 8);
        eight = le64toh(eight);
        uint64_t others = ~fold_eight(&eight) & 0x8080808080808080;
        eight = htole64(eight);
        memcpy(out + n, &eight, 8);
        if (others != 0)
            return n + (size_t)__builtin_ctzll(others) / 8;
        n += 8;
    }
    return n;
}

/* Appends the run of ASCII letters and digits at t->off, as much as there is room for. */
static void read_ascii(struct tokenizer *t)
{
    size_t room = WORD_CAP - t->word_len, left = t->len - t->off, len = left < room ? left : room;
    const char *in = t->text + t->off;
    char *out = t->word + t->word_len;
    size_t n = copy_eights(out, in, len);
    for (uint8_t class; n < len && (class = t->class[(uint8_t)in[n]]) < CLASS_SEPARATOR; n++)
        out[n] = (char)class;
    t->off = t->end = t->off + n;
    t->word_len += n;
}

/* The same in front of or inside a word of any kind. What `*` and `?` stand for may carry the mark that follows. */
static void take_ascii(struct tokenizer *t)
{
    if (t->base == FOLD_SEPARATOR)
        t->start = t->off;
    if (t->n_marks > 0)
        flush_marks(t);
    if (t->word_len >= WORD_CAP)
        overflow_word(t);
    read_ascii(t);
    t->base = (uint8_t)t->word[t->word_len - 1] < '0' ? FOLD_KEEPER : FOLD_LETTER;
}

static void skip_ascii(struct tokenizer *t)
{
    const char *p = t->text + t->off, *end = t->text + t->len;
    for (; p < end; p++) {
        uint8_t class = t->class[(uint8_t)*p];
        if (class != CLASS_SEPARATOR && class != CLASS_STOP)
            break;
        t->look |= class == CLASS_STOP;
    }
    t->off = (size_t)(p - t->text);
}

/* Reads on from the next character that has not been begun; false when the word ends in front of it. */
static bool take_next(struct tokenizer *t)
{
    uint8_t class = t->class[(uint8_t)t->text[t->off]];
    if (class == CLASS_OTHER) {
        read_char(t);
        return take_units(t);
    }
    if (class < CLASS_SEPARATOR) {
        if (t->base == FOLD_SOLO)
            return false;
        take_ascii(t);
        return true;
    }
    if (t->base != FOLD_SEPARATOR)
        return false;
    skip_ascii(t);
    return true;
}

/* Reads up to the end of the next word; false when there is none. */
static bool read_word(struct tokenizer *t)
{
    t->base = FOLD_SEPARATOR;
    t->word_len = 0;
    t->n_marks = 0;
    t->head = 0;
    t->compose = false;
    t->look = t->unit < t->n_units;
    bool more = take_units(t);
    while (more && t->off < t->len)
        more = take_next(t);
    return t->base != FOLD_SEPARATOR;
}

/* Reads a word of up to TOKEN_WORD_MAX ASCII letters and digits with nothing but ASCII before and behind it, as nearly
 * all are. False, with nothing read, for any other and near the end of the text. */
static bool read_plain(struct tokenizer *t)
{
    const uint8_t *text = (const uint8_t *)t->text, *p = text + t->off, *end = text + t->len;
    if (t->unit < t->n_units || t->options.patterns)
        return false;
    bool look = false;
    for (; p < end && t->class[*p] >= CLASS_SEPARATOR && *p < 0x80; p++)
        look |= t->class[*p] == CLASS_STOP;
    size_t n = 0;
    uint64_t others = 0, changed = 0;
    for (; others == 0 && n < TOKEN_WORD_MAX; n += others == 0 ? 8 : (size_t)__builtin_ctzll(others) / 8) {
        uint64_t eight, folded;
        if ((size_t)(end - p) < n + 8)
            return false;
        memcpy(&eight, p + n, 8);
        eight = folded = le64toh(eight);
        others = ~fold_eight(&folded) & 0x8080808080808080;
        changed |= (eight ^ folded) & ((others & -others) - 1);
        folded = htole64(folded);
        memcpy(t->word + n, &folded, 8);
    }
    if (n == 0 || others == 0 || p[n] >= 0x80)
        return false;
    t->start = (size_t)(p - text);
    t->off = t->end = t->start + n;
    t->word_len = n;
    t->look = look;
    t->folded = changed != 0;
    return true;
}

/* --- the finished word --- */

/* Composes the word in place: NFC, as it is decomposed and in order already. Never makes it longer. */
static void compose_word(struct tokenizer *t)
{
    int32_t cps[WORD_CAP + ROOM_MAX];
    utf8proc_ssize_t n = 0;
    for (size_t off = 0; off < t->word_len; n++)
        off += utf8_decode(t->word + off, t->word_len - off, &cps[n]);
    n = utf8proc_normalize_utf32(cps, n, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    t->word_len = 0;
    for (utf8proc_ssize_t i = 0; i < n; i++)
        t->word_len += utf8_encode(t->word + t->word_len, cps[i]);
}

/* Replaces all but a prefix by the hash. */
static void shorten_word(struct tokenizer *t)
{
    size_t len = utf8_floor(t->word, PREFIX_MAX);
    t->word[len++] = TOKEN_LONG_MARK;
    hash_print(&t->hash, t->word + len);
    t->word_len = len + HASH_DIGITS;
}

static void finish_word(struct tokenizer *t)
{
    flush_marks(t);
    bool overflowed = t->head > 0;
    if (overflowed || t->word_len > TOKEN_WORD_MAX)
        hash_word(t);
    if (overflowed)
        t->word_len = t->head;
    if (t->compose)
        compose_word(t);
    if (overflowed || t->word_len > TOKEN_WORD_MAX)
        shorten_word(t);
}

/* --- what ends before the word --- */

static bool is_number(const struct tokenizer *t)
{
    int32_t cp;
    utf8_decode(t->word, t->word_len, &cp);
    utf8proc_category_t category = utf8proc_category(cp);
    return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
}

/* Whether a block ends between the last word and this one. */
static bool block_ended(struct tokenizer *t)
{
    const struct token_options *o = &t->options;
    while (t->block < o->n_block_ends && o->block_ends[t->block] < t->gap)
        t->block++;
    return t->block < o->n_block_ends && o->block_ends[t->block] <= t->start;
}

static enum token_break find_break(struct tokenizer *t)
{
    if (!t->any_word) {
        t->gap = t->start; /* the first word has none in front of it */
        return TOKEN_NO_BREAK;
    }
    if (t->options.n_block_ends > 0 && block_ended(t))
        return TOKEN_PARAGRAPH;
    if (!t->look || t->start <= t->gap)
        return TOKEN_NO_BREAK;
    bool abbreviated = t->before == SENTENCE_ABBREVIATED || (t->before == SENTENCE_NUMBERED && is_number(t));
    return sentence_break(t->text + t->gap, t->start - t->gap, abbreviated, !t->options.blocks_only);
}

/* Notes what the last word means to a dot behind it, while it is still there. */
static void look_back(struct tokenizer *t)
{
    size_t gap_len = t->start > t->gap ? t->start - t->gap : 0;
    t->before = SENTENCE_PLAIN;
    if (t->any_word && t->unit == t->n_units && t->off < t->len && t->text[t->off] == '.')
        t->before = sentence_word(t->word, t->word_len, t->text + t->gap, gap_len);
    t->gap = t->end;
}

static bool is_as_folded(const struct tokenizer *t)
{
    return t->end - t->start == t->word_len && memcmp(t->text + t->start, t->word, t->word_len) == 0;
}

/* --- the interface --- */

struct tokenizer *tokenizer_new(void)
{
    return calloc(1, sizeof(struct tokenizer));
}

void tokenizer_free(struct tokenizer *t)
{
    free(t);
}

static void fill_classes(uint8_t *class, bool patterns)
{
    for (int c = 0; c < 256; c++)
        class[c] = c < 0x80 ? CLASS_SEPARATOR : CLASS_OTHER;
    for (int c = '0'; c <= '9'; c++)
        class[c] = (uint8_t)c;
    for (int c = 'a'; c <= 'z'; c++)
        class[c] = class[c - 'a' + 'A'] = (uint8_t)c;
    for (const char *stop = ".!?\n"; *stop != '\0'; stop++)
        class[(uint8_t)*stop] = CLASS_STOP;
    if (patterns) {
        class[TOKEN_ANY_RUN] = TOKEN_ANY_RUN;
        class[TOKEN_ANY_CHAR] = TOKEN_ANY_CHAR;
    }
}

void tokenizer_begin(struct tokenizer *t, const char *text, size_t len, const struct token_options *options)
{
    t->text = text;
    t->len = len;
    t->off = t->end = t->block = 0;
    t->unit = t->n_units = 0;
    t->any_word = false;
    t->options = options != NULL ? *options : (struct token_options){0};
    fill_classes(t->class, t->options.patterns);
}

bool tokenizer_next(struct tokenizer *t, struct token *token)
{
    look_back(t);
    t->plain = read_plain(t);
    if (!t->plain && !read_word(t))
        return false;
    if (!t->plain)
        finish_word(t);
    token->word = t->word;
    token->word_len = t->word_len;
    token->start = t->start;
    token->end = t->end;
    token->brk = find_break(t);
    token->as_folded = t->plain ? !t->folded : is_as_folded(t);
    t->any_word = true;
    return true;
}

bool token_is_long(const char *word, size_t len)
{
    return len > HASH_DIGITS && word[len - HASH_DIGITS - 1] == TOKEN_LONG_MARK;
}
