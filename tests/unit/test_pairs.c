/* test_pairs.c - the part `pairs`: every pair of adjacent words is found in its block and, for some pairs more, in the
 * blocks behind; few blocks are offered in vain; documents are known by their codes.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_help.h"

#include "store/pairs.h"

/* Words as they were written. */
struct written {
    uint32_t rank, doc;
    uint64_t off;
    bool follows; /* the one before, in the same field */
};

struct text {
    struct written *words;
    size_t n, cap;
    uint32_t n_docs;
    uint64_t len;
};

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

/* Codes stand `spread` bytes apart more than they take, to have many blocks of few words. */
static struct text write_text(const char *path, uint32_t n_docs, uint32_t most_words, uint32_t spread)
{
    struct err err = {0};
    struct pairs_writer w;
    struct text t = {.n_docs = n_docs};
    uint64_t seed = n_docs;
    HELP_OK(pairs_create(&w, path, &err));
    for (uint32_t doc = 0; doc < n_docs; doc++) {
        pairs_doc(&w, t.len++);
        uint32_t n = next_random(&seed) % (most_words + 1);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t rank = 1 + next_random(&seed) % (1 + next_random(&seed) % 100000);
            uint8_t code[ETDC_MAX_BYTES];
            assert_true(ARRAY_RESERVE(t.words, t.cap, t.n + 1));
            t.words[t.n++] = (struct written){rank, doc, t.len, i > 0};
            pairs_words(&w, (const uint32_t[]){pairs_code(rank)}, (const uint64_t[]){t.len}, 1);
            t.len += etdc_put(code, rank) + spread;
        }
    }
    HELP_OK(pairs_finish(&w, t.len, NULL, &err));
    pairs_release(&w);
    return t;
}

static bool may_have(const struct pairs *p, uint32_t first, uint32_t second, uint32_t block)
{
    uint64_t hash = pairs_hash(pairs_code(first), pairs_code(second));
    for (unsigned i = 0; i < PAIRS_HASHES; i++)
        if (!pairs_has(p, pairs_row_of(hash, i), block))
            return false;
    return true;
}

/* The pair that ends at word `last`, and those before, are noted where that pair begins. */
static void check_noted(const struct pairs *p, const struct text *t, size_t last)
{
    uint32_t block = (uint32_t)(t->words[last - 1].off / PAIRS_BLOCK);
    for (size_t i = last; i + PAIRS_OVERLAP >= last && t->words[i].follows; i--)
        if (!may_have(p, t->words[i - 1].rank, t->words[i].rank, block))
            fail_msg("the pair at %llu is not in block %u", (unsigned long long)t->words[i - 1].off, block);
}

static void check_text(void **state, uint32_t n_docs, uint32_t most_words, uint32_t spread)
{
    struct err err = {0};
    struct pairs p;
    char *path = help_path(state, "pairs");
    struct text t = write_text(path, n_docs, most_words, spread);
    HELP_OK(pairs_open(&p, path, t.len, n_docs, &err));
    HELP_OK(file_map_verify(&p.map, &err));
    for (size_t i = 1; i < t.n; i++)
        if (t.words[i].follows)
            check_noted(&p, &t, i);
    for (size_t i = 0; i < t.n; i++) {
        uint32_t first, last;
        assert_int_equal(pairs_doc_of(&p, t.words[i].off), t.words[i].doc);
        pairs_docs_of(&p, t.words[i].off / PAIRS_BLOCK, &first, &last);
        assert_in_range(t.words[i].doc, first, last);
    }
    pairs_release_map(&p);
    free(t.words);
    free(path);
}

static void test_short_documents(void **state)
{
    check_text(state, 3000, 40, 0);
}

static void test_long_documents(void **state)
{
    check_text(state, 5, 30000, 0);
}

static void test_empty_documents(void **state)
{
    check_text(state, 2000, 0, 0);
    char *path = help_path(state, "pairs");
    assert_int_equal(remove(path), 0);
    free(path);
    check_text(state, 1, 1, 0);
}

/* More than one group of blocks. */
static void test_many_blocks(void **state)
{
    check_text(state, 3, 300000, 200);
}

/* ANDing rows gives what testing them one by one does; of blocks full of other words few are left. */
static void test_rows(void **state)
{
    struct err err = {0};
    struct pairs p;
    char *path = help_path(state, "pairs");
    struct text t = write_text(path, 400, 2000, 0);
    HELP_OK(pairs_open(&p, path, t.len, 400, &err));
    uint64_t *bits = malloc((p.n_blocks / 64 + 1) * sizeof *bits);
    assert_non_null(bits);
    uint64_t offered = 0, asked = 0;
    for (uint32_t row = 7; row < PAIRS_ROWS; row += 211) {
        uint32_t rows[] = {row, (row * 3 + 1) % PAIRS_ROWS, (row * 5 + 2) % PAIRS_ROWS, (row * 7) % PAIRS_ROWS, 5, 6};
        size_t n = row % BASE_COUNT(rows) + 1;
        pairs_and(&p, rows, n, bits);
        for (uint32_t block = 0; block < p.n_blocks; block++) {
            bool has = bits[block / 64] >> block % 64 & 1;
            bool all = true;
            for (size_t i = 0; i < n; i++)
                all = all && pairs_has(&p, rows[i], block);
            assert_int_equal(has, all);
            offered += has;
            asked++;
        }
    }
    assert_in_range(offered, 1, asked / 2);
    free(bits);
    pairs_release_map(&p);
    free(t.words);
    free(path);
}

/* Of pairs that are nowhere few blocks are offered. */
static void test_absent_pairs(void **state)
{
    struct err err = {0};
    struct pairs p;
    char *path = help_path(state, "pairs");
    struct text t = write_text(path, 400, 2000, 0);
    HELP_OK(pairs_open(&p, path, t.len, 400, &err));
    uint64_t offered = 0, asked = 0;
    for (uint32_t rank = 200000; rank < 200200; rank++) /* none is written */
        for (uint32_t block = 0; block < p.n_blocks; block++, asked++)
            offered += may_have(&p, rank, rank + 7, block);
    assert_in_range(offered, 1, asked / 20);
    pairs_release_map(&p);
    free(t.words);
    free(path);
}

static void test_another_text_is_refused(void **state)
{
    struct err err = {0};
    struct pairs p;
    char *path = help_path(state, "pairs");
    struct text t = write_text(path, 40, 2000, 0);
    assert_int_equal(pairs_open(&p, path, t.len + PAIRS_BLOCK, 40, &err), ST_DAMAGED);
    assert_int_equal(pairs_open(&p, path, t.len, 41, &err), ST_DAMAGED);
    assert_non_null(strstr(err.text, path));
    free(t.words);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELP_TEST(test_short_documents), HELP_TEST(test_long_documents), HELP_TEST(test_empty_documents),
        HELP_TEST(test_many_blocks),     HELP_TEST(test_rows),           HELP_TEST(test_absent_pairs),
        HELP_TEST(test_another_text_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
