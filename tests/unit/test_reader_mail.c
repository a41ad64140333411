/* test_reader_mail.c - e-mail to text: decoded headers, the readable parts, broken MIME; mailboxes cut into messages.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "tests/unit/reader_help.h"

/* What a file gave: a line for each document or skip, then the text. */
struct given {
    struct buf log;
    int64_t date;
    bool derived;
};

static bool log_document(void *user, struct document *doc)
{
    struct given *g = user;
    assert_int_equal(utf8_invalid_at(doc->text, doc->text_len), doc->text_len);
    if (doc->title_in_text) {
        assert_int_equal(doc->title_end - doc->title_start, doc->title_len);
        assert_memory_equal(doc->text + doc->title_start, doc->title, doc->title_len);
    }
    buf_addf(&g->log, "[%.*s|%.*s]\n%.*s", (int)doc->path_len, doc->path, (int)doc->title_len,
             doc->title == NULL ? "" : doc->title, (int)doc->text_len, doc->text);
    g->date = doc->date;
    g->derived = doc->derived;
    return true;
}

static bool log_skip(void *user, const char *path, size_t path_len, enum read_result why, const char *detail)
{
    struct given *g = user;
    buf_addf(&g->log, "[%.*s: skipped %d%s]\n", (int)path_len, path, (int)why, detail);
    return true;
}

static enum read_result read_limited(const char *path, const char *source, size_t len, uint64_t max, struct given *g)
{
    struct reader_sink sink = {log_document, log_skip, g};
    struct reading r = {
        .room = &room, .in = &input, .path = path, .path_len = strlen(path), .max_size = max, .sink = &sink};
    assert_int_equal(input_from_memory(&input, source, len), READ_OK);
    return reader_read(&r);
}

static void expect(const char *path, const char *source, const char *given)
{
    struct given g = {0};
    assert_int_equal(read_limited(path, source, strlen(source), 1 << 20, &g), READ_OK);
    buf_addc(&g.log, '\0');
    assert_string_equal(g.log.data, given);
    buf_release(&g.log);
}

static void headers_are_decoded(void **state)
{
    (void)state;
    expect("a.eml",
           "From: =?utf-8?q?Ada_L=C3=B6velace?= <ada@example.org>\r\nTo: b@example.org,\r\n c@example.org\r\n"
           "Subject: =?iso-8859-1?q?Gr=FC=DFe?=\r\n =?iso-8859-1?q?_aus_K=F6ln?=\r\n"
           "Date: Sun, 22 Nov 2020 10:00:00 +0100\r\nX-Other: not shown\r\n\r\nBody\r\ntext.\r\n",
           "[a.eml|Gr\u00fc\u00dfe aus K\u00f6ln]\nFrom: Ada L\u00f6velace <ada@example.org>\n"
           "To: b@example.org, c@example.org\nDate: Sun, 22 Nov 2020 10:00:00 +0100\nSubject: Gr\u00fc\u00dfe aus "
           "K\u00f6ln\n"
           "\nBody\ntext.\n");
    expect("a.eml", "Subject: caf\xe9\n\nx", "[a.eml|caf\u00e9]\nSubject: caf\u00e9\n\nx");
    expect("a.eml", "Subject:\n\nno words above", "[a.eml|]\nno words above");
    expect("a.eml", "", "[a.eml|]\n");
    expect("a.eml", "\n\nonly text\n", "[a.eml|]\n\nonly text\n");
}

static void dates(void **state)
{
    (void)state;
    struct given g = {0};
    const char *good = "Date: Sun, 22 Nov 2020 10:00:00 +0100\n\nx", *bad = "Date: some day\n\nx";
    assert_int_equal(read_limited("a.eml", good, strlen(good), 1000, &g), READ_OK);
    assert_int_equal(g.date, 1606035600);
    assert_int_equal(read_limited("a.eml", bad, strlen(bad), 1000, &g), READ_OK);
    assert_true(g.date == DOCUMENT_NO_DATE);
    buf_release(&g.log);
}

/* Where lines and columns are looked up depends on it. */
static void texts_of_their_own(void **state)
{
    (void)state;
    static const struct {
        const char *path, *source;
        bool derived;
    } files[] = {{"a.eml", "Subject: x\n\nx", true},
                 {"a.mbox", "From x Sun Nov 22 10:00:00 2020\nSubject: x\n\nx\n", true},
                 {"a.txt", "x", false},
                 {"a.html", "<p>x", false}};
    for (size_t i = 0; i < BASE_COUNT(files); i++) {
        struct given g = {0};
        assert_int_equal(read_limited(files[i].path, files[i].source, strlen(files[i].source), 1000, &g), READ_OK);
        assert_int_equal(g.derived, files[i].derived);
        buf_release(&g.log);
    }
}

