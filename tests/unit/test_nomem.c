/* test_nomem.c - engine, replies, rows: whichever allocation fails, a search says that there was no memory or answers
 * right, and the same searcher answers right the next time.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine_help.h"

#include "client/row.h"
#include "engine/excerpt.h"
#include "engine/search.h"
#include "queryd/reply.h"
#include "tests/unit/malloc_help.h"

/* ---- searches --------------------------------------------------------------------------------------------------- */

/* The counts of a search, and of its page the documents and the places of all matches, as one line. */
static enum status ask(struct searcher *s, const struct snapshot *snap, const char *text,
                       const struct search_request *how, struct buf *out, struct err *err)
{
    struct arena arena = ARENA_INIT;
    struct query *query;
    struct search_result result;
    struct search_request req = *how;
    enum status status = query_parse(text, strlen(text), &arena, &query, err);
    req.query = query;
    if (status == ST_OK)
        status = search_run(s, snap, &req, &result, err);
    if (status == ST_OK)
        buf_addf(out, "%llu %llu", (unsigned long long)result.docs, (unsigned long long)result.matches);
    for (size_t i = 0; status == ST_OK && i < result.n_hits; i++) {
        const struct search_match *matches;
        size_t n;
        status = search_matches(s, &result.hits[i], &matches, &n, err);
        buf_addf(out, ", %u:", result.hits[i].doc);
        for (size_t k = 0; status == ST_OK && k < n; k++)
            buf_addf(out, " %u-%u", matches[k].first, matches[k].last);
    }
    arena_release(&arena);
    return status == ST_OK && !buf_ok(out) ? err_nomem(err) : status;
}

static void same(const struct buf *got, const struct buf *wanted, const char *text, long at)
{
    if (got->len != wanted->len || memcmp(got->data, wanted->data, got->len) != 0)
        fail_msg("%s, allocation %ld failing: %.*s instead of %.*s", text, at, (int)got->len, got->data,
                 (int)wanted->len, wanted->data);
}

/* False when the search has no at-th allocation. */
static bool fail_at(struct searcher *s, const struct snapshot *snap, const char *text, const struct search_request *how,
                    const struct buf *wanted, long at)
{
    struct err err = {0};
    struct buf got = BUF_INIT;
    atomic_store(&malloc_fault.failed, false);
    atomic_store(&malloc_fault.left, at);
    enum status status = ask(s, snap, text, how, &got, &err);
    atomic_store(&malloc_fault.left, 0);
    if (status != ST_OK && (status != ST_NOMEM || err.status != ST_NOMEM))
        fail_msg("%s, allocation %ld failing: status %d: %s", text, at, (int)status, err.text);
    if (status == ST_OK)
        same(&got, wanted, text, at);
    buf_clear(&got);
    HELP_OK(ask(s, snap, text, how, &got, &err));
    same(&got, wanted, text, at);
    buf_release(&got);
    return atomic_load(&malloc_fault.failed);
}

/* Returns how many allocations failed. */
static long fail_each(const struct snapshot *snap, const char *text, const struct search_request *how)
{
    struct err err = {0};
    struct buf wanted = BUF_INIT;
    struct searcher *s = searcher_new(0);
    long at = 1;
    assert_non_null(s);
    HELP_OK(ask(s, snap, text, how, &wanted, &err));
    while (fail_at(s, snap, text, how, &wanted, at))
        at++;
    searcher_free(s);
    buf_release(&wanted);
    return at - 1;
}

static const char *const queries[] = {
    "a1",
    "b1*",
    "b10~1 AND ~a1",
    "\"a1 b2\"",
    "\"a1 a2\"",
    "\"a1 a2 b1* a3\"",
    "\"(a1|b3 b4) ... c12*\"",
    "(\"a1 b2\" OR \"b3 a4\")",
    "a1 NEAR/3 b2",
    "\"a1 a2\" NEAR/5 (b1 OR c12*) BEFORE a3",
    "a1 NOTNEAR/4 b2",
    "a1 SENTENCE b2",
    "\"a1 a2 b1\"~5",
    "(a1 OR \"a2 b2\") AND NOT \"b1 a1\"",
    "a1 b1 path:doc1* -c1",
    "title:(\"a1 b2\" OR a3)",
};

