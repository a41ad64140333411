/* test_token_random.c - lib/token: every code point and random text against a plain second tokenizer, and what must
 * hold for any text. The words themselves are in test_token.c. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "lib/fold.h"
#include "lib/token.h"
#include "lib/utf8.h"

enum { NAIVE_MAX = 4096 }; /* bytes of a text */

struct naive_word {
    const char *text; /* decomposed and unordered, UTF-8; lives in naive.letters */
    size_t start, end;
};

struct naive {
    struct naive_word words[NAIVE_MAX];
    size_t n;
    char letters[NAIVE_MAX * 16]; /* all words, each with a NUL */
    size_t len, run;              /* of letters; where the current word begins there */
    size_t start, end;
    enum fold_kind base;
};

static void naive_end_word(struct naive *naive)
{
    if (naive->len > naive->run) {
        naive->letters[naive->len++] = '\0';
        naive->words[naive->n++] = (struct naive_word){naive->letters + naive->run, naive->start, naive->end};
    }
    naive->run = naive->len;
    naive->base = FOLD_SEPARATOR;
}

static void naive_unit(struct naive *naive, fold_unit unit, size_t start, size_t end)
{
    enum fold_kind kind = fold_kind(unit);
    if (kind == FOLD_SEPARATOR || kind == FOLD_SOLO || (kind >= FOLD_LETTER && naive->base == FOLD_SOLO))
        naive_end_word(naive);
    if (kind == FOLD_SEPARATOR || kind == FOLD_IGNORED || (kind == FOLD_MARK && naive->base == FOLD_SEPARATOR))
        return;
    if (naive->len == naive->run)
        naive->start = start;
    naive->end = end;
    if (kind == FOLD_MARK && naive->base == FOLD_LETTER)
        return;
    naive->len += utf8_encode(naive->letters + naive->len, fold_cp(unit));
    if (kind != FOLD_MARK)
        naive->base = kind;
}

static void naive_words(struct naive *naive, const char *text, size_t len)
{
    assert_true(len < NAIVE_MAX);
    naive->n = naive->len = naive->run = 0;
    naive->base = FOLD_SEPARATOR;
    for (size_t off = 0; off < len;) {
        int32_t cp;
        fold_unit units[FOLD_MAX];
        size_t size = utf8_decode(text + off, len - off, &cp), n = fold_char(cp, units);
        for (size_t i = 0; i < n; i++)
            naive_unit(naive, units[i], off, off + size);
        off += size;
    }
    naive_end_word(naive);
}

static char *normalize(const char *text, size_t len, utf8proc_option_t options)
{
    utf8proc_uint8_t *out;
    utf8proc_ssize_t n =
        utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)len, &out, options | UTF8PROC_STABLE);
    assert_true(n >= 0);
    return (char *)out;
}

static void expect_word(const struct token *token, const struct naive_word *expected)
{
    char *composed = normalize(expected->text, strlen(expected->text), UTF8PROC_COMPOSE);
    size_t len = strlen(composed);
    if (len > TOKEN_WORD_MAX) {
        assert_true(token_is_long(token->word, token->word_len));
        len = utf8_floor(composed, 32);
    } else {
        assert_int_equal(token->word_len, len);
    }
    assert_memory_equal(token->word, composed, len);
    assert_int_equal(token->start, expected->start);
    assert_int_equal(token->end, expected->end);
    free(composed);
}

static void expect_naive(struct tokenizer *tokenizer, const char *text, size_t len)
{
    static struct naive naive;
    struct token token;
    naive_words(&naive, text, len);
    tokenizer_begin(tokenizer, text, len, NULL);
    for (size_t i = 0; i < naive.n; i++) {
        assert_true(tokenizer_next(tokenizer, &token));
        expect_word(&token, &naive.words[i]);
    }
    assert_false(tokenizer_next(tokenizer, &token));
}

/* Every code point alone and between others that it may join. */
static void test_every_code_point(void **state)
{
    (void)state;
    struct tokenizer *tokenizer = tokenizer_new();
    for (int32_t cp = 0; cp <= 0x10ffff; cp++) {
        char text[32] = "a";
        size_t len = 1;
        if (cp >= 0xd800 && cp <= 0xdfff)
            continue;
        len += utf8_encode(text + len, cp);
        expect_naive(tokenizer, text + 1, len - 1);
        memcpy(text + len, "\u0931b", 4);
        expect_naive(tokenizer, text, len + 4);
    }
    tokenizer_free(tokenizer);
}

static uint32_t random_next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Pieces that meet each other in all ways. Empty ones stand for a random code point of the first two planes. */
static const char *const pieces[] = {
    "a",      "Word",   "1",      "é",      "e\u0301", "ø",  "ǽ",    "½",    "İ",      "\u0301", "\u0323",
    "\u0345", "α",      "ᾴ",      "ж",      "ש",       "ּ",   "م",    "ّ",     "क",      "\u093c", "\u0931",
    "ि",      "한",     "\u1112", "\u1161", "\u11ab",  "中", "が",   "か",   "\u3099", "ﾞ",      "ｶ",
    "ー",     "ก",      "ำ",      "๑",      "ខ",       "្",   "မ",    " ",    " ",      "\n",     "\n\n",
    ". ",     ".",      "?",      "’",      "”",       "…",  "。",   "-",    "\u00ad", "\u200d", "\u200b",
    "\ufe0f", "\ufdfa", "㍿",     "😀",      "Mr",      "no", "\001", "\002", "\r",     "",       "",
};

