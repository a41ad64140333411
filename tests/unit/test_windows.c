/* test_windows.c - books: counting a unit's matches in windows of long documents finds what counting in whole documents
 * does, wherever the windows' borders fall, with words of one, two and three bytes; and documents without a window are
 * left out rightly. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine_help.h"

#include "engine/windows.h"
#include "lib/etdc.h"

/* Words of three kinds of frequency: of one byte, of two, and, behind 20,000 others, of three. */
static void add_word(struct buf *out, uint64_t *seed)
{
    uint32_t kind = help_random(seed, 100);
    if (kind < 60)
        buf_addf(out, "a%u ", help_random(seed, 60));
    else if (kind < 99)
        buf_addf(out, "b%u ", help_random(seed, 900));
    else
        buf_addf(out, "z%u ", help_random(seed, 400));
}

static void add_doc(struct chunk *chunk, uint32_t number, const struct buf *text, const char *title)
{
    struct err err = {0};
    char path[32];
    int len = snprintf(path, sizeof path, "doc%u", number);
    struct document doc = {.path = path,
                           .path_len = (size_t)len,
                           .text = text->data,
                           .text_len = text->len,
                           .title = title,
                           .title_len = title == NULL ? 0 : strlen(title),
                           .date = DOCUMENT_NO_DATE};
    if (number % 3 == 1) { /* its first words are the title */
        doc.title = text->data;
        doc.title_len = text->len < 60 ? text->len : 60;
        doc.title_in_text = true;
        doc.title_end = (uint32_t)doc.title_len;
    }
    HELP_OK(chunk_add(chunk, &doc, &err));
}

static void add_docs(struct chunk *chunk, void *arg)
{
    (void)arg;
    static const uint32_t sizes[] = {6000, 30, 20000, 5000, 0, 4096, 90};
    for (uint32_t i = 0; i < BASE_COUNT(sizes); i++) {
        struct buf text = BUF_INIT;
        uint64_t seed = i;
        for (uint32_t k = 0; k < sizes[i]; k++)
            add_word(&text, &seed);
        buf_adds(&text, "zend");
        add_doc(chunk, i, &text, i % 3 == 0 ? "a1 b7 z3 a2" : NULL);
        buf_release(&text);
    }
    struct buf text = BUF_INIT;
    for (uint32_t i = 0; i < 20000; i++)
        buf_addf(&text, "c%u c%u ", i, i);
    add_doc(chunk, BASE_COUNT(sizes), &text, NULL);
    buf_release(&text);
}

/* Matches in the title, told by where all matches are. */
static void check_title(struct judge *judge, uint32_t doc, const char *text)
{
    struct err err = {0};
    const struct judge_place *places;
    size_t n_places, found, n = 0;
    HELP_OK(judge_places(judge, doc, &places, &n_places, &err));
    const struct match_doc w = *judge_match_doc(judge);
    for (size_t i = 0; i < n_places; i++) {
        uint32_t first, last;
        bool in_title = match_in_title(&w, places[i].span.first, &first);
        (void)match_in_title(&w, places[i].span.last, &last);
        n += w.n_title > 0 ? in_title : first >= w.heading_pos && last < w.heading_pos + w.heading_words;
    }
    HELP_OK(judge_title_matches(judge, 0, &found, &err));
    if (found != n)
        fail_msg("%s: document %u: %zu matches in its title instead of %zu", text, doc, found, n);
}

