/* test_store.c - store: what is put in comes out, for documents of every kind, cut into chunks and segments anyhow.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/store_help.h"

#include <sys/stat.h>

#include "lib/etdc.h"
#include "lib/token.h"
#include "shim/shim.h"
#include "store/holders.h"

/* ---- one document against what went in -------------------------------------------------------------------------- */

struct checker {
    const struct segment *segment;
    uint32_t doc;
    struct text_cache *cache;
    struct tokenizer *tokenizer;
    uint64_t words; /* met so far */
};

/* Takes the word at *p and compares it with a token. */
static void check_code(const struct checker *c, const uint8_t **p, const uint8_t *end, const struct token *token)
{
    const struct vocab *vocab = segment_vocab(c->segment);
    uint32_t rank;
    assert_true(etdc_get(p, end, &rank));
    uint32_t i = vocab_of_rank(vocab, rank);
    assert_true(i < vocab_size(vocab));
    char bytes[VOCAB_WORD_MAX];
    assert_int_equal(vocab_at(vocab, i).rank, rank);
    assert_int_equal(vocab_bytes(vocab, i, bytes), token->word_len);
    assert_memory_equal(bytes, token->word, token->word_len);
}

static void check_title(struct checker *c, const struct document *doc, const struct segment_words *w)
{
    struct token token;
    uint32_t n = 0;
    const uint8_t *p = w->title;
    if (doc->title != NULL && !doc->title_in_text) {
        tokenizer_begin(c->tokenizer, doc->title, doc->title_len, &(struct token_options){0});
        for (; tokenizer_next(c->tokenizer, &token); n++)
            check_code(c, &p, w->title_end, &token);
    }
    assert_int_equal(n, w->n_title);
    assert_ptr_equal(p, w->title_end);
    if (n > 0)
        assert_true((w->title[-1] & 0x80) != 0);
    else
        assert_null(w->title);
}

static struct segment_place place_of(const char *text, uint32_t pos, uint32_t off)
{
    struct segment_place place = {pos, off, 1, 0};
    for (uint32_t i = 0; i < off; i++)
        if (text[i] == '\n') {
            place.line++;
            place.line_off = i + 1;
        }
    return place;
}

/* A place must be true, before what was asked for, and not far before it. */
static void check_places(const struct checker *c, const struct document *doc, const uint32_t *starts, uint32_t n)
{
    struct err err = {0};
    struct segment_place found;
    for (uint32_t pos = 0; pos < n; pos += 1 + n / 50) {
        HELP_OK(segment_place_of_pos(c->segment, c->doc, pos, &found, &err));
        struct segment_place truth = place_of(doc->text, found.pos, found.off);
        assert_memory_equal(&found, &truth, sizeof found);
        assert_true(found.pos <= pos && pos - found.pos < 600);
        if (found.off > 0)
            assert_int_equal(found.off, starts[found.pos]);
        struct segment_place here = place_of(doc->text, pos, starts[pos]);
        HELP_OK(segment_place_of_line(c->segment, c->doc, here.line, &found, &err));
        truth = place_of(doc->text, found.pos, found.off);
        assert_memory_equal(&found, &truth, sizeof found);
        assert_true(found.off <= here.line_off);
    }
}

static void check_breaks(const struct checker *c, const struct segment_break *truth, size_t n)
{
    struct err err = {0};
    struct segment_break *breaks = NULL;
    size_t cap = 0, found = 0;
    HELP_OK(segment_breaks(c->segment, c->doc, &breaks, &cap, &found, &err));
    assert_int_equal(found, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(breaks[i].pos, truth[i].pos);
        assert_int_equal(breaks[i].paragraph, truth[i].paragraph);
    }
    free(breaks);
}

