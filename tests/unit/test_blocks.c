/* test_blocks.c - the part `blocks`: every word of a long document is found in its block, and no word where it is not;
 * short documents take no room; damaged bytes are refused or read as something else, never past the end.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_help.h"

#include "lib/etdc.h"
#include "store/blocks.h"
#include "store/pairs.h"

enum { MAX_RANK = 60000 };

/* Words as they were written. */
struct written {
    uint32_t rank, doc;
    uint64_t off;
};

struct text {
    struct written *words;
    size_t n, cap;
    uint64_t begin[64], end[64]; /* of documents */
    uint32_t n_docs;
    uint64_t len;
};

/* Documents of so many words each; codes stand `spread` bytes apart more than they take. */
static struct text write_text(const char *path, const uint32_t *n_words, uint32_t n_docs, uint32_t spread)
{
    struct err err = {0};
    struct blocks_writer w;
    struct text t = {.n_docs = n_docs};
    uint64_t seed = n_docs + spread;
    HELP_OK(blocks_create(&w, path, MAX_RANK, &err));
    for (uint32_t doc = 0; doc < n_docs; doc++) {
        t.begin[doc] = t.len;
        blocks_doc(&w, doc, t.len++, n_words[doc]);
        for (uint32_t i = 0; i < n_words[doc]; i++) {
            uint32_t rank = 1 + help_random(&seed, 1 + help_random(&seed, 1 + help_random(&seed, MAX_RANK)));
            uint8_t code[ETDC_MAX_BYTES];
            assert_true(ARRAY_RESERVE(t.words, t.cap, t.n + 1));
            t.words[t.n++] = (struct written){rank, doc, t.len};
            blocks_words(&w, &rank, (const uint64_t[]){t.len}, 1);
            t.len += etdc_put(code, rank) + spread;
        }
        t.end[doc] = t.len;
        blocks_doc_end(&w, t.len);
    }
    HELP_OK(blocks_finish(&w, NULL, &err));
    blocks_release(&w);
    return t;
}

static uint64_t *new_bits(const struct blocks *b)
{
    uint64_t *bits = calloc(b->n_blocks / 64 + 1, sizeof *bits);
    assert_non_null(bits);
    return bits;
}

/* What the part says of a rank is what the text says, but for words that are nearly everywhere. */
static void check_rank(const struct blocks *b, const struct text *t, uint32_t rank)
{
    uint64_t *bits = new_bits(b), *want = new_bits(b);
    uint32_t n_set = 0, n_want = 0;
    for (size_t i = 0; i < t->n; i++) {
        uint32_t first, n;
        if (t->words[i].rank != rank || !blocks_of_doc(b, t->words[i].doc, &first, &n))
            continue;
        uint32_t block = first + (uint32_t)(t->words[i].off / BLOCKS_LEN - t->begin[t->words[i].doc] / BLOCKS_LEN);
        assert_true(block < first + n);
        want[block / 64] |= UINT64_C(1) << block % 64;
    }
    blocks_or(b, rank, bits);
    for (uint32_t i = 0; i < b->n_blocks; i++) {
        bool is_set = bits[i / 64] >> i % 64 & 1, wanted = want[i / 64] >> i % 64 & 1;
        if (wanted && !is_set)
            fail_msg("rank %u is not in block %u", rank, i);
        n_set += is_set;
        n_want += wanted;
    }
    if (rank > BLOCKS_EVERYWHERE && n_set != n_want && (uint64_t)n_want * 2 < b->n_blocks)
        fail_msg("rank %u: %u blocks instead of %u", rank, n_set, n_want);
    free(bits);
    free(want);
}

static void check_docs(const struct blocks *b, const struct text *t, const uint32_t *n_words)
{
    uint32_t n_blocks = 0, first, n;
    for (uint32_t doc = 0; doc < t->n_docs; doc++) {
        bool is_long = blocks_of_doc(b, doc, &first, &n);
        assert_int_equal(is_long, n_words[doc] >= BLOCKS_LONG);
        if (!is_long)
            continue;
        assert_int_equal(first, n_blocks);
        assert_int_equal(n, (t->end[doc] - 1) / BLOCKS_LEN - t->begin[doc] / BLOCKS_LEN + 1);
        n_blocks += n;
    }
    assert_int_equal(b->n_blocks, n_blocks);
    assert_false(blocks_of_doc(b, t->n_docs, &first, &n));
}

