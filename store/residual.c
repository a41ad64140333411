/* residual.c - see residual.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/residual.h"

#include <string.h>
#include <utf8proc.h>

#include "lib/bytes.h"
#include "lib/utf8.h"

enum { CLASS_SHIFT = 5, LITERAL_HEAD = 2 /* bytes of a literal's length */ };

/* Numbered from 0; by length, so that a separator is compared with few of them. */
const struct residual_separator residual_separators[RESIDUAL_OTHER] = {
    {0, ""},       {1, " "},   {1, "\n"},   {1, "-"},     {1, "'"},     {1, "."},      {1, "/"},         {1, "_"},
    {1, ","},      {1, ":"},   {2, ", "},   {2, ". "},    {2, ".\n"},   {2, "\n\n"},   {2, " ("},        {2, " \""},
    {2, "\" "},    {2, ") "},  {2, "; "},   {2, ": "},    {2, "--"},    {2, "\r\n"},   {2, "? "},        {2, "! "},
    {3, "\u2019"}, {3, "), "}, {3, "\", "}, {3, ".\n\n"}, {3, ",\r\n"}, {3, "\u2013"}, {5, ".\r\n\r\n"},
};
static const uint8_t first_of_len[] = {0, 1, 10, 24, 30, 30, 31}; /* number of the first one of a length */

/* ---- spelling ---------------------------------------------------------------------------------------------------- */

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

/* The upper case of the character at p, which takes *taken bytes; returns the bytes written. */
static size_t put_upper(const char *p, size_t len, size_t *taken, char *out)
{
    enum { PAIRS_END = 0x2000 };
    int32_t cp, upper;
    *taken = utf8_decode(p, len, &cp);
    upper = cp >= 0 && cp < PAIRS_END ? utf8proc_toupper(cp) : cp;
    if (upper < 0 || upper >= PAIRS_END) {
        memcpy(out, p, *taken);
        return *taken;
    }
    return utf8_encode(out, upper);
}

static size_t spell_title(const char *word, size_t len, char *out)
{
    size_t taken = 1, n = 1;
    if (len == 0)
        return 0;
    if ((unsigned char)word[0] < 0x80)
        out[0] = (char)(is_lower(word[0]) ? word[0] - 'a' + 'A' : word[0]);
    else
        n = put_upper(word, len, &taken, out);
    memcpy(out + n, word + taken, len - taken);
    return n + len - taken;
}

static size_t spell_upper(const char *word, size_t len, char *out)
{
    size_t n = 0;
    for (size_t i = 0, taken; i < len; i += taken) {
        taken = 1;
        if ((unsigned char)word[i] < 0x80)
            out[n++] = (char)(is_lower(word[i]) ? word[i] - 'a' + 'A' : word[i]);
        else
            n += put_upper(word + i, len - i, &taken, out + n);
    }
    return n;
}

static bool is_equal(const char *a, size_t a_len, const char *b, size_t b_len)
{
    return a_len == b_len && (a == b || a_len == 0 || memcmp(a, b, a_len) == 0);
}

/* How a spelling comes from the folded word: whatever gives the very same bytes. */
static enum residual_class class_of(const char *word, size_t len, const char *spelling, size_t spelling_len)
{
    char room[RESIDUAL_SPELLING_MAX];
    if (is_equal(word, len, spelling, spelling_len))
        return RESIDUAL_SAME;
    bool ascii = (unsigned char)word[0] < 0x80;
    if (spelling_len == 0 || (ascii && spelling[0] != (is_lower(word[0]) ? word[0] - 'a' + 'A' : word[0])))
        return RESIDUAL_LITERAL;
    if (is_equal(room, spell_title(word, len, room), spelling, spelling_len))
        return RESIDUAL_TITLE;
    if (is_equal(room, spell_upper(word, len, room), spelling, spelling_len))
        return RESIDUAL_UPPER;
    return RESIDUAL_LITERAL;
}