/* Tokenizes the text as the build did and compares everything that hangs on positions. */
static void check_body(struct checker *c, const struct document *doc, const struct segment_words *w)
{
    struct token token;
    struct segment_break *breaks = NULL;
    uint32_t *starts = NULL, n = 0, heading_pos = 0, heading_words = 0;
    size_t cap = 0, n_breaks = 0, breaks_cap = 0;
    const uint8_t *p = w->body;
    struct token_options options = {doc->block_ends, doc->n_block_ends, doc->blocks_only, false};
    tokenizer_begin(c->tokenizer, doc->text, doc->text_len, &options);
    for (; tokenizer_next(c->tokenizer, &token); n++) {
        check_code(c, &p, w->body_end, &token);
        assert_true(ARRAY_RESERVE(starts, cap, n + 1u) && ARRAY_RESERVE(breaks, breaks_cap, n_breaks + 1));
        starts[n] = (uint32_t)token.start;
        if (token.brk != TOKEN_NO_BREAK && n > 0)
            breaks[n_breaks++] = (struct segment_break){n, token.brk == TOKEN_PARAGRAPH};
        if (doc->title_in_text && token.start >= doc->title_start && token.start < doc->title_end)
            heading_pos = heading_words++ == 0 ? n : heading_pos;
    }
    assert_ptr_equal(p, w->body_end);
    assert_int_equal(n, w->n_body);
    assert_true((w->body[-1] & 0x80) != 0);
    assert_int_equal(heading_words, w->heading_words);
    if (heading_words > 0)
        assert_int_equal(heading_pos, w->heading_pos);
    check_places(c, doc, starts, n);
    check_breaks(c, breaks, n_breaks);
    free(starts);
    free(breaks);
}

static void check_columns(const struct checker *c, const struct document *doc, uint64_t *seed)
{
    struct err err = {0};
    for (int i = 0; i < 40 && doc->text_len > 0; i++) {
        uint32_t off = help_random(seed, (uint32_t)doc->text_len), column;
        uint32_t line_off = place_of(doc->text, 0, off).line_off, expected = off - line_off + 1;
        for (size_t k = 0; k < doc->n_columns && doc->columns[k].text <= off; k++)
            if (doc->columns[k].text >= line_off)
                expected = doc->columns[k].column + (off - doc->columns[k].text);
        HELP_OK(segment_column(c->segment, c->doc, off, line_off, &column, &err));
        assert_int_equal(column, expected);
    }
}

static void check_text(const struct checker *c, const struct document *doc, uint64_t *seed)
{
    struct err err = {0};
    struct buf out = BUF_INIT;
    HELP_OK(segment_text(c->segment, c->doc, 0, UINT32_MAX, c->cache, &out, &err));
    assert_int_equal(out.len, doc->text_len);
    assert_memory_equal(out.data, doc->text, out.len);
    for (int i = 0; i < 10 && doc->text_len > 0; i++) {
        uint32_t off = help_random(seed, (uint32_t)doc->text_len + 2), len = help_random(seed, 300);
        size_t rest = off < doc->text_len ? doc->text_len - off : 0;
        buf_clear(&out);
        HELP_OK(segment_text(c->segment, c->doc, off, len, c->cache, &out, &err));
        assert_int_equal(out.len, len < rest ? len : rest);
        if (out.len > 0)
            assert_memory_equal(out.data, doc->text + off, out.len);
    }
    buf_release(&out);
}

static void check_names(const struct checker *c, const struct document *doc)
{
    struct err err = {0};
    struct segment_doc names;
    uint32_t found;
    HELP_OK(segment_doc(c->segment, c->doc, &names, &err));
    assert_int_equal(names.path_len, doc->path_len);
    assert_memory_equal(names.path, doc->path, doc->path_len);
    assert_int_equal(names.text_len, doc->text_len);
    assert_true(names.date == doc->date && names.mtime == doc->mtime && names.derived == doc->derived);
    assert_int_equal(names.title == NULL, doc->title == NULL);
    assert_int_equal(names.title_len, doc->title_len);
    if (doc->title != NULL)
        assert_memory_equal(names.title, doc->title, doc->title_len);
    HELP_OK(segment_find(c->segment, doc->path, doc->path_len, &found, &err));
    assert_int_equal(found, c->doc);
}

