/* test_parse.c - lib/parse, lib/parse_phrase and lib/lex: tests/data/queries.tsv, limits, columns, text that finds
 * itself, and arbitrary bytes. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/query.h"
#include "lib/token.h"
#include "lib/utf8.h"

/* A parse and what it leaves. */
struct parsed {
    struct arena arena;
    struct query *query;
    struct err err;
    enum status status;
};

/* Parses a copy with nothing around it, so that reading outside is seen by the sanitizers. */
static struct parsed parse(const char *text, size_t len)
{
    struct parsed p = {0};
    char *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    p.status = query_parse(copy, len, &p.arena, &p.query, &p.err);
    free(copy);
    assert_true((p.status == ST_OK) == (p.query != NULL));
    return p;
}

static void release(struct parsed *p)
{
    arena_release(&p->arena);
}

/* Numbers that look random and are the same every time (xorshift; Marsaglia 2003). */
static uint64_t seed = 88172645463325252u;

static size_t below(size_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (size_t)(seed % n);
}

static size_t height(const struct query *q)
{
    size_t highest = 0;
    for (size_t i = 0; i < q->n_children; i++) {
        size_t child = height(q->children[i]);
        highest = child > highest ? child : highest;
    }
    return highest + 1;
}

/* What an error promises, and that what is printed parses to the same tree. */
static void check_any(const char *text, size_t len)
{
    struct parsed p = parse(text, len);
    if (p.status != ST_OK) {
        assert_true(p.status == ST_BAD_QUERY || p.status == ST_TOO_BROAD);
        assert_int_equal(p.err.status, p.status);
        assert_in_range(p.err.column, 1, len + 1);
        size_t text_len = strlen(p.err.text);
        assert_true(text_len > 0);
        assert_int_equal(utf8_invalid_at(p.err.text, text_len), text_len);
        for (size_t i = 0; i < text_len; i++)
            assert_true((unsigned char)p.err.text[i] >= 0x20 && p.err.text[i] != 0x7f);
    } else {
        struct buf printed = BUF_INIT;
        query_print(p.query, &printed);
        assert_true(buf_ok(&printed));
        assert_in_range(p.query->column, 1, len);
        assert_in_range(height(p.query), 1, 4 * QUERY_MAX_DEPTH);
        if (printed.len <= QUERY_MAX_BYTES) {
            struct parsed again = parse(printed.data, printed.len);
            if (again.status != ST_OK || !query_equal(p.query, again.query))
                fail_msg("printed '%.*s': %s", (int)printed.len, printed.data, again.err.text);
            release(&again);
        }
        buf_release(&printed);
    }
    release(&p);
}

/* The golden file. */

static FILE *open_golden(void)
{
    char path[4096];
    const char *top = getenv("top_srcdir");
    (void)snprintf(path, sizeof path, "%s/tests/data/queries.tsv", top != NULL ? top : ".");
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("%s cannot be read", path);
    return file;
}

/* How a query is read, in the words of the file. */
static void describe(const char *query, struct buf *out)
{
    struct parsed p = parse(query, strlen(query));
    if (p.status == ST_OK)
        query_print(p.query, out);
    else
        buf_addf(out, "!%s %zu %s", p.status == ST_TOO_BROAD ? "422" : "401", p.err.column, p.err.text);
    release(&p);
}

static void test_golden(void **state)
{
    (void)state;
    FILE *file = open_golden();
    char line[4096];
    size_t n = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        char *tab = strchr(line, '\t');
        if (line[0] == '#' && (line[1] == ' ' || line[1] == '\n'))
            continue;
        assert_non_null(tab);
        *tab = line[strcspn(line, "\n")] = '\0';
        struct buf found = BUF_INIT;
        describe(line, &found);
        buf_addc(&found, '\0');
        if (strcmp(found.data, tab + 1) != 0)
            fail_msg("%s\nis read as %s\ninstead of %s", line, found.data, tab + 1);
        buf_release(&found);
        check_any(line, strlen(line));
        n++;
    }
    (void)fclose(file);
    assert_true(n > 300);
}

