/* rows.c - see rows.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/rows.h"

#include <inttypes.h>
#include <string.h>

#include "lib/json.h"
#include "lib/utf8.h"

#define MARK_OPEN "\xc2\xab"
#define MARK_CLOSE "\xc2\xbb"

enum { SCORE_DECIMALS = 4 };

static void add_marked(struct buf *out, const struct excerpt *e)
{
    size_t at = 0;
    for (size_t i = 0; i < e->n_spans; i++) {
        const struct excerpt_span *span = &e->spans[i];
        buf_add(out, e->text.data + at, span->start - at);
        buf_adds(out, MARK_OPEN);
        buf_add(out, e->text.data + span->start, span->end - span->start);
        buf_adds(out, MARK_CLOSE);
        at = span->end;
    }
    if (at < e->text.len)
        buf_add(out, e->text.data + at, e->text.len - at);
}

void rows_match_line(struct buf *out, const struct segment_doc *doc, const struct excerpt *e, bool mark)
{
    excerpt_add_path(out, doc->path, doc->path_len);
    buf_addf(out, ":%" PRIu32 ":%" PRIu32 ":", e->line, e->column);
    if (mark)
        add_marked(out, e);
    else
        buf_add(out, e->text.data, e->text.len);
}

/* Length of the root's name if the path is it or lies below it, else -1. */
static long root_covers(const struct manifest_root *root, const char *path, size_t len)
{
    size_t n = strlen(root->name);
    if (n == 0)
        return 0;
    if (n > len || memcmp(root->name, path, n) != 0)
        return -1;
    bool whole = n == len || path[n] == '/' || root->name[n - 1] == '/';
    return whole ? (long)n : -1;
}

void rows_absolute_path(struct buf *out, const struct manifest *m, const char *path, size_t len)
{
    const struct manifest_root *best = NULL;
    long best_len = -1;
    for (size_t i = 0; i < m->n_roots; i++) {
        long n = root_covers(&m->roots[i], path, len);
        if (n > best_len) {
            best_len = n;
            best = &m->roots[i];
        }
    }
    if (best == NULL) {
        buf_add(out, path, len);
        return;
    }
    const char *below = path + best_len;
    size_t below_len = len - (size_t)best_len;
    size_t root_len = strlen(best->path);
    buf_adds(out, best->path);
    if (below_len > 0 && below[0] != '/' && (root_len == 0 || best->path[root_len - 1] != '/'))
        buf_addc(out, '/');
    buf_add(out, below, below_len);
}

static bool is_utf8(const char *text, size_t len)
{
    return utf8_invalid_at(text, len) == len;
}

/* The path as rows show it, and its bytes when they are not UTF-8. */
static void add_path(struct buf *out, const struct segment_doc *doc)
{
    struct buf shown = BUF_INIT;
    excerpt_add_path(&shown, doc->path, doc->path_len);
    json_key(out, "path");
    json_string(out, shown.data, shown.len);
    if (!is_utf8(doc->path, doc->path_len)) {
        json_key(out, "path_b64");
        json_base64(out, doc->path, doc->path_len);
    }
    out->failed |= shown.failed;
    buf_release(&shown);
}

/* The absolute path is for opening the file: its own bytes where JSON can hold them. */
static void add_abspath(struct buf *out, const struct snapshot *snap, const struct segment_doc *doc)
{
    struct buf path = BUF_INIT, shown = BUF_INIT;
    rows_absolute_path(&path, snapshot_manifest(snap), doc->path, doc->path_len);
    bool utf8 = is_utf8(path.data, path.len);
    excerpt_add_path(&shown, path.data, path.len);
    const struct buf *form = utf8 ? &path : &shown;
    json_key(out, "abspath");
    json_string(out, form->data, form->len);
    if (!utf8) {
        json_key(out, "abspath_b64");
        json_base64(out, path.data, path.len);
    }
    out->failed |= path.failed || shown.failed;
    buf_release(&path);
    buf_release(&shown);
}

static void add_string(struct buf *out, const char *key, const char *text, size_t len)
{
    json_key(out, key);
    json_string(out, text, len);
}

static void add_uint(struct buf *out, const char *key, uint64_t v)
{
    json_key(out, key);
    json_uint(out, v);
}

static void add_score(struct buf *out, double score)
{
    json_key(out, "score");
    json_real(out, score, SCORE_DECIMALS);
}

