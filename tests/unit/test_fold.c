/* test_fold.c - lib/fold: what characters become, that folding is stable, that the cache tells the same.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "lib/fold.h"
#include "lib/utf8.h"

/* The folded form of one character, separators and marks included. */
static void expect_fold(const char *character, const char *expected)
{
    int32_t cp;
    char folded[FOLD_MAX * 4 + 1];
    size_t len = 0;
    fold_unit units[FOLD_MAX];
    assert_int_equal(utf8_decode(character, strlen(character), &cp), strlen(character));
    size_t n = fold_char(cp, units);
    for (size_t i = 0; i < n; i++)
        len += utf8_encode(folded + len, fold_cp(units[i]));
    folded[len] = '\0';
    assert_string_equal(folded, expected);
}

static void test_case_and_accents(void **state)
{
    (void)state;
    expect_fold("A", "a");
    expect_fold("é", "e\u0301");
    expect_fold("Ǖ", "u\u0308\u0304");
    expect_fold("ß", "ss");
    expect_fold("ẞ", "ss");
    expect_fold("İ", "i\u0307");
    expect_fold("ς", "σ");
    expect_fold("Σ", "σ");
    expect_fold("ſ", "s");
    expect_fold("ᾳ", "αι");
    expect_fold("Ж", "ж");
    expect_fold("й", "и\u0306");
}

static void test_plain_forms(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"ø", "o"},        {"Ø", "o"},        {"ł", "l"},       {"Ł", "l"},      {"đ", "d"}, {"Đ", "d"},
        {"ħ", "h"},        {"Ħ", "h"},        {"ŧ", "t"},       {"Ŧ", "t"},      {"ı", "i"}, {"æ", "ae"},
        {"Æ", "ae"},       {"œ", "oe"},       {"Œ", "oe"},      {"ᴭ", "ae"},     {"ð", "ð"}, {"þ", "þ"},
        {"ǽ", "ae\u0301"}, {"Ǣ", "ae\u0304"}, {"Ǿ", "o\u0301"}, {"\ua7f8", "h"},
    };
    for (size_t i = 0; i < BASE_COUNT(pairs); i++)
        expect_fold(pairs[i][0], pairs[i][1]);
}

static void test_compatibility(void **state)
{
    (void)state;
    expect_fold("ﬁ", "fi");
    expect_fold("ª", "a");
    expect_fold("²", "2");
    expect_fold("½", "1\u20442");
    expect_fold("Ａ", "a");
    expect_fold("ｶ", "カ");
    expect_fold("ﾞ", "\u3099");
    expect_fold("가", "\u1100\u1161");
    expect_fold("ㄱ", "\u1100");
    expect_fold("ﻼ", "لا");
    expect_fold("㍿", "株式会社");
    expect_fold("K", "k");
    expect_fold("…", "...");
    expect_fold("𝔘", "u");
}

static enum fold_kind kind_of(int32_t cp)
{
    fold_unit units[FOLD_MAX];
    assert_int_equal(fold_char(cp, units), 1);
    return fold_kind(units[0]);
}

static void expect_kinds(enum fold_kind kind, const int32_t *cps, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_int_equal(kind_of(cps[i]), kind);
}

#define EXPECT_KINDS(kind, ...)                                                                                        \
    do {                                                                                                               \
        static const int32_t cps[] = {__VA_ARGS__};                                                                    \
        expect_kinds(kind, cps, BASE_COUNT(cps));                                                                      \
    } while (0)