static void charsets_and_encodings(void **state)
{
    (void)state;
    expect("a.eml",
           "Subject: x\nContent-Type: text/plain; charset=iso-8859-15\nContent-Transfer-Encoding: quoted-printable\n\n"
           "na=EFve 5 =A4 and a long li=\nne\n",
           "[a.eml|x]\nSubject: x\n\nna\u00efve 5 \u20ac and a long line\n");
    expect("a.eml",
           "Subject: x\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nw6nDqQo=\n",
           "[a.eml|x]\nSubject: x\n\n\u00e9\u00e9\n");
    expect("a.eml", "Subject: x\nContent-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B4A;z\x1b(B\n",
           "[a.eml|x]\nSubject: x\n\n\u6f22\u5b57\n");
    expect("a.eml", "Subject: x\nContent-Type: text/plain; charset=no-such-thing\n\ncaf\xe9\n",
           "[a.eml|x]\nSubject: x\n\ncaf\u00e9\n");
}

#define PART(type, more, text) "--zz\nContent-Type: " type "\n" more "\n" text "\n"
#define MULTI(type, parts)                                                                                             \
    "Subject: s\nContent-Type: multipart/" type "; boundary=zz\n\npreamble\n" parts "--zz--\nepilogue\n"

static void the_readable_parts(void **state)
{
    (void)state;
    expect("a.eml", MULTI("alternative", PART("text/plain", "", "plain") PART("text/html", "", "<b>rich</b>")),
           "[a.eml|s]\nSubject: s\n\nplain");
    expect("a.eml", MULTI("alternative", PART("text/plain", "", " ") PART("text/html", "", "<b>rich</b>")),
           "[a.eml|s]\nSubject: s\n\nrich");
    expect("a.eml",
           MULTI("mixed",
                 PART("text/plain", "", "body") PART("image/png", "", "xx")
                     PART("text/x-diff", "Content-Disposition: attachment; filename*=utf-8''f%C3%BCr.diff\n", "+line")),
           "[a.eml|s]\nSubject: s\n\nbody\n\nAttachment: f\u00fcr.diff\n\n+line");
    expect("a.eml", MULTI("related", PART("text/html", "", "<p>page<style>p{}</style>") PART("text/css", "", "p {}")),
           "[a.eml|s]\nSubject: s\n\npage");
    expect("a.eml",
           MULTI("related", PART("image/png", "", "xx") PART("text/html", "", "<p>page") PART("text/css", "", "p {}")),
           "[a.eml|s]\nSubject: s\n\npage");
    expect("a.eml", MULTI("mixed", PART("message/rfc822", "", "Subject: inner\nFrom: x@y\n\ninside")),
           "[a.eml|s]\nSubject: s\n\nFrom: x@y\nSubject: inner\n\ninside");
    expect("a.eml", "Subject: s\nContent-Type: application/pdf\n\nwords", "[a.eml|s]\nSubject: s\n");
    expect("a.eml",
           "Subject: s\nContent-Type: text/html; charset=utf-8\n\n<title>no</title><div>one<div>two</div></div>\n\n"
           "<p>three&nbsp;<i>fo</i>ur<br>five<pre>six\n  seven</pre><table><tr><td>8<td>9</table>",
           "[a.eml|s]\nSubject: s\n\none\ntwo\n\nthree\u00a0four\nfive\n\nsix\n  seven\n\n8\t9");
}

static void broken_mime_gives_what_there_is(void **state)
{
    (void)state;
    expect("a.eml", "Subject: s\nContent-Type: multipart/mixed; boundary=zz\n\n--zz\n\nnever closed",
           "[a.eml|s]\nSubject: s\n\nnever closed");
    expect("a.eml", "Subject: s\nContent-Type: multipart/mixed\n\nno boundary\n", "[a.eml|s]\nSubject: s\n");
    expect("a.eml", "Subject: =?utf-8?q?half\nContent-Type: ;;;\n\ntext\n",
           "[a.eml|=?utf-8?q?half]\nSubject: =?utf-8?q?half\n\ntext\n");
}

#define FROM "From ada@example.org Sun Nov 22 09:30:00 2020\n"