static void add_spans(struct buf *out, const struct excerpt *e)
{
    json_key(out, "spans");
    json_open(out, '[');
    for (size_t i = 0; i < e->n_spans; i++) {
        json_open(out, '[');
        json_uint(out, e->spans[i].start);
        json_uint(out, e->spans[i].end);
        json_close(out, ']');
    }
    json_close(out, ']');
}

/* Lines, each ended by a newline, as an array. */
static void add_lines(struct buf *out, const char *key, const struct buf *lines)
{
    json_key(out, key);
    json_open(out, '[');
    for (size_t at = 0; at < lines->len;) {
        const char *line = lines->data + at, *newline = memchr(line, '\n', lines->len - at);
        size_t len = newline != NULL ? (size_t)(newline - line) : lines->len - at;
        json_string(out, line, len);
        at += len + 1;
    }
    json_close(out, ']');
}

static void add_match(struct buf *out, const struct snapshot *snap, const struct segment_doc *doc, double score,
                      const char *title, size_t title_len, const struct excerpt *e)
{
    add_path(out, doc);
    add_abspath(out, snap, doc);
    add_string(out, "title", title, title_len);
    const char *source = doc->derived ? "text" : "file";
    add_string(out, "source", source, strlen(source));
    add_uint(out, "line", e->line);
    add_uint(out, "column", e->column);
    add_uint(out, "end_line", e->end_line);
    add_uint(out, "end_column", e->end_column);
    add_uint(out, "offset", e->offset);
    add_uint(out, "length", e->length);
    add_string(out, "text", e->text.data, e->text.len);
    add_spans(out, e);
    add_score(out, score);
    add_lines(out, "before", &e->before);
    add_lines(out, "after", &e->after);
}

void rows_match_json(struct buf *out, const struct snapshot *snap, const struct segment_doc *doc, double score,
                     const char *title, size_t title_len, const struct excerpt *e)
{
    json_open(out, '{');
    add_match(out, snap, doc, score, title, title_len, e);
    json_close(out, '}');
}

static void add_passage(struct buf *out, const struct rows_trace *t)
{
    json_key(out, "passage");
    json_open(out, '{');
    add_uint(out, "line", t->line);
    add_uint(out, "column", t->column);
    add_uint(out, "offset", t->offset);
    add_uint(out, "length", t->length);
    json_key(out, "spans");
    json_open(out, '[');
    for (size_t i = 0; i < t->n_spans; i++) {
        json_open(out, '[');
        json_uint(out, t->spans[i].start);
        json_uint(out, t->spans[i].end);
        json_close(out, ']');
    }
    json_close(out, ']');
    json_close(out, '}');
}

void rows_trace_json(struct buf *out, const struct snapshot *snap, const struct segment_doc *doc, double score,
                     const char *title, size_t title_len, const struct excerpt *e, const struct rows_trace *t)
{
    json_open(out, '{');
    add_match(out, snap, doc, score, title, title_len, e);
    add_uint(out, "shared", t->shared);
    add_uint(out, "variants", t->near);
    add_uint(out, "run", t->run);
    json_key(out, "coverage");
    json_real(out, t->words > 0 ? (double)t->shared / t->words : 0, SCORE_DECIMALS);
    add_passage(out, t);
    json_close(out, '}');
}

void rows_doc_line(struct buf *out, const struct segment_doc *doc, const struct search_hit *hit, const char *title,
                   size_t title_len)
{
    buf_addf(out, "%.*f\t%" PRIu64 "\t", SCORE_DECIMALS, hit->score, hit->matches);
    excerpt_add_path(out, doc->path, doc->path_len);
    buf_addc(out, '\t');
    buf_add(out, title, title_len);
}

void rows_doc_json(struct buf *out, const struct snapshot *snap, const struct segment_doc *doc,
                   const struct search_hit *hit, const char *title, size_t title_len)
{
    json_open(out, '{');
    add_path(out, doc);
    add_abspath(out, snap, doc);
    add_string(out, "title", title, title_len);
    add_score(out, hit->score);
    add_uint(out, "matches", hit->matches);
    json_key(out, "date");
    if (doc->date == DOCUMENT_NO_DATE)
        json_null(out);
    else
        json_time(out, doc->date);
    json_close(out, '}');
}
