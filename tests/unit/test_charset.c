/* test_charset.c - bytes to UTF-8: marks, what is valid, what is nearly so, what is declared, what is guessed.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/charset.h"
#include "lib/utf8.h"

static struct charset room;

/* Converts a copy of just this size, so that a sanitizer sees a read past its end. */
static void expect_bytes(const char *bytes, size_t len, const char *text, size_t text_len, const char *name)
{
    char *exact = malloc(len + 1);
    const char *got, *got_name;
    size_t got_len;
    assert_non_null(exact);
    memcpy(exact, bytes, len);
    assert_int_equal(charset_to_utf8(&room, exact, len, NULL, &got, &got_len, &got_name), CHARSET_OK);
    if (got_len != text_len || memcmp(got, text, text_len) != 0)
        fail_msg("got '%.*s' (%s), expected '%s'", (int)got_len, got, got_name, text);
    if (name != NULL)
        assert_string_equal(got_name, name);
    free(exact);
}

/* Both are string literals, which may hold NULs. */
#define EXPECT(bytes, text, name) expect_bytes(bytes, sizeof(bytes) - 1, text, sizeof(text) - 1, name)

static void utf8_is_itself(void **state)
{
    (void)state;
    EXPECT("", "", "UTF-8");
    EXPECT("plain\r\n", "plain\r\n", "UTF-8");
    EXPECT("caf\xC3\xA9 \xF0\x9F\x98\x80", "caf\xC3\xA9 \xF0\x9F\x98\x80", "UTF-8");
    EXPECT("\xEF\xBB\xBFhi", "hi", "UTF-8");
    EXPECT("\xEF\xBB\xBF", "", "UTF-8");
    const char *text, *name, *bytes = "as it is";
    size_t len;
    assert_int_equal(charset_to_utf8(&room, bytes, 8, NULL, &text, &len, &name), CHARSET_OK);
    assert_ptr_equal(text, bytes);
}

static void marks(void **state)
{
    (void)state;
    EXPECT("\xFF\xFEh\0\xE9\0\n\0", "h\xC3\xA9\n", "UTF-16LE");
    EXPECT("\xFE\xFF\0h\0\xE9\0\n", "h\xC3\xA9\n", "UTF-16BE");
    EXPECT("\xFF\xFE\x3D\xD8\x00\xDE", "\xF0\x9F\x98\x80", "UTF-16LE");
    EXPECT("\xFF\xFE\0\0h\0\0\0", "h", "UTF-32LE");
    EXPECT("\0\0\xFE\xFF\0\0\0h", "h", "UTF-32BE");
    EXPECT("\xFF\xFE", "", "UTF-16LE");
    /* a lone surrogate, half a character at the end, a NUL */
    EXPECT("\xFF\xFE\x3D\xD8h\0", "\xEF\xBF\xBDh", "UTF-16LE");
    EXPECT("\xFF\xFEh\0i", "h\xEF\xBF\xBD", "UTF-16LE");
    EXPECT("\xFF\xFEh\0\0\0i\0", "h\0i", "UTF-16LE");
    /* the mark says UTF-8, so damage is damage */
    EXPECT("\xEF\xBB\xBF"
           "caf\xE9 x",
           "caf\xEF\xBF\xBD x", "UTF-8");
}

static void nearly_utf8(void **state)
{
    (void)state;
    EXPECT("\xC3\xA9\xC3\xA8\xC3\xA0\xC3\xB6 bad \xFF byte", "\xC3\xA9\xC3\xA8\xC3\xA0\xC3\xB6 bad \xEF\xBF\xBD byte",
           "UTF-8");
    EXPECT("ascii then a cut character \xE2\x82", "ascii then a cut character \xEF\xBF\xBD\xEF\xBF\xBD", "UTF-8");
}

static void western(void **state)
{
    (void)state;
    EXPECT("caf\xE9 au lait", "caf\xC3\xA9 au lait", "WINDOWS-1252");
    EXPECT("it\x92s \x93quoted\x94 \x96 \x80"
           "5",
           "it\xE2\x80\x99s \xE2\x80\x9Cquoted\xE2\x80\x9D \xE2\x80\x93 \xE2\x82\xAC"
           "5",
           "WINDOWS-1252");
    /* what windows-1252 has no character for */
    EXPECT("a\x81 b", "a\xEF\xBF\xBD b", "WINDOWS-1252");
    EXPECT("\xFF", "\xC3\xBF", "WINDOWS-1252");
}

