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

static bool is_ascii_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Whether what has no blank must have been meant as a path: with a slash or an extension. */
static bool looks_like_path(const char *text)
{
    const char *dot = strrchr(text, '.'), *end = dot != NULL ? dot + 1 : "";
    while (is_ascii_alnum(*end))
        end++;
    return strchr(text, '/') != NULL || (dot != NULL && end > dot + 1 && *end == '\0');
}

/* The only argument: a file, or the text itself. */
static bool read_argument(const char *text, struct buf *out)
{
    struct stat st;
    bool there = stat(text, &st) == 0;
    int why = errno;
    if (there && !S_ISDIR(st.st_mode))
        return read_file(text, out);
    bool has_blank = strpbrk(text, " \t\r\n") != NULL;
    if (has_blank || (!there && (!looks_like_path(text) || why == ENAMETOOLONG))) {
        buf_adds(out, text);
        return true;
    }
    if (there)
        term_say("trace: %s: is a folder", text);
    else if (why == ENOENT || why == ENOTDIR)
        term_say("trace: %s: no such file", text);
    else
        term_say("trace: %s: cannot open: %s", text, strerror(why));
    return false;
}

bool trace_read(const struct cli *cli, struct buf *text)
{
    bool from_input = cli->n_args == 0 || (cli->n_args == 1 && strcmp(cli->args[0], "-") == 0);
    bool ok = true;
    if (from_input)
        ok = read_stream(stdin, "standard input", text);
    else if (cli->n_args == 1)
        ok = read_argument(cli->args[0], text);
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
