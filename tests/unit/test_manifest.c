/* test_manifest.c - store/manifest, store/lines, store/names: what is written reads back, anything else is refused.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/store_help.h"

#include <zlib.h>

#include "store/lines.h"
#include "store/names.h"

static struct manifest sample(struct manifest_root roots[3], struct manifest_segment segments[2])
{
    roots[0] = (struct manifest_root){"", "/home/someone"};
    roots[1] = (struct manifest_root){"a\tb\n\\x41", "/\x01/\x7f/über/\xff"};
    roots[2] = (struct manifest_root){"docs", "/srv/docs"};
    segments[0] = (struct manifest_segment){"00000007-0", 0xdeadbeef, 10, 2, 1000, 200, 41};
    segments[1] = (struct manifest_segment){"00000042-13", 0, UINT32_MAX - 1, 0, UINT64_MAX, 0, 0};
    return (struct manifest){.generation = 42,
                             .published = 1669852800,
                             .language = "en",
                             .roots = roots,
                             .n_roots = 3,
                             .segments = segments,
                             .n_segments = 2,
                             .skipped = 17,
                             .files_len = 1234567890123,
                             .files_checksum = 0x89abcdef};
}

static void assert_same(const struct manifest *a, const struct manifest *b)
{
    assert_int_equal(a->generation, b->generation);
    assert_int_equal(a->published, b->published);
    assert_string_equal(a->language, b->language);
    assert_int_equal(a->skipped, b->skipped);
    assert_int_equal(a->files_len, b->files_len);
    assert_int_equal(a->files_checksum, b->files_checksum);
    assert_int_equal(a->n_roots, b->n_roots);
    for (size_t i = 0; i < a->n_roots; i++) {
        assert_string_equal(a->roots[i].name, b->roots[i].name);
        assert_string_equal(a->roots[i].path, b->roots[i].path);
    }
    assert_int_equal(a->n_segments, b->n_segments);
    for (size_t i = 0; i < a->n_segments; i++) {
        const struct manifest_segment *x = &a->segments[i], *y = &b->segments[i];
        assert_string_equal(x->id, y->id);
        assert_true(x->checksum == y->checksum && x->docs == y->docs && x->dead_docs == y->dead_docs &&
                    x->words == y->words && x->dead_words == y->dead_words &&
                    x->tombs_generation == y->tombs_generation);
    }
}

static void test_round_trip(void **state)
{
    struct err err = {0};
    struct manifest_root roots[3];
    struct manifest_segment segments[2];
    struct manifest m = sample(roots, segments), found = {0}, empty = {.generation = 1};
    HELP_OK(manifest_write(*state, &m, &err));
    HELP_OK(manifest_read(*state, 42, &found, &err));
    assert_same(&m, &found);
    manifest_release(&found);
    manifest_release(&found); /* safe twice */
    HELP_OK(manifest_write(*state, &empty, &err));
    HELP_OK(manifest_read(*state, 1, &found, &err));
    empty.language = "";
    assert_same(&empty, &found);
    manifest_release(&found);
    assert_int_equal(manifest_read(*state, 2, &found, &err), ST_NOT_FOUND);
}

static void test_current(void **state)
{
    struct err err = {0};
    uint64_t generation;
    char *current = help_path(state, "current"), *missing = help_path(state, "missing");
    static const char *const bad[] = {"",
                                      "\n",
                                      "gen-00000001",
                                      "gen-1\n",
                                      "gen-000000001\n",
                                      "gen-00000001\n\n",
                                      "x\n",
                                      "seg-00000001-0\n",
                                      "gen-9999999999999999\n",
                                      "gen-00000001 \n",
                                      "gen--0000001\n"};
    assert_int_equal(manifest_current(*state, &generation, &err), ST_NOT_FOUND);
    assert_int_equal(manifest_current(missing, &generation, &err), ST_NOT_FOUND);
    HELP_OK(manifest_publish(*state, 7, &err));
    HELP_OK(manifest_current(*state, &generation, &err));
    assert_int_equal(generation, 7);
    HELP_OK(manifest_publish(*state, 123456789012, &err));
    HELP_OK(manifest_current(*state, &generation, &err));
    assert_true(generation == 123456789012);
    for (size_t i = 0; i < BASE_COUNT(bad); i++) {
        help_write(current, bad[i], strlen(bad[i]));
        assert_int_equal(manifest_current(*state, &generation, &err), ST_DAMAGED);
        assert_non_null(strstr(err.text, current));
    }
    free(current);
    free(missing);
}