/* Returns in how many documents nothing had to be looked at, of those that are long. */
static unsigned check_query(const struct snapshot *snap, const char *text)
{
    struct err err = {0};
    struct help_asked whole, windows;
    unsigned passed_over = 0;
    help_ask(&whole, snap, text);
    help_ask(&windows, snap, text);
    HELP_OK(judge_find_blocks(windows.judge, &err));
    judge_want_windows(windows.judge);
    for (uint32_t doc = 0; doc < segment_docs(snapshot_segment(snap, 0)); doc++) {
        struct judge_verdict want, found;
        struct segment_long d;
        HELP_OK(judge_doc(whole.judge, doc, &want, &err));
        HELP_OK(judge_doc(windows.judge, doc, &found, &err));
        if (want.matches != found.matches || want.matched != found.matched)
            fail_msg("%s: document %u: %llu matches instead of %llu", text, doc, (unsigned long long)found.matches,
                     (unsigned long long)want.matches);
        if (want.matched && whole.plan->n_units == 1)
            check_title(whole.judge, doc, text);
        if (!want.matched)
            passed_over += segment_long(snapshot_segment(snap, 0), doc, &d) && !judge_may_match(windows.judge, doc);
        else
            assert_true(judge_may_match(windows.judge, doc));
    }
    help_ask_no_more(&whole);
    help_ask_no_more(&windows);
    return passed_over;
}

/* A word of the text, or a few. */
static void random_operand(struct buf *out, uint64_t *seed)
{
    static const char *const shapes[] = {
        "z%u",      "b%u",      "\"z%u * b%u\"",     "\"a%u b%u\"", "\"z%u b%u\"~7", "\"b%u ...5 z%u\"", "z%u",
        "\"* z%u\"", "\"z%u *\"", "\"(z%u|b%u) a1\"", "b%u",         "a%u"};
    help_add_shape(out, seed, shapes[help_random(seed, BASE_COUNT(shapes))], 0, 40);
}

static void random_query(struct buf *out, uint64_t *seed)
{
    static const uint32_t distances[] = {0, 1, 3, 10, 40, 100, 400, 1000};
    random_operand(out, seed);
    for (uint32_t n = 1 + help_random(seed, 2); n > 0; n--) {
        buf_addf(out, " %s/%u ", help_random(seed, 3) == 0 ? "BEFORE" : "NEAR",
                 distances[help_random(seed, BASE_COUNT(distances))]);
        random_operand(out, seed);
    }
    buf_addc(out, '\0');
}

static void random_phrase(struct buf *out, uint64_t *seed)
{
    static const char *const words[] = {"a%u", "a%u", "b%u", "z%u", "(a%u|b%u)", "(b%u|a%u)", "b1*", "c%u", "zend"};
    help_add_phrase(out, seed, words, BASE_COUNT(words), 0, 60);
}

/* Phrases are looked for in blocks that are left when those without their words are left out. */
static void test_random_phrases(void **state)
{
    struct err err = {0};
    struct snapshot *snap;
    unsigned passed_over = 0;
    uint64_t seed = 99;
    help_build_chunk(*state, add_docs, NULL);
    HELP_OK(snapshot_open(*state, 1, true, &snap, &err));
    for (int i = 0; i < 600; i++) {
        struct buf text = BUF_INIT;
        random_phrase(&text, &seed);
        passed_over += check_query(snap, text.data);
        buf_release(&text);
    }
    assert_true(passed_over > 300);
    snapshot_unref(snap);
}

/* Each of these is somewhere once, wherever the borders of blocks fall. */
static void test_phrases_at_borders(void **state)
{
    struct err err = {0};
    struct snapshot *snap;
    help_build_chunk(*state, add_docs, NULL);
    HELP_OK(snapshot_open(*state, 1, true, &snap, &err));
    for (unsigned i = 0; i < 4000; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "\"c%u c%u\"", i, i + 1);
        (void)check_query(snap, text);
        (void)snprintf(text, sizeof text, "\"c%u c%u c%u\"", i, i + 1, i + 1);
        (void)check_query(snap, text);
        (void)snprintf(text, sizeof text, "\"c%u (c%u|zend) c%u\"", i, i, i + 1);
        if (i % 4 == 0)
            (void)check_query(snap, text);
    }
    snapshot_unref(snap);
}

static void test_random_queries(void **state)
{
    struct err err = {0};
    struct snapshot *snap;
    unsigned passed_over = 0;
    uint64_t seed = 77;
    help_build_chunk(*state, add_docs, NULL);
    HELP_OK(snapshot_open(*state, 1, true, &snap, &err));
    HELP_OK(snapshot_check(*state, &err));
    assert_int_equal(segment_long_docs(snapshot_segment(snap, 0)), 5);
    for (int i = 0; i < 600; i++) {
        struct buf text = BUF_INIT;
        random_query(&text, &seed);
        passed_over += check_query(snap, text.data);
        buf_release(&text);
    }
    assert_true(passed_over > 300);
    snapshot_unref(snap);
}