static void test_kinds(void **state)
{
    (void)state;
    EXPECT_KINDS(FOLD_SEPARATOR, 0, '\n', ' ', '_', '-', 0x200b, 0x2019, 0x2010, 0x1f600, 0xe000, 0xd800, 0x0378);
    EXPECT_KINDS(FOLD_SEPARATOR, 0x02bc, 0x02bb, 0x02b9, 0x02ee, 0xa78c, 0x07f4, 0x05f3, 0x055a); /* apostrophes */
    EXPECT_KINDS(FOLD_IGNORED, 0xad, 0x200c, 0x200d, 0x200e, 0x2060, 0xfe0f, 0xfeff, 0xe0100, 0x34f, 0x180e, 0x115f);
    EXPECT_KINDS(FOLD_MARK, 0x301, 0x5b0, 0x64b, 0x93c, 0x93e, 0x3099, 0xe31, 0x20e3, 0x1d165);
    EXPECT_KINDS(FOLD_LETTER, 'a', '0', 0x3b1, 0x436, 0x5d0, 0x627, 0x660, 0x253, 0x1d79, 0xa727);
    EXPECT_KINDS(FOLD_KEEPER, 0x561, 0x905, 0x966, 0x10d0, 0x1100, 0xe51, 0x3105, 0x3021, 0x2c81, 0x1820);
    EXPECT_KINDS(FOLD_SOLO, 0x4e00, 0x3042, 0x30a2, 0x30fc, 0x3005, 0x3006, 0x3007, 0xe01, 0xe81, 0x1780, 0x1000);
    EXPECT_KINDS(FOLD_SOLO, 0x20000, 0xfa0e, 0x31f0, 0x1b000, 0xaa60, 0xa9e0);
}

static void test_combining_class(void **state)
{
    (void)state;
    fold_unit units[FOLD_MAX];
    fold_char(0x301, units);
    assert_int_equal(fold_ccc(units[0]), 230);
    fold_char(0x3099, units);
    assert_int_equal(fold_ccc(units[0]), 8);
    fold_char('a', units);
    assert_int_equal(fold_ccc(units[0]), 0);
}

/* Folding what was folded changes nothing, so a stored word can be typed. */
static void test_stable(void **state)
{
    (void)state;
    for (int32_t cp = -1; cp <= 0x110000; cp++) {
        fold_unit once[FOLD_MAX], twice[FOLD_MAX];
        size_t n = fold_char(cp, once);
        assert_in_range(n, 1, FOLD_MAX);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(fold_char(fold_cp(once[i]), twice), 1);
            assert_int_equal(twice[0], once[i]);
        }
    }
}

/* What lib/token.c counts on: composing never makes fewer bytes than there were code points, where marks are kept. */
static void test_composed_bytes_hold_code_points(void **state)
{
    (void)state;
    for (int32_t cp = 0x80; cp <= 0x10ffff; cp++) {
        int32_t parts[FOLD_MAX];
        char bytes[4];
        fold_unit units[FOLD_MAX];
        utf8proc_ssize_t n = utf8proc_decompose_char(cp, parts, FOLD_MAX, UTF8PROC_DECOMPOSE, NULL);
        fold_char(cp, units);
        if (fold_kind(units[0]) >= FOLD_KEEPER)
            assert_in_range(n, 1, utf8_encode(bytes, cp));
    }
}

/* The same: nothing composes with what comes before it but marks and jamo. */
static void test_what_composes(void **state)
{
    (void)state;
    for (int32_t cp = 0x80; cp <= 0x10ffff; cp++) {
        int32_t parts[FOLD_MAX];
        utf8proc_ssize_t n = utf8proc_decompose_char(cp, parts, FOLD_MAX, UTF8PROC_DECOMPOSE, NULL);
        for (utf8proc_ssize_t i = 1; i < n; i++)
            assert_true((parts[i] >= 0x1100 && parts[i] <= 0x11ff) || kind_of(parts[i]) == FOLD_MARK ||
                        parts[i] == 0x345);
    }
}

static void expect_cached(struct fold_cache *cache, int32_t cp)
{
    fold_unit expected[FOLD_MAX];
    const fold_unit *units;
    size_t n = fold_char(cp, expected);
    assert_int_equal(fold_cached(cache, cp, &units), n);
    assert_memory_equal(units, expected, n * sizeof *expected);
}

static void test_cache(void **state)
{
    (void)state;
    struct fold_cache *cache = calloc(1, sizeof *cache);
    assert_non_null(cache);
    for (int32_t cp = 0; cp <= 0x10ffff; cp++) {
        expect_cached(cache, cp);
        expect_cached(cache, cp);
        expect_cached(cache, cp ^ FOLD_CACHE_SLOTS);
    }
    free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case_and_accents),
        cmocka_unit_test(test_plain_forms),
        cmocka_unit_test(test_compatibility),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_combining_class),
        cmocka_unit_test(test_stable),
        cmocka_unit_test(test_composed_bytes_hold_code_points),
        cmocka_unit_test(test_what_composes),
        cmocka_unit_test(test_cache),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