/* Limits. */

static void repeat(struct buf *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_adds(out, text);
}

/* before n times, middle, after n times. */
static struct parsed parse_nested(const char *before, size_t n, const char *middle, const char *after)
{
    struct buf text = BUF_INIT;
    repeat(&text, before, n);
    buf_adds(&text, middle);
    repeat(&text, after, n);
    struct parsed p = parse(text.data, text.len);
    buf_release(&text);
    return p;
}

static void test_depth(void **state)
{
    (void)state;
    static const struct {
        const char *before, *middle, *after;
        size_t n;      /* the most that is allowed */
        size_t column; /* of the error with one more */
    } cases[] = {
        {"(", "a", ")", 32, 33},        {"NOT ", "a", "", 32, 129},    {"(-", "a", ")", 16, 33},
        {"title:(", "a", ")", 32, 231}, {"", "a", " NEAR b", 33, 234}, {"(", "a", " NEAR b)", 32, 33},
        {"(a|", "b", ")", 32, 0}, /* in quotes, below */
    };
    for (size_t i = 0; i < BASE_COUNT(cases); i++) {
        for (size_t n = cases[i].n; n <= cases[i].n + 1; n++) {
            struct parsed p = {0};
            if (cases[i].column == 0) {
                struct buf text = BUF_INIT;
                buf_adds(&text, "\"");
                repeat(&text, cases[i].before, n);
                buf_adds(&text, cases[i].middle);
                repeat(&text, cases[i].after, n);
                buf_adds(&text, "\"");
                p = parse(text.data, text.len);
                buf_release(&text);
            } else {
                p = parse_nested(cases[i].before, n, cases[i].middle, cases[i].after);
            }
            assert_int_equal(p.status, n == cases[i].n ? ST_OK : ST_TOO_BROAD);
            if (p.status != ST_OK && cases[i].column != 0)
                assert_int_equal(p.err.column, cases[i].column);
            release(&p);
        }
    }
}

/* The highest trees that the limits allow. */
static void test_height(void **state)
{
    (void)state;
    static const char *const units[][2] = {
        {"title:(a OR b AND ", ")"}, {"title:(a OR b NEAR ", ")"}, {"(a OR b AND NOT ", ")"}, {"(", " NEAR a OR b)"}};
    for (size_t i = 0; i < BASE_COUNT(units); i++) {
        for (size_t n = 1; n <= QUERY_MAX_DEPTH; n++) {
            struct buf text = BUF_INIT;
            repeat(&text, units[i][0], n);
            buf_adds(&text, "a NEAR b NEAR c");
            repeat(&text, units[i][1], n);
            check_any(text.data, text.len);
            buf_release(&text);
        }
    }
}

static void test_length(void **state)
{
    (void)state;
    char *text = malloc(QUERY_MAX_BYTES + 1);
    assert_non_null(text);
    memset(text, 'a', QUERY_MAX_BYTES + 1);
    struct parsed p = parse(text, QUERY_MAX_BYTES);
    assert_int_equal(p.status, ST_OK);
    release(&p);
    p = parse(text, QUERY_MAX_BYTES + 1);
    assert_int_equal(p.status, ST_TOO_BROAD);
    assert_int_equal(p.err.column, QUERY_MAX_BYTES + 1);
    assert_non_null(strstr(p.err.text, "8192"));
    release(&p);
    free(text);
}

