/* framer.c - see framer.h.
 *
 * A waiting line is a variable-length number (bytes.h), twice its length plus 1 if it was overlong, and its bytes: an
 * empty line takes one byte, so that no flood of lines takes more memory than it has bytes.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/framer.h"

#include <string.h>

#include "lib/bytes.h"

enum { TRIM_OVER = 4096 };

void framer_init(struct framer *f, size_t max_line, size_t max_waiting, framer_body *body)
{
    *f = (struct framer){.max_line = max_line, .max_waiting = max_waiting, .body = body};
}

void framer_release(struct framer *f)
{
    buf_release(&f->partial);
    buf_release(&f->waiting);
    *f = (struct framer){0};
}

bool framer_failed(const struct framer *f)
{
    return !buf_ok(&f->partial) || !buf_ok(&f->waiting);
}

bool framer_has_room(const struct framer *f)
{
    return f->waiting.len - f->taken <= f->max_waiting;
}

uint64_t framer_waiting(const struct framer *f)
{
    return f->n_read - f->n_given;
}

static void trim_buf(struct buf *b, size_t in_use)
{
    if (in_use == 0 && b->cap > TRIM_OVER && buf_ok(b))
        buf_release(b);
}

void framer_trim(struct framer *f)
{
    trim_buf(&f->partial, f->partial.len);
    if (f->n_given == f->n_read && f->waiting.cap > TRIM_OVER)
        f->taken = f->waiting.len = 0;
    trim_buf(&f->waiting, f->waiting.len);
}

/* Forgets what was given out, when that is cheap or much. */
static void compact(struct framer *f)
{
    size_t left = f->waiting.len - f->taken;
    if (f->taken == 0 || (left > 0 && f->taken < f->max_line))
        return;
    if (left > 0)
        memmove(f->waiting.data, f->waiting.data + f->taken, left);
    f->waiting.len = left;
    f->taken = 0;
}

static void keep(struct framer *f, const char *text, size_t len, bool overlong, struct framer_line *line)
{
    uint8_t head[BYTES_VARINT_MAX];
    size_t kept = overlong && len > FRAMER_KEPT ? FRAMER_KEPT : len;
    size_t head_len = bytes_put_varint(head, (uint64_t)kept << 1 | (overlong ? 1 : 0));
    compact(f);
    buf_add(&f->waiting, head, head_len);
    buf_add(&f->waiting, text, kept);
    *line = (struct framer_line){text, kept, overlong, f->n_read++};
}

/* A line with bytes that follow it is whole only with them, and both together may be as long as a line. */
static bool waits_for_body(struct framer *f, const char *text, size_t len, struct framer_line *line)
{
    uint64_t body = f->body != NULL && len <= f->max_line ? f->body(text, len) : 0;
    if (body == 0)
        return false;
    if (body >= f->max_line || len + 1 + body > f->max_line) {
        keep(f, text, len, true, line);
        f->skip_left = body;
        buf_clear(&f->partial);
        return true;
    }
    if (f->partial.len == 0)
        buf_add(&f->partial, text, len);
    f->partial.len = buf_ok(&f->partial) ? len : 0;
    buf_addc(&f->partial, '\n');
    f->body_left = body;
    return true;
}

/* The line is whole: text and all of f->partial before it. */
static void end_line(struct framer *f, const char *text, size_t len, struct framer_line *line)
{
    if (f->partial.len > 0) {
        buf_add(&f->partial, text, len);
        text = f->partial.data;
        len = f->partial.len;
    }
    if (len > 0 && text[len - 1] == '\r')
        len--;
    if (buf_ok(&f->partial) && waits_for_body(f, text, len, line)) /* without memory it is not the whole line */
        return;
    keep(f, text, len, len > f->max_line, line);
    f->partial.len = 0;
}

static size_t take_body(struct framer *f, const char *bytes, size_t len, struct framer_line *line)
{
    size_t n = len < f->body_left ? len : (size_t)f->body_left;
    buf_add(&f->partial, bytes, n);
    f->body_left -= n;
    if (f->body_left == 0) {
        keep(f, f->partial.data, f->partial.len, false, line);
        f->partial.len = 0;
    }
    return n;
}

/* A line that has not ended is overlong for certain once it has more bytes than allowed and a CR that may turn out to
 * belong to its end. Then it is told at once, and the rest is skipped. */
static size_t add_partial(struct framer *f, const char *bytes, size_t len, struct framer_line *line)
{
    buf_add(&f->partial, bytes, len);
    size_t n = f->partial.len;
    bool overlong = n > f->max_line + 1 || (n == f->max_line + 1 && f->partial.data[n - 1] != '\r');
    if (overlong) {
        keep(f, f->partial.data, n, true, line);
        buf_clear(&f->partial);
        f->skipping = true;
    }
    return len;
}

static size_t skip_rest(struct framer *f, const char *bytes, size_t len)
{
    if (f->skip_left > 0) {
        size_t n = len < f->skip_left ? len : (size_t)f->skip_left;
        f->skip_left -= n;
        return n;
    }
    const char *newline = memchr(bytes, '\n', len);
    if (newline == NULL)
        return len;
    f->skipping = false;
    return (size_t)(newline - bytes) + 1;
}

size_t framer_feed(struct framer *f, const char *bytes, size_t len, struct framer_line *line)
{
    size_t used = f->skipping || f->skip_left > 0 ? skip_rest(f, bytes, len) : 0;
    line->text = NULL;
    if (used == len || !framer_has_room(f))
        return used;
    bytes += used;
    len -= used;
    if (f->body_left > 0)
        return used + take_body(f, bytes, len, line);
    size_t room = f->max_line + 2 - f->partial.len;
    size_t look = len < room ? len : room;
    const char *newline = memchr(bytes, '\n', look);
    if (newline == NULL)
        return used + add_partial(f, bytes, look, line);
    size_t n = (size_t)(newline - bytes);
    end_line(f, bytes, n, line);
    return used + n + 1;
}

void framer_end(struct framer *f, struct framer_line *line)
{
    line->text = NULL;
    if (f->body_left == 0 && f->partial.len > 0)
        end_line(f, "", 0, line);
    if (f->partial.len > 0) /* its body is cut short */
        keep(f, f->partial.data, f->partial.len, false, line);
    f->partial.len = 0;
    f->skipping = false;
    f->body_left = f->skip_left = 0;
}

bool framer_next(struct framer *f, struct framer_line *line)
{
    if (f->n_given == f->n_read || framer_failed(f))
        return false;
    const uint8_t *p = (const uint8_t *)f->waiting.data + f->taken;
    const uint8_t *end = (const uint8_t *)f->waiting.data + f->waiting.len;
    uint64_t head = 0;
    (void)bytes_get_varint(&p, end, &head);
    *line = (struct framer_line){(const char *)p, (size_t)(head >> 1), (head & 1) != 0, f->n_given++};
    f->taken = (size_t)((const char *)p - f->waiting.data) + line->len;
    return true;
}
