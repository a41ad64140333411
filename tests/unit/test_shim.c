/* test_shim.c - shim: building, joining and reading databases, and what happens when they are not what they should be.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/store_help.h"

#include <dirent.h>

#include "shim/shim.h"

static size_t n_open_files(void)
{
    size_t n = 0;
    DIR *dir = opendir("/proc/self/fd");
    if (dir == NULL)
        return 0; /* nothing to compare with: always the same */
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n;
}

/* Document d holds "every" d % 3 + 1 times, "even" or "odd", and "wD" alone. */
static void add_doc(struct shim_builder *b, uint32_t d)
{
    struct err err = {0};
    char own[16];
    int own_len = snprintf(own, sizeof own, "w%u", d);
    struct shim_term terms[] = {
        {"every", 5, d % 3 + 1}, {d % 2 ? "odd" : "even", d % 2 ? 3u : 4u, 1}, {own, (size_t)own_len, 7}};
    HELP_OK(shim_builder_add(b, terms, BASE_COUNT(terms), &err));
}

static void build_database(const char *path, uint32_t first, uint32_t n)
{
    struct err err = {0};
    struct shim_builder *b;
    HELP_OK(shim_builder_open(path, &b, &err));
    for (uint32_t d = first; d < first + n; d++)
        add_doc(b, d);
    HELP_OK(shim_builder_finish(b, &err));
}

static void check_list(struct shim_db *db, const char *term, uint32_t n_docs, uint32_t first, uint32_t step)
{
    struct err err = {0};
    struct shim_postings *p;
    struct shim_posting page[10];
    uint32_t expected = first;
    size_t n;
    HELP_OK(shim_postings_open(db, term, strlen(term), &p, &err));
    do {
        HELP_OK(shim_postings_read(p, 0, page, BASE_COUNT(page), &n, &err));
        for (size_t i = 0; i < n; i++, expected += step)
            assert_int_equal(page[i].doc, expected);
    } while (n > 0);
    assert_true(expected > n_docs);
    shim_postings_free(p);
}

static void check_database(const char *path, uint32_t n_docs)
{
    struct err err = {0};
    struct shim_db *db;
    struct shim_stats stats;
    HELP_OK(shim_db_check(path, &err));
    HELP_OK(shim_db_open(path, &db, &err));
    HELP_OK(shim_term_stats(db, "every", 5, &stats, &err));
    assert_int_equal(stats.documents, n_docs);
    HELP_OK(shim_term_stats(db, "never", 5, &stats, &err));
    assert_true(stats.documents == 0 && stats.occurrences == 0);
    check_list(db, "every", n_docs, 1, 1);
    check_list(db, "odd", n_docs, 1, 2);
    check_list(db, "even", n_docs, 2, 2);
    check_list(db, "never", n_docs, n_docs + 1, 1);
    shim_db_close(db);
}

/* More documents than one flush holds, so that lists go on over several. */
static void test_build_join_read(void **state)
{
    struct err err = {0};
    char *a = help_path(state, "a"), *none = help_path(state, "none"), *b = help_path(state, "b");
    char *joined = help_path(state, "joined"), *again = help_path(state, "again");
    size_t n_files = n_open_files();
    build_database(a, 1, 25000);
    build_database(none, 0, 0);
    build_database(b, 25001, 77);
    HELP_OK(shim_compact((const char *[]){a, none, b}, 3, joined, &err));
    check_database(joined, 25077);
    HELP_OK(shim_compact((const char *[]){joined}, 1, again, &err)); /* a joined one can be joined */
    check_database(again, 25077);
    assert_int_equal(n_open_files(), n_files);
    free(a);
    free(none);
    free(b);
    free(joined);
    free(again);
}

static void test_nothing(void **state)
{
    struct err err = {0};
    char *none = help_path(state, "none"), *joined = help_path(state, "joined"), *empty = help_path(state, "empty");
    struct shim_builder *b;
    struct shim_db *db;
    struct shim_stats stats;
    HELP_OK(shim_builder_open(none, &b, &err));
    HELP_OK(shim_builder_finish(b, &err));
    HELP_OK(shim_compact((const char *[]){none}, 1, joined, &err));
    HELP_OK(shim_db_check(joined, &err));
    HELP_OK(shim_db_open(joined, &db, &err));
    HELP_OK(shim_term_stats(db, "a", 1, &stats, &err));
    assert_int_equal(stats.documents, 0);
    shim_db_close(db);
    assert_int_equal(shim_compact(NULL, 0, empty, &err), ST_USAGE);
    shim_builder_discard(NULL);
    shim_db_close(NULL);
    shim_postings_free(NULL);
    shim_stemmer_free(NULL);
    free(none);
    free(joined);
    free(empty);
}