static void check_text(void **state, const uint32_t *n_words, uint32_t n_docs, uint32_t spread)
{
    struct err err = {0};
    struct blocks b;
    char *path = help_path(state, "blocks");
    struct text t = write_text(path, n_words, n_docs, spread);
    HELP_OK(blocks_open(&b, path, &err));
    HELP_OK(file_map_verify(&b.map, &err));
    check_docs(&b, &t, n_words);
    for (uint32_t rank = 1; rank < MAX_RANK; rank += 1 + rank / 9)
        check_rank(&b, &t, rank);
    for (size_t i = 0; i < t.n; i += 997)
        check_rank(&b, &t, t.words[i].rank);
    blocks_release_map(&b);
    free(t.words);
    free(path);
}

static void test_long_documents(void **state)
{
    check_text(state, (uint32_t[]){BLOCKS_LONG, 9000, 30000}, 3, 0);
}

static void test_mixed_documents(void **state)
{
    check_text(state, (uint32_t[]){0, 10, 5000, BLOCKS_LONG - 1, 1, BLOCKS_LONG, 70, 20000, 3}, 9, 0);
}

/* More than one group of blocks, and a document that begins in one and ends in the next. */
static void test_many_blocks(void **state)
{
    check_text(state, (uint32_t[]){20000, 30000, 10, 30000}, 4, 200);
}

/* Short documents have no entry, no list, no step. */
static void test_short_documents(void **state)
{
    struct err err = {0};
    struct blocks b;
    char *path = help_path(state, "blocks");
    struct text t = write_text(path, (uint32_t[]){BLOCKS_LONG - 1, 0, 100}, 3, 0);
    HELP_OK(blocks_open(&b, path, &err));
    assert_int_equal(b.n_blocks, 0);
    assert_int_equal(b.map.body_len, BLOCKS_TAIL_LEN);
    blocks_release_map(&b);
    free(t.words);
    free(path);
}

static void ignore(void *arg, uint32_t rank, uint32_t block)
{
    assert_true(block <= BLOCKS_GROUP);
    *(uint64_t *)arg += rank;
}

static void read_all(const struct blocks *b)
{
    uint64_t *bits = new_bits(b), sum = 0;
    uint32_t first, n;
    for (uint32_t rank = 0; rank < MAX_RANK; rank += 1 + rank / 50)
        blocks_or(b, rank, bits);
    blocks_or(b, UINT32_MAX, bits);
    for (uint32_t doc = 0; doc < 5; doc++)
        if (blocks_of_doc(b, doc, &first, &n))
            assert_true(n <= b->n_blocks && first <= b->n_blocks - n);
    for (uint32_t group = 0; group < b->n_groups; group++)
        (void)blocks_walk(b, group, ignore, &sum);
    free(bits);
}

/* Bytes changed anywhere in the body: the mapped copy is not compared with its sum when it is opened. */
static void test_damage(void **state)
{
    struct err err = {0};
    struct blocks b;
    char *path = help_path(state, "blocks");
    struct text t = write_text(path, (uint32_t[]){BLOCKS_LONG, 7, 5000}, 3, 0);
    struct buf whole = help_read(path);
    uint64_t seed = 5;
    int refused = 0;
    for (int turn = 0; turn < 1500; turn++) {
        size_t len = whole.len - FILE_HEADER_LEN - FILE_TRAILER_LEN, tables = turn % 2 == 0 || len < 400 ? len : 400;
        size_t at = FILE_HEADER_LEN + len - 1 - help_random(&seed, (uint32_t)tables);
        char was = whole.data[at];
        whole.data[at] = (char)(turn % 3 == 0 ? was ^ 1 << help_random(&seed, 8) : (int)help_random(&seed, 256));
        help_write(path, whole.data, whole.len);
        enum status status = blocks_open(&b, path, &err);
        if (status == ST_OK)
            read_all(&b);
        else
            assert_int_equal(status, ST_DAMAGED);
        refused += status != ST_OK;
        if (status == ST_OK)
            blocks_release_map(&b);
        whole.data[at] = was;
    }
    assert_true(refused > 10);
    buf_release(&whole);
    free(t.words);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELP_TEST(test_long_documents),  HELP_TEST(test_mixed_documents), HELP_TEST(test_many_blocks),
        HELP_TEST(test_short_documents), HELP_TEST(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
