/* print.c - see print.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/utf8.h"

enum { CONTEXT_BYTES_MAX = 240 }; /* of a context line, as of a match's text */

void printer_init(struct printer *p, enum print_form form, const struct term *term, bool context)
{
    *p = (struct printer){.form = form, .term = *term, .context = context};
}

void printer_release(struct printer *p)
{
    buf_release(&p->out);
    buf_release(&p->path);
    row_release(&p->row);
    row_release(&p->next);
}

static bool flush(struct printer *p)
{
    bool ok = buf_ok(&p->out);
    if (ok && p->out.len > 0)
        ok = fwrite(p->out.data, 1, p->out.len, stdout) == p->out.len;
    buf_clear(&p->out);
    return ok && fflush(stdout) == 0;
}

static void add_color(struct printer *p, const char *color)
{
    if (p->term.color)
        buf_adds(&p->out, color);
}

static void add_path(struct printer *p, const char *path, size_t len)
{
    add_color(p, TERM_PATH);
    term_clean(&p->out, path, len, TERM_NAME);
    add_color(p, TERM_PLAIN);
}

/* ---- rows as they came ---- */

static void add_plain(struct printer *p, const char *rows, size_t len)
{
    if (p->term.is_terminal)
        term_clean(&p->out, rows, len, p->form == PRINT_JSON ? TERM_JSON : TERM_ROWS);
    else
        buf_add(&p->out, rows, len);
}

/* SCORE, MATCHES, PATH, TITLE: the path between the second tab and the third. */
static void add_doc(struct printer *p, const char *row, size_t len)
{
    const char *end = row + len, *tab = row, *path = row;
    for (int i = 0; i < 3 && tab != NULL; i++) {
        path = i == 0 ? row : tab + 1;
        tab = memchr(path, '\t', (size_t)(end - path));
    }
    if (tab == NULL) {
        add_plain(p, row, len);
        return;
    }
    add_plain(p, row, (size_t)(path - row));
    add_path(p, path, (size_t)(tab - path));
    add_plain(p, tab, (size_t)(end - tab));
}

/* ---- rows from JSON ---- */

static void add_number(struct printer *p, uint32_t line)
{
    add_color(p, TERM_LINE);
    buf_addf(&p->out, "%" PRIu32, line);
    add_color(p, TERM_PLAIN);
}

/* What stands in front of a line's text: path, unless it is a heading, line, and column of a match (0: none). */
static void add_place(struct printer *p, uint32_t line, uint32_t column)
{
    const char between = column > 0 ? ':' : '-';
    if (p->form == PRINT_LINES) {
        add_path(p, p->path.data, p->path.len);
        buf_addc(&p->out, between);
    }
    add_number(p, line);
    if (column > 0)
        buf_addf(&p->out, ":%" PRIu32, column);
    buf_addc(&p->out, between);
    p->began = true;
}

static void add_match(struct printer *p, const struct row *row)
{
    const char *text = row->text.data;
    size_t at = 0;
    add_place(p, row->line, row->column);
    for (size_t i = 0; i < row->n_spans && p->term.color; i++) {
        const struct row_span *span = &row->spans[i];
        term_clean(&p->out, text + at, span->start - at, TERM_FIELD);
        buf_adds(&p->out, TERM_MATCH);
        term_clean(&p->out, text + span->start, span->end - span->start, TERM_FIELD);
        buf_adds(&p->out, TERM_PLAIN);
        at = span->end;
    }
    if (at < row->text.len)
        term_clean(&p->out, text + at, row->text.len - at, TERM_FIELD);
    buf_addc(&p->out, '\n');
}

static void add_context_line(struct printer *p, uint32_t line, const char *text, size_t len)
{
    bool cut = len > CONTEXT_BYTES_MAX;
    add_place(p, line, 0);
    term_clean(&p->out, text, cut ? utf8_floor(text, CONTEXT_BYTES_MAX) : len, TERM_FIELD);
    buf_adds(&p->out, cut ? "\xe2\x80\xa6\n" : "\n");
}

