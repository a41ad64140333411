/* test_reader_md.c - Markdown to text: words neither added, joined nor separated by markup, every byte at its line and
 * column. With files as arguments it changes them at random for a while and checks the same laws:
 *     test_reader_md SECONDS FILE...
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/reader_help.h"

/* ---- by example ---------------------------------------------------------------------------------------------- */

static struct document read_md(const char *source)
{
    struct document doc = read_as("a.md", source, strlen(source));
    check_laws(&doc, &room.markup, source, strlen(source));
    assert_int_equal(failures, 0);
    return doc;
}

static void expect_text(const char *source, const char *text)
{
    struct document doc = read_md(source);
    if (doc.text_len != strlen(text) || memcmp(doc.text, text, doc.text_len) != 0)
        fail_msg("%s\ngave:\n%.*s\nand not:\n%s", source, (int)doc.text_len, doc.text, text);
}

/* Where a word of the text stands in the source. */
static void expect_place(const char *source, const char *word, size_t line, size_t column)
{
    struct document doc = read_md(source);
    const char *at = memmem(doc.text, doc.text_len, word, strlen(word));
    assert_non_null(at);
    assert_int_equal(count_lines(doc.text, (size_t)(at - doc.text)) + 1, line);
    assert_int_equal(column_of(&doc, (size_t)(at - doc.text)), column);
}

static void markup_neither_adds_nor_separates(void **state)
{
    (void)state;
    expect_text("un*frigging*believable", "unfriggingbelievable");
    expect_text("[an interview](http://x/y) on Thursday", "an interview on Thursday");
    expect_text("**a**, _b_ and ~~c~~\n", "a, b and c\n");
    expect_text("say `co`de and ``a ` b``", "say code and a ` b");
    expect_text("![the *big* picture](x.png \"title\") here", "the big picture here");
    expect_text("see <http://x.org/y>.", "see http://x.org/y.");
    expect_text("[ref][1] text\n\n[1]: http://x.org 'Title words'\n", "ref text\n\n\n");
    expect_text("costs \\$400 and 5\\*3", "costs $400 and 5*3");
    expect_text("a<b>b</b>c <!-- not this --> d", "abc  d");
    expect_text("one<br>two<br/>three", "one two three");
    expect_text("Heading\n=======\n\ntext\n", "Heading\n\n\ntext\n");
    expect_text("## Heading ##\n* item\n  1. one\n", "Heading\nitem\none\n");
    expect_text("> quoted\n> lines\nlazy", "quoted\nlines\nlazy");
    expect_text("- [ ] open\n- [x] done\n", "open\ndone\n");
    expect_text("hard  \nbreak\\\nhere", "hard\nbreak\nhere");
    expect_text("* * *\n\nafter", "\n\nafter");
    expect_text("## Node heartbeats {#node-heart_beats}\n\ntext {#kept}\n", "Node heartbeats\n\ntext {#kept}\n");
}

static void entities_are_characters(void **state)
{
    (void)state;
    expect_text("caf&eacute;s &amp; &#x41;&#66;C &unknown; &copy", "cafés & ABC &unknown; &copy");
    expect_text("a&nbsp;b &ccaron;ech &#150; &#0; &#xD800;", "a\xC2\xA0"
                                                             "b \xC4\x8D"
                                                             "ech \xE2\x80\x93 \xEF\xBF\xBD \xEF\xBF\xBD");
    expect_place("caf&eacute;s are", "s are", 1, 12);
    expect_place("caf&eacute;s are", "é", 1, 4);
    expect_text("x&NewLine;y", "x y");
}

static void code_is_text(void **state)
{
    (void)state;
    expect_text("```sh option\nls -l *.c\n\n  x\n```\nafter", "\nls -l *.c\n\n  x\n\nafter");
    expect_text("    indented\n    \tmore\n\ntext", "indented\n\tmore\n\ntext");
    expect_place("    indented\n", "indented", 1, 5);
    expect_text("- item\n\n      code\n", "item\n\ncode\n");
    expect_text("a `b\nc` d", "a b\nc d");
    expect_text("~~~\n<b>&amp;</b>\n~~~\n", "\n<b>&amp;</b>\n\n");
}

