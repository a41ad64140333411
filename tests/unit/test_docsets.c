/* test_docsets.c - boolean queries of words and phrases: sets of documents count what judging every document counts.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine_help.h"

#include "engine/docsets.h"

/* Words and phrases that have no word in common: their matches are never the same words. */
static void add_operand(struct buf *out, uint64_t *seed, unsigned number)
{
    static const char *const shapes[] = {
        "a%u", "b%u", "c%u", "\"a%u b%u\"", "\"a%u nowhere%u\"", "\"b%u c%u\"", "\"a%u (b%u|c%u)\"", "d%u"};
    help_add_shape(out, seed, shapes[help_random(seed, BASE_COUNT(shapes))], 3 * number, 3);
}

/* number: of the next operand. */
static void add_query(struct buf *out, uint64_t *seed, unsigned depth, unsigned *number)
{
    static const char *const joins[] = {" AND ", " OR ", " AND NOT "};
    if (depth == 0 || help_random(seed, 4) == 0) {
        add_operand(out, seed, (*number)++);
        return;
    }
    const char *join = joins[help_random(seed, 3)];
    buf_adds(out, help_random(seed, 9) == 0 ? "NOT (" : "(");
    add_query(out, seed, depth - 1, number);
    buf_adds(out, join);
    add_query(out, seed, depth - 1, number);
    buf_adds(out, ")");
}

static bool check(const struct help_asked *a, const struct segment *segment, bool docs_only, const char *text,
                  uint64_t docs, uint64_t matches, uint64_t matched)
{
    struct err err = {0};
    struct match_stop stop = {help_never_stop, NULL};
    struct docsets sets = {
        .plan = a->plan, .segment = segment, .postings = a->postings, .stop = &stop, .docs_only = docs_only};
    bool suits;
    HELP_OK(docsets_plan(&sets, &suits, &err));
    if (suits) {
        HELP_OK(docsets_count(&sets, &err));
        if (sets.docs != docs || sets.matches != (docs_only ? matched : matches))
            fail_msg("%s: %llu documents and %llu matches instead of %llu and %llu", text,
                     (unsigned long long)sets.docs, (unsigned long long)sets.matches, (unsigned long long)docs,
                     (unsigned long long)(docs_only ? matched : matches));
    }
    docsets_release(&sets);
    return suits;
}

/* Returns how many of two ways to count suit. */
static unsigned check_query(const struct snapshot *snap, const char *text)
{
    struct err err = {0};
    struct help_asked a;
    uint64_t docs = 0, matches = 0, matched = 0;
    help_ask(&a, snap, text);
    assert_false(judge_may_coincide(a.judge));
    for (uint32_t doc = 0; doc < HELP_DOCS; doc++) {
        struct judge_verdict verdict;
        HELP_OK(judge_doc(a.judge, doc, &verdict, &err));
        docs += verdict.matched;
        matches += verdict.matches;
        matched += verdict.matches > 0;
    }
    unsigned n = check(&a, snapshot_segment(snap, 0), false, text, docs, matches, matched);
    n += check(&a, snapshot_segment(snap, 0), true, text, docs, matches, matched);
    help_ask_no_more(&a);
    return n;
}

static void test_random_queries(void **state)
{
    struct err err = {0};
    struct snapshot *snap;
    uint64_t seed = 41;
    unsigned n = 0;
    help_build_short(*state);
    HELP_OK(snapshot_open(*state, 1, true, &snap, &err));
    for (int i = 0; i < 300; i++) {
        struct buf text = BUF_INIT;
        unsigned number = 0;
        add_query(&text, &seed, 2, &number);
        buf_addc(&text, '\0');
        n += check_query(snap, text.data);
        buf_release(&text);
    }
    assert_true(n > 200);
    snapshot_unref(snap);
}

static void test_what_does_not_suit(void **state)
{
    static const char *const texts[] = {"a1 AND (a2 NEAR/3 b1)", "a1 OR \"b1 * b2\"",   "a1 AND path:doc1",
                                        "a1 AND title:b2",       "a1 OR \"b1 ... b3\"", "a1"};
    struct err err = {0};
    struct snapshot *snap;
    struct match_stop stop = {help_never_stop, NULL};
    help_build_short(*state);
    HELP_OK(snapshot_open(*state, 1, true, &snap, &err));
    for (size_t i = 0; i < BASE_COUNT(texts); i++) {
        struct help_asked a;
        bool suits;
        help_ask(&a, snap, texts[i]);
        struct docsets sets = {
            .plan = a.plan, .segment = snapshot_segment(snap, 0), .postings = a.postings, .stop = &stop};
        HELP_OK(docsets_plan(&sets, &suits, &err));
        assert_false(suits);
        docsets_release(&sets);
        help_ask_no_more(&a);
    }
    snapshot_unref(snap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELP_TEST(test_random_queries),
        HELP_TEST(test_what_does_not_suit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
