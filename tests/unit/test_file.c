/* test_file.c - store/file: what is written maps back; a file that is another, cut or changed is refused.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/store_help.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "store/file.h"

/* A part of n bytes i * 7, put piece by piece, sometimes as a whole bare file. */
static struct file_seal write_part(void **state, const char *path, size_t n)
{
    struct err err = {0};
    struct file_writer w, bare;
    struct file_seal seal, bare_seal;
    char *bare_path = help_path(state, "bare");
    HELP_OK(file_create(&w, path, "kind", &err));
    HELP_OK(file_create(&bare, bare_path, NULL, &err));
    for (size_t i = n / 3; i < n / 2; i++)
        file_put(&bare, &(uint8_t){(uint8_t)(i * 7)}, 1);
    HELP_OK(file_finish(&bare, &bare_seal, &err));
    for (size_t i = 0; i < n / 3; i++)
        file_put(&w, &(uint8_t){(uint8_t)(i * 7)}, 1);
    file_append(&w, bare_path, bare_seal);
    for (size_t i = n / 2; i < n; i++)
        file_put(&w, &(uint8_t){(uint8_t)(i * 7)}, 1);
    assert_int_equal(w.body_len, n);
    HELP_OK(file_finish(&w, &seal, &err));
    assert_int_equal(unlink(bare_path), 0);
    free(bare_path);
    return seal;
}

static void test_round_trip(void **state)
{
    static const size_t sizes[] = {0, 1, 2, 5, 63, 64, 1000, (1 << 17) - 1, 1 << 17, (1 << 17) + 1, 500000};
    struct err err = {0};
    char *path = help_path(state, "part");
    for (size_t s = 0; s < BASE_COUNT(sizes); s++) {
        struct file_map m;
        struct file_seal seal = write_part(state, path, sizes[s]);
        HELP_OK(file_map(&m, path, "kind", &err));
        HELP_OK(file_map_verify(&m, &err));
        assert_int_equal(m.body_len, sizes[s]);
        for (size_t i = 0; i < sizes[s]; i++)
            if (m.body[i] != (uint8_t)(i * 7))
                fail_msg("byte %zu of %zu", i, sizes[s]);
        assert_int_equal(seal.len, m.len);
        assert_int_equal(seal.crc, file_map_seal(&m).crc);
        file_map_release(&m);
        file_map_release(&m); /* safe twice */
        assert_int_equal(unlink(path), 0);
    }
    free(path);
}

static void test_numbers(void **state)
{
    struct err err = {0};
    struct file_writer w;
    struct file_map m;
    char *path = help_path(state, "part");
    HELP_OK(file_create(&w, path, "12345678", &err));
    file_put32(&w, 0x01020304);
    file_put64(&w, UINT64_C(0x0102030405060708));
    file_put_varint(&w, 300);
    uint8_t *room = file_room(&w, FILE_ROOM_MAX);
    room[0] = 9;
    file_advance(&w, 1);
    HELP_OK(file_finish(&w, NULL, &err));
    HELP_OK(file_map(&m, path, "12345678", &err));
    assert_int_equal(m.body_len, 15);
    assert_int_equal(bytes_get32(m.body), 0x01020304);
    assert_true(bytes_get64(m.body + 4) == UINT64_C(0x0102030405060708));
    assert_memory_equal(m.body + 12, "\xac\x02\x09", 3);
    file_map_release(&m);
    free(path);
}

static void check_refused(const char *path, const void *bytes, size_t len)
{
    struct err err = {0};
    struct file_map m;
    help_write(path, bytes, len);
    enum status status = file_map(&m, path, "kind", &err);
    if (status == ST_OK) {
        status = file_map_verify(&m, &err);
        file_map_release(&m);
    }
    assert_true(status == ST_DAMAGED || status == ST_VERSION);
    assert_non_null(strstr(err.text, path));
}

