/* test_bigrams.c - store/bigrams.h: pairs of words are in the documents where they stand, rows and lists alike; damage
 * gives nonsense, never a read outside. SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/store_help.h"

#include "lib/etdc.h"
#include "store/bigrams.h"
#include "store/words.h"

enum { N_DOCS = 3000, N_RANKS = 900, MOST_WORDS = 200 };

/* Documents as ranks, 0 for a boundary, and in code. */
struct model {
    uint32_t *ranks[N_DOCS];
    size_t n[N_DOCS];
    struct buf words;
    uint64_t starts[N_DOCS + 1];
};

/* Two of them in nearly all documents, some in one of twenty, the rest hardly ever. */
static uint32_t random_rank(uint64_t *seed)
{
    static const uint32_t bounds[] = {2, 2, 200, N_RANKS};
    return 1 + help_random(seed, bounds[help_random(seed, BASE_COUNT(bounds))]);
}

static void add_rank(struct model *m, uint32_t doc, uint32_t rank)
{
    uint8_t code[ETDC_MAX_BYTES];
    buf_add(&m->words, code, etdc_put(code, rank));
    m->ranks[doc][m->n[doc]++] = rank;
}

static struct model *model_new(uint64_t seed)
{
    struct model *m = calloc(1, sizeof *m);
    assert_non_null(m);
    for (uint32_t doc = 0; doc < N_DOCS; doc++) {
        m->starts[doc] = m->words.len;
        m->ranks[doc] = calloc(2 * MOST_WORDS + 2, sizeof **m->ranks);
        assert_non_null(m->ranks[doc]);
        add_rank(m, doc, 0);
        for (uint32_t i = help_random(&seed, MOST_WORDS); i > 0; i--)
            add_rank(m, doc, help_random(&seed, 9) == 0 ? 0 : random_rank(&seed));
        for (uint32_t i = doc % 500 == 3 ? MOST_WORDS : 0; i > 0; i--) /* more of one pair than 4 bits count */
            add_rank(m, doc, 1 + i % 2);
    }
    m->starts[N_DOCS] = m->words.len;
    return m;
}

static void model_free(struct model *m)
{
    for (uint32_t doc = 0; doc < N_DOCS; doc++)
        free(m->ranks[doc]);
    buf_release(&m->words);
    free(m);
}

static void write_part(const struct model *m, const char *path)
{
    struct err err = {0};
    struct file_seal seal;
    struct bigrams_counts counts;
    HELP_OK(bigrams_begin(&counts, &err));
    for (uint32_t doc = 0; doc < N_DOCS; doc++)
        bigrams_count(&counts, doc, m->ranks[doc], m->n[doc]);
    HELP_OK(bigrams_write(&counts, (const uint8_t *)m->words.data, m->starts, N_DOCS, path, &seal, &err));
    bigrams_counts_release(&counts);
}

static uint32_t count_in(const struct model *m, uint32_t doc, uint32_t first, uint32_t second)
{
    uint32_t n = 0;
    for (size_t i = 0; i + 1 < m->n[doc]; i++)
        n += m->ranks[doc][i] == first && m->ranks[doc][i + 1] == second;
    return n;
}

static uint32_t occurrences_of(const struct model *m, uint32_t first, uint32_t second)
{
    uint32_t n = 0;
    for (uint32_t doc = 0; doc < N_DOCS; doc++)
        n += count_in(m, doc, first, second);
    return n;
}

static void check_pair(const struct model *m, const struct bigrams *part, uint32_t first, uint32_t second)
{
    struct segment_bigram found;
    uint32_t documents = 0, at = 0;
    uint64_t occurrences = 0;
    assert_true(bigrams_find(part, first, second, &found));
    for (uint32_t doc = 0; doc < N_DOCS; doc++) {
        uint32_t n = count_in(m, doc, first, second);
        if (n == 0)
            continue;
        assert_true(segment_seek_holder(&found.holders, at));
        assert_int_equal(found.holders.doc, doc);
        assert_int_equal(segment_holder_occurrences(&found.holders), n);
        documents++;
        occurrences += n;
        at = doc + 1;
    }
    assert_false(segment_seek_holder(&found.holders, at));
    assert_int_equal(found.documents, documents);
    assert_int_equal(found.occurrences, occurrences);
}

