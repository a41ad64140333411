/* test_choices.c - phrases of patterns and alternatives: what is found choice by choice, each in the way that is
 * cheapest for it, is what matching every document finds; common, rarer and rare words, and words of Xapian's lists.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine_help.h"

#include "engine/choices.h"

static void compare(struct judge *judge, const struct choices *choices, const char *text)
{
    struct err err = {0};
    size_t at = 0;
    for (uint32_t doc = 0; doc < HELP_DOCS; doc++) {
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
    struct help_asked a;
    struct need need;
    struct choices choices = {0};
    struct match_stop stop = {help_never_stop, NULL};
    help_ask(&a, snap, text);
    HELP_OK(needs_choices(a.plan->root->unit, a.postings, snapshot_segment(snap, 0), 500, &a.arena, &need, &err));
    assert_true(need.n <= 500);
    HELP_OK(choices_find(&need, a.postings, &stop, &choices, &err));
    if (need.n > 0)
        compare(a.judge, &choices, text);
    choices_release(&choices);
    help_ask_no_more(&a);
    return need.n;
}

static void random_phrase(struct buf *out, uint64_t *seed)
{
    static const char *const words[] = {"a%u",  "a%u",  "b%u",           "c%u", "(a%u|b%u)", "(b%u|c%u|d%u)", "b%u*",
                                        "c%u*", "d%u*", "(a%u b%u|c%u)", "a*",  "d?%u",      "c%u~1",         "a%u"};
    help_add_phrase(out, seed, words, BASE_COUNT(words), 1, 12);
}

static void test_random_phrases(void **state)
{
    struct err err = {0};
    struct snapshot *snap;
    uint64_t seed = 31;
    size_t several = 0, many = 0;
    help_build_short(*state);
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
    help_build_short(*state);
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
