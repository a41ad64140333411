/* test_match.c - the rules of matching as a table: a query, a document, the spans that must come out. The documents are
 * words with one space between; a word w stands at the position written under it by counting. The differential tests in
 * tests/oracle judge far more; this table says what the rules are. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/etdc.h"
#include "lib/match.h"

struct rule {
    const char *query;
    const char *text;
    const char *spans;        /* "first-last first-last ..." */
    const char *title;        /* a title kept apart */
    unsigned heading;         /* words of the text that are its title */
    const char *sentences;    /* positions at which sentences begin; a paragraph's begin with p */
};

static const struct rule rules[] = {
    /* phrases */
    {"\"a b\"", "a b a b b", "0-1 2-3", NULL, 0, NULL},
    {"\"a a\"", "a a a", "0-1 1-2", NULL, 0, NULL},
    {"\"a b c\"", "a b b c", "", NULL, 0, NULL},
    {"\"a b\"", "a x b", "", NULL, 0, NULL},
    {"a", "b a a", "1-1 2-2", NULL, 0, NULL},
    {"\"a z\"", "a b", "", NULL, 0, NULL},
    /* stars and gaps */
    {"\"a * b\"", "a x b a b a x x b", "0-2", NULL, 0, NULL},
    {"\"a * * b\"", "a x y b", "0-3", NULL, 0, NULL},
    {"\"* b\"", "b x b", "1-2", NULL, 0, NULL},
    {"\"* a * b *\"", "a y b x a y b z a y b", "3-7", NULL, 0, NULL},
    {"\"a * b c\"", "a a x b c b c", "1-4", NULL, 0, NULL},
    {"\"a * * a\"", "a a a a a x", "0-3 1-4", NULL, 0, NULL},
    {"\"a * b\"", "x b a x b", "2-4", "a", 0, NULL},
    {"\"a *\"", "a x a", "0-1", NULL, 0, NULL},
    {"a BEFORE/2 \"* ...1 b\"", "a x x x x b", "0-5", NULL, 0, NULL},
    {"\"(*|a) ...1 b\"", "x y b", "1-2", NULL, 0, NULL},
    {"\"a ... b\"", "a x x b b", "0-3", NULL, 0, NULL},
    {"\"a ...1 b\"", "a x x b a x b a b", "4-6 7-8", NULL, 0, NULL},
    {"\"a ...2 b * c\"", "a b b x c", "0-4", NULL, 0, NULL},
    {"\"a ... b ... a\"", "a b a b a", "0-2 2-4", NULL, 0, NULL},
    /* choices */
    {"\"(a|b c) d\"", "a d b c d c d", "0-1 2-4", NULL, 0, NULL},
    {"\"x (a|a b) c\"", "x a b c x a c", "0-3 4-6", NULL, 0, NULL},
    {"\"x (a|a b) b c\"", "x a b c x a b b c", "0-3 4-8", NULL, 0, NULL},
    {"\"(a *|b) c\"", "a x c b c", "0-2 3-4", NULL, 0, NULL},
    {"\"x ... (a|b) c\"", "x y a c b c", "0-3", NULL, 0, NULL},
    /* any order */
    {"\"a b\"~0", "b a x b", "0-1", NULL, 0, NULL},
    {"\"a b\"~1", "a x b x x a", "0-2", NULL, 0, NULL},
    {"\"a b c\"~2", "c x a y b", "0-4", NULL, 0, NULL},
    {"\"a b c\"~1", "c x a y b", "", NULL, 0, NULL},
    {"\"a a b\"~1", "a b a", "0-2", NULL, 0, NULL},
    {"\"a a b\"~9", "a b", "", NULL, 0, NULL},
    {"\"a a\"~0", "a a a", "0-1 1-2", NULL, 0, NULL},
    /* near */
    {"a NEAR/1 b", "a x b x x a", "0-2", NULL, 0, NULL},
    {"a NEAR/0 a", "a x a a", "2-3", NULL, 0, NULL},
    {"a NEAR/5 a", "a", "", NULL, 0, NULL},
    {"a NEAR/5 b NEAR/0 c", "a x b c", "0-3", NULL, 0, NULL},
    {"(a NEAR/5 b) NEAR/0 c", "a b x b c", "0-4", NULL, 0, NULL},
    {"\"a b\" NEAR/1 \"b a\"", "a b a", "", NULL, 0, NULL},
    {"\"a b\" NEAR/1 \"b a\"", "a b b a", "0-3", NULL, 0, NULL},
    {"\"a * c\" NEAR/0 b", "a b c", "0-2", NULL, 0, NULL},
    {"\"a b\" NEAR/0 c", "a b x c", "", NULL, 0, NULL},
    {"(a OR b) NEAR/0 c", "a c b c", "0-1 1-2 2-3", NULL, 0, NULL},
    {"(a OR a) NEAR/0 a", "a a", "0-1", NULL, 0, NULL},
    {"a NEAR/2 a NEAR/2 a", "a x a", "", NULL, 0, NULL},
    {"a NEAR/2 a NEAR/2 a", "a x a a", "0-3", NULL, 0, NULL},
    /* before */
    {"a BEFORE/1 b", "b a x b", "1-3", NULL, 0, NULL},
    {"\"a ... b\" BEFORE/0 c", "a b b c", "0-3", NULL, 0, NULL},
    {"a BEFORE/9 a", "a x a", "0-2", NULL, 0, NULL},
    {"\"a c\" BEFORE/5 b", "a b c", "", NULL, 0, NULL},
    {"a BEFORE/2 b BEFORE/2 c", "a b c b", "0-2", NULL, 0, NULL},
    /* minimal spans of operands are too far apart, wider ones are not */
    {"(a NEAR/9 b) NEAR/1 c", "a x x b x x x c x x x x a x c b", "3-12 12-15", NULL, 0, NULL},
    {"(a NEAR/9 b) NEAR/0 c", "a c x x a b", "0-5", NULL, 0, NULL},
    {"(a NEAR/9 b) NEAR/0 c NEAR/0 d", "d a c x x a b", "0-6", NULL, 0, NULL},
    {"(a BEFORE/9 b) BEFORE/0 c", "a b b c", "0-3", NULL, 0, NULL},
    {"c BEFORE/0 (a BEFORE/9 b)", "c a a b", "0-3", NULL, 0, NULL},
    {"c NOTNEAR/1 (a NEAR/9 b)", "a x x a b x c x x x x x x x x x x x c", "18-18", NULL, 0, NULL},
    {"c NOTNEAR/1 (a NEAR/9 b)", "c a x x a b b x c", "", NULL, 0, NULL},
    {"a NEAR/3 a NEAR/3 a", "a x a x x x x a x a x a", "7-11", NULL, 0, NULL},
    {"a NEAR/9 b NEAR/9 a SENTENCE c", "a b a c", "0-3", NULL, 0, NULL},
    {"a SENTENCE a SENTENCE b", "a a b a a b", "0-2 1-3 2-4 3-5", NULL, 0, NULL},
    {"a SENTENCE a SENTENCE b", "a a b a a b", "3-5", NULL, 0, "1 3"},
    /* notnear */
    {"a NOTNEAR/1 b", "a x b a x x b", "", NULL, 0, NULL},
    {"a NOTNEAR/1 b", "a x x b", "0-0", NULL, 0, NULL},
    {"a NOTNEAR/3 a", "a x x x x a", "0-0 5-5", NULL, 0, NULL},
    {"a NOTNEAR/3 a", "a x a", "", NULL, 0, NULL},
    {"a NOTNEAR/3 \"a b\"", "a b", "0-0", NULL, 0, NULL},
    {"(a NOTNEAR/0 b) NEAR/2 c", "a b c a", "2-3", NULL, 0, NULL},
    /* sentences and paragraphs */
    {"a SENTENCE b", "a x b a", "0-2", NULL, 0, "3"},
    {"a SENTENCE b", "a x b a", "2-3", NULL, 0, "1"},
    {"a SENTENCE b", "a x b a", "", NULL, 0, "1 3"},
    {"a PARAGRAPH b", "a x b a", "0-2 2-3", NULL, 0, "1"},
    {"a PARAGRAPH b", "a x b a", "2-3", NULL, 0, "1 p2"},
    {"\"a b\" SENTENCE c", "a b c", "", NULL, 0, "1"},
    /* titles: T marks positions in a title kept apart */
    {"\"a b\"", "b a", "", "x a", 0, NULL},
    {"a", "a", "T0-0 0-0", "a", 0, NULL},
    {"a NEAR/100 b", "b", "", "a", 0, NULL},
    {"title:a", "a", "T1-1", "x a", 0, NULL},
    {"title:a", "a x a", "0-0", NULL, 2, NULL},
    {"title:\"a b\"", "a b x a b", "0-1", NULL, 2, NULL},
    {"title:\"a b\"", "a b", "", NULL, 1, NULL},
    {"title:\"a *\"", "a b", "", NULL, 1, NULL},
    {"title:(a NEAR b)", "a x b a b", "0-2", NULL, 3, NULL},
    {"title:a NEAR/0 b", "a b", "0-1", NULL, 1, NULL},
    {"\"a *\"", "b", "", "a", 0, NULL},
    {"\"* a\"", "a", "", "b", 0, NULL},
};