static void check_doc(struct checker *c, const struct document *doc, uint64_t *seed)
{
    struct err err = {0};
    struct segment_words w;
    check_names(c, doc);
    HELP_OK(segment_words(c->segment, c->doc, &w, &err));
    struct segment_length length;
    HELP_OK(segment_length(c->segment, c->doc, &length, &err));
    assert_int_equal(length.words, w.n_title + w.n_body);
    assert_int_equal(length.has_title, w.n_title > 0 || w.heading_words > 0);
    check_title(c, doc, &w);
    check_body(c, doc, &w);
    check_columns(c, doc, seed);
    check_text(c, doc, seed);
    c->words += (uint64_t)w.n_body + w.n_title;
}

/* ---- the vocabulary against the words --------------------------------------------------------------------------- */

struct counts {
    uint32_t *documents, *last;
    uint64_t *occurrences;
};

static void count_field(const struct segment *s, const uint8_t *p, const uint8_t *end, uint32_t doc, struct counts *n)
{
    uint32_t rank;
    while (p < end && etdc_get(&p, end, &rank)) {
        uint32_t i = vocab_of_rank(segment_vocab(s), rank);
        n->documents[i] += n->last[i] != doc + 1;
        n->last[i] = doc + 1;
        n->occurrences[i]++;
    }
}

static void add_posting(const struct segment *s, uint32_t doc, uint64_t n, struct vocab_word *found)
{
    assert_true(doc < segment_docs(s));
    found->documents++;
    found->occurrences += n;
}

static void read_terms(const struct segment *s, const struct vocab_cursor *word, struct vocab_word *found)
{
    struct err err = {0};
    struct shim_postings *postings;
    struct shim_posting page[7];
    size_t n;
    HELP_OK(shim_postings_open(segment_db(s, 0), word->bytes, word->len, &postings, &err));
    do {
        HELP_OK(shim_postings_read(postings, 0, page, BASE_COUNT(page), &n, &err));
        for (size_t i = 0; i < n; i++)
            add_posting(s, page[i].doc - 1, page[i].wdf, found);
    } while (n > 0);
    shim_postings_free(postings);
}

/* Returns whether the word is in Xapian's part. */
static bool check_postings(const struct segment *s, const struct vocab_cursor *word)
{
    struct vocab_word found = {0}, expected = vocab_at(segment_vocab(s), word->i);
    struct segment_holders holders;
    bool kept = segment_holders(s, expected.rank, &holders);
    assert_int_equal(kept, holders_keep(expected.documents, segment_docs(s)));
    for (uint32_t doc = 0; kept && segment_seek_holder(&holders, doc); doc = holders.doc + 1)
        add_posting(s, holders.doc, segment_holder_occurrences(&holders), &found);
    if (!kept)
        read_terms(s, word, &found);
    assert_int_equal(found.documents, expected.documents);
    assert_int_equal(found.occurrences, expected.occurrences);
    return !kept;
}

static uint32_t check_vocab(const struct segment *s)
{
    uint32_t n_listed = 0;
    struct err err = {0};
    const struct vocab *vocab = segment_vocab(s);
    uint32_t size = vocab_size(vocab);
    struct counts n = {calloc(size + 1, 4), calloc(size + 1, 4), calloc(size + 1, 8)};
    assert_true(n.documents != NULL && n.last != NULL && n.occurrences != NULL);
    for (uint32_t doc = 0; doc < segment_docs(s); doc++) {
        struct segment_words w;
        HELP_OK(segment_words(s, doc, &w, &err));
        count_field(s, w.title, w.title_end, doc, &n);
        count_field(s, w.body, w.body_end, doc, &n);
    }
    struct vocab_cursor at;
    uint32_t i = 0;
    vocab_seek(&at, vocab, 0);
    for (; vocab_next(&at); i++) {
        struct vocab_word word = vocab_at(vocab, i);
        assert_int_equal(at.i, i);
        assert_int_equal(word.documents, n.documents[i]);
        assert_int_equal(word.occurrences, n.occurrences[i]);
        assert_int_equal(vocab_find(vocab, at.bytes, at.len), i);
        n_listed += check_postings(s, &at);
        if (word.rank > 1) /* ranks fall with occurrences, then rise with bytes */
            assert_true(vocab_at(vocab, vocab_of_rank(vocab, word.rank - 1)).occurrences >= word.occurrences);
    }
    assert_int_equal(i, size);
    free(n.documents);
    free(n.last);
    free(n.occurrences);
    return n_listed;
}