static void html_blocks_lose_their_tags(void **state)
{
    (void)state;
    expect_text("<div class=\"a > b\">\none <b>two</b>\n</div>\n", "\none two\n\n");
    expect_text("<script>\nvar x = 1;\n\nvar y;\n</script>\nafter\n", "\n\n\n\n\nafter\n");
    expect_text("<style>p { a: b }</style>\n\nafter\n", "\n\nafter\n");
    expect_text("<!-- a\n\nb -->\nafter\n", "\n\n\nafter\n");
    expect_text("<div>\n<!-- a\n\nhidden -->\n</div>\n\nafter *it*\n", "\n\n\n\n\n\nafter it\n");
    expect_text("<ul><li>one</li><li>two</li></ul>\n", "one two\n");
    expect_text("<p>caf&eacute;</p>\n", "café\n");
    expect_text("<table><tr><td>a</td><td>b</td></tr></table>\n", "a\tb\n");
    expect_text("<div>never closed <!-- here\n\nafter\n", "never closed \n\nafter\n");
    expect_place("<p>caf&eacute; x <i>yes</i></p>\n", "yes", 1, 21);
}

static void tables_have_cells(void **state)
{
    (void)state;
    const char *table = "| Name | Age |\n|------|:---:|\n| *Bob* | 3 |\n| Eve \\| x | `a\\|b` |\n\nafter\n";
    expect_text(table, "Name\tAge\n\nBob\t3\nEve | x\ta\\|b\n\nafter\n");
    expect_place(table, "Age", 1, 10);
    expect_place(table, "Bob", 3, 4);
    expect_place(table, "3", 3, 11);
    struct document doc = read_md(table);
    static const uint32_t ends[] = {4, 8, 13, 15, 23, 28, 35};
    assert_int_equal(doc.n_block_ends, BASE_COUNT(ends));
    assert_memory_equal(doc.block_ends, ends, sizeof ends);
}

static void places_are_those_of_the_source(void **state)
{
    (void)state;
    expect_place("un*frigging*believable", "unf", 1, 1);
    expect_place("un*frigging*believable", "frigging", 1, 4);
    expect_place("un*frigging*believable", "believable", 1, 13);
    expect_place("\n\n## [Ask](/x) *me*\n", "Ask", 3, 5);
    expect_place("\n\n## [Ask](/x) *me*\n", "me", 3, 15);
    expect_place("> * a\n>   b [c\n>   d](x) e\n", "d", 3, 5);
    expect_place("> * a\n>   b [c\n>   d](x) e\n", "e", 3, 11);
    expect_place("ä *ö* ü\r\nx **y**\r\n", "y", 2, 5);
    expect_place("ä *ö* ü\r\nx **y**\r\n", "ü", 1, 9);
}

static void blocks_end(void **state)
{
    (void)state;
    struct document doc = read_md("# Title\nPara one\nstill\n\n- a\n- b\n");
    static const uint32_t ends[] = {5, 20, 23, 25};
    assert_true(doc.blocks_only);
    assert_int_equal(doc.n_block_ends, BASE_COUNT(ends));
    assert_memory_equal(doc.block_ends, ends, sizeof ends);
}