static void test_every_allocation_of_a_search(void **state)
{
    static const struct search_request how[] = {
        {.page = SEARCH_COUNTS},
        {.page = SEARCH_DOCS, .limit = 3},
        {.page = SEARCH_MATCHES, .limit = 5, .offset = 2, .order = SEARCH_BY_PATH},
    };
    struct err err = {0};
    struct snapshot *snap;
    long n = 0;
    if (!OWN_MALLOC)
        skip();
    help_build_short(*state);
    HELP_OK(snapshot_open(*state, 1, true, &snap, &err));
    for (size_t i = 0; i < BASE_COUNT(queries) * BASE_COUNT(how) * 2; i++) {
        malloc_fault.for_good = i % 2 == 1;
        n += fail_each(snap, queries[i / 2 / BASE_COUNT(how)], &how[i / 2 % BASE_COUNT(how)]);
    }
    snapshot_unref(snap);
    assert_true(n > 2000);
}

static void test_every_allocation_of_opening(void **state)
{
    struct snapshot *snap = NULL;
    long at = 0;
    if (!OWN_MALLOC)
        skip();
    help_build_short(*state);
    for (enum status status = ST_NOMEM; status != ST_OK;) {
        struct err err = {0};
        atomic_store(&malloc_fault.left, ++at);
        status = snapshot_open(*state, 1, false, &snap, &err);
        atomic_store(&malloc_fault.left, 0);
        if (status != ST_OK && status != ST_NOMEM)
            fail_msg("allocation %ld failing: status %d: %s", at, (int)status, err.text);
    }
    snapshot_unref(snap);
    assert_true(at > 20);
}

/* A path is broken or not, whether there is memory for it or not. */
static void test_path_without_memory(void **state)
{
    (void)state;
    struct buf path = BUF_INIT;
    if (!OWN_MALLOC)
        skip();
    atomic_store(&malloc_fault.left, 1);
    assert_true(excerpt_parse_path("a\\x20b", 6, &path));
    atomic_store(&malloc_fault.left, 0);
    assert_false(buf_ok(&path));
    buf_release(&path);
    assert_false(excerpt_parse_path("a\\b", 3, &path));
    assert_true(buf_ok(&path));
    buf_release(&path);
}

/* There is a status line even when there is memory for none. */
static void test_reply_without_memory(void **state)
{
    (void)state;
    struct reply reply = {0};
    size_t len;
    if (!OWN_MALLOC)
        skip();
    malloc_fault.for_good = true;
    atomic_store(&malloc_fault.left, 1);
    reply_ok(&reply, "docs=%d", 1);
    reply_settle(&reply);
    atomic_store(&malloc_fault.left, 0);
    const char *line = reply_line(&reply, &len);
    assert_int_equal(len, strlen("ERR 500 internal out of memory"));
    assert_memory_equal(line, "ERR 500 internal out of memory", len);
    assert_int_equal(reply.code, REPLY_INTERNAL);
    reply_release(&reply);
}

/* A row that is read, or joined with another, is whole. */
static void test_row_without_memory(void **state)
{
    (void)state;
    static const char json[] = "{\"path\":\"a\",\"line\":3,\"end_line\":3,\"text\":\"one\",\"spans\":[[0,1],[1,3]]}";
    bool whole = false;
    if (!OWN_MALLOC)
        skip();
    malloc_fault.for_good = false;
    for (long at = 1; !whole; at++) {
        struct row row = {.line = 0}, other = {.line = 0};
        atomic_store(&malloc_fault.failed, false);
        atomic_store(&malloc_fault.left, at);
        bool ok = row_parse(&row, json, sizeof json - 1) && row_parse(&other, json, sizeof json - 1);
        if (ok)
            assert_true(row_same_line(&row, &other));
        for (int i = 0; i < 20 && ok; i++)
            ok = row_join(&row, &other);
        atomic_store(&malloc_fault.left, 0);
        whole = !atomic_load(&malloc_fault.failed);
        assert_int_equal(ok, whole);
        if (ok) {
            assert_int_equal(row.path.len, 1);
            assert_int_equal(row.n_spans, 2);
        }
        row_release(&row);
        row_release(&other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELP_TEST(test_every_allocation_of_a_search), HELP_TEST(test_every_allocation_of_opening),
        cmocka_unit_test(test_path_without_memory),   cmocka_unit_test(test_reply_without_memory),
        cmocka_unit_test(test_row_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