static void mailboxes_are_cut(void **state)
{
    (void)state;
    const char *box =
        FROM "Subject: one\n\nFrom here on\n\nFrom now on it is text\n>From quoted\n>>From twice\n\n" FROM
             "Subject: two\n\nx\n" FROM "behind no empty line\n\n" FROM ">From old@host\nSubject: three\n";
    const char *cut =
        "[b.mbox/1|one]\nSubject: one\n\nFrom here on\n\nFrom now on it is text\nFrom quoted\n>From twice\n"
        "[b.mbox/2|two]\nSubject: two\n\nx\n" FROM "behind no empty line\n[b.mbox/3|three]\nSubject: three\n";
    expect("b.mbox", box, cut);
    expect("b.mbox", "", "");
    expect("b.mbox", "\n" FROM "Subject: s\n\nx\n", "[b.mbox/1|s]\nSubject: s\n\nx\n");
    expect("b.mbox", "From: x@y\nSubject: s\n\nx\n", "[b.mbox|s]\nFrom: x@y\nSubject: s\n\nx\n");
    expect("b.mbox", "From a Nov 22 09:30 2020\r\nSubject: s\r\n\r\nx\r\n\r\nFrom a 09:30 2020\r\n\r\ny\r\n",
           "[b.mbox/1|s]\nSubject: s\n\nx\n[b.mbox/2|]\ny\n");
    struct given g = {0};
    assert_int_equal(read_limited("b.mbox", "words", 5, 1000, &g), READ_BROKEN);
    assert_string_equal(input.detail, "it does not begin as a mailbox does");
    buf_release(&g.log);
}

/* One message after the other, whatever their sizes; one that is too large costs only itself. */
static void the_limit_is_of_a_message(void **state)
{
    (void)state;
    enum { LIMIT = 100000, LARGE = 300000, MESSAGES = 40 };
    struct buf box = BUF_INIT, expected = BUF_INIT;
    struct given g = {0};
    for (int i = 1; i <= MESSAGES; i++) {
        size_t len = i % 3 == 0 ? LARGE : (size_t)(i * 1237) % 60000;
        buf_addf(&box, FROM "Subject: %d\n\n", i);
        size_t text = box.len;
        for (size_t n = 0; n < len; n += 10)
            buf_adds(&box, n % 500 == 490 ? "From here\n" : "ten bytes\n");
        if (len >= LARGE)
            buf_addf(&expected, "[b.mbox/%d: skipped %d]\n", i, READ_TOO_LARGE);
        else
            buf_addf(&expected, "[b.mbox/%d|%d]\nSubject: %d\n%s%.*s", i, i, i, len > 0 ? "\n" : "",
                     (int)(box.len - text), box.data + text);
        buf_addc(&box, '\n');
    }
    assert_true(buf_ok(&box));
    assert_int_equal(read_limited("b.mbox", box.data, box.len, LIMIT, &g), READ_OK);
    assert_int_equal(g.log.len, expected.len);
    assert_memory_equal(g.log.data, expected.data, expected.len);
    buf_release(&g.log);
    buf_release(&expected);
    buf_release(&box);
}

static void known_by_their_beginning(void **state)
{
    (void)state;
    const char *mail = "Return-Path: <a@b>\nReceived: by x\nFrom: a@b\nSubject: s\n\nx\n";
    const char *box = FROM "From: a@b\nSubject: s\n\nx\n";
    const char *patch = "From 0123456789 Mon Sep 17 00:00:00 2001\nFrom: a@b\nDate: x\nSubject: s\n\nx\n";
    const char *given = "|s]\nFrom: a@b\nSubject: s\n\nx\n";
    char text[200];
    (void)snprintf(text, sizeof text, "[m/1234.host:2,S%s", given);
    expect("m/1234.host:2,S", mail, text);
    (void)snprintf(text, sizeof text, "[m/cur/1%s", given);
    expect("m/cur/1", "From: a@b\nSubject: s\n\nx\n", text);
    (void)snprintf(text, sizeof text, "[2020-November.txt/1%s", given);
    expect("2020-November.txt", box, text);
    (void)snprintf(text, sizeof text, "[inbox/1%s", given);
    expect("inbox", box, text);
    (void)snprintf(text, sizeof text, "[a.txt|]\n%s", mail);
    expect("a.txt", mail, text);
    (void)snprintf(text, sizeof text, "[series|]\n%s", patch);
    expect("series", patch, text);
    expect("b/a.patch", patch,
           "[b/a.patch|]\nFrom 0123456789 Mon Sep 17 00:00:00 2001\nFrom: a@b\nDate: x\nSubject: s\n\nx\n");
    expect("notes", "From: here\nTo: there\n\nx", "[notes|]\nFrom: here\nTo: there\n\nx");
    expect("code.c", "From: a\nTo: b\nint x;\n", "[code.c|]\nFrom: a\nTo: b\nint x;\n");
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
        cmocka_unit_test(headers_are_decoded),      cmocka_unit_test(dates),
        cmocka_unit_test(texts_of_their_own),       cmocka_unit_test(charsets_and_encodings),
        cmocka_unit_test(the_readable_parts),       cmocka_unit_test(broken_mime_gives_what_there_is),
        cmocka_unit_test(mailboxes_are_cut),        cmocka_unit_test(the_limit_is_of_a_message),
        cmocka_unit_test(known_by_their_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, release_all);
}
