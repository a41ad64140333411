/* test_reader_html.c - HTML to text: words neither added, joined nor separated by markup, every byte at its line and
 * column; titles, dates, charsets; pages made to be slow.
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

#include "lib/buf.h"
#include "tests/unit/reader_help.h"

static struct document read_html(const char *source)
{
    struct document doc = read_as("a.html", source, strlen(source));
    check_laws(&doc, &room.markup, source, strlen(source));
    assert_int_equal(failures, 0);
    return doc;
}

static void expect_text(const char *source, const char *text)
{
    struct document doc = read_html(source);
    if (doc.text_len != strlen(text) || memcmp(doc.text, text, doc.text_len) != 0)
        fail_msg("%s\ngave:\n%.*s\nand not:\n%s", source, (int)doc.text_len, doc.text, text);
}

static void expect_place(const char *source, const char *word, size_t line, size_t column)
{
    struct document doc = read_html(source);
    const char *at = memmem(doc.text, doc.text_len, word, strlen(word));
    assert_non_null(at);
    assert_int_equal(count_lines(doc.text, (size_t)(at - doc.text)) + 1, line);
    assert_int_equal(column_of(&doc, (size_t)(at - doc.text)), column);
}

static void expect_title(const char *source, const char *title, bool in_text)
{
    struct document doc = read_html(source);
    if (title == NULL) {
        assert_null(doc.title);
        return;
    }
    assert_non_null(doc.title);
    assert_int_equal(doc.title_len, strlen(title));
    assert_memory_equal(doc.title, title, doc.title_len);
    assert_int_equal(doc.title_in_text, in_text);
}

static void markup_neither_adds_nor_separates(void **state)
{
    (void)state;
    expect_text("un<em>frigging</em>believable", "unfriggingbelievable");
    expect_text("<p><a href=\"http://x/y\" title='no words'>an interview</a> on Thursday", "an interview on Thursday");
    expect_text("a<!-- not > this -->b<!---->c<!-->d<!--->e", "abcde");
    expect_text("a<!-- x --!>b<!-- -- - -> -->c<!-- never closed", "abc");
    expect_text("a<script>if (1 < 2) x('</p>')</script>b<STYLE>p > a {}</Style>c", "abc");
    expect_text("a<script>'</scr' + 'ipt>'</script>b", "ab");
    expect_text("a<template><p>no<template>ne</template></p> of this</template>b", "ab");
    expect_text("a<iframe><p>old</p></iframe>b<noframes>x</noframes>c", "a bc");
    expect_text("<img src=x alt='a picture'>tree<wbr>house", "treehouse");
    expect_text("a<x-y z>b</x-y>c</>d</ e>f<?php echo 1 ?>g<!x>h", "abcdfgh");
    expect_text("1 < 2 & 3 <4 <", "1 < 2 & 3 <4 <");
    expect_text("a <b title=\"x > y\">c</b> <b title=x/>d</b>", "a c d");
    expect_text("a<b", "a");
    expect_text("<input value=\"never closed>a", "");
    expect_text("<!DOCTYPE html><html><head><meta name=a content='b c'></head><body>x</body></html>", "x");
    expect_text("", "");
    expect_text("a\r\n<b>b</b>\r\n", "a\r\nb\r\n");
}

static void blocks_separate(void **state)
{
    (void)state;
    expect_text("<p>a<p>b<div>c</div>d<li>e", "a b c d e");
    expect_text("a<br>b<br/>c<hr>d", "a b c d");
    expect_text("<table><tr><td>a</td><td>b</td></tr><tr><th>c</table>", "a\tb\tc");
    expect_text("<p>  a  b \n\n\t c </p>\n  <p>d</p>", "a  b\n\nc\nd");
    expect_text("a <b> b </b> c", "a b c");
    expect_text("<pre>\n  a\n    b\n</pre>  c  d", "\n  a\n    b\nc  d");
    struct document doc = read_html("<p>One.</p><p>Two</p>\n\nthree<br><br>four<br>five");
    assert_int_equal(doc.n_block_ends, 3);
    assert_true(doc.blocks_only);
    assert_memory_equal(doc.text + doc.block_ends[0] - 4, "One.", 4);
    assert_memory_equal(doc.text + doc.block_ends[1] - 3, "Two", 3);
    assert_memory_equal(doc.text + doc.block_ends[2] - 5, "three", 5);
}

static void references_are_characters(void **state)
{
    (void)state;
    expect_text("caf&eacute; &#233;t&#xE9; &amp;amp; AT&T R&D", "caf\u00e9 \u00e9t\u00e9 &amp; AT&T R&D");
    expect_text("caf&eacute au lait &copy2020 &notit; &#233t &lt", "caf\u00e9 au lait \u00a92020 \u00acit; \u00e9t <");
    expect_text("a&nbsp;b&shy;c&#0;d&#x110000;e&#99999999999;", "a\u00a0b\u00adc\uFFFDd\uFFFDe\uFFFD");
    expect_text("x &nosuch; &; & &#; &#x; y", "x &nosuch; &; & &#; &#x; y");
    expect_text("&rsquo;tis &ldquo;so&rdquo;&hellip;", "\u2019tis \u201cso\u201d\u2026");
}

static void places_are_those_of_the_source(void **state)
{
    (void)state;
    expect_place("<p>one</p>\n  <b>two</b> three", "three", 2, 14);
    expect_place("<p>caf&eacute; noir</p>", "noir", 1, 16);
    expect_place("\xC3\xA9<i>\xC3\xA9</i>x <b>y", "y", 1, 17);
    expect_place("<html>\r\n<body>\r\n<p>a\r\n<i>b</i> c", "c", 4, 10);
    expect_place("<pre>\n  <b>x</b>\n  y", "y", 3, 3);
    expect_place("<!-- \n\n --> <script>\n\n</script><p\nclass=x>word", "word", 6, 9);
    expect_place("<title>T</title><div><div>w</div><div>v</div></div>", "v", 1, 39);
    expect_place("a<br>\n\n\n   &amp; b", "b", 4, 10);
    char *page = malloc(1 << 20);
    assert_non_null(page);
    size_t len = 0;
    for (unsigned i = 0; i < 20000; i++)
        len += (size_t)snprintf(page + len, 48, "<p>w%u <i>caf&eacute;</i></p>", i);
    struct document doc = read_as("a.html", page, len);
    check_laws(&doc, &room.markup, page, len);
    assert_int_equal(failures, 0);
    const char *at = memmem(doc.text, doc.text_len, "w19999", 6);
    assert_non_null(at);
    assert_memory_equal(page + column_of(&doc, (size_t)(at - doc.text)) - 1, "w19999", 6);
    free(page);
}

static void titles(void **state)
{
    (void)state;
    expect_title("<title> A &amp;\n B </title><h1>C</h1>", "A & B", false);
    expect_title("<title>a <b> & c</title>", "a <b> & c", false);
    expect_title("<title></title><h2>The <i>first</i>\nheading</h2><h1>no</h1>", "The first heading", true);
    expect_title("<h1> <img src=x> </h1><h1>Second</h1>", "Second", true);
    expect_title("<title>Page</title><svg><title>Drawing</title></svg>", "Page", false);
    expect_title("<p>none</p>", NULL, false);
    expect_title("<title>never closed<p>text</p>", "never closed", false);
    expect_text("<title>Words of the title</title>\ntext", "\ntext");
    expect_text("a<svg><title>Drawing</title></svg>b", "ab");
}

static int64_t date_of(const char *source)
{
    return read_html(source).date;
}

static void dates(void **state)
{
    (void)state;
    assert_int_equal(date_of("<meta name=date content=2022-11-01>"), 1667260800);
    assert_int_equal(date_of("<meta property=\"article:published_time\" content=\"2022-11-01T09:30:00+02:00\" />"),
                     1667260800 + 7 * 3600 + 1800);
    assert_int_equal(date_of("<META CONTENT='2022-11-01' NAME='DC.Date'>"), 1667260800);
    assert_int_equal(date_of("<meta name=date content=2020-01-01><meta property=article:published_time "
                             "content=2022-11-01><meta name=created content=2021-01-01>"),
                     1667260800);
    assert_true(date_of("<meta name=date content=yesterday>") == DOCUMENT_NO_DATE);
    assert_true(date_of("<!-- <meta name=date content=2022-11-01> -->") == DOCUMENT_NO_DATE);
}

static void charsets_as_declared(void **state)
{
    (void)state;
    struct document doc = read_as("a.htm", "<meta charset='iso-8859-7'>\xE1\xE2", 29);
    assert_int_equal(doc.text_len, 4);
    assert_memory_equal(doc.text, "\u03b1\u03b2", 4);
    const char *old = "<META http-equiv=Content-Type content='text/html; charset=koi8-r'>\xC1\xC2";
    doc = read_as("a.htm", old, strlen(old));
    assert_memory_equal(doc.text, "\u0430\u0431", 4);
    const char *japanese = "<meta charset=iso-2022-jp>\x1b$B4A;z\x1b(B";
    doc = read_as("a.htm", japanese, strlen(japanese));
    assert_memory_equal(doc.text, "\u6f22\u5b57", 6);
    const char *liar = "<meta charset=iso-8859-1>caf\u00e9";
    doc = read_as("a.htm", liar, strlen(liar));
    assert_memory_equal(doc.text, "caf\u00e9", 5);
}

static void known_by_its_beginning(void **state)
{
    (void)state;
    const char *page = "\n<!-- c -->\n<!DOCTYPE HTML><title>T</title>x", *text = "<htmlish> is no tag";
    assert_int_equal(read_as("page", page, strlen(page)).title_len, 1);
    assert_int_equal(read_as("page.php", page, strlen(page)).title_len, 1);
    assert_null(read_as("page.txt", page, strlen(page)).title);
    assert_int_equal(read_as("page", text, strlen(text)).text_len, strlen(text));
}

/* Repeats a piece until it is long; gives the seconds that reading took. */
static double seconds_for(const char *before, const char *piece, size_t times, const char *behind)
{
    struct buf page = BUF_INIT;
    struct timespec start, end;
    buf_adds(&page, before);
    for (size_t i = 0; i < times; i++)
        buf_adds(&page, piece);
    buf_adds(&page, behind);
    assert_true(buf_ok(&page));
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    (void)read_as("a.html", page.data, page.len);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    buf_release(&page);
    return (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
}

/* What makes tree builders overflow a stack or take quadratic time takes milliseconds here. */
static void no_page_is_slow(void **state)
{
    (void)state;
    enum { TIMES = 100000 };
    static const char *const pieces[] = {"<div>",   "<b><i><font>", "<title>", "<!--",   "<script>",    "<template>",
                                         "<table>", "<p><a x=\"",   "</p>",    "<!-- -", "<br>",        "<h1>",
                                         "&",       "&#",           "&#x1",    "<",      "<title></b>", "</",
                                         "<x y=",   "<x y",         "=",       "<pre>",  "<?",          "<x y='z' "};
    for (size_t i = 0; i < BASE_COUNT(pieces); i++) {
        double seconds = seconds_for("text", pieces[i], TIMES, "end");
        if (seconds > 2)
            fail_msg("%d times %s took %.1f seconds", TIMES, pieces[i], seconds);
    }
}

static int release_all(void **state)
{
    (void)state;
    release_reader();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_neither_adds_nor_separates),
        cmocka_unit_test(blocks_separate),
        cmocka_unit_test(references_are_characters),
        cmocka_unit_test(places_are_those_of_the_source),
        cmocka_unit_test(titles),
        cmocka_unit_test(dates),
        cmocka_unit_test(charsets_as_declared),
        cmocka_unit_test(known_by_its_beginning),
        cmocka_unit_test(no_page_is_slow),
    };
    return cmocka_run_group_tests(tests, NULL, release_all);
}
