/* test_choices.c - phrases of patterns and alternatives: what is found choice by choice, each in the way that is
 * cheapest for it, is what matching every document finds; common, rarer and rare words, and words of Xapian's lists.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_help.h"

#include "engine/choices.h"
#include "engine/expand.h"
#include "engine/judge.h"

enum { DOCS = 4000 };

/* From one in every document to one in a few. */
static void add_word(struct buf *out, uint64_t *seed)
{
    uint32_t kind = help_random(seed, 100);
    if (kind < 50)
        buf_addf(out, "a%u ", help_random(seed, 12));
    else if (kind < 80)
        buf_addf(out, "b%u ", help_random(seed, 90));
    else if (kind < 97)
        buf_addf(out, "c%u ", help_random(seed, 900));
    else
        buf_addf(out, "d%u ", help_random(seed, 4000));
}

static void add_docs(struct chunk *chunk)
{
    struct err err = {0};
    uint64_t seed = 5;
    for (uint32_t i = 0; i < DOCS; i++) {
        struct buf text = BUF_INIT;
        char path[32];
        int len = snprintf(path, sizeof path, "doc%u", i);
        for (uint32_t k = help_random(&seed, 60); k > 0; k--)
            add_word(&text, &seed);
        struct document doc = {.path = path,
                               .path_len = (size_t)len,
                               .text = text.data,
                               .text_len = text.len,
                               .title = i % 5 == 0 ? "a1 b2 a3" : NULL,
                               .title_len = i % 5 == 0 ? 8 : 0,
                               .date = DOCUMENT_NO_DATE};
        HELP_OK(chunk_add(chunk, &doc, &err));
        buf_release(&text);
    }
}

static void build_index(const char *dir)
{
    struct err err = {0};
    struct lock lock;
    struct build *build;
    struct chunk *chunk;
    struct manifest manifest = {.language = "en"};
    struct build_options options = {0};
    HELP_OK(lock_take(dir, true, 0, &lock, &err));
    HELP_OK(build_begin(dir, &options, &build, &err));
    HELP_OK(chunk_new(build, 0, &chunk, &err));
    add_docs(chunk);
    HELP_OK(chunk_finish(chunk, &err));
    HELP_OK(build_append(build, chunk, &err));
    HELP_OK(build_publish(build, &manifest, &err));
    build_free(build);
    manifest_release(&manifest);
    lock_release(&lock);
}

static enum status never_stop(void *arg, struct err *err)
{
    (void)arg;
    (void)err;
    return ST_OK;
}

static void compare(struct judge *judge, const struct choices *choices, const char *text)
{
    struct err err = {0};
    size_t at = 0;
    for (uint32_t doc = 0; doc < DOCS; doc++) {
        struct judge_verdict want;
        HELP_OK(judge_doc(judge, doc, &want, &err));
        bool found = at < choices->n && choices->found[at].doc == doc;
        uint64_t n = found ? choices->found[at].n : 0;
        at += found;
        if (found != want.matched || n != want.matches)
            fail_msg("%s: document %u: %llu matches instead of %llu", text, doc, (unsigned long long)n,
                     (unsigned long long)want.matches);
    }
    assert_int_equal(at, choices->n);
}

/* Returns for how many phrases it stands. */
static size_t check_query(const struct snapshot *snap, const char *text)
{
    struct err err = {0};
    struct arena arena = ARENA_INIT;
    struct query *query;
    struct plan *plan;
    struct postings *postings;
    struct judge *judge;
    struct need need;
    struct match_stop stop = {never_stop, NULL};
    const struct segment *segment = snapshot_segment(snap, 0);
    HELP_OK(query_parse(text, strlen(text), &arena, &query, &err));
    HELP_OK(plan_make(query, &arena, &plan, &err));
    HELP_OK(expand_plan(plan, snap, NULL, &arena, &err));
    HELP_OK(plan_contend(plan, &err));
    HELP_OK(postings_open(plan, segment, 0, &postings, &err));
    HELP_OK(judge_new(plan, NULL, &judge, &err));
    HELP_OK(judge_segment(judge, segment, postings, true, &err));
    HELP_OK(needs_choices(plan->root->unit, postings, segment, 500, &arena, &need, &err));
    assert_true(need.n <= 500);
    struct choices choices = {0};
    HELP_OK(choices_find(&need, postings, &stop, &choices, &err));
    if (need.n > 0)
        compare(judge, &choices, text);
    choices_release(&choices);
    judge_free(judge);
    postings_close(postings);
    arena_release(&arena);
    return need.n;
}

static void random_phrase(struct buf *out, uint64_t *seed)
{
    static const char *const words[] = {"a%u",   "a%u",  "b%u",  "c%u",           "(a%u|b%u)", "(b%u|c%u|d%u)",
                                        "b%u*",  "c%u*", "d%u*", "(a%u b%u|c%u)", "a*",        "d?%u",
                                        "c%u~1", "a%u"};
    buf_addc(out, '"');
    for (uint32_t n = 2 + help_random(seed, 3); n > 0; n--) {
        const char *word = words[help_random(seed, BASE_COUNT(words))];
        for (; *word != '\0'; word++) {
            if (*word == '%')
                buf_addf(out, "%u", 1 + help_random(seed, 12));
            else if (*word != 'u')
                buf_addc(out, *word);
        }
        buf_addc(out, ' ');
    }
    buf_addc(out, '"');
    buf_addc(out, '\0');
}

static void test_random_phrases(void **state)
{
    struct err err = {0};
    struct snapshot *snap;
    uint64_t seed = 31;
    size_t several = 0, many = 0;
    build_index(*state);
    HELP_OK(snapshot_open(*state, 1, true, &snap, &err));
    for (int i = 0; i < 400; i++) {
        struct buf text = BUF_INIT;
        random_phrase(&text, &seed);
        size_t n = check_query(snap, text.data);
        several += n > 1;
        many += n > 30;
        buf_release(&text);
    }
    assert_true(several > 100 && many > 30);
    snapshot_unref(snap);
}

static void test_no_choices(void **state)
{
    struct err err = {0};
    struct snapshot *snap;
    build_index(*state);
    HELP_OK(snapshot_open(*state, 1, true, &snap, &err));
    assert_int_equal(check_query(snap, "\"a1 * a2\""), 0);
    assert_int_equal(check_query(snap, "\"a1 ... a2\""), 0);
    assert_int_equal(check_query(snap, "title:\"a1 b*\""), 0);
    assert_int_equal(check_query(snap, "a1 NEAR/3 b*"), 0);
    assert_int_equal(check_query(snap, "\"a1 nowhere*\""), 0);
    assert_int_equal(check_query(snap, "\"a1 (a2|a3 a4)\""), 0);
    assert_int_equal(check_query(snap, "\"a1 (a2|a2)\""), 1);
    assert_int_equal(check_query(snap, "\"a1 (a2|a3|a2)\""), 2);
    assert_int_equal(check_query(snap, "\"b1* a2\""), 11);
    assert_int_equal(check_query(snap, "\"b* c*\""), 0); /* too many */
    snapshot_unref(snap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELP_TEST(test_random_phrases),
        HELP_TEST(test_no_choices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