static size_t random_text(uint32_t *seed, char *text, size_t n_pieces)
{
    size_t len = 0;
    while (n_pieces-- > 0) {
        const char *piece = pieces[random_next(seed) % BASE_COUNT(pieces)];
        int32_t cp = (int32_t)(random_next(seed) % 0x20000);
        if (*piece != '\0') {
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        } else if (cp < 0xd800 || cp > 0xdfff) {
            len += utf8_encode(text + len, cp);
        }
    }
    return len;
}

static void test_random_against_naive(void **state)
{
    (void)state;
    struct tokenizer *tokenizer = tokenizer_new();
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        char text[2048];
        expect_naive(tokenizer, text, random_text(&seed, text, 1 + random_next(&seed) % 100));
    }
    tokenizer_free(tokenizer);
}

/* Words and breaks do not change when the text is cut behind them, and come in order. */
static void expect_prefix_property(const char *text, size_t len)
{
    struct tokenizer *whole = tokenizer_new(), *cut = tokenizer_new();
    struct token token, last, before = {0};
    size_t n = 0;
    tokenizer_begin(whole, text, len, NULL);
    for (; tokenizer_next(whole, &token); before = token) {
        assert_true(token.start >= before.start && token.end >= before.end && token.start < token.end);
        assert_true(token.end <= len && utf8_floor(text, token.start) == token.start);
        assert_true(token.end == len || utf8_floor(text, token.end) == token.end);
        n++;
        tokenizer_begin(cut, text, token.end, NULL);
        for (size_t i = 0; i < n; i++)
            assert_true(tokenizer_next(cut, &last));
        assert_int_equal(last.word_len, token.word_len);
        assert_memory_equal(last.word, token.word, token.word_len);
        assert_true(last.start == token.start && last.end == token.end && last.brk == token.brk);
    }
    tokenizer_free(whole);
    tokenizer_free(cut);
}

static void test_prefix_property(void **state)
{
    (void)state;
    uint32_t seed = 2;
    for (int round = 0; round < 3000; round++) {
        char text[1024];
        expect_prefix_property(text, random_text(&seed, text, 60));
    }
}

static void expect_same_words(const char *text1, const char *text2)
{
    struct tokenizer *tokenizer1 = tokenizer_new(), *tokenizer2 = tokenizer_new();
    struct token token1, token2;
    tokenizer_begin(tokenizer1, text1, strlen(text1), NULL);
    tokenizer_begin(tokenizer2, text2, strlen(text2), NULL);
    while (tokenizer_next(tokenizer1, &token1)) {
        assert_true(tokenizer_next(tokenizer2, &token2));
        assert_int_equal(token1.word_len, token2.word_len);
        assert_memory_equal(token1.word, token2.word, token1.word_len);
        assert_int_equal(token1.brk, token2.brk);
    }
    assert_false(tokenizer_next(tokenizer2, &token2));
    tokenizer_free(tokenizer1);
    tokenizer_free(tokenizer2);
}

/* Composed and decomposed sources give the same words and breaks. */
static void test_normalization_forms(void **state)
{
    (void)state;
    uint32_t seed = 3;
    for (int round = 0; round < 10000; round++) {
        char text[1024];
        size_t len = random_text(&seed, text, 60);
        for (char *nul; (nul = memchr(text, '\0', len)) != NULL;)
            *nul = ' ';
        char *composed = normalize(text, len, UTF8PROC_COMPOSE), *decomposed = normalize(text, len, UTF8PROC_DECOMPOSE);
        expect_same_words(composed, decomposed);
        free(composed);
        free(decomposed);
    }
}

/* A stored word, typed, is that word. */
static void test_words_are_stable(void **state)
{
    (void)state;
    struct tokenizer *tokenizer = tokenizer_new(), *again = tokenizer_new();
    struct token token, same;
    uint32_t seed = 4;
    for (int round = 0; round < 5000; round++) {
        char text[1024];
        tokenizer_begin(tokenizer, text, random_text(&seed, text, 60), NULL);
        while (tokenizer_next(tokenizer, &token)) {
            if (token_is_long(token.word, token.word_len))
                continue;
            tokenizer_begin(again, token.word, token.word_len, NULL);
            assert_true(tokenizer_next(again, &same));
            assert_int_equal(same.word_len, token.word_len);
            assert_memory_equal(same.word, token.word, token.word_len);
            assert_false(tokenizer_next(again, &same));
        }
    }
    tokenizer_free(tokenizer);
    tokenizer_free(again);
}

/* Text is promised to be UTF-8; when it is not, nothing is read out of bounds and other words stay what they are. */
static void test_invalid_bytes(void **state)
{
    (void)state;
    struct tokenizer *tokenizer = tokenizer_new();
    uint32_t seed = 5;
    for (int round = 0; round < 20000; round++) {
        size_t len = 1 + random_next(&seed) % 64;
        char *text = malloc(len);
        assert_non_null(text);
        for (size_t i = 0; i < len; i++)
            text[i] = (char)(random_next(&seed) >> 3);
        expect_naive(tokenizer, text, len);
        free(text);
    }
    tokenizer_free(tokenizer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_point), cmocka_unit_test(test_random_against_naive),
        cmocka_unit_test(test_prefix_property),  cmocka_unit_test(test_normalization_forms),
        cmocka_unit_test(test_words_are_stable), cmocka_unit_test(test_invalid_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
