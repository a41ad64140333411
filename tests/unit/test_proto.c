/* test_proto.c - queryd: cutting a stream into lines, taking a line apart, settings, addresses.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/search.h"
#include "queryd/address.h"
#include "queryd/framer.h"
#include "queryd/proto.h"

enum { MAX_LINE = 80 };

/* ---- lines ---- */

/* Feeds a stream in steps of so many bytes and writes its lines as "[line]", an overlong one as "[!beginning]". */
static void cut_with(const char *stream, size_t len, size_t step, framer_body *body, struct buf *out)
{
    struct framer f;
    struct framer_line line;
    framer_init(&f, MAX_LINE, 2 * MAX_LINE, body);
    for (size_t at = 0; at < len;) {
        size_t n = len - at < step ? len - at : step;
        size_t used = framer_feed(&f, stream + at, n, &line);
        assert_true(used > 0);
        at += used;
        if (line.text != NULL)
            assert_int_equal(line.number, f.n_read - 1);
        while (framer_next(&f, &line))
            buf_addf(out, "[%s%.*s]", line.overlong ? "!" : "", (int)line.len, line.text);
    }
    framer_end(&f, &line);
    while (framer_next(&f, &line))
        buf_addf(out, "[%s%.*s]", line.overlong ? "!" : "", (int)line.len, line.text);
    assert_false(framer_failed(&f));
    framer_release(&f);
}

static void cut(const char *stream, size_t len, size_t step, struct buf *out)
{
    cut_with(stream, len, step, NULL, out);
}

static void assert_lines(const char *stream, const char *want)
{
    static const size_t steps[] = {1, 2, 3, 7, 79, 80, 81, 82, 1000};
    for (size_t i = 0; i < BASE_COUNT(steps); i++) {
        struct buf out = BUF_INIT;
        cut(stream, strlen(stream), steps[i], &out);
        buf_addc(&out, '\0');
        assert_string_equal(out.data, want);
        buf_release(&out);
    }
}

#define X10 "xxxxxxxxxx"
#define X70 X10 X10 X10 X10 X10 X10 X10
#define X80 X70 X10
#define KEPT X10 X10 X10 X10 X10 X10 "xxxx" /* FRAMER_KEPT bytes */

static void line_ends(void **state)
{
    (void)state;
    assert_lines("", "");
    assert_lines("a", "[a]");
    assert_lines("a\n", "[a]");
    assert_lines("a\r\nb\nc", "[a][b][c]");
    assert_lines("\n\r\n\n", "[][][]");
    assert_lines("a\rb\n\r", "[a\rb][]");
    assert_lines("a\r\r\n", "[a\r]");
}

/* A line "bN" is followed by N bytes, of any kind. */
static uint64_t body_of(const char *line, size_t len)
{
    uint64_t n = 0;
    for (size_t i = 1; i < len && line[0] == 'b'; i++)
        n = n * 10 + (uint64_t)(line[i] - '0');
    return n;
}

static void assert_bodies(const char *stream, const char *want)
{
    static const size_t steps[] = {1, 2, 3, 7, 79, 80, 81, 1000};
    for (size_t i = 0; i < BASE_COUNT(steps); i++) {
        struct buf out = BUF_INIT;
        cut_with(stream, strlen(stream), steps[i], body_of, &out);
        buf_addc(&out, '\0');
        assert_string_equal(out.data, want);
        buf_release(&out);
    }
}

static void bodies(void **state)
{
    (void)state;
    assert_bodies("b3\nxyz", "[b3\nxyz]");
    assert_bodies("a\nb3\r\nx\nya\nb0\nb\nb1\n\n", "[a][b3\nx\ny][a][b0][b][b1\n\n]");
    assert_bodies("b5\nxy\n", "[b5\nxy\n]");
    assert_bodies("b5", "[b5\n]");
    assert_bodies("b78\n" "0123456789", "[!b78]");
    assert_bodies("b76\n" X70 "123456next\n", "[b76\n" X70 "123456][next]");
    assert_bodies("b77\n" X70 "1234567next\n", "[!b77][next]");
    assert_bodies("b4000000000\n" X70 "\nnext\n", "[!b4000000000]");
}

static void longest_line(void **state)
{
    (void)state;
    assert_lines(X80 "\n", "[" X80 "]");
    assert_lines(X80 "\r\nb", "[" X80 "][b]");
    assert_lines(X80, "[" X80 "]");
    assert_lines(X80 "\r", "[" X80 "]");
}

static void overlong_lines(void **state)
{
    (void)state;
    assert_int_equal(strlen(KEPT), FRAMER_KEPT);
    assert_lines(X80 "x\nb\n", "[!" KEPT "][b]");
    assert_lines(X80 "x\r\nb\n", "[!" KEPT "][b]");
    assert_lines(X80 "\rx\nb\n", "[!" KEPT "][b]");
    assert_lines(X80 X80 X80 X80 "\nb\n" X80 X80 "\n\n", "[!" KEPT "][b][!" KEPT "][]");
    assert_lines(X80 X80, "[!" KEPT "]");
}

