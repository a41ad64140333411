/* test_damage.c - store: an index with any byte changed or any file cut is refused, and reading what was not checked
 * gives a status, never a crash. SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/store_help.h"

#include <sys/stat.h>
#include <unistd.h>

#include "lib/etdc.h"
#include "shim/shim.h"
#include "store/parts.h"
#include "store/tombs.h"

static uint64_t sum; /* of what was read, so that reading is not left out */

/* Xapian trusts its own file: its lists are read only where that file's sum is right, as snapshot.h asks of everyone.
 */
static bool terms_are_whole;

/* ---- reading everything, whatever it is -------------------------------------------------------------------------- */

static void read_codes(const struct segment *s, const uint8_t *p, const uint8_t *end)
{
    uint32_t rank;
    while (p < end && etdc_get(&p, end, &rank))
        sum += vocab_of_rank(segment_vocab(s), rank);
}

static void read_places(const struct segment *s, uint32_t doc)
{
    struct err err;
    struct segment_place place;
    struct segment_break *breaks = NULL;
    size_t cap = 0, n = 0;
    uint32_t column;
    for (uint32_t at = 0; at < 3000; at += 700) {
        sum += segment_place_of_pos(s, doc, at, &place, &err);
        sum += segment_place_of_line(s, doc, at, &place, &err);
        sum += segment_column(s, doc, at, at / 2, &column, &err);
    }
    sum += segment_breaks(s, doc, &breaks, &cap, &n, &err);
    for (size_t i = 0; i < n; i++)
        sum += breaks[i].pos;
    free(breaks);
}

static void read_doc(const struct segment *s, uint32_t doc, struct text_cache *cache)
{
    struct err err;
    struct segment_words w;
    struct segment_doc names;
    struct buf text = BUF_INIT;
    if (segment_words(s, doc, &w, &err) == ST_OK) {
        read_codes(s, w.title, w.title_end);
        read_codes(s, w.body, w.body_end);
    }
    if (segment_doc(s, doc, &names, &err) == ST_OK) {
        for (size_t i = 0; i < names.path_len; i++)
            sum += (unsigned char)names.path[i];
        for (size_t i = 0; i < names.title_len; i++)
            sum += (unsigned char)names.title[i];
    }
    read_places(s, doc);
    sum += segment_text(s, doc, doc, 5000, cache, &text, &err);
    sum += text.len;
    buf_release(&text);
    sum += segment_is_dead(s, doc);
}

static void read_postings(const struct segment *s, const struct vocab_cursor *word)
{
    struct err err;
    struct shim_postings *p;
    struct shim_posting page[64];
    size_t n = 0;
    if (!terms_are_whole || word->len == 0 ||
        shim_postings_open(segment_db(s, 0), word->bytes, word->len, &p, &err) != ST_OK)
        return;
    while (shim_postings_read(p, 0, page, BASE_COUNT(page), &n, &err) == ST_OK && n > 0)
        sum += page[0].doc;
    shim_postings_free(p);
}

static void read_blocks(const struct segment *s, uint32_t block, uint32_t rank)
{
    struct segment_codes codes = segment_codes(s);
    uint64_t begin, end;
    uint32_t first, last, rows[SEGMENT_PAIR_ROWS];
    if (segment_codes_of(s, block, &begin, &end) && begin < end)
        sum += codes.begin[begin] + codes.begin[end - 1] + segment_doc_of(s, begin);
    if (block >= codes.n_blocks)
        return;
    segment_docs_of(s, block, &first, &last);
    sum += first + last + segment_doc_of(s, (uint64_t)block * SEGMENT_BLOCK);
    for (size_t i = segment_pair_rows(s, rank, rank + 1, rows); i-- > 0;)
        sum += segment_block_has(s, rows[i], block);
    assert_true(first < segment_docs(s) && last < segment_docs(s));
}