void residual_spell(struct residual_token *token, const char *word, size_t len, char room[RESIDUAL_SPELLING_MAX])
{
    if (token->class > RESIDUAL_UPPER)
        return;
    token->spelling = token->class == RESIDUAL_SAME ? word : room;
    token->spelling_len = token->class == RESIDUAL_SAME    ? len
                          : token->class == RESIDUAL_TITLE ? spell_title(word, len, room)
                                                           : spell_upper(word, len, room);
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

static unsigned separator_of(const char *bytes, size_t len)
{
    char padded[8] = {0};
    if (len == 1 && bytes[0] == ' ')
        return 1;
    if (len + 1 >= BASE_COUNT(first_of_len))
        return RESIDUAL_OTHER;
    for (size_t i = 0; i < len; i++)
        padded[i] = bytes[i];
    for (unsigned i = first_of_len[len]; i < first_of_len[len + 1]; i++)
        if (bytes_get64(residual_separators[i].bytes) == bytes_get64(padded))
            return i;
    return RESIDUAL_OTHER;
}

struct residual_token residual_mark(enum residual_class class, const char *before, size_t before_len)
{
    return (struct residual_token){
        .class = class, .separator = separator_of(before, before_len), .before = before, .before_len = before_len};
}

struct residual_token residual_word(const char *before, size_t before_len, const char *word, size_t word_len,
                                    const char *spelling, size_t spelling_len)
{
    struct residual_token token = residual_mark(RESIDUAL_SAME, before, before_len);
    token.class = class_of(word, word_len, spelling, spelling_len);
    token.spelling = spelling;
    token.spelling_len = spelling_len;
    return token;
}

static void put_literal(struct residual_block *b, const char *bytes, size_t len)
{
    b->literals_len += bytes_put_varint(b->literals + b->literals_len, len);
    if (len > 0)
        memcpy(b->literals + b->literals_len, bytes, len);
    b->literals_len += len;
}

bool residual_put(struct residual_block *b, const struct residual_token *token)
{
    size_t text_len = token->before_len + token->spelling_len;
    if (b->text_len + text_len > RESIDUAL_TEXT ||
        b->n_tokens + b->literals_len + 1 + 2 * LITERAL_HEAD + text_len > RESIDUAL_ROOM)
        return false;
    if (b->n_tokens > 0 && b->n_tokens % RESIDUAL_STEP == 0) {
        b->steps[b->n_tokens / RESIDUAL_STEP - 1] = (uint16_t)(b->text_len - b->last_step);
        b->last_step = b->text_len;
    }
    b->tokens[b->n_tokens++] = (uint8_t)(token->class << CLASS_SHIFT | token->separator);
    if (token->separator == RESIDUAL_OTHER)
        put_literal(b, token->before, token->before_len);
    if (token->class == RESIDUAL_LITERAL)
        put_literal(b, token->spelling, token->spelling_len);
    b->text_len += text_len;
    return true;
}

size_t residual_finish(struct residual_block *b, uint8_t *out)
{
    size_t n = bytes_put_varint(out, b->n_tokens), n_steps = b->n_tokens == 0 ? 0 : (b->n_tokens - 1) / RESIDUAL_STEP;
    for (size_t i = 0; i < n_steps; i++) {
        out[n++] = (uint8_t)b->steps[i];
        out[n++] = (uint8_t)(b->steps[i] >> 8);
    }
    memcpy(out + n, b->tokens, b->n_tokens);
    n += b->n_tokens;
    memcpy(out + n, b->literals, b->literals_len);
    n += b->literals_len;
    b->n_tokens = b->literals_len = b->text_len = b->last_step = 0;
    return n;
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

bool residual_open(struct residual *r, const uint8_t *bytes, size_t len)
{
    uint64_t n;
    const uint8_t *p = bytes, *end = bytes + len;
    if (!bytes_get_varint(&p, end, &n) || n == 0 || n > (uint64_t)(end - p))
        return false;
    uint64_t steps_len = (n - 1) / RESIDUAL_STEP * 2;
    if (steps_len > (uint64_t)(end - p) - n)
        return false;
    *r = (struct residual){
        .tokens = p + steps_len, .steps = p, .literals = p + steps_len + n, .end = end, .n_tokens = (size_t)n};
    return true;
}

struct residual_at residual_begin(const struct residual *r)
{
    return (struct residual_at){0, r->literals};
}

/* Counting tokens goes eight at a time: from each byte one bit, at its bottom. */
#define BOTTOMS UINT64_C(0x0101010101010101)

static uint64_t ends_of(uint64_t t)
{
    return t >> 7 & t >> 6 & t >> 5 & BOTTOMS;
}

static uint64_t words_of(uint64_t t)
{
    return ~(t >> 7 & t >> 6) & BOTTOMS;
}

static uint64_t literal_separators_of(uint64_t t)
{
    return t & t >> 1 & t >> 2 & t >> 3 & t >> 4 & BOTTOMS;
}

static uint64_t literal_words_of(uint64_t t)
{
    return ~(t >> 7) & t >> 6 & t >> 5 & BOTTOMS;
}

static size_t count(const uint8_t *p, const uint8_t *end, uint64_t (*bits_of)(uint64_t))
{
    size_t n = 0;
    for (uint64_t t; end - p >= 8; p += 8) {
        memcpy(&t, p, 8);
        n += (size_t)(bits_of(t) * BOTTOMS >> 56);
    }
    for (; p < end; p++)
        n += bits_of(*p) & 1;
    return n;
}

size_t residual_words(const struct residual *r, size_t from, size_t to)
{
    return count(r->tokens + from, r->tokens + to, words_of);
}

static bool skip_literals(const struct residual *r, struct residual_at *at, size_t n)
{
    for (uint64_t len; n > 0; n--) {
        if (!bytes_get_varint(&at->literal, r->end, &len) || len > (uint64_t)(r->end - at->literal))
            return false;
        at->literal += len;
    }
    return true;
}

bool residual_skip_to(const struct residual *r, struct residual_at *at, size_t token)
{
    const uint8_t *from = r->tokens + at->token, *to = r->tokens + token;
    at->token = token;
    return skip_literals(r, at, count(from, to, literal_separators_of) + count(from, to, literal_words_of));
}

bool residual_skip_ends(const struct residual *r, struct residual_at *at, size_t n)
{
    const uint8_t *p = r->tokens + at->token, *end = r->tokens + r->n_tokens;
    while (n > 0 && end - p >= 8) {
        size_t here = count(p, p + 8, ends_of);
        if (here >= n)
            break;
        n -= here;
        p += 8;
    }
    for (; n > 0 && p < end; p++)
        n -= *p >> CLASS_SHIFT == RESIDUAL_END;
    return n == 0 && residual_skip_to(r, at, (size_t)(p - r->tokens));
}

static size_t step_at(const struct residual *r, size_t i)
{
    return (size_t)r->steps[2 * i] | (size_t)r->steps[2 * i + 1] << 8;
}

size_t residual_step(const struct residual *r, size_t text, size_t *off)
{
    size_t n_steps = (r->n_tokens - 1) / RESIDUAL_STEP, i = 0;
    for (*off = 0; i < n_steps && *off + step_at(r, i) <= text; i++)
        *off += step_at(r, i);
    return i * RESIDUAL_STEP;
}

size_t residual_step_off(const struct residual *r, size_t token)
{
    size_t off = 0;
    for (size_t i = 0; i < token / RESIDUAL_STEP; i++)
        off += step_at(r, i);
    return off;
}

static bool get_literal(const struct residual *r, struct residual_at *at, const char **bytes, size_t *len)
{
    uint64_t n;
    if (!bytes_get_varint(&at->literal, r->end, &n) || n > (uint64_t)(r->end - at->literal))
        return false;
    *bytes = (const char *)at->literal;
    *len = (size_t)n;
    at->literal += n;
    return true;
}

bool residual_next(const struct residual *r, struct residual_at *at, struct residual_token *token)
{
    if (at->token >= r->n_tokens)
        return false;
    uint8_t code = r->tokens[at->token++];
    token->class = (enum residual_class)(code >> CLASS_SHIFT);
    token->separator = code & RESIDUAL_OTHER;
    token->spelling = NULL;
    token->spelling_len = 0;
    if (token->class > RESIDUAL_LITERAL && token->class < RESIDUAL_PIECE)
        return false;
    if (token->separator == RESIDUAL_OTHER) {
        if (!get_literal(r, at, &token->before, &token->before_len))
            return false;
    } else {
        token->before = residual_separators[token->separator].bytes;
        token->before_len = residual_separators[token->separator].len;
    }
    return token->class != RESIDUAL_LITERAL || get_literal(r, at, &token->spelling, &token->spelling_len);
}