static void footnotes(void **state)
{
    (void)state;
    expect_text("he said[^1] so\n\n[^1]: Ibid.\n[^two]: Two words[^1] here\n", "he said so\n\nIbid.\nTwo words here\n");
    expect_text("no note[^1] and [^a-z]\n", "no note[^1] and [^a-z]\n");
    expect_text("a[^b] [^a-z] `[^b]`\n\n  [^b]: x\n", "a [^a-z] [^b]\n\nx\n");
    expect_text("```\n[^b]: code\n```\n", "\n[^b]: code\n\n");
    expect_text("text\n[^b]: in *it*\n[^b]", "text\nin it\n");
    expect_text("[^b]:\n\n    indented\n", "\n\nindented\n");
    expect_place("a\n\n[^b]: some note\n", "some", 3, 7);
    expect_place("x[^b] after\n\n[^b]: n\n", "after", 1, 7);
}

static void line_ends_are_kept(void **state)
{
    (void)state;
    expect_text("a *b*\r\n\r\nc\r\n", "a b\r\n\r\nc\r\n");
    expect_text("a\rb", "a b");
    expect_text("\n\n\n", "\n\n\n");
    expect_text("", "");
    /* a NUL behind where files with one are binary separates words */
    char late[CHARSET_BINARY_BYTES + 6];
    memset(late, '.', sizeof late);
    memcpy(late + CHARSET_BINARY_BYTES, "a\0*b*\n", 6);
    struct document doc = read_as("a.md", late, sizeof late);
    assert_int_equal(doc.text_len, CHARSET_BINARY_BYTES + 4);
    assert_memory_equal(doc.text + CHARSET_BINARY_BYTES, "a b\n", 4);
}

/* ---- titles and dates ---------------------------------------------------------------------------------------- */

static void expect_title(const char *source, const char *title, bool in_text)
{
    struct document doc = read_md(source);
    if (title == NULL) {
        assert_null(doc.title);
        return;
    }
    assert_non_null(doc.title);
    if (doc.title_len != strlen(title) || memcmp(doc.title, title, doc.title_len) != 0)
        fail_msg("title '%.*s' and not '%s'", (int)doc.title_len, doc.title, title);
    assert_int_equal(doc.title_in_text, in_text);
}

static void titles(void **state)
{
    (void)state;
    expect_title("no title\n", NULL, false);
    expect_title("text\n\n## The *first* [heading](x)\n\n# Second\n", "The first heading", true);
    expect_title("#\n\n# Second\n", "Second", true);
    expect_title("Two\nlines\n===\n", "Two lines", true);
    expect_title("<h1 align=center>In HTML</h1>\n\n# Not this\n", "In HTML", true);
    expect_title("---\ntitle: Plain title # comment\n---\n# Heading\n", "Plain title", false);
    expect_title("---\ntitle: \"Quoted: \\\"x\\\" \\u00e9\"\nx: y\n---\n", "Quoted: \"x\" é", false);
    expect_title("---\ntitle: 'It''s'\n---\n", "It's", false);
    expect_title("---\ntitle: >-\n  folded\n  over lines\nother: x\n---\n", "folded over lines", false);
    expect_title("---\ntitle: goes on\n  below\n---\n", "goes on below", false);
    expect_title("---\r\ntitle: CRLF\r\n---\r\ntext", "CRLF", false);
    expect_title("---\n\"title\": x\n...\ntext", "x", false);
    expect_title("---\ntitle:\nother: y\n---\n# Heading\n", "Heading", true);
    expect_title("---\nother:\n  title: nested\n---\n# Heading\n", "Heading", true);
    expect_title("+++\ntitle = \"TOML\" # c\n[params]\ntitle = 'no'\n+++\n# Heading\n", "TOML", false);
    expect_title("+++\ntitle = '''lit\\eral'''\n+++\n", "lit\\eral", false);
    expect_title("---\n\nprose\n\n---\n\n# Heading\n", "Heading", true);
    expect_title("---\ntitle: never closed\n\n# Heading\n", "Heading", true);
}

static void front_matter_is_no_text(void **state)
{
    (void)state;
    expect_title("\n---\ntitle: A\n---\ntext\n", "title: A", true); /* behind an empty line it is Markdown */
    expect_text("---\ntitle: T\ntags: [a, b]\n---\ntext\n", "\n\n\n\ntext\n");
    expect_place("---\ntitle: T\n---\n\n*text*\n", "text", 5, 2);
    expect_text("---\n---\nx", "\n\nx");
}