static void test_documents_without_terms(void **state)
{
    struct err err = {0};
    char *one = help_path(state, "one"), *joined = help_path(state, "joined");
    struct shim_builder *b;
    struct shim_db *db;
    struct shim_term term = {"word", 4, 1};
    HELP_OK(shim_builder_open(one, &b, &err));
    HELP_OK(shim_builder_add(b, NULL, 0, &err));
    HELP_OK(shim_builder_add(b, &term, 1, &err));
    HELP_OK(shim_builder_add(b, NULL, 0, &err));
    HELP_OK(shim_builder_finish(b, &err));
    HELP_OK(shim_compact((const char *[]){one, one}, 2, joined, &err)); /* numbered on behind those without terms */
    HELP_OK(shim_db_open(joined, &db, &err));
    check_list(db, "word", 5, 2, 3);
    shim_db_close(db);
    free(one);
    free(joined);
}

static void test_skipping(void **state)
{
    struct err err = {0};
    char *one = help_path(state, "one");
    struct shim_db *db;
    struct shim_postings *p;
    struct shim_posting page[3];
    size_t n;
    build_database(one, 1, 1000);
    HELP_OK(shim_db_open(one, &db, &err));
    HELP_OK(shim_postings_open(db, "even", 4, &p, &err));
    HELP_OK(shim_postings_read(p, 501, page, 3, &n, &err));
    assert_int_equal(n, 3);
    assert_int_equal(page[0].doc, 502);
    HELP_OK(shim_postings_read(p, 506, page, 1, &n, &err)); /* behind what the last page ended with: goes on */
    assert_int_equal(page[0].doc, 508);
    HELP_OK(shim_postings_read(p, 999, page, 3, &n, &err));
    assert_int_equal(n, 1);
    assert_int_equal(page[0].doc, 1000);
    HELP_OK(shim_postings_read(p, 1001, page, 3, &n, &err));
    assert_int_equal(n, 0);
    HELP_OK(shim_postings_read(p, UINT32_MAX, page, 3, &n, &err));
    assert_int_equal(n, 0);
    shim_postings_free(p);
    shim_db_close(db);
    free(one);
}

/* Documents given in parts count as one, wherever a term of theirs was: doc 2 in 3 parts, doc 4 in 2, twice over. */
static void build_in_parts(const char *path)
{
    struct err err = {0};
    struct shim_builder *b;
    struct shim_term all = {"all", 3, 1}, first = {"first", 5, 2}, second = {"second", 6, 3}, third = {"third", 5, 4};
    HELP_OK(shim_builder_open(path, &b, &err));
    assert_int_equal(shim_builder_more(b, &first, 1, &err), ST_USAGE); /* of no document */
    for (int doc = 1; doc <= 5; doc++) {
        HELP_OK(shim_builder_add(b, doc % 2 ? &all : &first, 1, &err));
        if (doc % 2 == 0)
            HELP_OK(shim_builder_more(b, doc == 2 ? &second : &all, 1, &err));
        if (doc == 2)
            HELP_OK(shim_builder_more(b, (struct shim_term[]){third, all}, 2, &err));
    }
    HELP_OK(shim_builder_finish(b, &err));
}

static void check_docs(struct shim_db *db, const char *term, uint32_t at_least, const uint32_t *docs, size_t n_docs)
{
    struct err err = {0};
    struct shim_postings *p;
    struct shim_posting page[2];
    size_t n, found = 0;
    HELP_OK(shim_postings_open(db, term, strlen(term), &p, &err));
    do {
        HELP_OK(shim_postings_read(p, at_least, page, BASE_COUNT(page), &n, &err));
        for (size_t i = 0; i < n; i++, found++) {
            assert_true(found < n_docs);
            assert_int_equal(page[i].doc, docs[found]);
        }
    } while (n > 0);
    assert_int_equal(found, n_docs);
    shim_postings_free(p);
}

