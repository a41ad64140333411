/* test_vocab.c - store/vocab, ranked, wordtab: words found, ranked and counted as they were put in.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/store_help.h"

#include "lib/etdc.h"
#include "store/ranked.h"
#include "store/vocab_part.h"

/* Adds a word with what is counted of it. */
static void put(struct wordtab *t, const char *word, uint64_t occurrences, uint32_t documents)
{
    int64_t number = wordtab_add(t, word, strlen(word));
    assert_true(number >= 0);
    t->words[number].occurrences += occurrences;
    t->words[number].documents += documents;
}

static void open_ranked(void **state, const struct wordtab *t, struct vocab *v, struct ranked *ranked)
{
    struct err err = {0};
    struct file_seal seal;
    char *path = help_path(state, "vocab");
    HELP_OK(rank_words(t, ranked, &err));
    HELP_OK(vocab_write(ranked, path, &seal, &err));
    HELP_OK(vocab_open(v, path, &err));
    HELP_OK(file_map_verify(&v->map, &err));
    HELP_OK(vocab_check(v, &err));
    free(path);
}

static void check_word(const struct vocab *v, uint32_t i, const char *bytes, uint32_t rank, uint64_t occurrences)
{
    struct vocab_word word = vocab_at(v, i);
    struct vocab_cursor at;
    char copy[VOCAB_WORD_MAX];
    size_t len = strlen(bytes);
    assert_int_equal(vocab_bytes(v, i, copy), len);
    assert_memory_equal(copy, bytes, len);
    vocab_seek(&at, v, i);
    assert_true(vocab_next(&at));
    assert_int_equal(at.i, i);
    assert_int_equal(at.len, len);
    assert_memory_equal(at.bytes, bytes, len);
    assert_int_equal(word.rank, rank);
    assert_int_equal(word.occurrences, occurrences);
    assert_int_equal(vocab_of_rank(v, rank), i);
    assert_int_equal(vocab_find(v, bytes, len), i);
    assert_int_equal(vocab_lower_bound(v, bytes, len), i);
}

/* By occurrences, then by bytes; bytes compare as unsigned, a prefix first. */
static void test_order(void **state)
{
    struct wordtab t = {0};
    struct vocab v;
    struct ranked ranked;
    put(&t, "zebra", 7, 3);
    put(&t, "ab", 7, 2);
    put(&t, "é", UINT64_C(5000000000), 9);
    put(&t, "a", 1, 1);
    put(&t, "abcdefghi", 2, 1);
    put(&t, "abcdefghij", 1, 1);
    put(&t, "abcdefgh", 2, 2);
    put(&t, "ab", 1, 1); /* known: counted on */
    open_ranked(state, &t, &v, &ranked);
    assert_int_equal(vocab_size(&v), 7);
    check_word(&v, 0, "a", 6, 1);
    check_word(&v, 1, "ab", 2, 8);
    check_word(&v, 2, "abcdefgh", 4, 2);
    check_word(&v, 3, "abcdefghi", 5, 2);
    check_word(&v, 4, "abcdefghij", 7, 1);
    check_word(&v, 5, "zebra", 3, 7);
    check_word(&v, 6, "é", 1, UINT64_C(5000000000));
    assert_int_equal(vocab_at(&v, 1).documents, 3);
    assert_int_equal(vocab_at(&v, 4).documents, 1);
    assert_int_equal(ranked.codes[0] & 0xff, 0x80 | 3); /* the first one put is "zebra", of rank 3 */
    ranked_release(&ranked);
    vocab_release(&v);
    wordtab_release(&t);
}

static void test_what_is_not_there(void **state)
{
    struct wordtab t = {0};
    struct vocab v;
    struct ranked ranked;
    put(&t, "b", 1, 1);
    put(&t, "bb", 1, 1);
    put(&t, "d", 1, 1);
    open_ranked(state, &t, &v, &ranked);
    assert_int_equal(vocab_lower_bound(&v, "", 0), 0);
    assert_int_equal(vocab_lower_bound(&v, "a", 1), 0);
    assert_int_equal(vocab_lower_bound(&v, "ba", 2), 1);
    assert_int_equal(vocab_lower_bound(&v, "bb\0", 3), 2);
    assert_int_equal(vocab_lower_bound(&v, "\xff", 1), 3);
    assert_int_equal(vocab_find(&v, "", 0), -1);
    assert_int_equal(vocab_find(&v, "c", 1), -1);
    assert_int_equal(vocab_find(&v, "e", 1), -1);
    assert_int_equal(vocab_of_rank(&v, 0), 3);
    assert_int_equal(vocab_of_rank(&v, 4), 3);
    assert_int_equal(vocab_of_rank(&v, UINT32_MAX), 3);
    ranked_release(&ranked);
    vocab_release(&v);
    wordtab_release(&t);
}

