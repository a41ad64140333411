/* report.c - see report.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "indexer/progress.h"
#include "lib/utf8.h"

/* Appends text with control bytes and bytes that are not UTF-8 as \xHH. */
static void add_printable(struct buf *out, const char *text, size_t len, bool double_backslash)
{
    for (size_t i = 0; i < len;) {
        int32_t cp;
        size_t n = utf8_decode(text + i, len - i, &cp);
        if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0)) {
            for (size_t k = 0; k < n; k++)
                buf_addf(out, "\\x%02X", (unsigned)(unsigned char)text[i + k]);
        } else {
            if (cp == '\\' && double_backslash)
                buf_addc(out, '\\');
            buf_add(out, text + i, n);
        }
        i += n;
    }
}

void report_path(struct buf *out, const char *path, size_t path_len)
{
    add_printable(out, path, path_len, true);
}

/* Writes a whole line at once, so that lines of two programs do not mix. */
static void write_line(struct report *r, const char *path, size_t path_len, const char *fmt, va_list args)
{
    char message[512];
    (void)vsnprintf(message, sizeof message, fmt, args);
    struct buf line = BUF_INIT;
    buf_adds(&line, "verbatim-indexer: ");
    if (path != NULL) {
        report_path(&line, path, path_len);
        buf_adds(&line, ": ");
    }
    add_printable(&line, message, strlen(message), false);
    buf_addc(&line, '\n');
    if (r->progress != NULL)
        progress_hide(r->progress);
    static const char no_room[] = "verbatim-indexer: out of memory for a message\n";
    bool ok = buf_ok(&line);
    (void)!write(STDERR_FILENO, ok ? line.data : no_room, ok ? line.len : sizeof no_room - 1);
    buf_release(&line);
}

void report_error(struct report *r, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    write_line(r, NULL, 0, fmt, args);
    va_end(args);
}

void report_skip(struct report *r, const char *path, size_t path_len, const char *fmt, ...)
{
    r->n_named++;
    if (r->level == REPORT_QUIET)
        return;
    va_list args;
    va_start(args, fmt);
    write_line(r, path, path_len, fmt, args);
    va_end(args);
}

void report_remark(struct report *r, const char *path, size_t path_len, const char *fmt, ...)
{
    if (r->level == REPORT_QUIET)
        return;
    va_list args;
    va_start(args, fmt);
    write_line(r, path, path_len, fmt, args);
    va_end(args);
}

void report_note(struct report *r, const char *path, size_t path_len, const char *fmt, ...)
{
    if (r->level < REPORT_VERBOSE)
        return;
    va_list args;
    va_start(args, fmt);
    write_line(r, path, path_len, fmt, args);
    va_end(args);
}

void report_verbose(struct report *r, const char *fmt, ...)
{
    if (r->level < REPORT_VERBOSE)
        return;
    va_list args;
    va_start(args, fmt);
    write_line(r, NULL, 0, fmt, args);
    va_end(args);
}
