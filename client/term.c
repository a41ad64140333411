/* term.c - see term.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/term.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/utf8.h"

/* no-color.org: any value but an empty one. */
static bool wants_color(bool is_terminal)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    if (!is_terminal || (no_color != NULL && *no_color != '\0'))
        return false;
    return term != NULL && *term != '\0' && strcmp(term, "dumb") != 0;
}

void term_init(struct term *t, enum cli_color when)
{
    t->is_terminal = isatty(STDOUT_FILENO) == 1;
    t->color = when == CLI_COLOR_ALWAYS || (when == CLI_COLOR_AUTO && wants_color(t->is_terminal));
}

static bool is_harmless(int32_t cp, enum term_form form)
{
    if (cp == '\n')
        return form == TERM_ROWS || form == TERM_JSON;
    if (cp == '\t')
        return form == TERM_ROWS;
    return cp >= 0x20 && (cp < 0x7f || cp > 0x9f);
}

static void add_harmful(struct buf *out, const char *p, size_t n, int32_t cp, enum term_form form)
{
    if (form == TERM_NAME)
        for (size_t i = 0; i < n; i++)
            buf_addf(out, "\\x%02x", (unsigned)(unsigned char)p[i]);
    else if (cp < 0)
        buf_adds(out, "\xef\xbf\xbd");
    else if (form == TERM_JSON)
        buf_addf(out, "\\u%04x", (unsigned)cp);
    else
        buf_addc(out, ' ');
}

void term_clean(struct buf *out, const char *text, size_t len, enum term_form form)
{
    size_t good = 0; /* where the harmless bytes begin that are not yet out */
    for (size_t at = 0, n; at < len; at += n) {
        int32_t cp;
        n = utf8_decode(text + at, len - at, &cp);
        if (is_harmless(cp, form))
            continue;
        buf_add(out, text + good, at - good);
        add_harmful(out, text + at, n, cp, form);
        good = at + n;
    }
    if (good < len)
        buf_add(out, text + good, len - good);
}

static void say(const char *beginning, const char *fmt, va_list args)
{
    char text[2048];
    struct buf line = BUF_INIT;
    if (vsnprintf(text, sizeof text, fmt, args) < 0)
        return;
    buf_adds(&line, beginning);
    term_clean(&line, text, strlen(text), TERM_FIELD);
    buf_addc(&line, '\n');
    if (buf_ok(&line))
        (void)fwrite(line.data, 1, line.len, stderr);
    else if (beginning[0] != '\0') /* an error is never without a sentence */
        (void)fputs("verbatim: out of memory\n", stderr);
    buf_release(&line);
}

void term_say(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say("verbatim: ", fmt, args);
    va_end(args);
}

void term_hint(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say("", fmt, args);
    va_end(args);
}