/* ---- a document of one-letter words: rank 1 is a, rank 2 is b, ... ----------------------------------------------- */

/* In a spread vocabulary letters have codes of one to three bytes, the same ones in places. */
static bool spread;

static uint32_t rank_of(char letter)
{
    uint32_t n = (uint32_t)(letter - 'a' + 1);
    if (!spread || n % 4 == 1)
        return n;
    return n % 4 == 2 ? 128 + n : n % 4 == 3 ? 128 + 128 * n + n : 128 + 128 * 128 + 128 * 128 * n + 128 * n + n;
}

static uint8_t *encode(const char *text, const uint8_t **begin, const uint8_t **end, uint32_t *n)
{
    size_t len = text == NULL ? 0 : strlen(text);
    uint8_t *code = calloc(1, 2 * len + 65);
    assert_non_null(code);
    uint8_t *p = code;
    *p++ = 0x80;
    *begin = p;
    *n = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == ' ')
            continue;
        p += etdc_put(p, rank_of(text[i]));
        ++*n;
    }
    *end = p;
    return code;
}

struct sentences {
    struct match_break breaks[8];
    size_t n;
};

static enum status give_breaks(void *arg, const struct match_break **breaks, size_t *n, struct err *err)
{
    struct sentences *s = arg;
    (void)err;
    *breaks = s->breaks;
    *n = s->n;
    return ST_OK;
}

