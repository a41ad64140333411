/* test_query_print.c - lib/query: random trees print to text that parses to the same tree, with no parentheses to
 * spare; comparing; quoting. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "lib/query.h"
#include "lib/token.h"

/* Numbers that look random and are the same every time (xorshift; Marsaglia 2003). */
static uint64_t seed = 362436069362436069u;

static size_t below(size_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (size_t)(seed % n);
}

/* Random trees, only such as a query can say. Everything is in the arena. */

static const char *const words[] = {"a", "b",      "moment", "5",  "2022",  "and", "near", "title",
                                    "é", "straße", "중",     "中", "हिन्दी", "x1",  "don",  "t"};

static void set_text(struct arena *arena, struct slot *slot, const char *text)
{
    slot->text_len = strlen(text);
    slot->text = arena_copy(arena, text, slot->text_len);
    assert_non_null(slot->text);
}

/* A folded word; with long_too now and then one that the tokenizer shortens. */
static void set_word(struct arena *arena, struct slot *slot, bool long_too)
{
    char text[128];
    memset(text, (int)('a' + below(26)), sizeof text);
    bool is_long = long_too && below(20) == 0;
    size_t len = is_long ? 65 + below(sizeof text - 65) : 0;
    const char *word = words[below(BASE_COUNT(words))];
    struct tokenizer *tokenizer = tokenizer_new();
    struct token token;
    assert_non_null(tokenizer);
    tokenizer_begin(tokenizer, is_long ? text : word, is_long ? len : strlen(word), NULL);
    assert_true(tokenizer_next(tokenizer, &token));
    slot->text = arena_copy(arena, token.word, token.word_len);
    slot->text_len = token.word_len;
    slot->whole = is_long ? arena_copy(arena, text, len) : NULL;
    tokenizer_free(tokenizer);
}

/* Inside quotes a ? ends no pattern. */
static void set_pattern(struct arena *arena, struct slot *slot, bool quoted)
{
    static const char *const patterns[] = {"negotiat\001", "\001wise",       "w\002nter", "\002\001", "a\001b\002c",
                                           "\002x",        "\001\002\001",   "ж\001",     "wh\002",   "a\002\002",
                                           "\001\002",     "\0015\002t\002", "\002a\002"};
    set_text(arena, slot, patterns[below(quoted ? 8 : BASE_COUNT(patterns))]);
}

static struct slot_list random_slots(struct arena *arena, size_t n, bool quoted, unsigned depth);

static void set_choice(struct arena *arena, struct slot *slot, unsigned depth)
{
    slot->n_choices = 2 + below(2);
    slot->choices = arena_calloc(arena, slot->n_choices, sizeof *slot->choices);
    assert_non_null(slot->choices);
    for (size_t i = 0; i < slot->n_choices; i++)
        slot->choices[i] = random_slots(arena, 1 + below(3), true, depth + 1);
}

static void random_slot(struct arena *arena, struct slot *slot, bool quoted, unsigned depth)
{
    static const enum slot_kind kinds[] = {SLOT_WORD, SLOT_WORD,    SLOT_WORD, SLOT_FUZZY,
                                           SLOT_STEM, SLOT_PATTERN, SLOT_ANY,  SLOT_CHOICE};
    *slot = (struct slot){.kind = kinds[below(quoted && depth < 3 ? 8 : 7)]};
    if (slot->kind == SLOT_PATTERN)
        set_pattern(arena, slot, quoted);
    else if (slot->kind == SLOT_CHOICE)
        set_choice(arena, slot, depth);
    else if (slot->kind != SLOT_ANY)
        set_word(arena, slot, slot->kind == SLOT_WORD);
    if (slot->kind == SLOT_FUZZY)
        slot->edits = 1 + (unsigned)below(2);
}

/* n slots; in quotes outside choices (depth 0) some with gaps between. */
static struct slot_list random_slots(struct arena *arena, size_t n, bool quoted, unsigned depth)
{
    struct slot_list list = {arena_calloc(arena, 2 * n, sizeof *list.items), 0};
    assert_non_null(list.items);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && quoted && depth == 0 && below(4) == 0)
            list.items[list.n++] = (struct slot){.kind = SLOT_GAP, .gap = 1 + (unsigned)below(QUERY_MAX_GAP)};
        random_slot(arena, &list.items[list.n++], quoted, depth);
    }
    return list;
}