static void check_refused(void **state, const char *path, const void *bytes, size_t len)
{
    struct err err = {0};
    struct manifest found = {0};
    help_write(path, bytes, len);
    enum status status = manifest_read(*state, 42, &found, &err);
    if (status != ST_DAMAGED && status != ST_VERSION)
        fail_msg("status %d for %zu bytes: %s", (int)status, len, err.text);
    assert_non_null(strstr(err.text, path));
    assert_null(found.roots);
}

static void test_cut_and_flipped(void **state)
{
    struct err err = {0};
    struct manifest_root roots[3];
    struct manifest_segment segments[2];
    struct manifest m = sample(roots, segments);
    char *path = help_path(state, "gen-00000042");
    HELP_OK(manifest_write(*state, &m, &err));
    struct buf whole = help_read(path);
    for (size_t len = 0; len < whole.len; len++)
        check_refused(state, path, whole.data, len);
    for (size_t bit = 0; bit < 8 * whole.len; bit++) {
        whole.data[bit / 8] = (char)(whole.data[bit / 8] ^ 1 << bit % 8);
        check_refused(state, path, whole.data, whole.len);
        whole.data[bit / 8] = (char)(whole.data[bit / 8] ^ 1 << bit % 8);
    }
    buf_addc(&whole, '\n');
    check_refused(state, path, whole.data, whole.len);
    buf_release(&whole);
    free(path);
}

/* Text with a sum that is right. */
static struct buf sealed(const char *text)
{
    struct buf b = BUF_INIT;
    buf_adds(&b, text);
    (void)lines_seal(&b);
    assert_true(buf_ok(&b));
    return b;
}

#define HEAD "verbatim index 6\ngeneration\t42\npublished\t0\nlanguage\ten\nskipped\t0\nfiles\t0\t00000000\n"

/* The sum is right, what it is over is not: the place is named. */
static void test_strict(void **state)
{
    static const struct {
        const char *text;
        const char *where;
    } bad[] = {
        {"verbatim index 6\n", ":1: "},
        {"verbatim index 6\ngeneration\t43\n", ":2: "},
        {"verbatim index 6\ngeneration\t042\n", ":2: "},
        {"verbatim index 6\ngeneration\t42 \n", ":2: "},
        {"verbatim index 6\ngeneration\t\n", ":2: "},
        {"verbatim index 6\ngeneration\n", ":2: "},
        {"verbatim index 6\ngeneration\t42\t1\n", ":2: "},
        {"verbatim index 6\ngeneration\t99999999999999999999999\n", ":2: "},
        {"verbatim index 6\npublished\t0\n", ":2: "},
        {"verbatim index 6\ngeneration\t42\npublished\t0\nlanguage\ten\nskipped\t0\nroot\ta\tb\n", ":6: "},
        {HEAD "\n", ":7: "},
        {HEAD "root\ta\n", ":7: "},
        {HEAD "root\ta\tb\\x41\n", ":7: "}, /* an escape of what needs none */
        {HEAD "root\ta\tb\\x0\n", ":7: "},
        {HEAD "root\ta\tb\\n\n", ":7: "},
        {HEAD "root\ta\tb\\x00\n", ":7: "},
        {HEAD "root\ta\tb\\x0A\n", ":7: "},
        {HEAD "root\ta\tb\x01\n", ":7: "},
        {HEAD "segment\t00000001-0\t00000000\t2\t1\t2\t1\t0\n", ":7: "}, /* dead ones without tombstones */
        {HEAD "segment\t00000001-0\t00000000\t2\t0\t2\t0\t5\n", ":7: "},
        {HEAD "a\tb\tc\td\te\tf\tg\th\ti\tj\n", ":7: "},
        {HEAD "segment\t../../etc\t00000000\t1\t0\t1\t0\t0\n", ":7: "},
        {HEAD "segment\t00000001-0\t0000000\t1\t0\t1\t0\t0\n", ":7: "},
        {HEAD "segment\t00000001-0\t0000000G\t1\t0\t1\t0\t0\n", ":7: "},
        {HEAD "segment\t00000001-0\t00000000\t1\t2\t1\t0\t0\n", ":7: "}, /* more dead than there are */
        {HEAD "segment\t00000001-0\t00000000\t1\t0\t1\t2\t0\n", ":7: "},
        {HEAD "segment\t00000001-0\t00000000\t4294967295\t0\t1\t0\t0\n", ":7: "},
        {HEAD "segment\t00000001-0\t00000000\t1\t0\t1\t0\t0\nroot\ta\tb\n", ":8: "},
    };
    struct err err = {0};
    struct manifest found = {0};
    char *path = help_path(state, "gen-00000042");
    for (size_t i = 0; i < BASE_COUNT(bad); i++) {
        struct buf text = sealed(bad[i].text);
        check_refused(state, path, text.data, text.len);
        (void)manifest_read(*state, 42, &found, &err);
        if (strstr(err.text, bad[i].where) == NULL)
            fail_msg("case %zu: %s", i, err.text);
        buf_release(&text);
    }
    free(path);
}

