/* test_utf8.c - lib/utf8: every code point, every kind of broken sequence. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "lib/utf8.h"

/* A copy with nothing behind it, so that reading past the end is seen by the sanitizers. */
static char *exact_copy(const char *bytes, size_t len)
{
    char *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    return copy;
}

static size_t invalid_at(const char *bytes, size_t len)
{
    char *copy = exact_copy(bytes, len);
    size_t off = utf8_invalid_at(copy, len);
    free(copy);
    return off;
}

static void test_every_code_point(void **state)
{
    (void)state;
    for (int32_t cp = 0; cp <= 0x10ffff; cp++) {
        char bytes[4];
        size_t len = utf8_encode(bytes, cp), expected = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
        bool surrogate = cp >= 0xd800 && cp <= 0xdfff;
        int32_t decoded;
        assert_int_equal(len, expected);
        assert_int_equal(utf8_decode(bytes, len, &decoded), surrogate ? 1 : len);
        assert_int_equal(decoded, surrogate ? -1 : cp);
        assert_int_equal(utf8_invalid_at(bytes, len), surrogate ? 0 : len);
    }
}

static void test_known_sequences(void **state)
{
    (void)state;
    char bytes[4];
    assert_int_equal(utf8_encode(bytes, 0x20ac), 3);
    assert_memory_equal(bytes, "\xe2\x82\xac", 3);
    assert_int_equal(utf8_encode(bytes, 0x1f600), 4);
    assert_memory_equal(bytes, "\xf0\x9f\x98\x80", 4);
}

static void test_broken_sequences(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
    } broken[] = {
        {"\x80", 1},             /* a continuation without a lead */
        {"\xbf", 1},             /* the last one */
        {"\xc0\x80", 2},         /* overlong U+0000 */
        {"\xc1\xbf", 2},         /* overlong U+007F */
        {"\xe0\x9f\xbf", 3},     /* overlong U+07FF */
        {"\xf0\x8f\xbf\xbf", 4}, /* overlong U+FFFF */
        {"\xed\xa0\x80", 3},     /* first surrogate */
        {"\xed\xbf\xbf", 3},     /* last surrogate */
        {"\xf4\x90\x80\x80", 4}, /* U+110000 */
        {"\xf5\x80\x80\x80", 4}, /* beyond */
        {"\xff", 1},             /* never */
        {"\xc3", 1},             /* cut short */
        {"\xe2\x82", 2},         /* cut short */
        {"\xf0\x9f\x98", 3},     /* cut short */
        {"\xc3(", 2},            /* interrupted */
        {"\xe2\x82(", 3},        /* interrupted */
        {"\xf0\x9f(\x80", 4},    /* interrupted */
    };
    for (size_t i = 0; i < BASE_COUNT(broken); i++) {
        char *copy = exact_copy(broken[i].bytes, broken[i].len);
        int32_t cp = 0;
        assert_int_equal(utf8_decode(copy, broken[i].len, &cp), 1);
        assert_int_equal(cp, -1);
        assert_int_equal(utf8_invalid_at(copy, broken[i].len), 0);
        free(copy);
    }
}

/* The place is the first byte of the broken sequence, wherever it stands among ASCII and other characters. */
static void test_place_of_the_broken_byte(void **state)
{
    (void)state;
    char text[64];
    for (size_t before = 0; before < 40; before++) {
        memset(text, 'a', sizeof text);
        memcpy(text + before, "\xe2\x82x", 3);
        assert_int_equal(invalid_at(text, sizeof text), before);
        assert_int_equal(invalid_at(text, before), before);
        memcpy(text + before, "\xe2\x82\xac", 3);
        assert_int_equal(invalid_at(text, sizeof text), sizeof text);
        assert_int_equal(invalid_at(text, before + 2), before);
    }
    assert_int_equal(invalid_at("", 0), 0);
    assert_int_equal(invalid_at("a\0b", 3), 3);
}

static void test_floor(void **state)
{
    (void)state;
    static const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z";
    static const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10};
    for (size_t off = 0; off < BASE_COUNT(expected); off++)
        assert_int_equal(utf8_floor(text, off), expected[off]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_known_sequences),
        cmocka_unit_test(test_broken_sequences),
        cmocka_unit_test(test_place_of_the_broken_byte),
        cmocka_unit_test(test_floor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