/* Between lines that do not touch. line: the one that comes next. */
static void add_gap(struct printer *p, uint32_t line)
{
    bool document_began = p->last_line > 0, flat = p->form == PRINT_LINES;
    bool touches = document_began ? line <= p->last_line + 1 : flat ? !p->began : true;
    if (p->context && !touches)
        buf_adds(&p->out, "--\n");
}

/* Context lines from number `line` on; those outside (p->last_line, until) are left out. */
static void add_context(struct printer *p, const struct buf *lines, uint32_t line, uint32_t until)
{
    for (size_t at = 0; at < lines->len && line < until; line++) {
        const char *text = lines->data + at, *newline = memchr(text, '\n', lines->len - at);
        size_t len = newline != NULL ? (size_t)(newline - text) : lines->len - at;
        if (line > p->last_line) {
            add_gap(p, line);
            add_context_line(p, line, text, len);
            p->last_line = line;
        }
        at += len + 1;
    }
}

static void begin_document(struct printer *p, const struct row *row)
{
    bool first = !p->began;
    buf_clear(&p->path);
    buf_add(&p->path, row->path.data, row->path.len);
    p->out.failed |= !buf_ok(&p->path);
    p->last_line = 0;
    if (p->form != PRINT_GROUPED)
        return;
    buf_adds(&p->out, first ? "" : "\n");
    add_path(p, row->path.data, row->path.len);
    buf_addc(&p->out, '\n');
}

static bool is_new_document(const struct printer *p, const struct row *row)
{
    return !p->began || p->path.len != row->path.len ||
           (row->path.len > 0 && memcmp(p->path.data, row->path.data, row->path.len) != 0);
}

/* Prints the waiting row; the lines after it end where the next match of its document, if it is one, begins. */
static void print_waiting(struct printer *p, const struct row *next)
{
    const struct row *row = &p->row;
    bool goes_on = next != NULL && row_same_path(row, next);
    uint32_t n_before = (uint32_t)row->n_before;
    if (is_new_document(p, row))
        begin_document(p, row);
    if (n_before < row->line)
        add_context(p, &row->before, row->line - n_before, row->line);
    add_gap(p, row->line);
    add_match(p, row);
    if (row->end_line > p->last_line)
        p->last_line = row->end_line;
    add_context(p, &row->after, row->end_line + 1, goes_on ? next->line : UINT32_MAX);
    p->waiting = false;
}

static bool take_row(struct printer *p, const char *json, size_t len)
{
    if (!row_parse(&p->next, json, len))
        return false;
    if (p->waiting && p->form == PRINT_GROUPED && row_same_line(&p->row, &p->next))
        return row_join(&p->row, &p->next);
    if (p->waiting)
        print_waiting(p, &p->next);
    struct row spare = p->row;
    p->row = p->next;
    p->next = spare;
    p->waiting = true;
    return true;
}

/* ---- both ---- */

static bool add_each(struct printer *p, const char *rows, size_t len)
{
    bool ok = true;
    for (size_t at = 0; at < len && ok;) {
        const char *row = rows + at, *newline = memchr(row, '\n', len - at);
        size_t row_len = newline != NULL ? (size_t)(newline - row) + 1 : len - at;
        if (p->form == PRINT_DOCS)
            add_doc(p, row, row_len);
        else
            ok = take_row(p, row, row_len);
        at += row_len;
    }
    return ok;
}

bool printer_rows(struct printer *p, const char *rows, size_t len)
{
    bool each = p->form == PRINT_LINES || p->form == PRINT_GROUPED || (p->form == PRINT_DOCS && p->term.color);
    bool ok = true;
    if (each)
        ok = add_each(p, rows, len);
    else if (len > 0)
        add_plain(p, rows, len);
    return flush(p) && ok;
}

bool printer_end(struct printer *p)
{
    if (p->waiting)
        print_waiting(p, NULL);
    return flush(p);
}
