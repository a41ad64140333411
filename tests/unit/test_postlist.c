/* test_postlist.c - store/postlist.h: rows and lists of any density give back documents and occurrences, from wherever
 * they are read on, and whether occurrences are asked for or not. SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/store_help.h"

#include <unistd.h>

#include "store/postlist.h"
#include "store/segment.h"

#define KIND "posting"
enum { N_LISTS = 40, MOST_DOCS = 9000 };

/* Occurrences of each list in each document. */
struct model {
    uint32_t n_docs;
    bool is_row[N_LISTS];
    uint32_t n[N_LISTS][MOST_DOCS];
};

/* Where the digits of a number end, and just behind; now and then anything. */
static uint32_t random_occurrences(uint64_t *seed)
{
    static const uint32_t ends[] = {1, 1, 1, 2, 4, 5, 19, 20, 274, 275, UINT32_MAX};
    return help_random(seed, 9) == 0 ? 1 + help_random(seed, 2000) : ends[help_random(seed, BASE_COUNT(ends))];
}

/* In list i nearly 1 of 1.4^i documents, in the next one all that a stretch has. */
static struct model *model_new(uint64_t seed, uint32_t n_docs)
{
    struct model *m = calloc(1, sizeof *m);
    assert_non_null(m);
    m->n_docs = n_docs;
    double one_of = 1;
    for (uint32_t i = 0; i < N_LISTS; i++, one_of *= 1.4) {
        m->is_row[i] = help_random(&seed, 3) == 0;
        m->n[i][help_random(&seed, n_docs)] = random_occurrences(&seed);
        uint32_t stretch = i % 5 == 0 ? n_docs / 3 : 0;
        for (uint32_t doc = 0; doc < n_docs; doc++)
            if (doc - n_docs / 3 < stretch || help_random(&seed, (uint32_t)one_of + 1) == 0)
                m->n[i][doc] = random_occurrences(&seed);
    }
    return m;
}

/* Gathered as others count: an occurrence at a time, or, of many, as if they had been. */
static void gather(const struct model *m, uint32_t i, struct postlist *list)
{
    for (uint32_t doc = 0; doc < m->n_docs; doc++) {
        if (m->n[i][doc] == 0)
            continue;
        postlist_add(list, doc, 1);
        list->occurrences = m->n[i][doc];
    }
}

/* Returns the bytes of the lists. */
static uint64_t write_lists(const struct model *m, const char *path)
{
    struct err err = {0};
    struct file_writer out;
    HELP_OK(file_create(&out, path, KIND, &err));
    struct postlists_writer w = {.to = &out, .n_docs = m->n_docs};
    for (uint32_t i = 0; i < N_LISTS; i++) {
        struct postlist list = {0};
        gather(m, i, &list);
        postlists_put(&w, &list, m->is_row[i]);
    }
    HELP_OK(postlists_end(&w, &err));
    uint64_t len = w.len;
    postlists_release(&w);
    HELP_OK(file_finish(&out, NULL, &err));
    return len;
}

static void check_list(const struct model *m, const struct postlists *lists, uint32_t i, uint32_t most_step,
                       uint64_t *seed)
{
    struct segment_holders h;
    postlists_find(lists, i, &h);
    assert_int_equal(h.bits != NULL, m->is_row[i]);
    for (uint32_t doc = help_random(seed, most_step);; doc = h.doc + 1 + help_random(seed, most_step)) {
        uint32_t want = doc;
        while (want < m->n_docs && m->n[i][want] == 0)
            want++;
        assert_int_equal(segment_seek_holder(&h, doc), want < m->n_docs);
        if (want >= m->n_docs)
            break;
        assert_int_equal(h.doc, want);
        for (uint32_t again = help_random(seed, 3); again > 0; again--)
            assert_int_equal(segment_holder_occurrences(&h), m->n[i][want]);
    }
    assert_false(segment_seek_holder(&h, 0));
}

static void check_bits(const struct model *m, const struct postlists *lists, uint32_t i)
{
    struct segment_holders h;
    uint64_t bits[MOST_DOCS / 64 + 1] = {0};
    postlists_find(lists, i, &h);
    segment_holders_or(&h, bits);
    for (uint32_t doc = 0; doc < m->n_docs; doc++)
        assert_int_equal(bits[doc / 64] >> doc % 64 & 1, m->n[i][doc] > 0);
}

static void check_segment(void **state, uint64_t seed, uint32_t n_docs)
{
    struct err err = {0};
    struct file_map map;
    struct postlists lists;
    struct model *m = model_new(seed, n_docs);
    char *path = help_path(state, "lists");
    uint64_t len = write_lists(m, path);
    HELP_OK(file_map(&map, path, KIND, &err));
    assert_int_equal(map.body_len, postlists_size(N_LISTS, len));
    postlists_open(&lists, map.body, N_LISTS, len, n_docs);
    for (uint32_t i = 0; i < N_LISTS; i++) {
        for (uint32_t step = 1; step <= n_docs; step *= 4)
            check_list(m, &lists, i, step, &seed);
        check_bits(m, &lists, i);
    }
    file_map_release(&map);
    assert_int_equal(unlink(path), 0);
    free(path);
    free(m);
}

static void test_of_any_density(void **state)
{
    static const uint32_t n_docs[] = {1, 2, 63, 64, 65, 700, 4096, MOST_DOCS - 1};
    for (uint32_t i = 0; i < BASE_COUNT(n_docs); i++)
        check_segment(state, i + 1, n_docs[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {HELP_TEST(test_of_any_density)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