static void read_vocab(const struct segment *s)
{
    const struct vocab *vocab = segment_vocab(s);
    struct vocab_cursor at;
    vocab_seek(&at, vocab, 0);
    for (uint32_t i = 0; vocab_next(&at); i++) {
        struct vocab_word word = vocab_at(vocab, i);
        uint32_t documents;
        uint64_t occurrences;
        char bytes[VOCAB_WORD_MAX];
        for (size_t k = 0; k < at.len; k++)
            sum += (unsigned char)at.bytes[k];
        sum += vocab_bytes(vocab, i, bytes);
        sum += (uint64_t)vocab_find(vocab, at.bytes, at.len);
        sum += vocab_of_rank(vocab, word.rank) + word.documents + word.occurrences;
        segment_dead_stats(s, i, &documents, &occurrences);
        sum += documents + occurrences;
        if (i % 16 == 0)
            read_postings(s, &at);
        size_t len;
        const uint8_t *row = segment_bitmap(s, word.rank, &len);
        for (size_t k = 0; row != NULL && k < len; k++)
            sum += row[k];
        struct segment_holders holders;
        bool common = segment_holders(s, word.rank, &holders);
        for (uint32_t doc = 0; common && segment_seek_holder(&holders, doc); doc = holders.doc + 1)
            sum += segment_holder_occurrences(&holders);
        read_blocks(s, i, word.rank);
        struct segment_bigram bigram;
        bool pair = segment_bigram(s, word.rank, word.rank % 7 + 1, &bigram);
        for (uint32_t doc = 0; pair && segment_seek_holder(&bigram.holders, doc); doc = bigram.holders.doc + 1)
            sum += segment_holder_occurrences(&bigram.holders);
    }
}

static void read_all(const char *index_dir)
{
    struct err err;
    struct snapshot *s;
    uint32_t found;
    if (snapshot_open(index_dir, 1, false, &s, &err) != ST_OK)
        return;
    struct text_cache *cache = text_cache_new();
    assert_non_null(cache);
    for (size_t i = 0; i < snapshot_segments(s); i++) {
        const struct segment *segment = snapshot_segment(s, i);
        for (uint32_t doc = 0; doc < segment_docs(segment); doc++)
            read_doc(segment, doc, cache);
        sum += segment_find(segment, "folder", 6, &found, &err);
        read_vocab(segment);
    }
    text_cache_free(cache);
    snapshot_unref(s);
}

/* The files of a segment's folder. */
static const char *file_name(size_t i)
{
    return i < PARTS_COUNT ? parts_names[i] : "segment";
}

enum { N_FILES = PARTS_COUNT + 1 };

/* ---- damage ----------------------------------------------------------------------------------------------------- */

/* A tiny index with every kind of document, a dead one too. */
static void build_tiny(const char *dir)
{
    struct err err = {0};
    struct snapshot *s;
    struct manifest m;
    help_build((struct help_plan){.index_dir = dir, .seed = 12, .n_docs = 20, .chunk_docs = 7, .n_threads = 1});
    HELP_OK(snapshot_open(dir, 0, false, &s, &err));
    HELP_OK(manifest_read(dir, 1, &m, &err));
    m.generation = 2;
    HELP_OK(tombs_write(dir, 2, snapshot_segment(s, 0), (uint32_t[]){3}, 1, &m.segments[0], &err));
    HELP_OK(manifest_write(dir, &m, &err));
    HELP_OK(manifest_publish(dir, 2, &err));
    manifest_release(&m);
    snapshot_unref(s);
    HELP_OK(lock_sweep(dir, &err));
    HELP_OK(snapshot_check(dir, &err));
    terms_are_whole = true;
    read_all(dir);
}

static void check_refused(const char *dir, const char *path, size_t at)
{
    struct err err = {0};
    enum status status = snapshot_check(dir, &err);
    if (status == ST_OK || strlen(err.text) == 0)
        fail_msg("%s: damage at %zu: status %d: %s", path, at, (int)status, err.text);
    read_all(dir);
}

/* Changes a bit of every step-th byte. */
static void flip_file(const char *dir, const char *path, size_t step)
{
    struct buf whole = help_read(path);
    for (size_t i = 0; i < whole.len; i += step) {
        whole.data[i] = (char)(whole.data[i] ^ 1 << i % 8);
        help_write(path, whole.data, whole.len);
        check_refused(dir, path, i);
        whole.data[i] = (char)(whole.data[i] ^ 1 << i % 8);
    }
    help_write(path, whole.data, whole.len);
    buf_release(&whole);
}