static struct query *new_query(struct arena *arena, enum query_kind kind, size_t n_children)
{
    struct query *q = arena_calloc(arena, 1, sizeof *q);
    assert_non_null(q);
    q->kind = kind;
    q->n_children = n_children;
    q->children = arena_calloc(arena, n_children, sizeof(struct query *));
    assert_non_null(q->children);
    return q;
}

static bool has_word(const struct slot_list *slots)
{
    for (size_t i = 0; i < slots->n; i++) {
        bool word = slots->items[i].kind != SLOT_ANY && slots->items[i].kind != SLOT_GAP;
        for (size_t c = 0; c < slots->items[i].n_choices; c++)
            word &= has_word(&slots->items[i].choices[c]);
        if (word)
            return true;
    }
    return false;
}

/* One that names a word; a third are such as a bare atom makes, which hold patterns with a ? at the end. */
static struct query *random_phrase(struct arena *arena)
{
    struct query *q = new_query(arena, QUERY_PHRASE, 0);
    do
        q->slots = random_slots(arena, 1 + below(5), below(3) > 0, 0);
    while (!has_word(&q->slots));
    return q;
}

static struct query *random_unordered(struct arena *arena)
{
    struct query *q = new_query(arena, QUERY_UNORDERED, 0);
    size_t n = 2 + below(3);
    q->distance = (unsigned)below(QUERY_MAX_DISTANCE + 1);
    q->slots = (struct slot_list){arena_calloc(arena, n, sizeof(struct slot)), n};
    assert_non_null(q->slots.items);
    for (size_t i = 0; i < n; i++)
        set_word(arena, &q->slots.items[i], true);
    return q;
}

static struct query *random_filter(struct arena *arena)
{
    static const char *const values[] = {"md",     "docs/**/*.md", "a b",        "x)",         "(",  "\"q\"",
                                         "a\\\\b", "\\*x",         "tab\there",  "\xff\xfe",   "é",  "“so”",
                                         "’t",     "a\"b c",       "nb\u00a0sp", "a\\\\\"b c", "|&~"};
    static const enum query_kind kinds[] = {QUERY_PATH, QUERY_EXT, QUERY_SINCE, QUERY_UNTIL};
    struct query *q = new_query(arena, kinds[below(4)], 0);
    int64_t days = (int64_t)below(40000) - 10000;
    if (q->kind == QUERY_PATH || q->kind == QUERY_EXT)
        q->text = values[below(BASE_COUNT(values))];
    else
        q->time = q->kind == QUERY_SINCE ? days * 86400 : days * 86400 + 86399;
    return q;
}

static struct query *random_query(struct arena *arena, unsigned depth, bool positional);

/* AND and OR hold no child of their own kind: those would be flattened. */
static struct query *random_joined(struct arena *arena, enum query_kind kind, unsigned depth, bool positional)
{
    struct query *q = new_query(arena, kind, 2 + below(3));
    for (size_t i = 0; i < q->n_children; i++) {
        do
            q->children[i] = random_query(arena, depth + 1, positional);
        while (q->children[i]->kind == kind);
    }
    return q;
}

static struct query *random_near(struct arena *arena, enum query_kind kind, unsigned depth)
{
    struct query *q = new_query(arena, kind, 2);
    q->children[0] = random_query(arena, depth + 1, true);
    q->children[1] = random_query(arena, depth + 1, true);
    if (kind != QUERY_SENTENCE && kind != QUERY_PARAGRAPH)
        q->distance = (unsigned)below(QUERY_MAX_DISTANCE + 1);
    return q;
}

static struct query *random_query(struct arena *arena, unsigned depth, bool positional)
{
    size_t choice = depth > 3 ? below(4) : below(positional ? 11 : 15);
    struct query *q;
    switch (choice) {
    case 0:
    case 1:
    case 2:
        return random_phrase(arena);
    case 3:
        return random_unordered(arena);
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
        return random_near(arena, (enum query_kind)(QUERY_NEAR + choice - 4), depth);
    case 9:
        return random_joined(arena, QUERY_OR, depth, positional);
    case 10:
        q = new_query(arena, QUERY_TITLE, 1);
        q->children[0] = random_query(arena, depth + 1, positional);
        return q;
    case 11:
        return random_filter(arena);
    case 12:
        q = new_query(arena, QUERY_NOT, 1);
        q->children[0] = random_query(arena, depth + 1, false);
        return q;
    default:
        return random_joined(arena, QUERY_AND, depth, false);
    }
}