static int64_t date_of(const char *front)
{
    struct document doc = read_md(front);
    return doc.date;
}

static void dates(void **state)
{
    (void)state;
    assert_int_equal(date_of("---\ndate: 2022-11-01\n---\n"), 1667260800);
    assert_int_equal(date_of("---\ndate: 2022-11-01T09:30:00Z\n---\n"), 1667295000);
    assert_int_equal(date_of("---\ndate: \"2022-11-01 09:30:00 +0200\"\n---\n"), 1667287800);
    assert_int_equal(date_of("---\ndate: 2022-11-01 09:30:15.5 -05:00\n---\n"), 1667313015);
    assert_int_equal(date_of("---\ncreated: 2020-01-01\npublished: 2022-11-01\n---\n"), 1667260800);
    assert_int_equal(date_of("---\ndate: 2022-11-01 (draft)\n---\n"), 1667260800);
    assert_int_equal(date_of("+++\ndate = 2022-11-01T09:30:00Z\n+++\n"), 1667295000);
    assert_true(date_of("---\ndate: soon\n---\n") == DOCUMENT_NO_DATE);
    assert_true(date_of("---\ndate: 2022-13-01\n---\n") == DOCUMENT_NO_DATE);
    assert_true(date_of("---\nlastmod: 2022-11-01\n---\n") == DOCUMENT_NO_DATE);
    assert_true(date_of("text") == DOCUMENT_NO_DATE);
}

static void plain_text_is_itself(void **state)
{
    (void)state;
    const char *source = "# not a *heading*\n";
    struct document doc = read_as("a.txt", source, strlen(source));
    assert_int_equal(doc.text_len, strlen(source));
    assert_memory_equal(doc.text, source, doc.text_len);
    assert_null(doc.title);
    assert_false(doc.blocks_only);
    assert_string_equal(reader_for("x/a.MD", 6)->name, "markdown");
    assert_null(reader_for("x.md/a", 6));
    assert_string_equal(reader_for("README.markdown", 15)->name, "markdown");
    assert_string_equal(reader_for("a.TXT", 5)->name, "text");
    assert_null(reader_for("a.m", 3));
}

/* ---- at random ----------------------------------------------------------------------------------------------- */

static uint64_t random_state = 88172645463325252u;

static size_t random_below(size_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (size_t)(random_state >> 11) % n;
}

static const char *const snippets[] = {
    "*",        "**",       "_",      "`",       "```\n",      "[",           "](",
    "](x)",     "![",       "]",      "<",       ">",          "<b>",         "</b>",
    "<!--",     "-->",      "<br>",   "<div>\n", "</div>",     "<script>",    "</script>",
    "&eacute;", "&#65;",    "&",      ";",       "\\",         "\n",          "\n\n",
    "\r\n",     "\r",       "    ",   "\t",      "> ",         "- ",          "1. ",
    "# ",       "===\n",    "---\n",  "|",       "|--|--|\n",  "| a | b |\n", "\"",
    "'",        "~~",       "{#x}",   "+++\n",   "title: x\n", "\xC3\xA9",    "\xE2\x80\x8B",
    "x",        "[x]: y\n", "<?",     "?>",      "<![CDATA[",  "<h1>",        "</h1>",
    "<td>",     "$",        "- [x] ", "[^x]",    "[^x]: ",     "\n[^x]: y",
};

/* Changes a text in place a few times: puts something in, takes something out, moves a piece. */
static size_t mutate(char *text, size_t len, size_t cap)
{
    for (size_t n = 1 + random_below(8); n > 0; n--) {
        size_t at = random_below(len + 1);
        const char *snippet = snippets[random_below(BASE_COUNT(snippets))];
        size_t add = strlen(snippet), cut = random_below(20) == 0 ? random_below(200) : random_below(3);
        cut = cut > len - at ? len - at : cut;
        if (len - cut + add > cap)
            continue;
        memmove(text + at + add, text + at + cut, len - at - cut);
        memcpy(text + at, snippet, add);
        len = len - cut + add;
    }
    return len;
}