/* Lines that wait take no more than a bound, whatever they are, and all come out once they are taken. */
static void bounded(void **state)
{
    static const char *const floods[] = {"\n", "ping\n", X80 "\n"};
    (void)state;
    for (size_t i = 0; i < BASE_COUNT(floods); i++) {
        struct framer f;
        struct framer_line line;
        uint64_t n = 0;
        framer_init(&f, MAX_LINE, 2 * MAX_LINE, NULL);
        while (framer_has_room(&f))
            (void)framer_feed(&f, floods[i], strlen(floods[i]), &line);
        assert_true(f.waiting.len >= MAX_LINE && f.waiting.len <= 4 * MAX_LINE);
        assert_int_equal(framer_feed(&f, "x\n", 2, &line), 0);
        while (framer_next(&f, &line))
            assert_int_equal(line.number, n++);
        assert_int_equal(n, f.n_read);
        framer_trim(&f);
        assert_int_equal(framer_waiting(&f), 0);
        framer_release(&f);
    }
}

/* Taking some and feeding more, in turns, loses nothing. */
static void in_turns(void **state)
{
    struct framer f;
    struct framer_line line;
    unsigned given = 0, taken = 0;
    (void)state;
    framer_init(&f, MAX_LINE, 2 * MAX_LINE, NULL);
    for (unsigned round = 0; round < 1000; round++) {
        char text[32];
        int len = snprintf(text, sizeof text, "line %u\n", given);
        if (framer_feed(&f, text, (size_t)len, &line) > 0)
            given++;
        if (round % 3 != 0 && framer_next(&f, &line)) {
            len = snprintf(text, sizeof text, "line %u", taken++);
            assert_int_equal(line.len, len);
            assert_memory_equal(line.text, text, line.len);
        }
    }
    assert_true(taken > 300 && given >= taken);
    framer_release(&f);
}

/* ---- a line ---- */

static bool parse(const char *text, struct proto *p, struct reply *reply)
{
    struct framer_line line = {text, strlen(text), false, 0};
    reply_clear(reply);
    return proto_parse(&line, MAX_LINE, p, reply);
}

static void parts_of_a_line(void **state)
{
    struct proto p;
    struct reply reply = {0};
    (void)state;
    assert_true(parse("@t1  SEARCH   a b ", &p, &reply));
    assert_int_equal(p.tag_len, 2);
    assert_memory_equal(p.tag, "t1", 2);
    assert_ptr_equal(p.command, &command_search);
    assert_int_equal(p.arg_len, 4);
    assert_memory_equal(p.arg, "a b ", 4);
    assert_true(parse("ping", &p, &reply));
    assert_int_equal(p.tag_len, 0);
    assert_ptr_equal(p.command, &command_ping);
    reply_release(&reply);
}

static void refused_lines(void **state)
{
    static const struct {
        const char *text, *status;
    } lines[] = {
        {"", "ERR 400 bad-request a command is missing; `help` lists them"},
        {"pin", "ERR 400 bad-request no such command; `help` lists them"},
        {"pings", "ERR 400 bad-request no such command; `help` lists them"},
        {"ping x", "ERR 400 bad-request usage: ping"},
        {"search", "ERR 400 bad-request usage: search QUERY"},
        {"a\xff", "ERR 415 bad-utf8 offset=1 the request is not UTF-8"},
        {"@", "ERR 400 bad-request a tag is 1 to 32 bytes without spaces or control bytes"},
        {"GET / HTTP/1.0", "ERR 400 bad-request this is not a web server; see `help`"},
    };
    struct proto p;
    struct reply reply = {0};
    (void)state;
    for (size_t i = 0; i < BASE_COUNT(lines); i++) {
        assert_false(parse(lines[i].text, &p, &reply));
        buf_addc(&reply.head, '\0');
        assert_string_equal(reply.head.data, lines[i].status);
    }
    assert_true(reply.close);
    reply_release(&reply);
}

static bool is_cancel(const char *text)
{
    struct framer_line line = {text, strlen(text), false, 0};
    return proto_is_cancel(&line);
}

static void cancel(void **state)
{
    (void)state;
    assert_true(is_cancel("cancel"));
    assert_true(is_cancel("@a CANCEL  "));
    assert_false(is_cancel("cancel all"));
    assert_false(is_cancel("cancels"));
    assert_false(is_cancel("ping cancel"));
    assert_false(is_cancel(""));
    assert_false(is_cancel("@a"));
}

static void every_command_is_found_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < COMMANDS_N; i++) {
        const struct command *c = command_at(i);
        assert_ptr_equal(command_find(c->name, strlen(c->name)), c);
        assert_int_equal(command_index(c), i);
        assert_true(c->argument == ARGUMENT_NONE ? c->usage[0] == '\0' : c->usage[0] != '\0');
    }
    assert_null(command_find("searc", 5));
    assert_null(command_find("", 0));
}

