/* row.c - see row.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/row.h"

#include <stdlib.h>
#include <string.h>

#include "client/jsonread.h"
#include "lib/array.h"

void row_release(struct row *row)
{
    buf_release(&row->path);
    buf_release(&row->text);
    buf_release(&row->before);
    buf_release(&row->after);
    free(row->spans);
    *row = (struct row){.line = 0};
}

static void clear(struct row *row)
{
    buf_clear(&row->path);
    buf_clear(&row->text);
    buf_clear(&row->before);
    buf_clear(&row->after);
    row->line = row->column = row->end_line = 0;
    row->n_spans = row->n_before = row->n_after = 0;
}

static bool add_span(struct row *row, struct row_span span)
{
    if (!ARRAY_RESERVE(row->spans, row->cap_spans, row->n_spans + 1))
        return false;
    row->spans[row->n_spans++] = span;
    return true;
}

static void read_spans(struct jsonread *r, struct row *row)
{
    jsonread_open(r, '[');
    while (jsonread_item(r)) {
        struct row_span span = {0, 0};
        jsonread_open(r, '[');
        if (jsonread_item(r))
            span.start = jsonread_uint(r);
        if (jsonread_item(r))
            span.end = jsonread_uint(r);
        if (jsonread_item(r) || !add_span(row, span))
            r->failed = true;
    }
}

/* A line holds no newline: what would be one is a space already. */
static size_t read_lines(struct jsonread *r, struct buf *out)
{
    size_t n = 0;
    jsonread_open(r, '[');
    for (; jsonread_item(r); n++) {
        size_t from = out->len;
        jsonread_string(r, out);
        for (size_t i = from; i < out->len; i++)
            if (out->data[i] == '\n')
                out->data[i] = ' ';
        buf_addc(out, '\n');
    }
    return n;
}

static bool is(const struct buf *key, const char *name)
{
    return key->len == strlen(name) && memcmp(key->data, name, key->len) == 0;
}

static void read_member(struct jsonread *r, const struct buf *key, struct row *row)
{
    if (is(key, "path"))
        jsonread_string(r, &row->path);
    else if (is(key, "text"))
        jsonread_string(r, &row->text);
    else if (is(key, "line"))
        row->line = jsonread_uint(r);
    else if (is(key, "column"))
        row->column = jsonread_uint(r);
    else if (is(key, "end_line"))
        row->end_line = jsonread_uint(r);
    else if (is(key, "spans"))
        read_spans(r, row);
    else if (is(key, "before"))
        row->n_before = read_lines(r, &row->before);
    else if (is(key, "after"))
        row->n_after = read_lines(r, &row->after);
    else
        jsonread_skip(r);
}

/* Spans come from outside: they must lie in the text, one behind the other. */
static bool spans_are_good(const struct row *row)
{
    uint32_t at = 0;
    for (size_t i = 0; i < row->n_spans; i++) {
        if (row->spans[i].start < at || row->spans[i].end < row->spans[i].start || row->spans[i].end > row->text.len)
            return false;
        at = row->spans[i].end;
    }
    return true;
}

bool row_parse(struct row *row, const char *json, size_t len)
{
    struct jsonread r;
    struct buf key = BUF_INIT;
    clear(row);
    jsonread_init(&r, json, len);
    jsonread_open(&r, '{');
    while (jsonread_key(&r, &key))
        read_member(&r, &key, row);
    bool ok = !r.failed && buf_ok(&key) && buf_ok(&row->path) && buf_ok(&row->text) && buf_ok(&row->before) &&
              buf_ok(&row->after) && spans_are_good(row);
    buf_release(&key);
    return ok;
}

static int by_place(const void *a, const void *b)
{
    const struct row_span *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

/* Words that two matches share are there twice; words never overlap otherwise, and where they do, they become one. */
static void unite_spans(struct row *row)
{
    size_t n = 0;
    qsort(row->spans, row->n_spans, sizeof *row->spans, by_place);
    for (size_t i = 0; i < row->n_spans; i++) {
        if (n == 0 || row->spans[i].start >= row->spans[n - 1].end)
            row->spans[n++] = row->spans[i];
        else if (row->spans[i].end > row->spans[n - 1].end)
            row->spans[n - 1].end = row->spans[i].end;
    }
    row->n_spans = n;
}

static bool same_bytes(const struct buf *a, const struct buf *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

bool row_same_path(const struct row *a, const struct row *b)
{
    return same_bytes(&a->path, &b->path);
}

bool row_same_line(const struct row *a, const struct row *b)
{
    return a->line == b->line && a->end_line == b->end_line && row_same_path(a, b) && same_bytes(&a->text, &b->text);
}

bool row_join(struct row *row, const struct row *other)
{
    if (!ARRAY_RESERVE(row->spans, row->cap_spans, row->n_spans + other->n_spans))
        return false;
    if (other->n_spans > 0)
        memcpy(row->spans + row->n_spans, other->spans, other->n_spans * sizeof *row->spans);
    row->n_spans += other->n_spans;
    if (row->n_spans > 0)
        unite_spans(row);
    return true;
}