static void test_cut_and_flipped(void **state)
{
    char *path = help_path(state, "part");
    (void)write_part(state, path, 50);
    struct buf whole = help_read(path);
    for (size_t len = 0; len < whole.len; len++)
        check_refused(path, whole.data, len);
    for (size_t bit = 0; bit < 8 * whole.len; bit++) {
        whole.data[bit / 8] = (char)(whole.data[bit / 8] ^ 1 << bit % 8);
        check_refused(path, whole.data, whole.len);
        whole.data[bit / 8] = (char)(whole.data[bit / 8] ^ 1 << bit % 8);
    }
    buf_addc(&whole, 0);
    check_refused(path, whole.data, whole.len);
    buf_release(&whole);
    free(path);
}

static void test_another_file(void **state)
{
    struct err err = {0};
    struct file_map m;
    struct file_writer w;
    char *path = help_path(state, "part"), *missing = help_path(state, "missing/part");
    (void)write_part(state, path, 50);
    assert_int_equal(file_map(&m, path, "other", &err), ST_DAMAGED);
    assert_int_equal(file_map(&m, path, "kin", &err), ST_DAMAGED);
    assert_int_equal(file_map(&m, missing, "kind", &err), ST_NOT_FOUND);
    assert_int_equal(file_map(&m, *state, "kind", &err), ST_DAMAGED); /* a folder */
    assert_int_equal(file_create(&w, missing, "kind", &err), ST_CREATE);
    assert_int_equal(file_create(&w, path, "kind", &err), ST_CREATE); /* is there */
    assert_int_equal(file_finish(&w, NULL, &err), ST_INTERNAL);
    file_release(&w);
    file_release(&w);
    free(path);
    free(missing);
}

/* A failed write stays: what comes after does nothing, the end tells. */
static void test_sticky(void **state)
{
    struct err err = {0};
    struct file_writer w;
    struct rlimit before, small = {.rlim_cur = 200000};
    uint8_t block[1000] = {0};
    char *path = help_path(state, "part");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    HELP_OK(file_create(&w, path, "kind", &err));
    for (int i = 0; i < 1000; i++)
        file_put(&w, block, sizeof block);
    file_append(&w, "/nowhere", (struct file_seal){1, 1});
    assert_null(file_room(&w, 1));
    assert_int_equal(file_finish(&w, NULL, &err), ST_IO);
    assert_non_null(strstr(err.text, path));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    free(path);
}

static void test_append_of_too_little(void **state)
{
    struct err err = {0};
    struct file_writer w;
    char *path = help_path(state, "part"), *small = help_path(state, "small");
    help_write(small, "123", 3);
    HELP_OK(file_create(&w, path, "kind", &err));
    file_append(&w, small, (struct file_seal){4, 0});
    assert_int_equal(file_finish(&w, NULL, &err), ST_IO);
    assert_non_null(strstr(err.text, small));
    free(path);
    free(small);
}

static void test_folders(void **state)
{
    struct err err = {0};
    char *a = help_path(state, "a"), *b = help_path(state, "a/b"), *c = help_path(state, "a/b/c");
    char *link = help_path(state, "a/link"), *outside = help_path(state, "outside");
    struct stat st;
    HELP_OK(dir_make(a, &err));
    assert_int_equal(dir_make(a, &err), ST_CREATE);
    HELP_OK(dir_make(b, &err));
    HELP_OK(dir_sync(b, &err));
    help_write(c, "x", 1);
    help_write(outside, "x", 1);
    assert_int_equal(symlink(*state, link), 0);
    HELP_OK(dir_remove(a, &err));
    HELP_OK(dir_remove(a, &err)); /* fine when it is gone */
    assert_int_not_equal(lstat(a, &st), 0);
    assert_int_equal(stat(outside, &st), 0); /* links are not followed */
    assert_int_equal(dir_sync(a, &err), ST_IO);
    free(a);
    free(b);
    free(c);
    free(link);
    free(outside);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELP_TEST(test_round_trip),   HELP_TEST(test_numbers), HELP_TEST(test_cut_and_flipped),
        HELP_TEST(test_another_file), HELP_TEST(test_sticky),  HELP_TEST(test_append_of_too_little),
        HELP_TEST(test_folders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