/* Words at the title's ends and at the text's beginning are as far from each other as fields are. */
static void test_titles(void **state)
{
    struct err err = {0};
    struct snapshot *snap;
    help_build_chunk(*state, add_docs, NULL);
    HELP_OK(snapshot_open(*state, 1, true, &snap, &err));
    (void)check_query(snap, "z3 NEAR/1000 a2");
    (void)check_query(snap, "z3 NEAR/1 b7");
    (void)check_query(snap, "a1 NEAR/3 z3");
    (void)check_query(snap, "\"a1 * z3\"");
    (void)check_query(snap, "\"a2 *\"");
    for (unsigned i = 0; i < 400; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "a%u NEAR/%u \"%s a%u\"", i % 20, i % 7, i % 3 == 0 ? "*" : "", i / 20);
        (void)check_query(snap, text);
    }
    (void)check_query(snap, "\"z3 * *\"");
    (void)check_query(snap, "\"z3 a2 *\"");
    (void)check_query(snap, "title:\"z3 a2\"");
    (void)check_query(snap, "z3 NOTNEAR/5 a2");
    (void)check_query(snap, "z3 SENTENCE b7");
    snapshot_unref(snap);
}

/* What a match ends with besides its words must be there. */
static void test_ends(void **state)
{
    struct err err = {0};
    struct snapshot *snap;
    help_build_chunk(*state, add_docs, NULL);
    HELP_OK(snapshot_open(*state, 1, true, &snap, &err));
    (void)check_query(snap, "\"zend *\"");
    (void)check_query(snap, "\"zend ...2 *\"");
    (void)check_query(snap, "\"(zend|z3 b7) * *\"");
    (void)check_query(snap, "\"(zend * *|z3 b7) ...9 (b2 *|b1)\"");
    (void)check_query(snap, "\"zend ...2 *\" NEAR/1000 \"* ...3 a2\"");
    snapshot_unref(snap);
}

/* The windows of a document ascend, are apart and hold every place of the rarest word. */
static void test_making(void **state)
{
    struct err err = {0};
    struct snapshot *snap;
    struct help_asked a;
    struct arena arena = ARENA_INIT;
    help_build_chunk(*state, add_docs, NULL);
    HELP_OK(snapshot_open(*state, 1, true, &snap, &err));
    const struct segment *segment = snapshot_segment(snap, 0);
    help_ask(&a, snap, "z3 NEAR/10 b7");
    const struct plan_span *unit = a.plan->units[0]->unit;
    assert_true(windows_suit(unit));
    struct windows *w = windows_make(unit, a.postings, segment, &arena);
    assert_non_null(w);
    unsigned n_windows = 0;
    for (uint32_t i = 0; i < segment_long_docs(segment); i++) {
        struct segment_long d;
        struct window window;
        uint64_t end = 0;
        assert_true(segment_long_at(segment, i, &d));
        struct windows_walk walk = {.windows = w, .doc = &d};
        unsigned n = 0;
        for (; windows_next(&walk, &window); n++) {
            assert_true(window.begin >= d.begin && window.end <= d.end && window.begin < window.end);
            assert_true(n == 0 || window.begin > end + 2 * ETDC_MAX_BYTES);
            end = window.end;
        }
        assert_int_equal(n > 0, windows_are_in(w, &d));
        n_windows += n;
    }
    assert_true(n_windows > 3);
    help_ask_no_more(&a);
    arena_release(&arena);
    snapshot_unref(snap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELP_TEST(test_random_queries),
        HELP_TEST(test_random_phrases),
        HELP_TEST(test_phrases_at_borders),
        HELP_TEST(test_titles),
        HELP_TEST(test_ends),
        HELP_TEST(test_making),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
