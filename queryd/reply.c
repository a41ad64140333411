/* reply.c - see reply.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    unsigned code;
    const char *word;
} codes[REPLY_N_CODES] = {
    {REPLY_OK, "ok"},
    {REPLY_BAD_REQUEST, "bad-request"},
    {REPLY_BAD_QUERY, "bad-query"},
    {REPLY_NO_SUCH, "no-such"},
    {REPLY_LINE_TOO_LONG, "line-too-long"},
    {REPLY_BAD_UTF8, "bad-utf8"},
    {REPLY_TOO_BROAD, "too-broad"},
    {REPLY_CANCELLED, "cancelled"},
    {REPLY_INTERNAL, "internal"},
    {REPLY_BUSY, "busy"},
    {REPLY_TIMEOUT, "timeout"},
};

unsigned reply_code_at(size_t i)
{
    return codes[i].code;
}

size_t reply_code_index(unsigned code)
{
    size_t i = 0;
    while (i < REPLY_N_CODES && codes[i].code != code)
        i++;
    return i;
}

const char *reply_word(unsigned code)
{
    size_t i = reply_code_index(code);
    return i < REPLY_N_CODES ? codes[i].word : "internal";
}

void reply_release(struct reply *r)
{
    buf_release(&r->head);
    buf_release(&r->rows);
    *r = (struct reply){0};
}

void reply_clear(struct reply *r)
{
    buf_clear(&r->head);
    buf_clear(&r->rows);
    r->code = 0;
    r->n_rows = 0;
    r->close = false;
    r->bound = BOUND_NONE;
    r->candidates = r->checked = 0;
}

bool reply_end_row(struct reply *r)
{
    buf_addc(&r->rows, '\n');
    r->n_rows++;
    return buf_ok(&r->rows) && r->rows.len <= REPLY_MAX_BYTES;
}

/* One line of at most a few hundred bytes, without controls. */
static void add_line(struct buf *out, const char *fmt, va_list args)
{
    char text[1024];
    if (vsnprintf(text, sizeof text, fmt, args) < 0)
        text[0] = '\0';
    for (char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    if (text[0] != '\0')
        buf_addc(out, ' ');
    buf_adds(out, text);
}

static void begin_error(struct reply *r, unsigned code)
{
    buf_clear(&r->rows);
    r->n_rows = 0;
    r->code = code;
    buf_clear(&r->head);
    buf_addf(&r->head, "ERR %u %s", code, reply_word(code));
}

void reply_error(struct reply *r, unsigned code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    begin_error(r, code);
    add_line(&r->head, fmt, args);
    va_end(args);
}

void reply_error_at(struct reply *r, unsigned code, const char *name, size_t place, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    begin_error(r, code);
    buf_addf(&r->head, " %s=%zu", name, place);
    add_line(&r->head, fmt, args);
    va_end(args);
}

void reply_ok(struct reply *r, const char *fmt, ...)
{
    if (buf_ok(&r->rows) && r->rows.len > REPLY_MAX_BYTES) {
        r->bound = BOUND_REPLY;
        reply_error(r, REPLY_TOO_BROAD, "the rows are over %d MiB: ask for fewer (set limit, set context, a range)",
                    REPLY_MAX_BYTES >> 20);
        return;
    }
    va_list args;
    va_start(args, fmt);
    r->code = REPLY_OK;
    buf_clear(&r->head);
    buf_addf(&r->head, "OK %zu", r->n_rows);
    add_line(&r->head, fmt, args);
    va_end(args);
}

static unsigned code_of(enum status status)
{
    switch (status) {
    case ST_USAGE:
        return REPLY_BAD_REQUEST;
    case ST_BAD_QUERY:
        return REPLY_BAD_QUERY;
    case ST_NOT_FOUND:
        return REPLY_NO_SUCH;
    case ST_TOO_BROAD:
        return REPLY_TOO_BROAD;
    case ST_CANCELLED:
        return REPLY_CANCELLED;
    case ST_TIMEOUT:
        return REPLY_TIMEOUT;
    default:
        return REPLY_INTERNAL;
    }
}

void reply_status(struct reply *r, const struct err *err)
{
    unsigned code = code_of(err->status);
    if (code == REPLY_TIMEOUT)
        r->bound = BOUND_QUERY_TIME;
    bool placed = err->column > 0 && (code == REPLY_BAD_QUERY || code == REPLY_TOO_BROAD);
    if (placed)
        reply_error_at(r, code, "column", err->column, "%s", err->text);
    else
        reply_error(r, code, "%s", err->text);
}

void reply_settle(struct reply *r)
{
    if (buf_ok(&r->head) && buf_ok(&r->rows) && r->code != 0)
        return;
    buf_release(&r->rows); /* gives memory back first, so that the line below finds some */
    reply_error(r, REPLY_INTERNAL, "out of memory");
}

const char *reply_line(const struct reply *r, size_t *len)
{
    static const char no_memory[] = "ERR 500 internal out of memory";
    *len = buf_ok(&r->head) ? r->head.len : sizeof no_memory - 1;
    return buf_ok(&r->head) ? r->head.data : no_memory;
}