/* The reader converts what is not UTF-8, so the laws are about what it converted to. */
static void check_random(const char *text, size_t len)
{
    struct document doc;
    const char *source = text;
    size_t source_len = len;
    enum read_result result = try_read_as("a.md", text, len, &doc);
    if (result == READ_BINARY)
        return;
    assert_int_equal(result, READ_OK);
    if (utf8_invalid_at(text, len) != len) {
        source = room.charset.text.data;
        source_len = room.charset.text.len;
    } else if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        source += 3;
        source_len -= 3;
    }
    check_laws(&doc, &room.markup, source, source_len);
    if (failures > 0) {
        FILE *out = fopen("failing.md", "wb");
        if (out != NULL) {
            (void)fwrite(source, 1, source_len, out);
            (void)fclose(out);
        }
        fail_msg("a law is broken; the source is in failing.md");
    }
}

static void random_soup(void **state)
{
    (void)state;
    char text[4096];
    for (int round = 0; round < 4000; round++) {
        size_t len = 0;
        for (size_t n = random_below(60); n > 0; n--)
            len = mutate(text, len, sizeof text);
        char *exact = malloc(len + 1); /* so that a sanitizer sees a read past the end */
        assert_non_null(exact);
        memcpy(exact, text, len);
        check_random(exact, len);
        free(exact);
    }
}

static int release_room(void **state)
{
    (void)state;
    release_reader();
    return 0;
}

/* ---- files, for minutes -------------------------------------------------------------------------------------- */

static int fuzz_files(double seconds, char **paths, int n)
{
    time_t until = time(NULL) + (time_t)seconds;
    unsigned long rounds = 0;
    random_state ^= (uint64_t)until << 20;
    printf("seed %llu\n", (unsigned long long)random_state);
    enum { CAP = 1 << 20 };
    char *text = malloc(CAP), *work = malloc(CAP);
    for (int i = 0; time(NULL) < until; i = (i + 1) % n) {
        FILE *in = fopen(paths[i], "rb");
        if (in == NULL || text == NULL || work == NULL)
            return 1;
        size_t len = fread(text, 1, CAP / 2, in);
        (void)fclose(in);
        for (int k = 0; k < 20; k++, rounds++) {
            memcpy(work, text, len);
            size_t changed = k == 0 ? len : mutate(work, len, CAP);
            char *exact = malloc(changed + 1);
            if (exact == NULL)
                return 1;
            memcpy(exact, work, changed);
            check_random(exact, changed);
            free(exact);
        }
    }
    printf("%lu rounds\n", rounds);
    free(text);
    free(work);
    reader_room_release(&room);
    return failures > 0;
}

int main(int argc, char **argv)
{
    if (argc > 2)
        return fuzz_files(strtod(argv[1], NULL), argv + 2, argc - 2);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_neither_adds_nor_separates),
        cmocka_unit_test(entities_are_characters),
        cmocka_unit_test(code_is_text),
        cmocka_unit_test(html_blocks_lose_their_tags),
        cmocka_unit_test(tables_have_cells),
        cmocka_unit_test(places_are_those_of_the_source),
        cmocka_unit_test(blocks_end),
        cmocka_unit_test(footnotes),
        cmocka_unit_test(line_ends_are_kept),
        cmocka_unit_test(titles),
        cmocka_unit_test(front_matter_is_no_text),
        cmocka_unit_test(dates),
        cmocka_unit_test(plain_text_is_itself),
        cmocka_unit_test(random_soup),
    };
    return cmocka_run_group_tests(tests, NULL, release_room);
}