static void cut_file(const char *dir, const char *path, size_t step)
{
    struct buf whole = help_read(path);
    for (size_t len = 0; len < whole.len; len += step) {
        help_write(path, whole.data, len);
        check_refused(dir, path, len);
    }
    help_write(path, whole.data, whole.len);
    buf_release(&whole);
}

/* Calls a kind of damage on every file, in about so many places of a long one. */
static void damage_all(void **state, void (*damage)(const char *dir, const char *path, size_t step), size_t places)
{
    struct err err = {0};
    char *dir = help_path(state, "index"), *current = help_path(state, "index/current");
    char *gen = help_path(state, "index/gen-00000002"), *tombs = help_path(state, "index/del-00000002-00000001-0");
    build_tiny(dir);
    damage(dir, current, 1);
    damage(dir, gen, 1);
    damage(dir, tombs, 1);
    for (size_t i = 0; i < N_FILES; i++) {
        struct stat st;
        char *path = dir_path("%s/seg-00000001-0/%s", dir, file_name(i));
        assert_int_equal(stat(path, &st), 0);
        terms_are_whole = strcmp(file_name(i), "terms") != 0;
        damage(dir, path, 1 + (size_t)st.st_size / places);
        free(path);
    }
    HELP_OK(snapshot_check(dir, &err)); /* all is as it was */
    free(dir);
    free(current);
    free(gen);
    free(tombs);
}

static void test_every_byte_flipped(void **state)
{
    damage_all(state, flip_file, 800);
}

static void test_every_file_cut(void **state)
{
    damage_all(state, cut_file, 200);
}

static void test_files_missing(void **state)
{
    struct err err = {0};
    struct snapshot *s;
    char *dir = help_path(state, "index");
    build_tiny(dir);
    for (size_t i = 0; i < N_FILES; i++) {
        char *path = dir_path("%s/seg-00000001-0/%s", dir, file_name(i)), *away = help_path(state, "away");
        assert_int_equal(rename(path, away), 0);
        assert_int_equal(snapshot_open(dir, 1, false, &s, &err), ST_DAMAGED);
        assert_int_equal(err.status, ST_DAMAGED);
        assert_non_null(strstr(err.text, path));
        assert_int_equal(rename(away, path), 0);
        free(path);
        free(away);
    }
    free(dir);
}

/* Parts of another segment are whole, but not the right ones. */
static void test_parts_of_another(void **state)
{
    struct err err = {0};
    struct snapshot *s;
    char *dir = help_path(state, "index"), *other = help_path(state, "other");
    build_tiny(dir);
    help_build((struct help_plan){.index_dir = other, .seed = 13, .n_docs = 20, .chunk_docs = 7, .n_threads = 1});
    for (size_t i = 0; i < N_FILES; i++) {
        char *path = dir_path("%s/seg-00000001-0/%s", dir, file_name(i));
        char *theirs = dir_path("%s/seg-00000001-0/%s", other, file_name(i));
        struct buf ours = help_read(path), replacement = help_read(theirs);
        help_write(path, replacement.data, replacement.len);
        bool same = ours.len == replacement.len && memcmp(ours.data, replacement.data, ours.len) == 0;
        assert_int_equal(snapshot_check(dir, &err), same ? ST_OK : ST_DAMAGED);
        if (strcmp(file_name(i), "terms") != 0)
            assert_int_equal(snapshot_open(dir, 1, false, &s, &err), same ? ST_OK : ST_DAMAGED);
        if (same)
            snapshot_unref(s);
        help_write(path, ours.data, ours.len);
        buf_release(&ours);
        buf_release(&replacement);
        free(path);
        free(theirs);
    }
    free(dir);
    free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELP_TEST(test_every_byte_flipped),
        HELP_TEST(test_every_file_cut),
        HELP_TEST(test_files_missing),
        HELP_TEST(test_parts_of_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