static void test_documents_in_parts(void **state)
{
    static const uint32_t all[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, first[] = {2, 4, 7, 9}, second[] = {2, 7};
    struct err err = {0};
    struct shim_db *db;
    struct shim_stats stats;
    char *one = help_path(state, "one"), *two = help_path(state, "two"), *joined = help_path(state, "joined");
    build_in_parts(one);
    build_in_parts(two);
    HELP_OK(shim_compact((const char *[]){one, two}, 2, joined, &err));
    HELP_OK(shim_db_open(joined, &db, &err));
    for (uint32_t at_least = 0; at_least <= 10; at_least++) {
        uint32_t skipped = at_least == 0 ? 0 : at_least - 1;
        check_docs(db, "all", at_least, all + skipped, 10 - skipped);
    }
    check_docs(db, "first", 0, first, 4);
    check_docs(db, "first", 3, first + 1, 3);
    check_docs(db, "second", 0, second, 2);
    check_docs(db, "third", 3, second + 1, 1);
    check_docs(db, "third", 8, NULL, 0);
    HELP_OK(shim_term_stats(db, "all", 3, &stats, &err));
    assert_true(stats.documents == 10 && stats.occurrences == 10);
    shim_db_close(db);
    free(one);
    free(two);
    free(joined);
}

static void test_terms_that_cannot_be(void **state)
{
    struct err err = {0};
    char *one = help_path(state, "one");
    char longest[SHIM_TERM_MAX + 1];
    struct shim_builder *b;
    struct shim_stats stats;
    struct shim_db *db;
    memset(longest, 'x', sizeof longest);
    struct shim_term terms[] = {{longest, SHIM_TERM_MAX, 1}, {"a\0b", 3, 1}, {"", 0, 1}, {longest, sizeof longest, 1}};
    HELP_OK(shim_builder_open(one, &b, &err));
    for (size_t i = 1; i < BASE_COUNT(terms); i++)
        assert_int_equal(shim_builder_add(b, &terms[i], 1, &err), ST_USAGE);
    HELP_OK(shim_builder_add(b, &terms[0], 1, &err)); /* the refused ones left nothing behind */
    HELP_OK(shim_builder_finish(b, &err));
    HELP_OK(shim_db_open(one, &db, &err));
    HELP_OK(shim_term_stats(db, longest, SHIM_TERM_MAX, &stats, &err));
    assert_int_equal(stats.documents, 1);
    shim_db_close(db);
    free(one);
}

/* Whatever the bytes, a status and a sentence that names the file. */
static void check_refused(const char *path, enum status expected)
{
    struct err err = {0};
    struct shim_db *db;
    enum status status = shim_db_open(path, &db, &err);
    assert_int_equal(status, expected);
    assert_null(db);
    assert_non_null(strstr(err.text, path));
    assert_int_not_equal(shim_db_check(path, &err), ST_OK);
}

static void test_not_a_database(void **state)
{
    struct err err = {0};
    char *missing = help_path(state, "missing"), *text = help_path(state, "text"), *stub = help_path(state, "stub");
    char *empty = help_path(state, "empty"), *one = help_path(state, "one"), *joined = help_path(state, "joined");
    struct shim_builder *b;
    size_t n_files = n_open_files();
    build_database(one, 1, 500);
    HELP_OK(shim_compact((const char *[]){one}, 1, joined, &err));
    struct buf whole = help_read(joined);
    help_write(text, "no database\n", 12);
    help_write(empty, "", 0);
    char *line = dir_path("auto %s\n", joined); /* what Xapian would take for a list of databases */
    help_write(stub, line, strlen(line));
    check_refused(missing, ST_NOT_FOUND);
    check_refused(text, ST_DAMAGED);
    check_refused(empty, ST_DAMAGED);
    check_refused(stub, ST_DAMAGED);
    check_refused(*state, ST_NOT_FOUND);
    help_write(text, whole.data, whole.len / 2);
    assert_int_equal(shim_db_check(text, &err), ST_DAMAGED);
    assert_int_equal(shim_builder_open(one, &b, &err), ST_CREATE); /* is there */
    assert_int_equal(shim_compact((const char *[]){one, missing}, 2, stub, &err), ST_NOT_FOUND);
    assert_int_equal(n_open_files(), n_files);
    buf_release(&whole);
    free(line);
    free(missing);
    free(text);
    free(stub);
    free(empty);
    free(one);
    free(joined);
}

static void check_stem(const char *language, const char *word, const char *expected)
{
    struct err err = {0};
    struct shim_stemmer *s;
    char stem[64];
    size_t len;
    HELP_OK(shim_stemmer_new(language, &s, &err));
    HELP_OK(shim_stem(s, word, strlen(word), stem, sizeof stem, &len, &err));
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(stem, expected, len);
    if (len > 1)
        assert_int_equal(shim_stem(s, word, strlen(word), stem, 1, &len, &err), ST_USAGE);
    shim_stemmer_free(s);
}

static void test_stems(void **state)
{
    (void)state;
    struct err err = {0};
    struct shim_stemmer *s;
    check_stem("en", "negotiating", "negoti");
    check_stem("english", "negotiated", "negoti");
    check_stem("german", "häuser", "haus");
    check_stem("fr", "", "");
    assert_int_equal(shim_stemmer_new("klingon", &s, &err), ST_USAGE);
    assert_non_null(strstr(err.text, "klingon"));
    assert_int_equal(shim_stemmer_new("", &s, &err), ST_USAGE);
    assert_non_null(strstr(shim_stemmer_languages(), "english"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELP_TEST(test_build_join_read),         HELP_TEST(test_nothing),
        HELP_TEST(test_documents_without_terms), HELP_TEST(test_skipping),
        HELP_TEST(test_documents_in_parts),      HELP_TEST(test_terms_that_cannot_be),
        HELP_TEST(test_not_a_database),          cmocka_unit_test(test_stems),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
