/* test_stems.c - store/stems: every word of a vocabulary is found by its stem, in languages that cut words short and
 * in those that change them. SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/store_help.h"

#include <unistd.h>

#include "shim/shim.h"
#include "store/ranked.h"
#include "store/stems.h"

static const char *const english[] = {
    "a",     "abilities", "ability", "army",   "armies", "city",    "cities", "die",  "dying", "happily",
    "happy", "hope",      "hoped",   "hoping", "hop",    "hopping", "news",   "only", "skies", "sky",
    "walk",  "walking",   "walked",  "walks",  "y",      "yes",     "1st",    "22",   "e",     "relational"};
static const char *const german[] = {"aufeinander", "aufeinanderfolge", "haus",  "hauser", "hausern",
                                     "kategorie",   "kategorien",       "weiss", "x"};
static const char *const arabic[] = {"\u0627\u0644\u0643\u062a\u0627\u0628", "\u0643\u062a\u0627\u0628",
                                     "\u0648\u0627\u0644\u0643\u062a\u0627\u0628", "\u0643\u062a\u0628"};

struct opened {
    struct wordtab table;
    struct vocab vocab;
    struct stems stems;
};

static void open_words(void **state, const char *language, const char *const *words, size_t n, struct opened *o)
{
    struct err err = {0};
    struct file_seal seal;
    struct ranked ranked;
    char *vocab = help_path(state, "vocab"), *stems = help_path(state, "stems");
    *o = (struct opened){0};
    for (size_t i = 0; i < n; i++) {
        int64_t number = wordtab_add(&o->table, words[i], strlen(words[i]));
        assert_true(number >= 0);
        o->table.words[number].occurrences = o->table.words[number].documents = 1;
    }
    HELP_OK(rank_words(&o->table, &ranked, &err));
    HELP_OK(vocab_write(&ranked, vocab, &seal, &err));
    HELP_OK(vocab_open(&o->vocab, vocab, &err));
    HELP_OK(stems_write(&o->vocab, language, stems, &seal, &err));
    HELP_OK(stems_open(&o->stems, stems, vocab_size(&o->vocab), &err));
    HELP_OK(stems_check(&o->stems, &err));
    assert_int_equal(unlink(vocab), 0);
    assert_int_equal(unlink(stems), 0);
    ranked_release(&ranked);
    free(vocab);
    free(stems);
}

static void release(struct opened *o)
{
    stems_release(&o->stems);
    vocab_release(&o->vocab);
    wordtab_release(&o->table);
}

/* Whether a word is told to have a stem, as a beginning or among the odd ones. */
static bool is_told(const struct opened *o, const struct vocab_cursor *word, const char *stem, size_t len)
{
    uint32_t from, to;
    unsigned lacks = stems_lacks(&o->stems, word->i);
    if (lacks != STEMS_ODD)
        return len + lacks == word->len && memcmp(stem, word->bytes, len) == 0;
    for (stems_find(&o->stems, stem, len, &from, &to); from < to; from++)
        if (stems_entry(&o->stems, from) == word->i)
            return true;
    return false;
}

/* Every word by its own stem; where no hashes meet, by no other. */
static void check_language(void **state, const char *language, const char *const *words, size_t n)
{
    struct err err = {0};
    struct opened o;
    struct shim_stemmer *stemmer;
    HELP_OK(shim_stemmer_new(language, &stemmer, &err));
    open_words(state, language, words, n, &o);
    for (size_t i = 0; i < n; i++) {
        char stem[SHIM_TERM_MAX], other[SHIM_TERM_MAX];
        size_t len, other_len;
        HELP_OK(shim_stem(stemmer, words[i], strlen(words[i]), stem, sizeof stem, &len, &err));
        struct vocab_cursor word;
        vocab_seek(&word, &o.vocab, 0);
        while (vocab_next(&word)) {
            HELP_OK(shim_stem(stemmer, word.bytes, word.len, other, sizeof other, &other_len, &err));
            bool same = other_len == len && memcmp(other, stem, len) == 0;
            assert_int_equal(is_told(&o, &word, stem, len), same);
        }
    }
    shim_stemmer_free(stemmer);
    release(&o);
}

static void test_words_by_stem(void **state)
{
    check_language(state, "en", english, BASE_COUNT(english));
    check_language(state, "de", german, BASE_COUNT(german));
    check_language(state, "ar", arabic, BASE_COUNT(arabic));
}

static void test_odd_ones(void **state)
{
    struct opened o;
    open_words(state, "en", english, BASE_COUNT(english), &o);
    int64_t walking = vocab_find(&o.vocab, "walking", 7), hoping = vocab_find(&o.vocab, "hoping", 6);
    assert_int_equal(stems_lacks(&o.stems, (uint32_t)walking), 3);
    assert_int_equal(stems_lacks(&o.stems, (uint32_t)hoping), STEMS_ODD); /* hope */
    release(&o);
}

static void test_of_other_words(void **state)
{
    struct err err = {0};
    struct file_seal seal;
    struct opened o;
    struct stems stems;
    char *path = help_path(state, "again");
    open_words(state, "en", english, BASE_COUNT(english), &o);
    HELP_OK(stems_write(&o.vocab, "en", path, &seal, &err));
    assert_int_equal(stems_open(&stems, path, vocab_size(&o.vocab) + 1, &err), ST_DAMAGED);
    assert_non_null(strstr(err.text, path));
    free(path);
    release(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELP_TEST(test_words_by_stem),
        HELP_TEST(test_odd_ones),
        HELP_TEST(test_of_other_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
