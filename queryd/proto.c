/* proto.c - see proto.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/proto.h"

#include <string.h>

#include "lib/utf8.h"
#include "queryd/piece.h"

/* A tag goes back to the client as it came, so it holds nothing that could disturb a line or a terminal. */
static bool is_tag(const char *text, size_t len)
{
    if (len < 1 || len > PROTO_TAG_MAX || utf8_invalid_at(text, len) != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] <= 0x20 || text[i] == 0x7f)
            return false;
    return true;
}

/* Takes "@TAG " off the front of the text; false when there is one and it is none that may be. */
static bool take_tag(const char **text, size_t *len, struct proto *p)
{
    if (*len == 0 || **text != '@')
        return true;
    struct piece piece = piece_next(text, len);
    if (!is_tag(piece.text + 1, piece.len - 1))
        return false;
    p->tag = piece.text + 1;
    p->tag_len = piece.len - 1;
    return true;
}

static bool starts_with(const char *text, size_t len, const char *word, char behind)
{
    size_t n = strlen(word);
    return len > n && memcmp(text, word, n) == 0 && text[n] == behind;
}

/* "GET / HTTP/1.1": a web browser, which may have been made to send it by somebody else's page. TRACE, which no page
 * can make a browser send, is a command. The end of an overlong line is not known. */
static bool is_http(const struct framer_line *line)
{
    static const char *const verbs[] = {"GET",     "POST",  "HEAD",    "PUT", "DELETE",
                                        "OPTIONS", "PATCH", "CONNECT", "PRI"};
    bool verb = false;
    for (size_t i = 0; i < BASE_COUNT(verbs) && !verb; i++)
        verb = starts_with(line->text, line->len, verbs[i], ' ');
    const char *space = verb ? memrchr(line->text, ' ', line->len) : NULL;
    if (space == NULL || line->overlong)
        return verb;
    return starts_with(space + 1, line->len - (size_t)(space + 1 - line->text), "HTTP", '/');
}

static bool refuse_http(struct reply *reply)
{
    reply_error(reply, REPLY_BAD_REQUEST, "this is not a web server; see `help`");
    reply->close = true;
    return false;
}

static bool find_command(const char *text, size_t len, struct proto *p, struct reply *reply)
{
    struct piece name = piece_next(&text, &len);
    piece_skip_spaces(&text, &len);
    if (name.len == 0) {
        reply_error(reply, REPLY_BAD_REQUEST, "a command is missing; `help` lists them");
        return false;
    }
    p->command = command_find(name.text, name.len);
    p->arg = text;
    p->arg_len = len;
    if (p->command == NULL)
        reply_error(reply, REPLY_BAD_REQUEST, "no such command; `help` lists them");
    return p->command != NULL;
}

static bool check_argument(const struct proto *p, struct reply *reply)
{
    const struct command *c = p->command;
    bool wrong = c->argument == ARGUMENT_MUST ? p->arg_len == 0 : c->argument == ARGUMENT_NONE && p->arg_len > 0;
    if (wrong)
        reply_error(reply, REPLY_BAD_REQUEST, "usage: %s%s%s", c->name, c->usage[0] != '\0' ? " " : "", c->usage);
    return !wrong;
}

bool proto_parse(const struct framer_line *line, size_t max_line, struct proto *p, struct reply *reply)
{
    const char *text = line->text;
    size_t len = line->len;
    *p = (struct proto){.tag_len = 0};
    bool tag_ok = take_tag(&text, &len, p);
    if (is_http(line))
        return refuse_http(reply);
    if (line->overlong) {
        reply->bound = BOUND_LINE;
        reply_error(reply, REPLY_LINE_TOO_LONG, "a request may have %zu bytes", max_line);
        return false;
    }
    size_t invalid = utf8_invalid_at(line->text, line->len);
    if (invalid < line->len) {
        reply_error_at(reply, REPLY_BAD_UTF8, "offset", invalid, "the request is not UTF-8");
        return false;
    }
    if (!tag_ok) {
        reply_error(reply, REPLY_BAD_REQUEST, "a tag is 1 to %d bytes without spaces or control bytes", PROTO_TAG_MAX);
        return false;
    }
    return find_command(text, len, p, reply) && check_argument(p, reply);
}

uint64_t proto_body(const char *line, size_t len)
{
    struct proto p = {.tag_len = 0};
    if (!take_tag(&line, &len, &p))
        return 0;
    struct piece name = piece_next(&line, &len), number = piece_next(&line, &len);
    uint32_t n;
    piece_skip_spaces(&line, &len);
    bool counts = piece_is(&name, command_trace_bytes.name) && len == 0 && piece_number(&number, UINT32_MAX, &n);
    return counts ? n : 0;
}

bool proto_is_cancel(const struct framer_line *line)
{
    struct proto p = {.tag_len = 0};
    const char *text = line->text;
    size_t len = line->len;
    if (line->overlong || !take_tag(&text, &len, &p))
        return false;
    struct piece name = piece_next(&text, &len);
    piece_skip_spaces(&text, &len);
    return len == 0 && piece_is(&name, command_cancel.name);
}
