/* trace_text.c - see trace_text.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/trace_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "client/term.h"
#include "lib/utf8.h"

static bool read_stream(FILE *in, const char *name, struct buf *text)
{
    enum { PIECE = 1 << 16 };
    size_t n = 1;
    while (n > 0 && buf_ok(text)) {
        char *room = buf_reserve(text, PIECE);
        n = room != NULL ? fread(room, 1, PIECE, in) : 0;
        text->len += n;
    }
    if (ferror(in))
        term_say("trace: %s: cannot read: %s", name, strerror(errno));
    return !ferror(in);
}

static bool read_file(const char *name, struct buf *text)
{
    FILE *in = fopen(name, "re");
    if (in == NULL) {
        term_say("trace: %s: cannot open: %s", name, strerror(errno));
        return false;
    }
    bool ok = read_stream(in, name, text);
    (void)fclose(in);
    return ok;
}

static bool is_file(const char *name)
{
    struct stat st;
    return stat(name, &st) == 0 && !S_ISDIR(st.st_mode);
}

bool trace_read(const struct cli *cli, struct buf *text)
{
    bool from_input = cli->n_args == 0 || (cli->n_args == 1 && strcmp(cli->args[0], "-") == 0);
    bool ok = true;
    if (from_input)
        ok = read_stream(stdin, "standard input", text);
    else if (cli->n_args == 1 && is_file(cli->args[0]))
        ok = read_file(cli->args[0], text);
    else
        cli_join(cli, text);
    if (!ok)
        return false;
    if (!buf_ok(text))
        term_say("out of memory");
    else if (text->len == 0)
        term_say("trace: there is no text");
    else if (utf8_invalid_at(text->data, text->len) < text->len)
        term_say("trace: the text is not UTF-8");
    else
        return true;
    return false;
}

void trace_request(const struct buf *text, struct buf *out)
{
    buf_addf(out, "trace-bytes %zu\n", text->len);
    buf_add(out, text->data, text->len);
}