/* What could cost more than the length of the query: every one is read at once. */
static void test_extremes(void **state)
{
    (void)state;
    static const char *const units[] = {
        "(",        ")",    "()",     "\"", "\"\" ", "?",     "*",    "-",      "~",   "|",    "\\",   ".",
        "…",        "‘",    "’",      "a ", "a-",    "a OR ", "(a ",  "(a|",    "a? ", "-a ",  "NOT ", "a NEAR b ",
        "\xc2\xad", "a~1 ", "title:", "中", "\"a ",  "((|",   "...5", "\u0301", "½",   "path:"};
    static const char *const frames[][2] = {{"", ""}, {"\"", "\""}, {"\"a ", " b\""}, {"‘", "’ "}, {"path:\"", "\""}};
    for (size_t i = 0; i < BASE_COUNT(units); i++) {
        for (size_t f = 0; f < BASE_COUNT(frames); f++) {
            struct buf text = BUF_INIT;
            buf_adds(&text, frames[f][0]);
            repeat(&text, units[i], (QUERY_MAX_BYTES - 16) / strlen(units[i]));
            buf_adds(&text, frames[f][1]);
            check_any(text.data, text.len);
            buf_release(&text);
        }
    }
}

static void test_long_pieces_are_cut(void **state)
{
    (void)state;
    struct buf text = BUF_INIT;
    buf_adds(&text, "a AND ");
    repeat(&text, "–", 300);
    struct parsed p = parse(text.data, text.len);
    assert_int_equal(p.status, ST_BAD_QUERY);
    assert_non_null(strstr(p.err.text, "–…'"));
    assert_true(strlen(p.err.text) < 200);
    release(&p);
    buf_release(&text);
}

/* Bytes. */

/* A string literal and its length, zero bytes included. */
#define BYTES(literal) literal, sizeof(literal) - 1

static void test_control_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *printed;
    } cases[] = {
        {BYTES("a\tb\nc\rd"), "a AND b AND c AND d"},
        {BYTES("\"a\r\nb\001c\002d\003e\177f\""), "\"a b c d e f\""},
        {BYTES("a\0b"), "a AND b"},
        {BYTES("\001"), NULL},
        {BYTES("foo\001\"a b\""), "foo AND \"a b\""},
        {BYTES("a\001-b"), "a AND NOT b"},
        {BYTES("path:\"a\tb\\\tc\""), "path:a\\x09b\\x09c"},
        {BYTES("a\u00a0b\u3000\"c\u2003d\""), "a AND b AND \"c d\""},
    };
    for (size_t i = 0; i < BASE_COUNT(cases); i++) {
        struct parsed p = parse(cases[i].text, cases[i].len);
        assert_int_equal(p.status == ST_OK, cases[i].printed != NULL);
        if (p.status == ST_OK) {
            struct buf out = BUF_INIT;
            query_print(p.query, &out);
            buf_addc(&out, '\0');
            assert_string_equal(out.data, cases[i].printed);
            buf_release(&out);
        }
        release(&p);
    }
}

static void test_invalid_utf8(void **state)
{
    (void)state;
    struct parsed p = parse("ab \xff", 4);
    assert_int_equal(p.status, ST_BAD_QUERY);
    assert_int_equal(p.err.column, 4);
    release(&p);
}

static void test_no_err(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct query *query;
    assert_int_equal(query_parse("a AND", 5, &arena, &query, NULL), ST_BAD_QUERY);
    assert_int_equal(query_parse("a NEAR/5000 b", 13, &arena, &query, NULL), ST_TOO_BROAD);
    assert_int_equal(query_parse("a", 1, &arena, &query, NULL), ST_OK);
    arena_release(&arena);
}

/* The tree. */

static void test_columns(void **state)
{
    (void)state;
    const char *text = "é (bc OR  \"d * ~e ... (f|g)\") -title:h";
    struct parsed p = parse(text, strlen(text));
    assert_int_equal(p.status, ST_OK);
    assert_int_equal(p.query->kind, QUERY_AND);
    assert_int_equal(p.query->column, 1);
    const struct query *either = p.query->children[1];
    assert_int_equal(either->kind, QUERY_OR);
    assert_int_equal(either->children[0]->column, 5);
    const struct query *phrase = either->children[1];
    assert_int_equal(phrase->column, 12);
    static const size_t columns[] = {13, 15, 18, 20, 24};
    assert_int_equal(phrase->slots.n, BASE_COUNT(columns));
    for (size_t i = 0; i < BASE_COUNT(columns); i++)
        assert_int_equal(phrase->slots.items[i].column, columns[i]);
    assert_int_equal(phrase->slots.items[4].choices[1].items[0].column, 27);
    const struct query *not = p.query->children[2];
    assert_int_equal(not ->kind, QUERY_NOT);
    assert_int_equal(not ->column, 32);
    assert_int_equal(not ->children[0]->column, 33);
    release(&p);
}

