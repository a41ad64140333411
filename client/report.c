/* report.c - see report.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/browse.h"
#include "lib/array.h"
#include "lib/token.h"
#include "lib/utf8.h"

/* Bytes of a passage that are shown. */
enum { SHOWN_BYTES = 8000 };

struct entry {
    double score;
    uint64_t number; /* as they came */
    struct buf html;
};

struct report {
    const char *path;
    struct buf part; /* the file that is being written; NUL at its end */
    FILE *out;
    struct tokenizer *tokenizer;
    struct text_cache *cache;
    struct buf text;
    struct entry *entries; /* twice REPORT_MOST at most; the worse half goes now and then */
    size_t n, cap;
    const struct align_passage *passage; /* NULL: not worth keeping */
    bool second;
    uint64_t n_begun;
    double enough; /* what a passage must come to, to be kept */
};

static enum status cannot(const struct report *r, const char *what, struct err *err)
{
    return err_sys(err, ST_IO, errno, "%s: cannot %s", r->part.data, what);
}

enum status report_new(const char *path, struct report **out, struct err *err)
{
    struct report *r = calloc(1, sizeof *r);
    if (r == NULL)
        return err_nomem(err);
    r->path = path;
    r->enough = -1;
    r->tokenizer = tokenizer_new();
    r->cache = text_cache_new();
    buf_addf(&r->part, "%s.part", path);
    buf_addc(&r->part, '\0');
    enum status status = ST_OK;
    if (r->tokenizer == NULL || r->cache == NULL || !buf_ok(&r->part))
        status = err_nomem(err);
    else if ((r->out = fopen(r->part.data, "we")) == NULL)
        status = err_sys(err, ST_CREATE, errno, "%s: cannot create", r->part.data);
    if (status == ST_OK)
        *out = r;
    else
        report_free(r);
    return status;
}

void report_free(struct report *r)
{
    if (r == NULL)
        return;
    if (r->out != NULL) {
        (void)fclose(r->out);
        (void)unlink(r->part.data);
    }
    for (size_t i = 0; i < r->n; i++)
        buf_release(&r->entries[i].html);
    free(r->entries);
    buf_release(&r->part);
    buf_release(&r->text);
    tokenizer_free(r->tokenizer);
    text_cache_free(r->cache);
    free(r);
}

/* ---- the best ---------------------------------------------------------------------------------------------------- */

static int better(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static void keep_best(struct report *r)
{
    if (r->n > 1)
        qsort(r->entries, r->n, sizeof *r->entries, better);
    for (; r->n > REPORT_MOST; r->n--)
        buf_release(&r->entries[r->n - 1].html);
    if (r->n == REPORT_MOST)
        r->enough = r->entries[r->n - 1].score;
}

void report_begin(struct report *r, const struct align_passage *passage)
{
    r->second = false;
    r->passage = NULL;
    if (passage->score <= r->enough)
        return;
    if (r->n == 2 * (size_t)REPORT_MOST)
        keep_best(r);
    if (!ARRAY_RESERVE(r->entries, r->cap, r->n + 1))
        return;
    r->entries[r->n++] = (struct entry){.score = passage->score, .number = r->n_begun++};
    r->passage = passage;
}

/* ---- HTML -------------------------------------------------------------------------------------------------------- */

static void add_html(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '&')
            buf_adds(out, "&amp;");
        else if (c == '<')
            buf_adds(out, "&lt;");
        else if (c == '>')
            buf_adds(out, "&gt;");
        else if (c == '"')
            buf_adds(out, "&quot;");
        else if (c != '\r')
            buf_addc(out, (unsigned char)c < 0x20 && c != '\n' && c != '\t' ? ' ' : c);
    }
}

/* The passage's words, those that both have marked: a run is one mark, a variant one of its own. */
static void add_marked(struct report *r, struct buf *out, const struct search_match *match)
{
    const struct align_pair *pairs = r->passage->pairs;
    struct token token;
    size_t next = 0, at = 0;
    bool open = false;
    tokenizer_begin(r->tokenizer, r->text.data, r->text.len, NULL);
    for (uint32_t pos = match->first; tokenizer_next(r->tokenizer, &token); pos++) {
        bool shared = next < match->n_words && match->words[next] == pos;
        bool near = shared && pairs[next].near;
        bool goes_on = shared && !near && open && next > 0 && !pairs[next - 1].near &&
                       pairs[next].pos == pairs[next - 1].pos + 1 && pairs[next].doc_pos == pairs[next - 1].doc_pos + 1;
        if (open && !goes_on) {
            buf_adds(out, "</mark>");
            open = false;
        }
        add_html(out, r->text.data + at, token.start > at ? token.start - at : 0);
        at = token.start > at ? token.start : at;
        if (shared && !goes_on) {
            buf_adds(out, near ? "<mark class=\"variant\">" : "<mark>");
            open = true;
        }
        add_html(out, r->text.data + at, token.end > at ? token.end - at : 0);
        at = token.end > at ? token.end : at;
        next += shared;
    }
    if (open)
        buf_adds(out, "</mark>");
    add_html(out, r->text.data + at, r->text.len - at);
}