/* Words behind a prefix, some of them in the same block, some many blocks on. */
static void test_passing(void **state)
{
    enum { SETS = 5, SET = 100 };
    static const char *const heads[SETS] = {"a", "ab", "abc", "b", "ca"};
    struct wordtab t = {0};
    struct vocab v;
    struct ranked ranked;
    char word[16];
    for (unsigned i = 0; i < SETS * SET; i++) {
        (void)snprintf(word, sizeof word, "%s%03u", heads[i / SET], i % (i < SET ? 3 : SET));
        put(&t, word, 1, 1);
    }
    open_ranked(state, &t, &v, &ranked);
    for (uint32_t i = 0; i < vocab_size(&v); i++)
        for (size_t len = 1; len <= 4; len++) {
            struct vocab_cursor c;
            char prefix[VOCAB_WORD_MAX], next[VOCAB_WORD_MAX];
            uint32_t expected = i + 1;
            vocab_seek(&c, &v, i);
            assert_true(vocab_next(&c));
            memcpy(prefix, c.bytes, len);
            while (expected < vocab_size(&v) && vocab_bytes(&v, expected, next) >= len &&
                   memcmp(next, prefix, len) == 0)
                expected++;
            vocab_pass(&c, len);
            assert_int_equal(vocab_next(&c), expected < vocab_size(&v));
            if (expected == vocab_size(&v))
                continue;
            assert_int_equal(c.i, expected);
            assert_int_equal(c.len, vocab_bytes(&v, expected, next));
            assert_memory_equal(c.bytes, next, c.len);
        }
    ranked_release(&ranked);
    vocab_release(&v);
    wordtab_release(&t);
}

/* Words that share more than a byte's half can say, and of every length. */
static void test_long_and_alike(void **state)
{
    struct wordtab t = {0};
    struct vocab v;
    struct ranked ranked;
    char word[VOCAB_WORD_MAX + 1];
    for (size_t len = 1; len <= VOCAB_WORD_MAX; len++)
        for (char last = 'a'; last <= 'c'; last++) {
            memset(word, 'a', len);
            word[len - 1] = last;
            word[len] = '\0';
            put(&t, word, len, 1);
        }
    open_ranked(state, &t, &v, &ranked);
    for (size_t i = 0; i < t.n; i++) {
        size_t len;
        const char *bytes = wordtab_bytes(&t, i, &len);
        int64_t at = vocab_find(&v, bytes, len);
        assert_true(at >= 0);
        assert_int_equal(vocab_bytes(&v, (uint32_t)at, word), len);
        assert_memory_equal(word, bytes, len);
        word[len - 1] = 'd';
        assert_int_equal(vocab_find(&v, word, len), -1);
    }
    ranked_release(&ranked);
    vocab_release(&v);
    wordtab_release(&t);
}

static void test_no_words(void **state)
{
    struct wordtab t = {0};
    struct vocab v;
    struct ranked ranked;
    open_ranked(state, &t, &v, &ranked);
    assert_int_equal(vocab_size(&v), 0);
    assert_int_equal(vocab_lower_bound(&v, "a", 1), 0);
    assert_int_equal(vocab_find(&v, "a", 1), -1);
    assert_int_equal(vocab_of_rank(&v, 1), 0);
    ranked_release(&ranked);
    vocab_release(&v);
}

/* Enough words for codes of every length up to three bytes; every code is its word's rank. */
static void test_many(void **state)
{
    enum { MANY = 40000 };
    struct wordtab t = {0};
    struct vocab v;
    struct ranked ranked;
    char word[16];
    for (uint32_t i = 0; i < MANY; i++) {
        (void)snprintf(word, sizeof word, "%x", i * 2654435761u);
        put(&t, word, 1 + (i % 1000) * (i % 7), 1 + (i % 1000) * (i % 7) / 3);
        if (i == MANY / 2)
            wordtab_settle(&t); /* made again when the next comes */
    }
    assert_int_equal(t.n, MANY);
    open_ranked(state, &t, &v, &ranked);
    for (uint32_t i = 0; i < MANY; i++) {
        uint8_t code[ETDC_MAX_BYTES];
        const uint8_t *p = code;
        uint32_t rank;
        size_t len;
        memcpy(code, &ranked.codes[i], sizeof code);
        assert_true(etdc_get(&p, code + sizeof code, &rank));
        const char *bytes = wordtab_bytes(&t, i, &len);
        int64_t at = vocab_find(&v, bytes, len);
        assert_true(at >= 0);
        assert_int_equal(vocab_at(&v, (uint32_t)at).rank, rank);
        assert_int_equal(vocab_at(&v, (uint32_t)at).occurrences, t.words[i].occurrences);
        assert_int_equal(vocab_at(&v, (uint32_t)at).documents, t.words[i].documents);
        assert_int_equal(vocab_of_rank(&v, rank), at);
    }
    ranked_release(&ranked);
    vocab_release(&v);
    wordtab_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELP_TEST(test_order),
        HELP_TEST(test_what_is_not_there),
        HELP_TEST(test_passing),
        HELP_TEST(test_long_and_alike),
        HELP_TEST(test_no_words),
        HELP_TEST(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
