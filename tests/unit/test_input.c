/* test_input.c - the bytes of a file, packed or not: whole, in pieces, cut short, damaged, several members, too many.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "indexer/input.h"

/* Appends one gzip member that holds the bytes. */
static void pack(struct buf *out, const char *bytes, size_t len)
{
    z_stream zs = {0};
    assert_int_equal(deflateInit2(&zs, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&zs, len) + 64;
    char *p = buf_reserve(out, room);
    assert_non_null(p);
    zs.next_in = (Bytef *)(uintptr_t)bytes;
    zs.avail_in = (uInt)len;
    zs.next_out = (Bytef *)p;
    zs.avail_out = (uInt)room;
    assert_int_equal(deflate(&zs, Z_FINISH), Z_STREAM_END);
    out->len += room - zs.avail_out;
    deflateEnd(&zs);
}

/* What unpacking gives; the bytes are in `in`. */
static enum read_result unpack(struct input *in, const struct buf *packed, size_t want)
{
    assert_int_equal(input_from_memory(in, packed->data, packed->len), READ_OK);
    assert_true(input_is_gzip(in));
    assert_int_equal(input_unpack(in), READ_OK);
    return input_fill(in, want);
}

static char *numbers(size_t n, size_t *len)
{
    struct buf text = BUF_INIT;
    for (size_t i = 0; i < n; i++)
        buf_addf(&text, "%zu\n", i);
    assert_true(buf_ok(&text));
    *len = text.len;
    return text.data;
}

static void members_follow_each_other(void **state)
{
    (void)state;
    size_t len;
    char *text = numbers(100000, &len);
    struct buf packed = BUF_INIT;
    struct input in = {0};
    pack(&packed, text, 1000);
    pack(&packed, "", 0);
    pack(&packed, text + 1000, len - 1000);
    assert_int_equal(unpack(&in, &packed, SIZE_MAX), READ_OK);
    assert_int_equal(in.bytes.len, len);
    assert_memory_equal(in.bytes.data, text, len);
    assert_int_equal(input_fill(&in, SIZE_MAX), READ_OK);
    assert_int_equal(in.bytes.len, len);
    input_close(&in);
    buf_add(&packed, "\0\0\0\0", 4);
    assert_int_equal(unpack(&in, &packed, SIZE_MAX), READ_OK);
    assert_int_equal(in.bytes.len, len);
    input_release(&in);
    buf_release(&packed);
    free(text);
}

static void pieces_are_the_whole(void **state)
{
    (void)state;
    size_t len, at = 0;
    char *text = numbers(50000, &len);
    struct buf packed = BUF_INIT;
    struct input in = {0};
    pack(&packed, text, len);
    assert_int_equal(unpack(&in, &packed, 1), READ_OK);
    while (in.bytes.len > 0) {
        size_t n = in.bytes.len < 777 ? in.bytes.len : 777;
        assert_memory_equal(in.bytes.data, text + at, n);
        at += n;
        input_drop(&in, n);
        assert_int_equal(input_fill(&in, 777), READ_OK);
    }
    assert_int_equal(at, len);
    input_release(&in);
    buf_release(&packed);
    free(text);
}

/* Wherever it is cut, it is said; what came before is there. */
static void cut_short_is_broken(void **state)
{
    (void)state;
    struct buf packed = BUF_INIT;
    struct input in = {0};
    pack(&packed, "the first words and the last words", 34);
    size_t whole = packed.len;
    for (packed.len = 3; packed.len < whole; packed.len++) {
        assert_int_equal(unpack(&in, &packed, SIZE_MAX), READ_BROKEN);
        assert_string_equal(in.detail, "the gzip data is cut short");
        input_close(&in);
    }
    input_release(&in);
    buf_release(&packed);
}

/* Every byte of the packed data, its header's time and system aside, is checked by something. */
static void damage_is_broken(void **state)
{
    (void)state;
    struct buf packed = BUF_INIT;
    struct input in = {0};
    pack(&packed, "the first words and the last words", 34);
    for (size_t i = 10; i < packed.len; i++) {
        packed.data[i] ^= 0x10;
        enum read_result result = unpack(&in, &packed, SIZE_MAX);
        assert_true(result == READ_BROKEN);
        packed.data[i] ^= 0x10;
        input_close(&in);
    }
    input_release(&in);
    buf_release(&packed);
}

/* A bomb is unpacked only as far as asked. */
static void no_more_than_asked(void **state)
{
    (void)state;
    enum { BOMB = 64 << 20 };
    struct buf packed = BUF_INIT;
    struct input in = {0};
    char *zeros = calloc(1, BOMB);
    assert_non_null(zeros);
    pack(&packed, zeros, BOMB);
    free(zeros);
    assert_int_equal(unpack(&in, &packed, 1 << 20), READ_OK);
    assert_in_range(in.bytes.len, 1 << 20, 1 << 21);
    input_release(&in);
    buf_release(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_follow_each_other), cmocka_unit_test(pieces_are_the_whole),
        cmocka_unit_test(cut_short_is_broken),       cmocka_unit_test(damage_is_broken),
        cmocka_unit_test(no_more_than_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