static void test_the_commonest(void **state)
{
    struct err err = {0};
    struct bigrams part;
    struct model *m = model_new(3);
    uint32_t n_rows = 0, n_lists = 0, least = UINT32_MAX;
    char *path = help_path(state, "bigrams");
    write_part(m, path);
    HELP_OK(bigrams_open(&part, path, N_DOCS, &err));
    for (uint32_t i = 0; i < part.n; i++) {
        uint32_t first = bigrams_pair(&part, i) / BIGRAMS_WORDS, second = bigrams_pair(&part, i) % BIGRAMS_WORDS;
        struct segment_bigram found;
        check_pair(m, &part, first, second);
        assert_true(bigrams_find(&part, first, second, &found));
        n_rows += found.holders.bits != NULL;
        n_lists += found.holders.high != NULL;
        least = found.occurrences < least ? (uint32_t)found.occurrences : least;
    }
    assert_true(n_rows > 1 && n_lists > 1);
    for (uint32_t first = 1; first <= 12; first++) /* those left out are no commoner */
        for (uint32_t second = 1; second <= 12; second++)
            if (!bigrams_find(&part, first, second, &(struct segment_bigram){0}))
                assert_true(occurrences_of(m, first, second) <= least);
    assert_true(part.map.body_len <= m->words.len / BIGRAMS_SHARE * 5 / 4);
    bigrams_release(&part);
    model_free(m);
    free(path);
}

static void test_few_words_have_none(void **state)
{
    struct err err = {0};
    struct bigrams part;
    struct file_seal seal;
    uint8_t words[] = {WORDS_BOUNDARY, 0x81, 0x82, 0x81, 0x82};
    uint64_t starts[] = {0, sizeof words};
    char *path = help_path(state, "bigrams");
    struct bigrams_counts counts;
    HELP_OK(bigrams_begin(&counts, &err));
    bigrams_count(&counts, 0, (const uint32_t[]){0, 1, 2, 1, 2}, 5);
    HELP_OK(bigrams_write(&counts, words, starts, 1, path, &seal, &err));
    bigrams_counts_release(&counts);
    HELP_OK(bigrams_open(&part, path, 1, &err));
    assert_int_equal(part.n, 0);
    assert_false(bigrams_find(&part, 1, 2, &(struct segment_bigram){0}));
    bigrams_release(&part);
    free(path);
}

static void test_damage(void **state)
{
    enum { HEADER = 64 }; /* of the file's frame, which has a checksum of its own */
    struct err err = {0};
    struct bigrams part;
    struct model *m = model_new(4);
    uint64_t seed = 6, sum = 0;
    char *path = help_path(state, "bigrams");
    write_part(m, path);
    struct buf whole = help_read(path);
    for (int i = 0; i < 2000; i++) {
        size_t at = HEADER + help_random(&seed, i < 1000 ? 400 : (uint32_t)whole.len - HEADER);
        char was = whole.data[at];
        whole.data[at] = (char)help_random(&seed, 256);
        help_write(path, whole.data, whole.len);
        whole.data[at] = was;
        if (bigrams_open(&part, path, N_DOCS, &err) != ST_OK)
            continue;
        for (uint32_t pair = 0; pair < part.n; pair++) {
            struct segment_bigram found;
            uint32_t number = bigrams_pair(&part, pair);
            if (!bigrams_find(&part, number / BIGRAMS_WORDS, number % BIGRAMS_WORDS, &found))
                continue;
            for (uint32_t doc = 0; segment_seek_holder(&found.holders, doc); doc = found.holders.doc + 1) {
                assert_in_range(found.holders.doc, doc, N_DOCS - 1);
                sum += segment_holder_occurrences(&found.holders);
            }
        }
        bigrams_release(&part);
    }
    assert_true(sum > 0);
    buf_release(&whole);
    model_free(m);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {HELP_TEST(test_the_commonest), HELP_TEST(test_few_words_have_none),
                                       HELP_TEST(test_damage)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