/* ---- whole indexes ---------------------------------------------------------------------------------------------- */

static void check_index(const struct help_plan *plan)
{
    struct err err = {0};
    struct snapshot *s;
    uint32_t number = 0;
    uint64_t seed = plan->seed;
    HELP_OK(snapshot_check(plan->index_dir, &err));
    HELP_OK(snapshot_open(plan->index_dir, 1, true, &s, &err));
    struct checker c = {.cache = text_cache_new(), .tokenizer = tokenizer_new()};
    assert_true(c.cache != NULL && c.tokenizer != NULL);
    for (size_t i = 0; i < snapshot_segments(s); i++) {
        c.segment = snapshot_segment(s, i);
        uint32_t n_listed = check_vocab(c.segment);
        assert_true(segment_docs(c.segment) > HOLDERS_FEW || n_listed == 0);
        assert_true(segment_docs(c.segment) < 1000 || n_listed > 0);
        for (c.doc = 0; c.doc < segment_docs(c.segment); c.doc++) {
            struct help_doc d = help_doc(plan->seed, number++);
            check_doc(&c, &d.doc, &seed);
            help_doc_release(&d);
        }
    }
    assert_int_equal(number, plan->n_docs);
    assert_int_equal(snapshot_docs(s), plan->n_docs);
    assert_int_equal(snapshot_words(s), c.words);
    text_cache_free(c.cache);
    tokenizer_free(c.tokenizer);
    snapshot_unref(s);
}

static void check_plan(void **state, struct help_plan plan)
{
    char *index_dir = help_path(state, "index");
    plan.index_dir = index_dir;
    help_build(plan);
    check_index(&plan);
    free(index_dir);
}

static void test_one_chunk(void **state)
{
    check_plan(state, (struct help_plan){.seed = 1, .n_docs = 300, .chunk_docs = 300, .n_threads = 1});
}

static void test_many_chunks(void **state)
{
    check_plan(state, (struct help_plan){.seed = 2, .n_docs = 500, .chunk_docs = 3, .n_threads = 2});
}

static void test_many_segments(void **state)
{
    check_plan(state, (struct help_plan){
                          .seed = 3, .n_docs = 200, .chunk_docs = 7, .n_threads = 1, .options = {.segment_docs = 20}});
}

static void test_small_budget(void **state)
{
    check_plan(state, (struct help_plan){
                          .seed = 4, .n_docs = 200, .chunk_docs = 10, .n_threads = 1, .options = {.memory_budget = 1}});
}

/* More documents in a chunk than Xapian gathers before it flushes by itself. */
static void test_large_chunk(void **state)
{
    check_plan(state, (struct help_plan){.seed = 5, .n_docs = 11000, .chunk_docs = 11000, .n_threads = 1});
}

static void test_very_many_chunks(void **state)
{
    check_plan(state, (struct help_plan){.seed = 6, .n_docs = 150, .chunk_docs = 1, .n_threads = 2});
}

/* Words of every kind: rare ones, Xapian's, lists, rows of bits. */
static void test_common_words(void **state)
{
    check_plan(state, (struct help_plan){.seed = 11, .n_docs = 2500, .chunk_docs = 300, .n_threads = 2});
}

/* A word is rare in one segment and not in another. */
static void test_rare_words_in_segments(void **state)
{
    check_plan(state, (struct help_plan){.seed = 12, .n_docs = 300, .chunk_docs = 10, .n_threads = 1,
                                         .options = {.segment_docs = 60}});
}

static void test_no_documents(void **state)
{
    check_plan(state, (struct help_plan){.seed = 1, .n_docs = 0, .chunk_docs = 1, .n_threads = 1});
}

static void add_one(struct chunk *chunk, const char *path, const char *text, size_t len)
{
    struct err err = {0};
    struct document doc = {
        .path = path, .path_len = strlen(path), .text = text, .text_len = len, .date = DOCUMENT_NO_DATE};
    HELP_OK(chunk_add(chunk, &doc, &err));
}