static void test_long_word(void **state)
{
    (void)state;
    char text[200];
    size_t len = 0;
    len += (size_t)snprintf(text, sizeof text, "\"½");
    memset(text + len, 'A', 100);
    len += 100;
    len += (size_t)snprintf(text + len, sizeof text - len, "½ x\"");
    struct parsed p = parse(text, len);
    assert_int_equal(p.status, ST_OK);
    assert_int_equal(p.query->slots.n, 4); /* 1, 2aaa...1, 2, x */
    const struct slot *slot = &p.query->slots.items[1];
    assert_int_equal(slot->kind, SLOT_WORD);
    assert_true(token_is_long(slot->text, slot->text_len));
    assert_int_equal(strlen(slot->whole), 102);
    assert_int_equal(slot->whole[0], '2');
    assert_int_equal(slot->whole[101], '1');
    assert_null(p.query->slots.items[0].whole);
    release(&p);
    check_any(text, len);
}

static void test_positional(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool positional;
    } cases[] = {
        {"a", true},
        {"\"a b\"", true},
        {"\"a b\"~2", true},
        {"a NEAR b", true},
        {"a OR b", true},
        {"title:a", true},
        {"title:(a OR \"b\")", true},
        {"a NOTNEAR b", true},
        {"a b", false},
        {"NOT a", false},
        {"title:(a b)", false},
        {"a OR NOT b", false},
        {"path:x", false},
        {"a OR ext:md", false},
        {"since:2022", false},
        {"a OR (b c)", false},
        {"a SENTENCE b", true},
    };
    for (size_t i = 0; i < BASE_COUNT(cases); i++) {
        struct parsed p = parse(cases[i].text, strlen(cases[i].text));
        assert_int_equal(p.status, ST_OK);
        assert_int_equal(query_is_positional(p.query), cases[i].positional);
        release(&p);
    }
}

static void test_times(void **state)
{
    (void)state;
    const char *text = "since:1970-01-02 until:1970-01-02";
    struct parsed p = parse(text, strlen(text));
    assert_int_equal(p.status, ST_OK);
    assert_int_equal(p.query->children[0]->time, 86400);
    assert_int_equal(p.query->children[1]->time, 2 * 86400 - 1);
    release(&p);
}

/* Text that finds itself. */

/* Whether the quoted text parses to exactly the words of the text; a text without words need not parse. */
static void check_quoted(const char *text, size_t len)
{
    struct buf quoted = BUF_INIT;
    query_quote(text, len, &quoted);
    struct parsed p = parse(quoted.data, quoted.len);
    struct tokenizer *tokenizer = tokenizer_new();
    assert_non_null(tokenizer);
    tokenizer_begin(tokenizer, text, len, NULL);
    struct token token;
    size_t n = 0;
    for (; tokenizer_next(tokenizer, &token); n++) {
        if (p.status != ST_OK || n >= p.query->slots.n)
            fail_msg("%.*s: %s", (int)quoted.len, quoted.data, p.err.text);
        const struct slot *slot = &p.query->slots.items[n];
        assert_int_equal(slot->kind, SLOT_WORD);
        assert_int_equal(slot->text_len, token.word_len);
        assert_memory_equal(slot->text, token.word, token.word_len);
    }
    if (n == 0)
        assert_int_equal(p.status, ST_BAD_QUERY);
    else
        assert_int_equal(p.query->slots.n, n);
    tokenizer_free(tokenizer);
    release(&p);
    buf_release(&quoted);
}

