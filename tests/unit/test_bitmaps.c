/* test_bitmaps.c - store/bitmaps.h: rows and lists give back what was counted, from wherever they are read on; damage
 * gives nonsense, never a read outside. SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/store_help.h"

#include "lib/etdc.h"
#include "store/bitmaps.h"

enum { N_DOCS = 2000, N_WORDS = 60 };

/* How often each document holds each word, and the words' table. Word w has rank w + 1. */
struct model {
    uint32_t n[N_WORDS][N_DOCS];
    struct wordtab words;
    uint32_t codes[N_WORDS];
};

/* Word 0 is in every document, each further one in fewer; every third is left out whether it is common or not. */
static struct model *model_new(uint64_t seed)
{
    struct model *m = calloc(1, sizeof *m);
    assert_non_null(m);
    for (uint32_t w = 0; w < N_WORDS; w++) {
        char name[16];
        uint8_t code[ETDC_MAX_BYTES] = {0};
        int len = snprintf(name, sizeof name, "word%u", w);
        assert_int_equal(wordtab_add(&m->words, name, (size_t)len), w);
        (void)etdc_put(code, w + 1);
        memcpy(&m->codes[w], code, sizeof code);
        struct wordtab_word *word = &m->words.words[w];
        word->left_out = w % 3 == 0;
        for (uint32_t doc = 0; doc < N_DOCS; doc++) {
            uint32_t often = help_random(&seed, 40) == 0 ? 70000 : 20;
            if (help_random(&seed, 1 + w * w) == 0)
                m->n[w][doc] = 1 + help_random(&seed, help_random(&seed, 3) == 0 ? often : 1);
            word->documents += m->n[w][doc] > 0;
        }
    }
    return m;
}

static void model_free(struct model *m)
{
    wordtab_release(&m->words);
    free(m);
}

static void write_part(const struct model *m, const char *path)
{
    struct err err = {0};
    struct bitmaps_rows rows;
    struct file_seal seal;
    HELP_OK(bitmaps_choose(&rows, &m->words, m->codes, N_DOCS, &err));
    for (uint32_t doc = 0; doc < N_DOCS; doc++)
        for (uint32_t w = 0; w < N_WORDS; w++) {
            uint32_t slot = bitmaps_slot_of_code(&rows, m->codes[w]);
            for (uint32_t i = 0; slot > 0 && i < m->n[w][doc]; i++)
                bitmaps_count(&rows, slot, doc);
        }
    HELP_OK(bitmaps_write(&rows, path, &seal, &err));
    bitmaps_rows_release(&rows);
}

/* Reads on in steps, so that some documents are passed over. */
static void check_word(const struct model *m, const struct bitmaps *b, uint32_t w, uint32_t most_step, uint64_t *seed)
{
    struct segment_holders h;
    assert_true(bitmaps_holders(b, w + 1, &h));
    for (uint32_t doc = help_random(seed, most_step);; doc = h.doc + 1 + help_random(seed, most_step)) {
        uint32_t want = doc;
        while (want < N_DOCS && m->n[w][want] == 0)
            want++;
        assert_int_equal(segment_seek_holder(&h, doc), want < N_DOCS);
        if (want >= N_DOCS)
            break;
        assert_int_equal(h.doc, want);
        assert_int_equal(segment_holder_occurrences(&h), m->n[w][want]);
        assert_true(segment_seek_holder(&h, doc + help_random(seed, want - doc + 1))); /* asked again it stays */
        assert_int_equal(h.doc, want);
    }
    assert_false(segment_seek_holder(&h, 0));
}

static void test_rows_and_lists(void **state)
{
    struct err err = {0};
    struct bitmaps b;
    struct model *m = model_new(1);
    uint64_t seed = 5;
    uint32_t n_rows = 0, n_lists = 0;
    char *path = help_path(state, "bitmaps");
    write_part(m, path);
    HELP_OK(bitmaps_open(&b, path, N_DOCS, &err));
    for (uint32_t w = 0; w < N_WORDS; w++) {
        struct segment_holders ignored;
        const struct wordtab_word *word = &m->words.words[w];
        bool is_row = word->documents > N_DOCS / BITMAPS_SHARE;
        assert_int_equal(bitmaps_row(&b, w + 1) != NULL, is_row);
        assert_int_equal(bitmaps_holders(&b, w + 1, &ignored), is_row || word->left_out);
        n_rows += is_row;
        n_lists += !is_row && word->left_out;
        for (uint32_t step = 1; step < N_DOCS && (is_row || word->left_out); step *= 3)
            check_word(m, &b, w, step, &seed);
    }
    assert_int_equal(b.n_rows, n_rows);
    assert_int_equal(b.n_lists, n_lists);
    assert_true(n_rows > 3 && n_lists > 3);
    bitmaps_release(&b);
    model_free(m);
    free(path);
}

static void test_damage(void **state)
{
    enum { HEADER = 64 }; /* of the file's frame, which has a checksum of its own */
    struct err err = {0};
    struct bitmaps b;
    struct model *m = model_new(2);
    uint64_t seed = 6, sum = 0;
    char *path = help_path(state, "bitmaps");
    write_part(m, path);
    struct buf whole = help_read(path);
    for (int i = 0; i < 3000; i++) {
        size_t at = HEADER + help_random(&seed, i < 600 ? 400 : (uint32_t)whole.len - HEADER);
        char was = whole.data[at];
        whole.data[at] = (char)help_random(&seed, 256);
        help_write(path, whole.data, whole.len);
        whole.data[at] = was;
        if (bitmaps_open(&b, path, N_DOCS, &err) != ST_OK)
            continue;
        for (uint32_t w = 0; w < N_WORDS; w++) {
            struct segment_holders h;
            if (!bitmaps_holders(&b, w + 1, &h))
                continue;
            for (uint32_t doc = 0; segment_seek_holder(&h, doc); doc = h.doc + 1) {
                assert_in_range(h.doc, doc, N_DOCS - 1);
                sum += segment_holder_occurrences(&h);
            }
        }
        bitmaps_release(&b);
    }
    assert_true(sum > 0);
    buf_release(&whole);
    model_free(m);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {HELP_TEST(test_rows_and_lists), HELP_TEST(test_damage)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