/* More distinct words in a document than Xapian is given at once, with small documents before and behind. */
static void add_vast(struct chunk *chunk, void *arg)
{
    const struct buf *text = arg;
    add_one(chunk, "small", "every v1 word", 13);
    add_one(chunk, "vast", text->data, text->len);
    add_one(chunk, "small too", "every last v100001 v20 word", 27);
}

static void test_vast_document(void **state)
{
    struct err err = {0};
    struct snapshot *s;
    struct buf text = BUF_INIT;
    char *index_dir = help_path(state, "index");
    for (uint32_t i = 0; i < 2 * SHIM_TERMS_AT_ONCE + 10; i++)
        buf_addf(&text, "every v%u ", i);
    assert_true(buf_ok(&text));
    help_build_chunk(index_dir, add_vast, &text);
    HELP_OK(snapshot_check(index_dir, &err));
    HELP_OK(snapshot_open(index_dir, 1, true, &s, &err));
    check_vocab(snapshot_segment(s, 0));
    snapshot_unref(s);
    buf_release(&text);
    free(index_dir);
}

static void add_nothing(struct chunk *chunk, void *arg)
{
    (void)arg;
    add_one(chunk, "x", "", 0);
}

/* A document of nothing, alone. */
static void test_no_words(void **state)
{
    struct err err = {0};
    struct snapshot *s;
    struct segment_words w;
    char *index_dir = help_path(state, "index");
    help_build_chunk(index_dir, add_nothing, NULL);
    HELP_OK(snapshot_check(index_dir, &err));
    HELP_OK(snapshot_open(index_dir, 1, true, &s, &err));
    assert_int_equal(snapshot_docs(s), 1);
    HELP_OK(segment_words(snapshot_segment(s, 0), 0, &w, &err));
    assert_ptr_equal(w.body, w.body_end);
    assert_int_equal(segment_words(snapshot_segment(s, 0), 1, &w, &err), ST_NOT_FOUND);
    snapshot_unref(s);
    free(index_dir);
}

static void add_halves(struct chunk *chunk, void *arg)
{
    const struct buf *text = arg;
    add_one(chunk, "halves", text->data, text->len);
}

/* Reading on from a place gives the words that follow it: none lies within a character that is two words. */
static void test_places_between_characters(void **state)
{
    enum { WORDS = 3, TIMES = 2000 }; /* every, 1, 2 */
    struct err err = {0};
    struct snapshot *s;
    struct segment_place place;
    struct buf text = BUF_INIT;
    char *index_dir = help_path(state, "index");
    for (int i = 0; i < TIMES; i++)
        buf_adds(&text, "every \xc2\xbd ");
    assert_true(buf_ok(&text));
    help_build_chunk(index_dir, add_halves, &text);
    HELP_OK(snapshot_open(index_dir, 1, true, &s, &err));
    for (uint32_t pos = 0; pos < WORDS * TIMES; pos++) {
        HELP_OK(segment_place_of_pos(snapshot_segment(s, 0), 0, pos, &place, &err));
        assert_int_not_equal(place.pos % WORDS, 2);
        assert_true(pos - place.pos < 600);
    }
    snapshot_unref(s);
    buf_release(&text);
    free(index_dir);
}

/* ---- the same however it is made -------------------------------------------------------------------------------- */

static void check_same_part(const char *a_dir, const char *b_dir, const char *name)
{
    char *a_path = dir_path("%s/seg-00000001-0/%s", a_dir, name);
    char *b_path = dir_path("%s/seg-00000001-0/%s", b_dir, name);
    struct buf a = help_read(a_path), b = help_read(b_path);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, a.len);
    buf_release(&a);
    buf_release(&b);
    free(a_path);
    free(b_path);
}

