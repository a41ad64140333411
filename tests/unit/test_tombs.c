/* test_tombs.c - store/tombs: an index with dead documents is, to its statistics, one without them.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/store_help.h"

#include <sys/stat.h>

#include "store/tombs.h"

enum { N_DOCS = 120, CHUNK_DOCS = 10, SEGMENT_DOCS = 50 };

static bool dies(uint32_t number)
{
    return number % 3 == 1 || number / 10 == 4;
}

/* Publishes the generation after the live one, with the documents dead that die says (by number over all segments). */
static void kill_documents(const char *index_dir, bool (*die)(uint32_t))
{
    struct err err = {0};
    struct snapshot *s;
    struct manifest m;
    uint32_t dead[N_DOCS], number = 0;
    HELP_OK(snapshot_open(index_dir, 0, false, &s, &err));
    HELP_OK(manifest_read(index_dir, snapshot_manifest(s)->generation, &m, &err));
    m.generation++;
    for (size_t i = 0; i < snapshot_segments(s); i++) {
        const struct segment *segment = snapshot_segment(s, i);
        size_t n = 0;
        for (uint32_t doc = 0; doc < segment_docs(segment); doc++)
            if (die(number++))
                dead[n++] = doc;
        if (n > 0)
            HELP_OK(tombs_write(index_dir, m.generation, segment, dead, n, &m.segments[i], &err));
    }
    HELP_OK(manifest_write(index_dir, &m, &err));
    HELP_OK(manifest_publish(index_dir, m.generation, &err));
    manifest_release(&m);
    snapshot_unref(s);
}

static void add_living(struct chunk *chunk, void *arg)
{
    const uint64_t *seed = arg;
    struct err err = {0};
    for (uint32_t i = 0; i < N_DOCS; i++) {
        struct help_doc d = help_doc(*seed, i);
        if (!dies(i))
            HELP_OK(chunk_add(chunk, &d.doc, &err));
        help_doc_release(&d);
    }
}

/* An index of only the documents that do not die. */
static void build_living(const char *index_dir, uint64_t seed)
{
    help_build_chunk(index_dir, add_living, &seed);
}

static void check_same_statistics(const struct snapshot *dead, const struct snapshot *living)
{
    assert_int_equal(snapshot_docs(dead), snapshot_docs(living));
    assert_int_equal(snapshot_words(dead), snapshot_words(living));
    for (size_t i = 0; i < snapshot_segments(dead); i++) {
        const struct vocab *vocab = segment_vocab(snapshot_segment(dead, i));
        struct vocab_cursor word;
        vocab_seek(&word, vocab, 0);
        while (vocab_next(&word)) {
            uint64_t documents, occurrences, expected_documents, expected_occurrences;
            snapshot_word_stats(dead, word.bytes, word.len, &documents, &occurrences, NULL);
            snapshot_word_stats(living, word.bytes, word.len, &expected_documents, &expected_occurrences, NULL);
            assert_int_equal(documents, expected_documents);
            assert_int_equal(occurrences, expected_occurrences);
        }
    }
}

static void check_dead(const struct snapshot *s, uint64_t seed)
{
    struct err err = {0};
    uint32_t number = 0;
    for (size_t i = 0; i < snapshot_segments(s); i++) {
        const struct segment *segment = snapshot_segment(s, i);
        uint32_t n_dead = 0, found;
        for (uint32_t doc = 0; doc < segment_docs(segment); doc++, number++) {
            struct help_doc d = help_doc(seed, number);
            enum status expected = dies(number) ? ST_NOT_FOUND : ST_OK;
            assert_int_equal(segment_is_dead(segment, doc), dies(number));
            assert_int_equal(segment_find(segment, d.doc.path, d.doc.path_len, &found, &err), expected);
            n_dead += dies(number);
            help_doc_release(&d);
        }
        assert_int_equal(segment_dead_docs(segment), n_dead);
        assert_false(segment_is_dead(segment, segment_docs(segment)));
    }
}