static struct sentences parse_sentences(const char *text)
{
    struct sentences s = {.n = 0};
    for (const char *p = text; p != NULL && *p != '\0'; s.n++) {
        s.breaks[s.n].paragraph = *p == 'p';
        p += *p == 'p';
        s.breaks[s.n].pos = (uint32_t)strtoul(p, (char **)&p, 10);
        p += *p == ' ';
    }
    return s;
}

static void give_words(struct plan *plan, struct arena *arena)
{
    for (size_t i = 0; i < plan->n_leaves; i++) {
        plan->leaves[i].words = arena_calloc(arena, 1, sizeof(struct plan_word));
        plan->leaves[i].words[0] = (struct plan_word){plan->leaves[i].text, plan->leaves[i].text_len, 1, 1, NULL};
        plan->leaves[i].n_words = 1;
    }
    struct err err;
    assert_int_equal(plan_contend(plan, &err), ST_OK);
}

static void bind(struct matcher *m, const struct plan *plan, const char *text, const char *title)
{
    struct err err;
    for (unsigned i = 0; i < plan->n_leaves; i++) {
        char c = plan->leaves[i].text[0];
        bool there = strchr(text, c) != NULL || (title != NULL && strchr(title, c) != NULL);
        uint32_t rank = rank_of(c);
        assert_int_equal(matcher_bind(m, i, &rank, there ? 1 : 0, 1u << 20, &err), ST_OK);
    }
    assert_int_equal(matcher_bound(m, &err), ST_OK);
}

static void print_spans(const struct match_doc *doc, const struct match_span *spans, size_t n, struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t first, last;
        bool title = match_in_title(doc, spans[i].first, &first);
        assert_int_equal(match_in_title(doc, spans[i].last, &last), title);
        buf_addf(out, "%s%s%u-%u", i > 0 ? " " : "", title ? "T" : "", first, last);
    }
    buf_addc(out, '\0');
}

/* The words of each match lie inside it, at its two ends too unless a star stands there, and ascend. */
static void check_words(struct matcher *m, const struct plan_span *unit, const struct match_span *spans, size_t n)
{
    struct match_span *copy = malloc((n + 1) * sizeof *copy);
    assert_non_null(copy);
    for (size_t i = 0; i < n; i++)
        copy[i] = spans[i];
    for (size_t i = 0; i < n; i++) {
        const uint32_t *words;
        size_t n_words;
        struct err err;
        assert_int_equal(matcher_words(m, unit, copy[i], &words, &n_words, &err), ST_OK);
        assert_true(n_words > 0);
        for (size_t k = 0; k < n_words; k++) {
            assert_in_range(words[k], copy[i].first, copy[i].last);
            assert_true(k == 0 || words[k] > words[k - 1]);
        }
    }
    free(copy);
}