static void add_heading(struct buf *out, const struct align_passage *p)
{
    buf_addf(out, "<section>\n<h2>%" PRIu32 " words, %" PRIu32 " in a row", p->shared, p->run);
    if (p->near > 0)
        buf_addf(out, ", %" PRIu32 " spelled otherwise", p->near);
    buf_addf(out, "</h2>\n<div class=\"pair\">\n");
}

static enum status read_passage(struct report *r, const struct search_hit *hit, const struct excerpt *e, bool *cut,
                                struct err *err)
{
    *cut = e->length > SHOWN_BYTES;
    buf_clear(&r->text);
    enum status status =
        segment_text(hit->segment, hit->doc, e->offset, *cut ? SHOWN_BYTES : e->length, r->cache, &r->text, err);
    if (status == ST_OK && *cut)
        r->text.len = utf8_floor(r->text.data, r->text.len - 4);
    return status;
}

enum status report_side(struct report *r, const struct search_hit *hit, const struct search_match *match,
                        const struct excerpt *e, const struct buf *title, struct err *err)
{
    struct segment_doc doc;
    struct buf path = BUF_INIT;
    bool cut;
    if (r->passage == NULL)
        return ST_OK;
    struct buf *out = &r->entries[r->n - 1].html;
    enum status status = segment_doc(hit->segment, hit->doc, &doc, err);
    if (status == ST_OK)
        status = read_passage(r, hit, e, &cut, err);
    if (status != ST_OK)
        return status;
    if (!r->second)
        add_heading(out, r->passage);
    buf_adds(out, "<article>\n<h3>");
    add_html(out, title->data, title->len);
    buf_adds(out, "</h3>\n<p class=\"place\">");
    excerpt_add_path(&path, doc.path, doc.path_len);
    add_html(out, path.data, path.len);
    buf_addf(out, ":%" PRIu32 ":%" PRIu32 "</p>\n<p class=\"text\">", e->line, e->column);
    add_marked(r, out, match);
    buf_adds(out, cut ? " …</p>\n</article>\n" : "</p>\n</article>\n");
    if (r->second)
        buf_adds(out, "</div>\n</section>\n");
    r->second = true;
    bool ok = buf_ok(out) && buf_ok(&path);
    buf_release(&path);
    return ok ? ST_OK : err_nomem(err);
}

/* ---- the file ---------------------------------------------------------------------------------------------------- */

static const char HEAD[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">\n<title>Shared "
    "passages</title>\n<style>\n"
    ":root { color-scheme: light dark; --line: #ccc; --soft: #666; --mark: #fff1a8; --variant: #cfe8ff; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "  :root { --line: #444; --soft: #aaa; --mark: #5a4d00; --variant: #123f66; }\n}\n"
    "body { font: 16px/1.5 system-ui, sans-serif; max-width: 80rem; margin: 0 auto; padding: 1rem; }\n"
    "h1 { font-size: 1.5rem; } h2 { font-size: 1rem; margin: 0 0 .5rem; color: var(--soft); font-weight: normal; }\n"
    "h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }\n"
    "section { border-top: 1px solid var(--line); padding: 1rem 0; }\n"
    ".pair { display: grid; grid-template-columns: 1fr 1fr; gap: 2rem; }\n"
    "@media (max-width: 45rem) { .pair { grid-template-columns: 1fr; gap: 1rem; } }\n"
    ".place { margin: 0; color: var(--soft); font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }\n"
    ".text { white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0 0; }\n"
    "mark { background: var(--mark); color: inherit; border-radius: 2px; }\n"
    "mark.variant { background: var(--variant); }\n"
    "</style>\n</head>\n<body>\n<h1>Shared passages</h1>\n";

static bool write_entries(struct report *r, uint64_t n_passages)
{
    bool ok = fputs(HEAD, r->out) >= 0;
    ok = ok && fprintf(r->out, "<p>%" PRIu64 " passages are shared; ", n_passages) > 0;
    ok = ok && fprintf(r->out, "%s %zu are shown", r->n < n_passages ? "the best" : "all", r->n) > 0;
    ok = ok && fputs(", best first. Marked are the words that both texts have: "
                     "<mark>the same</mark>, or <mark class=\"variant\">spelled otherwise</mark>.</p>\n",
                     r->out) >= 0;
    for (size_t i = 0; i < r->n && ok; i++)
        ok = fwrite(r->entries[i].html.data, 1, r->entries[i].html.len, r->out) == r->entries[i].html.len;
    return ok && fputs("</body>\n</html>\n", r->out) >= 0;
}

enum status report_finish(struct report *r, uint64_t n_passages, struct err *err)
{
    keep_best(r);
    if (!write_entries(r, n_passages))
        return cannot(r, "write", err);
    FILE *out = r->out;
    r->out = NULL;
    if (fclose(out) != 0 || rename(r->part.data, r->path) != 0) {
        (void)cannot(r, "finish", err);
        (void)unlink(r->part.data);
        return err->status;
    }
    return ST_OK;
}
