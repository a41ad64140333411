/* reader_mbox.c - an archive of messages in one file: each a document, `archive.mbox/N` from 1. One is in memory at a
 * time. A message begins at a line `From ...` with a date and a time, first in the file or behind an empty line; `>From
 * ` at the beginning of a line was `From `. SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "indexer/reader.h"

enum { STEP = 1 << 16, LINE_MAX_LEN = 1000, KEPT = 2 * LINE_MAX_LEN };

struct mbox {
    struct reading *r;
    size_t start, scan; /* in r->in->bytes: where the message begins, and how far the next one was looked for */
    uint64_t number;    /* of the message */
    bool ended;         /* there is no more in the file */
    bool too_large;     /* part of the message was dropped already */
};

/* ---- the line that begins a message -------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* `From ` with something like 09:30 and a year behind: a sentence that begins with the word has no such thing. */
static bool is_from_line(const char *p, const char *end)
{
    const char *lf = memchr(p, '\n', (size_t)(end - p));
    bool time = false, year = false;
    if (lf == NULL || lf - p > LINE_MAX_LEN || lf - p < 5 || memcmp(p, "From ", 5) != 0)
        return false;
    for (const char *q = p + 5; q + 4 < lf + 1; q++) {
        bool apart = q[-1] == ' ' && (q + 4 >= lf || q[4] == ' ' || q[4] == '\r');
        time = time || (is_digit(q[0]) && is_digit(q[1]) && q[2] == ':' && is_digit(q[3]));
        year = year || (apart && is_digit(q[0]) && is_digit(q[1]) && is_digit(q[2]) && is_digit(q[3]));
    }
    return time && year;
}

/* The line of `git format-patch`, always the same: a patch is read for its lines. */
static bool is_patch(const char *p, const char *end)
{
    static const char date[] = "Mon Sep 17 00:00:00 2001";
    const char *lf = memchr(p, '\n', (size_t)(end - p));
    return lf != NULL && memmem(p, (size_t)(lf - p), date, sizeof date - 1) != NULL;
}

static bool begins_mbox(const struct reading *r, const char *bytes, size_t len)
{
    (void)r;
    size_t known;
    const char *end = bytes + len, *p = bytes;
    if (!is_from_line(p, end) || is_patch(p, end))
        return false;
    do {
        p = memchr(p, '\n', (size_t)(end - p));
        p++;
    } while (end - p > 6 && memcmp(p, ">From ", 6) == 0);
    return message_fields(p, (size_t)(end - p), &known) > 0 && known > 0;
}

/* ---- messages ------------------------------------------------------------------------------------------------ */

/* Takes one `>` off lines that begin with any number of them and `From `, in place; returns the new length. */
static size_t unquote(char *text, size_t len)
{
    size_t out = 0;
    for (size_t i = 0; i < len;) {
        const char *lf = memchr(text + i, '\n', len - i);
        size_t end = lf == NULL ? len : (size_t)(lf - text) + 1, marks = 0;
        while (i + marks < end && text[i + marks] == '>')
            marks++;
        if (marks > 0 && end - i - marks >= 5 && memcmp(text + i + marks, "From ", 5) == 0)
            i++;
        memmove(text + out, text + i, end - i);
        out += end - i;
        i = end;
    }
    return out;
}

/* Hands on the message that ends at `end`. */
static enum read_result give(struct mbox *b, size_t end)
{
    struct reading *r = b->r;
    struct buf *path = &r->room->part_path;
    buf_clear(path);
    buf_add(path, r->path, r->path_len);
    buf_addf(path, "/%llu", (unsigned long long)++b->number);
    if (!buf_ok(path))
        return READ_NOMEM;
    char *text = r->in->bytes.data;
    if (b->too_large || end - b->start > r->max_size) {
        b->too_large = false;
        bool go_on = r->sink->skipped(r->sink->user, path->data, path->len, READ_TOO_LARGE, "");
        return go_on ? READ_OK : READ_STOPPED;
    }
    const char *lf = memchr(text + b->start, '\n', end - b->start);
    size_t head = lf == NULL ? end : (size_t)(lf - text) + 1;
    while (end - head > 6 && memcmp(text + head, ">From ", 6) == 0) {
        lf = memchr(text + head, '\n', end - head);
        head = lf == NULL ? end : (size_t)(lf - text) + 1;
    }
    size_t len = unquote(text + head, end - head);
    return reading_message(r, text + head, len, path->data, path->len);
}

/* More of the file. What is before the message is dropped, and of a message that is too large all but its last bytes.
 */
static enum read_result read_more(struct mbox *b)
{
    struct input *in = b->r->in;
    if (b->scan - b->start > b->r->max_size && b->scan - b->start > KEPT) {
        b->too_large = true;
        b->start = b->scan - KEPT;
    }
    input_drop(in, b->start);
    b->scan -= b->start;
    b->start = 0;
    size_t before = in->bytes.len;
    enum read_result result = input_fill(in, before + STEP);
    b->ended = result == READ_OK && in->bytes.len < before + STEP;
    return result;
}

/* Looks on for the line that begins the next message; returns its offset, or SIZE_MAX when more must be read first. */
static size_t find_next(struct mbox *b)
{
    const struct buf *bytes = &b->r->in->bytes;
    const char *data = bytes->data, *end = data + bytes->len;
    for (;;) {
        const char *from = memmem(data + b->scan, bytes->len - b->scan, "\nFrom ", 6);
        if (from == NULL) {
            size_t last = bytes->len < 6 ? 0 : bytes->len - 6;
            b->scan = last > b->scan ? last : b->scan;
            return b->ended ? bytes->len : SIZE_MAX;
        }
        if (end - from <= LINE_MAX_LEN + 1 && memchr(from + 1, '\n', (size_t)(end - from - 1)) == NULL && !b->ended) {
            b->scan = (size_t)(from - data);
            return SIZE_MAX;
        }
        bool behind_empty =
            from > data && (from[-1] == '\n' || (from[-1] == '\r' && from - 1 > data && from[-2] == '\n'));
        b->scan = (size_t)(from - data) + 1;
        if (behind_empty && is_from_line(from + 1, end))
            return b->scan;
    }
}

static enum read_result read_mbox(struct reading *r)
{
    struct mbox b = {.r = r};
    const struct buf *bytes = &r->in->bytes;
    while (bytes->len > 0 && (*bytes->data == '\n' || *bytes->data == '\r'))
        input_drop(r->in, 1);
    if (bytes->len > 0 && !is_from_line(bytes->data, bytes->data + bytes->len)) {
        size_t known;
        if (message_fields(bytes->data, bytes->len, &known) > 0 && known > 0)
            return reader_mail.read(r);
        return input_refuse(r->in, READ_BROKEN, "it does not begin as a mailbox does");
    }
    enum read_result result = READ_OK;
    while (result == READ_OK && !(b.ended && b.start == bytes->len)) {
        size_t end = bytes->len == 0 ? SIZE_MAX : find_next(&b);
        if (end == SIZE_MAX) {
            result = read_more(&b);
            continue;
        }
        result = give(&b, end);
        b.start = end;
        b.scan = end;
    }
    return result;
}

const struct reader reader_mbox = {"mbox", ".mbox.mbx.", begins_mbox, read_mbox};
