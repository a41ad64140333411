/* test_holders.c - store/holders.h: rows, lists and rare words give back what was counted, from wherever they are read
 * on; damage gives nonsense, never a read outside. SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/store_help.h"

#include "lib/etdc.h"
#include "store/holders.h"

enum { N_DOCS = 4000, N_WORDS = 400 };

/* How often each document holds each word, and the words' table. */
struct model {
    uint16_t n[N_WORDS][N_DOCS];
    struct wordtab words;
    uint32_t codes[N_WORDS], ranks[N_WORDS];
};

static void rank_model(struct model *m)
{
    for (uint32_t w = 0; w < N_WORDS; w++) {
        uint64_t occurrences = m->words.words[w].occurrences;
        uint8_t code[ETDC_MAX_BYTES] = {0};
        m->ranks[w] = 1;
        for (uint32_t other = 0; other < N_WORDS; other++) {
            uint64_t theirs = m->words.words[other].occurrences;
            m->ranks[w] += theirs > occurrences || (theirs == occurrences && other < w);
        }
        (void)etdc_put(code, m->ranks[w]);
        memcpy(&m->codes[w], code, sizeof code);
    }
}

/* Word 0 is in every document, each further one in fewer, down to one. */
static struct model *model_new(uint64_t seed)
{
    struct model *m = calloc(1, sizeof *m);
    assert_non_null(m);
    for (uint32_t w = 0; w < N_WORDS; w++) {
        char name[16];
        int len = snprintf(name, sizeof name, "word%u", w);
        assert_int_equal(wordtab_add(&m->words, name, (size_t)len), w);
        struct wordtab_word *word = &m->words.words[w];
        uint32_t most = w < N_WORDS / 2 ? N_DOCS / (1 + w) : 1 + (N_WORDS - w) / 16;
        for (uint32_t i = 0; i < most; i++) {
            uint32_t often = help_random(&seed, 40) == 0 ? 40000 : 20;
            uint32_t doc = most > N_DOCS / 2 ? i % N_DOCS : help_random(&seed, N_DOCS);
            uint16_t n = (uint16_t)(1 + help_random(&seed, help_random(&seed, 3) == 0 ? often : 1));
            word->occurrences += (uint64_t)n - m->n[w][doc];
            word->documents += m->n[w][doc] == 0;
            m->n[w][doc] = n;
        }
    }
    rank_model(m);
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
    struct holders_writer h;
    struct file_seal seal;
    HELP_OK(holders_choose(&h, &m->words, m->codes, N_DOCS, &err));
    for (uint32_t doc = 0; doc < N_DOCS; doc++)
        for (uint32_t w = 0; w < N_WORDS; w++) {
            uint32_t slot = holders_slot_of_code(&h, m->codes[w]);
            if (slot > 0 && m->n[w][doc] > 0)
                holders_count(&h, slot, doc, m->n[w][doc]);
        }
    HELP_OK(holders_write(&h, path, &seal, &err));
    holders_writer_release(&h);
}

/* Reads on in steps, so that some documents are passed over. */
static void check_word(const struct model *m, const struct holders *part, uint32_t w, uint32_t most_step,
                       uint64_t *seed)
{
    struct segment_holders h;
    assert_true(holders_find(part, m->ranks[w], &h));
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

static void test_every_kind(void **state)
{
    struct err err = {0};
    struct holders part;
    struct model *m = model_new(1);
    uint64_t seed = 5;
    uint32_t n_rows = 0, n_lists = 0, n_few = 0, n_once = 0, n_xapian = 0;
    char *path = help_path(state, "holders");
    write_part(m, path);
    HELP_OK(holders_open(&part, path, N_DOCS, N_WORDS, &err));
    for (uint32_t w = 0; w < N_WORDS; w++) {
        struct segment_holders ignored;
        const struct wordtab_word *word = &m->words.words[w];
        bool is_row = word->documents > N_DOCS / HOLDERS_ROW_SHARE, is_few = word->documents <= HOLDERS_FEW;
        bool is_list = !is_row && word->documents >= HOLDERS_FEWEST, kept = is_row || is_list || is_few;
        assert_int_equal(holders_keep(word->documents, N_DOCS), kept);
        assert_int_equal(holders_row(&part, m->ranks[w]) != NULL, is_row);
        assert_int_equal(holders_find(&part, m->ranks[w], &ignored), kept);
        n_rows += is_row;
        n_lists += is_list;
        n_few += is_few && word->occurrences > 1;
        n_once += word->occurrences == 1;
        n_xapian += !kept;
        for (uint32_t step = 1; step < N_DOCS && kept; step *= 3)
            check_word(m, &part, w, step, &seed);
    }
    assert_int_equal(part.n_lists, n_rows + n_lists);
    assert_true(n_rows > 3 && n_lists > 3 && n_few > 3 && n_once > 3 && n_xapian > 3);
    assert_false(holders_find(&part, 0, &(struct segment_holders){0}));
    assert_false(holders_find(&part, N_WORDS + 1, &(struct segment_holders){0}));
    holders_release(&part);
    model_free(m);
    free(path);
}

static void test_damage(void **state)
{
    enum { HEADER = 64 }; /* of the file's frame, which has a checksum of its own */
    struct err err = {0};
    struct holders part;
    struct model *m = model_new(2);
    uint64_t seed = 6, sum = 0;
    char *path = help_path(state, "holders");
    write_part(m, path);
    struct buf whole = help_read(path);
    for (int i = 0; i < 3000; i++) {
        size_t at = HEADER + help_random(&seed, i < 600 ? 400 : (uint32_t)whole.len - HEADER);
        char was = whole.data[at];
        whole.data[at] = (char)help_random(&seed, 256);
        help_write(path, whole.data, whole.len);
        whole.data[at] = was;
        if (holders_open(&part, path, N_DOCS, N_WORDS, &err) != ST_OK)
            continue;
        for (uint32_t w = 0; w < N_WORDS; w++) {
            struct segment_holders h;
            if (!holders_find(&part, m->ranks[w], &h))
                continue;
            for (uint32_t doc = 0; segment_seek_holder(&h, doc); doc = h.doc + 1) {
                assert_in_range(h.doc, doc, N_DOCS - 1);
                sum += segment_holder_occurrences(&h);
            }
        }
        holders_release(&part);
    }
    assert_true(sum > 0);
    buf_release(&whole);
    model_free(m);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {HELP_TEST(test_every_kind), HELP_TEST(test_damage)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