/* Writes the spans to got, and the tightness of all. */
static double run_rule(const struct rule *rule, struct buf *got)
{
    struct arena arena = ARENA_INIT;
    struct query *q;
    struct plan *plan;
    struct err err;
    assert_int_equal(query_parse(rule->query, strlen(rule->query), &arena, &q, &err), ST_OK);
    assert_int_equal(plan_make(q, &arena, &plan, &err), ST_OK);
    give_words(plan, &arena);
    assert_int_equal(plan->root->kind, PLAN_UNIT);

    struct match_doc doc = {.heading_words = rule->heading, .breaks = give_breaks};
    struct sentences sentences = parse_sentences(rule->sentences);
    doc.breaks_arg = &sentences;
    uint8_t *body = encode(rule->text, &doc.body, &doc.body_end, &doc.n_body);
    uint8_t *title = encode(rule->title, &doc.title, &doc.title_end, &doc.n_title);

    struct matcher *m = matcher_new(plan, NULL);
    assert_non_null(m);
    bind(m, plan, rule->text, rule->title);
    matcher_begin(m, &doc);
    const struct match_span *spans;
    size_t n, counted;
    double tightness;
    assert_int_equal(matcher_unit(m, plan->root->unit, &spans, &n, &err), ST_OK);
    print_spans(&doc, spans, n, got);
    check_words(m, plan->root->unit, spans, n);
    assert_int_equal(matcher_count(m, plan->root->unit, &counted, &tightness, &err), ST_OK);
    assert_int_equal(counted, n);
    matcher_free(m);
    free(body);
    free(title);
    arena_release(&arena);
    return tightness;
}

static void test_rules(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < BASE_COUNT(rules); i++) {
        struct buf got = BUF_INIT;
        (void)run_rule(&rules[i], &got);
        if (strcmp(got.data, rules[i].spans) != 0) {
            print_error("%s in \"%s\": expected \"%s\", got \"%s\"\n", rules[i].query, rules[i].text, rules[i].spans,
                        got.data);
            wrong++;
        }
        buf_release(&got);
    }
    assert_int_equal(wrong, 0);
}

static uint32_t rnd(uint32_t below)
{
    static uint32_t seed = 4711;
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)seed * below) >> 32);
}

/* A text of n letters: a comes often, later ones less and less. */
static void make_text(char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t most = 1 + rnd(26);
        text[2 * i] = (char)('a' + rnd(most));
        text[2 * i + 1] = ' ';
    }
    text[2 * n] = '\0';
}

/* How a document is searched depends on its length and on how rare words are said to be; what is found does not. The
 * oracle judges short documents of common words. */
static void test_codes_do_not_matter(void **state)
{
    (void)state;
    static const char *const queries[] = {
        "a NEAR/3 z",       "y BEFORE/5 b",     "z BEFORE/9 y",    "w NEAR/1 x",       "\"a b\"~2",
        "\"a b d\"~5",      "\"x z y\"~9",      "\"a a z\"~6",     "\"a b c d w\"~9",  "\"y y\"~30",
        "\"z a b c d\"~1",  "\"a * b\"",        "\"a b * * z\"",   "\"* x * y\"",      "\"y * *\"",
        "\"c d * z * a\"",  "\"a * a\"",        "\"w x\"",         "a NEAR/2 b NEAR/9 z", "\"a * b\" NEAR/3 y",
        "\"a b c\"~3 BEFORE/4 \"x * a\"",
    };
    static char text[2 * 6000 + 1], title[2 * 600 + 1];
    for (unsigned round = 0; round < 6 * BASE_COUNT(queries); round++) {
        struct rule rule = {.query = queries[round % BASE_COUNT(queries)], .text = text};
        struct buf plain = BUF_INIT, other = BUF_INIT;
        make_text(text, rnd(2) ? rnd(100) : 6000);
        make_text(title, rnd(600));
        rule.title = rnd(2) ? title : NULL;
        spread = false;
        double tightness = run_rule(&rule, &plain);
        spread = true;
        assert_true(tightness == run_rule(&rule, &other));
        spread = false;
        assert_string_equal(plain.data, other.data);
        buf_release(&plain);
        buf_release(&other);
    }
}

/* Many ways are refused with the limit's name, not tried for ever. */
static void test_too_many_ways(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct query *q;
    struct plan *plan;
    struct err err;
    const char *text = "(a OR b) NEAR/1000 (a OR c) NEAR/1000 (a OR d) NEAR/1000 a";
    assert_int_equal(query_parse(text, strlen(text), &arena, &q, &err), ST_OK);
    assert_int_equal(plan_make(q, &arena, &plan, &err), ST_OK);
    give_words(plan, &arena);
    char *words = malloc(8001);
    assert_non_null(words);
    for (int i = 0; i < 4000; i++)
        memcpy(words + 2 * i, "a ", 2);
    words[8000] = '\0';
    struct match_doc doc = {0};
    uint8_t *body = encode(words, &doc.body, &doc.body_end, &doc.n_body);
    struct matcher *m = matcher_new(plan, NULL);
    bind(m, plan, words, NULL);
    matcher_begin(m, &doc);
    const struct match_span *spans;
    size_t n;
    assert_int_equal(matcher_unit(m, plan->root->unit, &spans, &n, &err), ST_TOO_BROAD);
    assert_non_null(strstr(err.text, "ways to match"));
    matcher_free(m);
    free(body);
    free(words);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rules), cmocka_unit_test(test_codes_do_not_matter),
                                       cmocka_unit_test(test_too_many_ways)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