static const char *const pieces[] = {
    "a",  "B",      "word", "é",      "e\u0301", "中", "ก",      "½",      "5",         "…",      "...",  ".",
    "..", "....",   "…5",   "...5",   "\"",      "'",  "’",      "‘",      "“",         "”",      "„",    "«",
    "»",  "(",      ")",    "|",      "~",       "~1", "~2",     "*",      "?",         "\\",     "\\\\", " ",
    " ",  " ",      "\t",   "\r\n",   "\n",      "\r", "\001",   "\002",   "\003",      "\u00ad", "-",    "AND",
    "OR", "NEAR/5", "NOT",  "title:", ":",       "&",  "\u200d", "\u00a0", "\"(a|b)\"", "a*b",    "\177",
};

static void random_text(struct buf *out, size_t max)
{
    for (size_t n = 1 + below(max); n > 0; n--)
        buf_adds(out, pieces[below(BASE_COUNT(pieces))]);
}

static void test_quoted_text_finds_itself(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "don't",
        "U.S.",
        "\"What?\" he said... (twice|once) \\ ~5 a*b",
        "trailing \\",
        "\\\"",
        "\\...5",
        "a \\.... b",
        ".…..5",
        "who? what?? why?",
        "‘rock ’n’ roll’",
        "a|b",
        "line\r\nbreak\n\nnext",
        "x~1",
        "~x",
        "…5",
        "a ...5 b",
    };
    for (size_t i = 0; i < BASE_COUNT(texts); i++)
        check_quoted(texts[i], strlen(texts[i]));
    for (int i = 0; i < 20000; i++) {
        struct buf text = BUF_INIT;
        random_text(&text, 12);
        check_quoted(text.data, text.len);
        buf_release(&text);
    }
}

/* Anything. */

static void test_random_queries(void **state)
{
    (void)state;
    static const char *const more[] = {"\"a b\"", " AND ", " OR ",  " NEAR/3 ", "NOT ",   "\"(a|b c)\"", "foo*",
                                       "wh?",     "~foo",  "path:", "ext:",     "since:", "until:2022",  "title:(",
                                       "(",       ")",     "\"~3",  "near/5",   "W/5",    "\"",          " "};
    for (int i = 0; i < 30000; i++) {
        struct buf text = BUF_INIT;
        for (size_t n = 1 + below(9); n > 0; n--) {
            if (below(2) == 0)
                buf_adds(&text, more[below(BASE_COUNT(more))]);
            else
                random_text(&text, 3);
        }
        check_any(text.data, text.len);
        buf_release(&text);
    }
}

/* Code points from all over, with the special characters among them. */
static void test_random_characters(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        char text[256];
        size_t len = 0;
        for (size_t n = 1 + below(30); n > 0; n--) {
            size_t range = below(4) == 0 ? 0x110000 : below(3) == 0 ? 0x3100 : 0x80;
            int32_t cp = (int32_t)below(range);
            len += utf8_encode(text + len, cp >= 0xd800 && cp <= 0xdfff ? '"' : cp);
        }
        check_any(text, len);
        check_quoted(text, len);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),         cmocka_unit_test(test_depth),
        cmocka_unit_test(test_height),         cmocka_unit_test(test_length),
        cmocka_unit_test(test_extremes),       cmocka_unit_test(test_long_pieces_are_cut),
        cmocka_unit_test(test_control_bytes),  cmocka_unit_test(test_invalid_utf8),
        cmocka_unit_test(test_no_err),         cmocka_unit_test(test_columns),
        cmocka_unit_test(test_long_word),      cmocka_unit_test(test_positional),
        cmocka_unit_test(test_times),          cmocka_unit_test(test_quoted_text_finds_itself),
        cmocka_unit_test(test_random_queries), cmocka_unit_test(test_random_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