static void test_version(void **state)
{
    struct err err = {0};
    struct manifest found = {0};
    char *path = help_path(state, "gen-00000042");
    static const char later[] = "verbatim index 9\nwho knows\n";
    help_write(path, later, sizeof later - 1);
    assert_int_equal(manifest_read(*state, 42, &found, &err), ST_VERSION);
    assert_non_null(strstr(err.text, "--rebuild"));
    assert_non_null(strstr(err.text, "format 9"));
    free(path);
}

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum names_kind kind;
    } cases[] = {
        {"current", NAMES_CURRENT},
        {"current.new", NAMES_CURRENT_NEW},
        {"lock", NAMES_LOCK},
        {"gen-00000042", NAMES_GENERATION},
        {"gen-123456789", NAMES_GENERATION},
        {"seg-00000042-0", NAMES_SEGMENT},
        {"seg-00000042-17", NAMES_SEGMENT},
        {"del-00000043-00000042-0", NAMES_TOMBS},
        {"scratch-00000001", NAMES_SCRATCH},
        {"", NAMES_FOREIGN},
        {"Lock", NAMES_FOREIGN},
        {"current~", NAMES_FOREIGN},
        {"gen-42", NAMES_FOREIGN},
        {"gen-00000042x", NAMES_FOREIGN},
        {"gen-012345678", NAMES_FOREIGN},
        {"gen-", NAMES_FOREIGN},
        {"gen-9999999999999999", NAMES_FOREIGN},
        {"seg-00000042", NAMES_FOREIGN},
        {"seg-00000042-", NAMES_FOREIGN},
        {"seg-00000042-01", NAMES_FOREIGN},
        {"seg-00000042-0x", NAMES_FOREIGN},
        {"del-00000043", NAMES_FOREIGN},
        {"del-00000043-", NAMES_FOREIGN},
        {"scratch-00000001-0", NAMES_FOREIGN},
        {"scratch-x", NAMES_FOREIGN},
        {"letters", NAMES_FOREIGN},
    };
    for (size_t i = 0; i < BASE_COUNT(cases); i++)
        if (names_parse(cases[i].name).kind != cases[i].kind)
            fail_msg("%s: kind %d", cases[i].name, (int)names_parse(cases[i].name).kind);
    struct names_parsed tombs = names_parse("del-00000043-00000042-7");
    assert_int_equal(tombs.generation, 43);
    assert_string_equal(tombs.id, "00000042-7");
    char id[NAMES_ID_ROOM];
    names_make_id(id, NAMES_MAX_GENERATION, UINT32_MAX);
    assert_true(names_is_id(id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELP_TEST(test_round_trip), HELP_TEST(test_current), HELP_TEST(test_cut_and_flipped),
        HELP_TEST(test_strict),     HELP_TEST(test_version), cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