static void test_dead_documents(void **state)
{
    struct err err = {0};
    struct snapshot *before, *after, *living;
    char *dir = help_path(state, "index"), *living_dir = help_path(state, "living");
    help_build((struct help_plan){.index_dir = dir,
                                  .seed = 5,
                                  .n_docs = N_DOCS,
                                  .chunk_docs = CHUNK_DOCS,
                                  .n_threads = 1,
                                  .options = {.segment_docs = SEGMENT_DOCS}});
    build_living(living_dir, 5);
    HELP_OK(snapshot_open(dir, 0, false, &before, &err));
    kill_documents(dir, dies);
    HELP_OK(snapshot_check(dir, &err));
    HELP_OK(snapshot_open(dir, 1, true, &after, &err));
    HELP_OK(snapshot_open(living_dir, 1, true, &living, &err));
    assert_int_equal(snapshot_segments(after), 3);
    check_same_statistics(after, living);
    check_dead(after, 5);
    assert_int_equal(snapshot_docs(before), N_DOCS); /* the old one does not see it */
    assert_false(segment_is_dead(snapshot_segment(before, 0), 1));
    snapshot_unref(before);
    snapshot_unref(after);
    snapshot_unref(living);
    free(dir);
    free(living_dir);
}

static bool all_die(uint32_t number)
{
    (void)number;
    return true;
}

/* Tombstones belong to their generation, and go with it. */
static void test_generations(void **state)
{
    struct err err = {0};
    struct stat st;
    struct snapshot *s;
    char *dir = help_path(state, "index"), *first = help_path(state, "index/del-00000002-00000001-0");
    char *second = help_path(state, "index/del-00000003-00000001-0");
    help_build((struct help_plan){.index_dir = dir, .seed = 6, .n_docs = N_DOCS, .chunk_docs = N_DOCS, .n_threads = 1});
    kill_documents(dir, dies);
    kill_documents(dir, all_die);
    HELP_OK(lock_sweep(dir, &err));
    assert_int_not_equal(stat(first, &st), 0);
    assert_int_equal(stat(second, &st), 0);
    HELP_OK(snapshot_check(dir, &err));
    HELP_OK(snapshot_open(dir, 0, false, &s, &err));
    assert_true(snapshot_docs(s) == 0 && snapshot_words(s) == 0);
    snapshot_unref(s);
    free(dir);
    free(first);
    free(second);
}

/* Tombstones of something else are refused, by name. */
static void test_damaged(void **state)
{
    struct err err = {0};
    struct snapshot *s;
    char *dir = help_path(state, "index"), *path = help_path(state, "index/del-00000002-00000001-0");
    help_build((struct help_plan){.index_dir = dir, .seed = 7, .n_docs = 20, .chunk_docs = 20, .n_threads = 1});
    kill_documents(dir, dies);
    struct buf whole = help_read(path);
    for (size_t len = 0; len < whole.len; len++) {
        help_write(path, whole.data, len);
        assert_int_equal(snapshot_open(dir, 0, false, &s, &err), ST_DAMAGED);
    }
    for (size_t i = 0; i < whole.len; i++) {
        whole.data[i] = (char)(whole.data[i] ^ 1 << i % 8);
        help_write(path, whole.data, whole.len);
        enum status status = snapshot_check(dir, &err);
        assert_true(status == ST_DAMAGED || status == ST_VERSION);
        assert_non_null(strstr(err.text, path));
        whole.data[i] = (char)(whole.data[i] ^ 1 << i % 8);
    }
    assert_int_equal(remove(path), 0);
    assert_int_equal(snapshot_open(dir, 0, false, &s, &err), ST_DAMAGED);
    buf_release(&whole);
    free(dir);
    free(path);
}

static void test_refused(void **state)
{
    struct err err = {0};
    struct snapshot *s;
    char *dir = help_path(state, "index");
    help_build((struct help_plan){.index_dir = dir, .seed = 7, .n_docs = 20, .chunk_docs = 20, .n_threads = 1});
    HELP_OK(snapshot_open(dir, 0, false, &s, &err));
    struct manifest_segment entry = snapshot_manifest(s)->segments[0];
    const struct segment *segment = snapshot_segment(s, 0);
    assert_int_equal(tombs_write(dir, 2, segment, (uint32_t[]){3, 3}, 2, &entry, &err), ST_USAGE);
    assert_int_equal(tombs_write(dir, 2, segment, (uint32_t[]){3, 2}, 2, &entry, &err), ST_USAGE);
    assert_int_equal(tombs_write(dir, 2, segment, (uint32_t[]){20}, 1, &entry, &err), ST_NOT_FOUND);
    snapshot_unref(s);
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELP_TEST(test_dead_documents),
        HELP_TEST(test_generations),
        HELP_TEST(test_damaged),
        HELP_TEST(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
