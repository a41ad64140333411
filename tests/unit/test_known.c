/* test_known.c - the table of known files: what was put is what is read, and what is damaged is refused.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/store_help.h"

#include "store/known.h"

enum { N_FILES = 300 };

static void path_of(uint32_t i, char path[64])
{
    (void)snprintf(path, 64, "docs/%03u/%s", i / 7 * 7,
                   (const char *[]){"a", "ab", "b", "b.txt", "c", "x\xff", "y"}[i % 7]);
}

static struct known_file file_of(uint32_t i, const char *path, uint8_t hash[KNOWN_HASH_LEN])
{
    memset(hash, (int)(i * 31), KNOWN_HASH_LEN);
    return (struct known_file){.path = path,
                               .path_len = strlen(path),
                               .size = (uint64_t)i << 30,
                               .mtime_ns = (int64_t)i * -123456789012,
                               .inode = i % 4 == 0 ? i : UINT64_MAX - i,
                               .hash = hash,
                               .stamp = i / 20,
                               .n_docs = i % 20 < 15 ? 1 : i % 3,
                               .n_parts = i % 20 < 15 ? 0 : i % 5,
                               .n_skipped = i % 20 < 15 ? 0 : i % 2,
                               .outcome = i % KNOWN_OUTCOMES,
                               .unsure = i % 11 == 0,
                               .made = i % 13 == 0};
}

static void write_table(const char *dir, uint32_t n, struct manifest *m)
{
    struct err err = {0};
    struct known_writer w;
    HELP_OK(known_create(&w, dir, 7, 64 << 20, &err));
    for (uint32_t i = 0; i < n; i++) {
        uint8_t hash[KNOWN_HASH_LEN];
        char path[64];
        path_of(i, path);
        struct known_file file = file_of(i, path, hash);
        known_put(&w, &file);
    }
    m->generation = 7;
    HELP_OK(known_finish(&w, m, &err));
    known_writer_release(&w);
}

static void assert_same(const struct known_file *a, const struct known_file *b)
{
    assert_int_equal(a->path_len, b->path_len);
    assert_memory_equal(a->path, b->path, a->path_len);
    assert_memory_equal(a->hash, b->hash, KNOWN_HASH_LEN);
    assert_true(a->size == b->size && a->mtime_ns == b->mtime_ns && a->inode == b->inode && a->stamp == b->stamp);
    assert_true(a->n_docs == b->n_docs && a->n_parts == b->n_parts && a->n_skipped == b->n_skipped);
    assert_true(a->outcome == b->outcome && a->unsure == b->unsure && a->made == b->made);
}

static void round_trip(void **state)
{
    struct err err = {0};
    struct manifest m = {0};
    struct known known;
    struct known_file found;
    write_table(*state, N_FILES, &m);
    HELP_OK(known_open(&known, *state, &m, true, &err));
    HELP_OK(known_check(&known, &err));
    assert_int_equal(known.limit, 64 << 20);
    assert_int_equal(known.sums.files, N_FILES);
    assert_int_equal(known.sums.outcomes[KNOWN_BINARY], N_FILES / KNOWN_OUTCOMES);
    assert_int_equal(m.skipped, known_skipped(&known.sums));
    struct known_cursor c = {.known = &known};
    for (uint32_t i = 0; i < N_FILES; i++) {
        uint8_t hash[KNOWN_HASH_LEN];
        char path[64];
        path_of(i, path);
        struct known_file wanted = file_of(i, path, hash);
        HELP_OK(known_next(&c, &found, &err));
        assert_same(&found, &wanted);
    }
    assert_int_equal(known_next(&c, &found, &err), ST_END);
    assert_int_equal(known_next(&c, &found, &err), ST_END);
    known_cursor_release(&c);
    known_close(&known);
}

/* The files of generation 7 as one later, some gone and some new; copied or put. */
static void write_next(const char *dir, const struct known *known, uint64_t generation, bool copied, struct manifest *m)
{
    struct err err = {0};
    struct known_writer w;
    struct known_file file;
    struct known_cursor c = {.known = known};
    HELP_OK(known_create(&w, dir, generation, known->limit, &err));
    for (uint32_t i = 0; known_next(&c, &file, &err) == ST_OK; i++) {
        if (i % 9 == 4)
            continue;
        (copied ? known_copy : known_put)(&w, &file);
        if (i % 10 != 6)
            continue;
        char path[64];
        (void)snprintf(path, sizeof path, "%.*s\x01", (int)file.path_len, file.path);
        file.path = path;
        file.path_len++;
        file.size++;
        known_put(&w, &file);
    }
    known_cursor_release(&c);
    HELP_OK(known_finish(&w, m, &err));
    known_writer_release(&w);
}

static void copied_is_as_put(void **state)
{
    struct err err = {0};
    struct manifest m = {0}, put = {.generation = 8}, copied = {.generation = 9};
    struct known known, next;
    write_table(*state, N_FILES, &m);
    HELP_OK(known_open(&known, *state, &m, true, &err));
    write_next(*state, &known, 8, false, &put);
    write_next(*state, &known, 9, true, &copied);
    assert_int_equal(put.files_len, copied.files_len);
    assert_int_equal(put.files_checksum, copied.files_checksum);
    HELP_OK(known_open(&next, *state, &copied, true, &err));
    HELP_OK(known_check(&next, &err));
    known_close(&next);
    known_close(&known);
}

static void an_empty_table(void **state)
{
    struct err err = {0};
    struct manifest m = {0};
    struct known known;
    write_table(*state, 0, &m);
    HELP_OK(known_open(&known, *state, &m, true, &err));
    HELP_OK(known_check(&known, &err));
    known_close(&known);
}

/* A table of another generation, though whole, is refused. */
static void another_table(void **state)
{
    struct err err = {0};
    struct manifest m = {0};
    struct known known;
    write_table(*state, 3, &m);
    m.files_checksum++;
    assert_int_equal(known_open(&known, *state, &m, true, &err), ST_DAMAGED);
    m.files_checksum--;
    m.generation++;
    assert_int_equal(known_open(&known, *state, &m, true, &err), ST_NOT_FOUND);
}

/* Every flipped bit is found, and reading what was not verified stays inside of the file. */
static void every_bit(void **state)
{
    struct manifest m = {0};
    write_table(*state, 10, &m);
    char *path = help_path(state, "files-00000007");
    struct buf whole = help_read(path);
    for (size_t bit = 0; bit < 8 * whole.len; bit++) {
        struct err err = {0};
        struct known known;
        whole.data[bit / 8] = (char)(whole.data[bit / 8] ^ 1 << bit % 8);
        help_write(path, whole.data, whole.len);
        assert_int_not_equal(known_open(&known, *state, &m, true, &err), ST_OK);
        if (known_open(&known, *state, &m, false, &err) == ST_OK) {
            (void)known_check(&known, &err);
            known_close(&known);
        }
        whole.data[bit / 8] = (char)(whole.data[bit / 8] ^ 1 << bit % 8);
    }
    buf_release(&whole);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {HELP_TEST(round_trip), HELP_TEST(copied_is_as_put), HELP_TEST(an_empty_table),
                                       HELP_TEST(another_table), HELP_TEST(every_bit)};
    return cmocka_run_group_tests_name("known", tests, NULL, NULL);
}