static void test_random_trees(void **state)
{
    (void)state;
    size_t tried = 0;
    while (tried < 10000) {
        struct arena arena = ARENA_INIT;
        struct buf text = BUF_INIT;
        struct query *q = random_query(&arena, 0, false), *again;
        struct err err;
        query_print(q, &text);
        assert_true(buf_ok(&text));
        if (text.len <= QUERY_MAX_BYTES) {
            if (query_parse(text.data, text.len, &arena, &again, &err) != ST_OK)
                fail_msg("column %zu: %s: %.*s", err.column, err.text, (int)text.len, text.data);
            if (!query_equal(q, again))
                fail_msg("%.*s parses to another tree", (int)text.len, text.data);
            assert_int_equal(query_is_positional(q), query_is_positional(again));
            tried++;
        }
        buf_release(&text);
        arena_release(&arena);
    }
}

/* Parentheses stand where the tree needs them and nowhere else. */
static void test_no_spare_parentheses(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "(a OR b) AND c",        "NOT (a AND b)",          "NOT (a OR b)",
        "a NEAR/1 (b NEAR/2 c)", "(a OR b) NEAR/1 c",      "a NEAR/1 (b OR c)",
        "title:(a OR b)",        "title:(NOT a)",          "a NEAR/3 b NEAR/4 c",
        "NOT a NEAR/1 b",        "a AND NOT b OR c",       "title:(title:a)",
        "NOT NOT a AND b OR c",  "title:a NEAR/1 title:b", "title:(a NEAR/1 b) OR c",
    };
    for (size_t i = 0; i < BASE_COUNT(texts); i++) {
        struct arena arena = ARENA_INIT;
        struct buf text = BUF_INIT;
        struct query *q;
        assert_int_equal(query_parse(texts[i], strlen(texts[i]), &arena, &q, NULL), ST_OK);
        query_print(q, &text);
        buf_addc(&text, '\0');
        assert_string_equal(text.data, texts[i]);
        buf_release(&text);
        arena_release(&arena);
    }
}

/* All of these differ from each other. */
static void test_equal(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "a",          "b",           "a~1",          "a~2",           "~a",
        "a*",         "a?",          "\"a b\"",      "\"b a\"",       "\"a b\"~1",
        "\"a b\"~2",  "\"a * b\"",   "\"a ... b\"",  "\"a ...5 b\"",  "\"(a|b)\"",
        "\"(a|c)\"",  "\"(a|b|c)\"", "\"(a b|c)\"",  "a b",           "b a",
        "a OR b",     "a b c",       "NOT a",        "a NEAR b",      "a NEAR/3 b",
        "a BEFORE b", "a NOTNEAR b", "a SENTENCE b", "a PARAGRAPH b", "title:a",
        "path:a",     "path:b",      "ext:a",        "since:2022",    "until:2022",
        "since:2023",
    };
    struct arena arena = ARENA_INIT;
    struct query *trees[BASE_COUNT(texts)];
    for (size_t i = 0; i < BASE_COUNT(texts); i++)
        assert_int_equal(query_parse(texts[i], strlen(texts[i]), &arena, &trees[i], NULL), ST_OK);
    for (size_t i = 0; i < BASE_COUNT(texts); i++)
        for (size_t j = 0; j < BASE_COUNT(texts); j++)
            assert_int_equal(query_equal(trees[i], trees[j]), i == j);
    arena_release(&arena);
}

static void test_quote(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "\"\""},
        {"seize the moment", "\"seize the moment\""},
        {"don't “so” (x)", "\"don't “so” (x)\""},
        {"\"a\" *b* c? d|e ~f \\g", "\"\\\"a\\\" \\*b\\* c\\? d\\|e \\~f \\\\g\""},
        {"a. b.. c... d.... e…", "\"a. b\\.. c\\... d\\.... e\\…\""},
        {"a\nb\r\nc\rd\te\n\nf", "\"a b c d e  f\""},
        {"a\001b\177c", "\"a b c\""},
    };
    for (size_t i = 0; i < BASE_COUNT(cases); i++) {
        struct buf out = BUF_INIT;
        query_quote(cases[i][0], strlen(cases[i][0]), &out);
        buf_addc(&out, '\0');
        assert_string_equal(out.data, cases[i][1]);
        buf_release(&out);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_trees),
        cmocka_unit_test(test_no_spare_parentheses),
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_quote),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
