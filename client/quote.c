/* quote.c - `verbatim quote`: text as a phrase that finds it (lib/query.h); see session.h. It asks no index.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "client/session.h"
#include "client/term.h"
#include "lib/query.h"
#include "lib/utf8.h"

static bool read_input(struct buf *out)
{
    enum { PIECE = 1 << 16 };
    for (;;) {
        char *room = buf_reserve(out, PIECE);
        if (room == NULL)
            return false;
        size_t n = fread(room, 1, PIECE, stdin);
        out->len += n;
        if (n == 0)
            return !ferror(stdin);
    }
}

/* Blanks around the text are no part of it: `echo text | verbatim quote` gives what `verbatim quote text` gives. */
static struct buf trim(const struct buf *text)
{
    struct buf part = *text;
    while (part.len > 0 && strchr(" \t\r\n", part.data[part.len - 1]) != NULL)
        part.len--;
    while (part.len > 0 && strchr(" \t\r\n", part.data[0]) != NULL) {
        part.data++;
        part.len--;
    }
    return part;
}

static enum session_exit print_quoted(const struct buf *text)
{
    struct buf part = trim(text), out = BUF_INIT;
    enum session_exit code = SESSION_ERROR;
    if (part.len == 0)
        term_say("quote: there is no text");
    else if (utf8_invalid_at(part.data, part.len) < part.len)
        term_say("quote: the text is not UTF-8");
    else {
        query_quote(part.data, part.len, &out);
        buf_addc(&out, '\n');
        if (buf_ok(&out) && fwrite(out.data, 1, out.len, stdout) == out.len && fflush(stdout) == 0)
            code = SESSION_FOUND;
        else if (errno != EPIPE)
            term_say("cannot write to standard output");
    }
    buf_release(&out);
    return code;
}

enum session_exit session_quote(const struct cli *cli)
{
    struct buf text = BUF_INIT;
    enum session_exit code = SESSION_ERROR;
    if (cli->n_args > 0)
        cli_join(cli, &text);
    else if (!read_input(&text))
        term_say("quote: cannot read standard input: %s", strerror(errno));
    if (!buf_ok(&text))
        term_say("out of memory");
    else if (cli->n_args > 0 || !ferror(stdin))
        code = print_quoted(&text);
    buf_release(&text);
    return code;
}
