/* test_json.c - lib/json: strings, numbers, commas. SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/json.h"

static void assert_made(struct buf *b, const char *want)
{
    assert_true(buf_ok(b));
    buf_addc(b, '\0');
    assert_string_equal(b->data, want);
    buf_release(b);
}

static void assert_string(const char *text, size_t len, const char *want)
{
    struct buf b = BUF_INIT;
    json_string(&b, text, len);
    assert_made(&b, want);
}

static void strings(void **state)
{
    (void)state;
    assert_string("", 0, "\"\"");
    assert_string("plain", 5, "\"plain\"");
    assert_string("a\"b\\c/d", 7, "\"a\\\"b\\\\c/d\"");
    assert_string("\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\"");
    assert_string("\0\x01\x1f\x7f", 4, "\"\\u0000\\u0001\\u001f\x7f\"");
    assert_string("\xc3\xa9\xe2\x80\xa6\xf0\x9f\x8c\x8a", 9, "\"\xc3\xa9\xe2\x80\xa6\xf0\x9f\x8c\x8a\"");
}

static void bytes_that_are_not_utf8(void **state)
{
    (void)state;
    assert_string("a\xff" "b", 3, "\"a\\ufffdb\"");
    assert_string("\xe2\x80", 2, "\"\\ufffd\\ufffd\"");
    assert_string("\xed\xa0\x80", 3, "\"\\ufffd\\ufffd\\ufffd\"");
}

static void base64(void **state)
{
    static const char *const want[] = {"\"\"", "\"Zg==\"", "\"Zm8=\"", "\"Zm9v\"", "\"Zm9vYg==\""};
    (void)state;
    for (size_t n = 0; n < BASE_COUNT(want); n++) {
        struct buf b = BUF_INIT;
        json_base64(&b, "foob", n);
        assert_made(&b, want[n]);
    }
    struct buf b = BUF_INIT;
    json_base64(&b, "\xff\xfe\xfd", 3);
    assert_made(&b, "\"//79\"");
}

static void numbers(void **state)
{
    struct buf b = BUF_INIT;
    (void)state;
    json_open(&b, '[');
    json_uint(&b, UINT64_MAX);
    json_int(&b, INT64_MIN);
    json_real(&b, 1.0 / 3, 4);
    json_real(&b, (double)NAN, 4);
    json_real(&b, -(double)INFINITY, 4);
    json_bool(&b, true);
    json_bool(&b, false);
    json_null(&b);
    json_close(&b, ']');
    assert_made(&b, "[18446744073709551615,-9223372036854775808,0.3333,null,null,true,false,null]");
}

static void times(void **state)
{
    struct buf b = BUF_INIT;
    (void)state;
    json_open(&b, '[');
    json_time(&b, 0);
    json_time(&b, 1668643200);
    json_time(&b, -1);
    json_close(&b, ']');
    assert_made(&b, "[\"1970-01-01T00:00:00Z\",\"2022-11-17T00:00:00Z\",\"1969-12-31T23:59:59Z\"]");
}

static void commas(void **state)
{
    struct buf b = BUF_INIT;
    (void)state;
    json_open(&b, '{');
    json_key(&b, "a");
    json_open(&b, '[');
    json_close(&b, ']');
    json_key(&b, "b");
    json_open(&b, '[');
    json_open(&b, '{');
    json_close(&b, '}');
    json_open(&b, '[');
    json_string(&b, "[", 1);
    json_string(&b, "{:", 2);
    json_close(&b, ']');
    json_close(&b, ']');
    json_close(&b, '}');
    assert_made(&b, "{\"a\":[],\"b\":[{},[\"[\",\"{:\"]]}");
}

static void rows_are_objects_of_their_own(void **state)
{
    struct buf b = BUF_INIT;
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        json_open(&b, '{');
        json_key(&b, "i");
        json_uint(&b, i);
        json_close(&b, '}');
        buf_addc(&b, '\n');
    }
    assert_made(&b, "{\"i\":0}\n{\"i\":1}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings), cmocka_unit_test(bytes_that_are_not_utf8),
        cmocka_unit_test(base64),  cmocka_unit_test(numbers),
        cmocka_unit_test(times),   cmocka_unit_test(commas),
        cmocka_unit_test(rows_are_objects_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