/* ---- replies ---- */

static void replies(void **state)
{
    struct reply reply = {0};
    struct err err = {ST_BAD_QUERY, 7, "a \x1b[2Jsentence\nof two lines"};
    (void)state;
    reply_status(&reply, &err);
    buf_addc(&reply.head, '\0');
    assert_string_equal(reply.head.data, "ERR 401 bad-query column=7 a  [2Jsentence of two lines");
    reply_clear(&reply);
    buf_adds(&reply.rows, "a");
    assert_true(reply_end_row(&reply));
    reply_ok(&reply, "k=%d", 1);
    reply_settle(&reply);
    assert_int_equal(reply.code, REPLY_OK);
    buf_addc(&reply.head, '\0');
    assert_string_equal(reply.head.data, "OK 1 k=1");
    reply_release(&reply);
}

static void a_reply_without_memory(void **state)
{
    struct reply reply = {0};
    (void)state;
    buf_adds(&reply.rows, "a");
    (void)reply_end_row(&reply);
    reply.rows.failed = true;
    reply_ok(&reply, "%s", "");
    reply_settle(&reply);
    assert_int_equal(reply.code, REPLY_INTERNAL);
    assert_int_equal(reply.rows.len, 0);
    buf_addc(&reply.head, '\0');
    assert_string_equal(reply.head.data, "ERR 500 internal out of memory");
    reply_release(&reply);
}

/* ---- settings ---- */

static enum status set(struct settings *s, const char *text)
{
    struct err err = {0};
    enum bound bound = BOUND_NONE;
    return settings_set(s, text, strlen(text), &bound, &err);
}

static void settings(void **state)
{
    struct settings s;
    (void)state;
    settings_init(&s, 500);
    assert_int_equal(s.v[SETTING_LIMIT], 100);
    assert_int_equal(set(&s, "limit 500"), ST_OK);
    assert_int_equal(s.v[SETTING_LIMIT], 500);
    assert_int_equal(set(&s, "limit 501"), ST_USAGE);
    assert_int_equal(s.v[SETTING_LIMIT], 500);
    assert_int_equal(set(&s, "  ORDER   Date  "), ST_OK);
    assert_int_equal(s.v[SETTING_ORDER], SEARCH_BY_DATE);
    assert_int_equal(set(&s, "order"), ST_USAGE);
    assert_int_equal(set(&s, "order date now"), ST_USAGE);
    assert_int_equal(set(&s, "mark on"), ST_OK);
    assert_int_equal(s.v[SETTING_MARK], 1);
    assert_int_equal(set(&s, "offset 99999999999999999999"), ST_USAGE);
    settings_init(&s, 5);
    assert_int_equal(s.v[SETTING_LIMIT], 5);
}

/* ---- addresses ---- */

static void addresses(void **state)
{
    struct address a;
    struct err err;
    (void)state;
    assert_int_equal(address_parse("unix:/a:b", &a, &err), ST_OK);
    assert_true(a.is_unix);
    assert_string_equal(a.un.sun_path, "/a:b");
    assert_int_equal(address_parse("localhost:7000", &a, &err), ST_OK);
    assert_string_equal(a.host, "localhost");
    assert_string_equal(a.port, "7000");
    assert_int_equal(address_parse("[::1]:0", &a, &err), ST_OK);
    assert_string_equal(a.host, "::1");
}

static void addresses_that_are_none(void **state)
{
    static const char *const texts[] = {"",      "unix:",        "/a/path",   "7000",      ":7000",   "host:",
                                        "h:1x",  "h:65536",      "h:123456",  "::1:7000",  "[]:7000", "[::1]",
                                        "[::1:", "[::1]x:7000"};
    struct address a;
    struct err err;
    char path[300] = "unix:";
    (void)state;
    for (size_t i = 0; i < BASE_COUNT(texts); i++)
        assert_int_equal(address_parse(texts[i], &a, &err), ST_USAGE);
    memset(path + 5, 'x', sizeof path - 6);
    assert_int_equal(address_parse(path, &a, &err), ST_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_ends),
        cmocka_unit_test(longest_line),
        cmocka_unit_test(bodies),
        cmocka_unit_test(overlong_lines),
        cmocka_unit_test(bounded),
        cmocka_unit_test(in_turns),
        cmocka_unit_test(parts_of_a_line),
        cmocka_unit_test(refused_lines),
        cmocka_unit_test(cancel),
        cmocka_unit_test(every_command_is_found_by_its_name),
        cmocka_unit_test(replies),
        cmocka_unit_test(a_reply_without_memory),
        cmocka_unit_test(settings),
        cmocka_unit_test(addresses),
        cmocka_unit_test(addresses_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