static void declared(void **state)
{
    (void)state;
    const char *text, *name;
    size_t len;
    EXPECT("# -*- coding: koi8-r -*-\n\xD4\xC5\xD3\xD4", "# -*- coding: koi8-r -*-\n\xD1\x82\xD0\xB5\xD1\x81\xD1\x82",
           "koi8-r");
    EXPECT("#!/bin/sh\n# vim: set fileencoding=iso-8859-2 :\n\xB9",
           "#!/bin/sh\n# vim: set fileencoding=iso-8859-2 :\n\xC5\xA1", "iso-8859-2");
    EXPECT("<?xml version=\"1.0\" encoding=\"ISO-8859-5\"?>\xC0",
           "<?xml version=\"1.0\" encoding=\"ISO-8859-5\"?>\xD0\xA0", "ISO-8859-5");
    EXPECT("---\ntitle: x\ncharset: iso-8859-7\n---\n\xE1", "---\ntitle: x\ncharset: iso-8859-7\n---\n\xCE\xB1",
           "iso-8859-7");
    /* browsers read latin1 as windows-1252; a name nobody knows, or UTF-8 that is none, is no help */
    EXPECT("# coding: latin-1\n\x93x\x94", "# coding: latin-1\n\xE2\x80\x9Cx\xE2\x80\x9D", "WINDOWS-1252");
    EXPECT("# coding: klingon\n\xE9", "# coding: klingon\n\xC3\xA9", "WINDOWS-1252");
    EXPECT("# coding: utf-8\n\xE9", "# coding: utf-8\n\xC3\xA9", "WINDOWS-1252");
    /* valid UTF-8 wins over what it says */
    EXPECT("# coding: latin-1\n\xC3\xA9", "# coding: latin-1\n\xC3\xA9", "UTF-8");
    assert_int_equal(charset_to_utf8(&room, "\xE1", 1, "iso-8859-7", &text, &len, &name), CHARSET_OK);
    assert_int_equal(len, 2);
    assert_memory_equal(text, "\xCE\xB1", 2);
}

/* Texts of a few sentences in the encodings that people have them in. */
static const struct {
    const char *charset, *text;
} samples[] = {
    {"WINDOWS-1251", "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и "
                     "совестью и должны поступать в отношении друг друга в духе братства."},
    {"KOI8-R", "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и "
               "совестью и должны поступать в отношении друг друга в духе братства."},
    {"ISO-8859-7", "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα."},
    {"ISO-8859-2",
     "Všichni lidé se rodí svobodní a sobě rovní co do důstojnosti a práv. Jsou nadáni rozumem a svědomím "
     "a mají spolu jednat v duchu bratrství."},
    {"SHIFT_JIS", "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。"},
    {"EUC-JP", "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。"},
    {"GB18030", "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。"},
    {"BIG5", "人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心，並應以兄弟關係的精神相對待。"},
    {"EUC-KR", "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다."},
    {"WINDOWS-1252",
     "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison "
     "et de conscience et doivent agir les uns envers les autres dans un esprit de fraternité."},
};

static void guessed(void **state)
{
    (void)state;
    for (size_t i = 0; i < BASE_COUNT(samples); i++) {
        char bytes[1024], *in = (char *)(uintptr_t)samples[i].text, *out = bytes;
        size_t left = strlen(in), text_len = left, space = sizeof bytes;
        iconv_t cd = iconv_open(samples[i].charset, "UTF-8");
        assert_true(cd != (iconv_t)-1);
        assert_true(iconv(cd, &in, &left, &out, &space) != (size_t)-1);
        iconv_close(cd);
        expect_bytes(bytes, sizeof bytes - space, samples[i].text, text_len, NULL);
    }
}

static enum charset_result convert(const char *bytes, size_t len)
{
    const char *text, *name;
    size_t text_len;
    return charset_to_utf8(&room, bytes, len, NULL, &text, &text_len, &name);
}

static void binary(void **state)
{
    (void)state;
    char bytes[CHARSET_BINARY_BYTES + 2];
    memset(bytes, 'x', sizeof bytes);
    assert_int_equal(convert("a\0b", 3), CHARSET_BINARY);
    assert_int_equal(convert("\0", 1), CHARSET_BINARY);
    assert_int_equal(convert("\xEF\xBB\xBF\0", 4), CHARSET_BINARY);
    assert_int_equal(convert("h\0i\0", 4), CHARSET_BINARY);
    bytes[CHARSET_BINARY_BYTES - 1] = '\0';
    assert_int_equal(convert(bytes, sizeof bytes), CHARSET_BINARY);
    bytes[CHARSET_BINARY_BYTES - 1] = 'x';
    bytes[CHARSET_BINARY_BYTES] = '\0';
    assert_int_equal(convert(bytes, sizeof bytes), CHARSET_OK);
}

/* Whatever the bytes: UTF-8 comes out, and as many lines as went in where no mark says UTF-16 or UTF-32. */
static void at_random(void **state)
{
    (void)state;
    uint32_t seed = 12345;
    for (int round = 0; round < 3000; round++) {
        char bytes[200];
        size_t len = 0, lines = 0;
        for (; len < sizeof bytes && (len == 0 || seed % 97 != 0); len++) {
            seed = seed * 1664525u + 1013904223u;
            uint32_t r = seed >> 8;
            bytes[len] = (char)(r % 3 == 0 ? 0x80 + r / 3 % 0x80 : r % 31 == 0 ? '\n' : 'a' + r % 26);
            lines += bytes[len] == '\n';
        }
        const char *text, *name;
        size_t text_len;
        assert_int_equal(charset_to_utf8(&room, bytes, len, NULL, &text, &text_len, &name), CHARSET_OK);
        assert_int_equal(utf8_invalid_at(text, text_len), text_len);
        for (size_t i = 0; i < text_len; i++)
            lines -= text[i] == '\n';
        if (strncmp(name, "UTF-16", 6) != 0 && lines != 0)
            fail_msg("%s lost or made lines", name);
    }
}

static int release_room(void **state)
{
    (void)state;
    charset_release(&room);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_is_itself), cmocka_unit_test(marks),     cmocka_unit_test(nearly_utf8),
        cmocka_unit_test(western),        cmocka_unit_test(declared),  cmocka_unit_test(guessed),
        cmocka_unit_test(binary),         cmocka_unit_test(at_random),
    };
    return cmocka_run_group_tests(tests, NULL, release_room);
}