static void test_threads_change_nothing(void **state)
{
    static const char *const names[] = {"words",   "vocab", "docs",    "places", "text",
                                        "holders", "pairs", "bigrams", "stems"};
    char *one = help_path(state, "one"), *three = help_path(state, "three");
    struct help_plan plan = {.index_dir = one, .seed = 7, .n_docs = 300, .chunk_docs = 11, .n_threads = 1};
    help_build(plan);
    plan.index_dir = three;
    plan.n_threads = 3;
    help_build(plan);
    for (size_t i = 0; i < BASE_COUNT(names); i++)
        check_same_part(one, three, names[i]);
    free(one);
    free(three);
}

/* Statistics of the whole index do not depend on how it is cut into segments. */
static void test_segments_change_no_statistics(void **state)
{
    struct err err = {0};
    char *one = help_path(state, "one"), *many = help_path(state, "many");
    struct help_plan plan = {.index_dir = one, .seed = 8, .n_docs = 200, .chunk_docs = 10, .n_threads = 1};
    struct snapshot *a, *b;
    help_build(plan);
    plan.index_dir = many;
    plan.options.segment_docs = 30;
    help_build(plan);
    HELP_OK(snapshot_open(one, 0, false, &a, &err));
    HELP_OK(snapshot_open(many, 0, false, &b, &err));
    assert_int_equal(snapshot_segments(a), 1);
    assert_int_equal(snapshot_segments(b), 7);
    const struct vocab *vocab = segment_vocab(snapshot_segment(a, 0));
    struct vocab_cursor at;
    vocab_seek(&at, vocab, 0);
    while (vocab_next(&at)) {
        struct vocab_word word = vocab_at(vocab, at.i);
        struct snapshot_place places[7];
        uint64_t documents, occurrences, in_places = 0;
        snapshot_word_stats(b, at.bytes, at.len, &documents, &occurrences, places);
        for (size_t i = 0; i < 7; i++)
            in_places += places[i].documents;
        assert_int_equal(in_places, documents);
        assert_int_equal(documents, word.documents);
        assert_int_equal(occurrences, word.occurrences);
    }
    snapshot_unref(a);
    snapshot_unref(b);
    free(one);
    free(many);
}

/* Nothing of a run that was given up stays, and the live generation does. */
static void test_given_up(void **state)
{
    struct err err = {0};
    struct build *build;
    struct chunk *chunk;
    struct lock lock;
    char *index_dir = help_path(state, "index");
    struct help_plan plan = {.index_dir = index_dir, .seed = 9, .n_docs = 50, .chunk_docs = 10, .n_threads = 1};
    struct help_doc d = help_doc(1, 2);
    help_build(plan);
    HELP_OK(lock_take(index_dir, true, 0, &lock, &err));
    HELP_OK(build_begin(index_dir, &(struct build_options){.segment_docs = 1}, &build, &err));
    for (int i = 0; i < 3; i++) {
        HELP_OK(chunk_new(build, (uint64_t)i, &chunk, &err));
        HELP_OK(chunk_add(chunk, &d.doc, &err));
        if (i == 2)
            break;
        HELP_OK(chunk_finish(chunk, &err));
        HELP_OK(build_append(build, chunk, &err));
    }
    chunk_free(chunk);
    build_free(build);
    lock_release(&lock);
    char *gone = help_path(state, "index/seg-00000002-0"), *scratch = help_path(state, "index/scratch-00000002");
    struct stat st;
    assert_int_not_equal(stat(gone, &st), 0);
    assert_int_not_equal(stat(scratch, &st), 0);
    check_index(&plan);
    help_doc_release(&d);
    free(gone);
    free(scratch);
    free(index_dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELP_TEST(test_one_chunk),
        HELP_TEST(test_many_chunks),
        HELP_TEST(test_many_segments),
        HELP_TEST(test_small_budget),
        HELP_TEST(test_large_chunk),
        HELP_TEST(test_very_many_chunks),
        HELP_TEST(test_common_words),
        HELP_TEST(test_rare_words_in_segments),
        HELP_TEST(test_no_documents),
        HELP_TEST(test_vast_document),
        HELP_TEST(test_no_words),
        HELP_TEST(test_places_between_characters),
        HELP_TEST(test_threads_change_nothing),
        HELP_TEST(test_segments_change_no_statistics),
        HELP_TEST(test_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
