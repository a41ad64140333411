/* htmltext.c - see htmltext.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/htmltext.h"

#include "indexer/html.h"

/* What is between two words, the strongest of what was met. */
enum gap { GAP_NONE, GAP_SPACE, GAP_TAB, GAP_LINE, GAP_PARAGRAPH };
static const char *const gaps[] = {"", " ", "\t", "\n", "\n\n"};

struct plain {
    struct buf *out;
    const char *page;
    size_t begin; /* length of out before the page */
    enum gap gap;
    unsigned pre;
    bool in_title;
};

static void widen(struct plain *p, enum gap gap)
{
    if (gap > p->gap)
        p->gap = gap;
}

static void close_gap(struct plain *p)
{
    if (p->out->len > p->begin)
        buf_adds(p->out, gaps[p->gap]);
    p->gap = GAP_NONE;
}

static void on_text(void *user, size_t off, size_t len)
{
    struct plain *p = user;
    const char *s = p->page + off;
    for (size_t i = 0; i < len && !p->in_title; i++) {
        bool blank = s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\f';
        if (s[i] == '\n') {
            widen(p, p->pre > 0 ? GAP_LINE : GAP_SPACE);
        } else if (blank && p->pre == 0) {
            widen(p, GAP_SPACE);
        } else if (s[i] != '\r') {
            close_gap(p);
            buf_addc(p->out, s[i]);
        }
    }
}

static void on_decoded(void *user, size_t off, const char *bytes, size_t len)
{
    (void)off;
    struct plain *p = user;
    if (p->in_title)
        return;
    close_gap(p);
    for (size_t i = 0; i < len; i++)
        buf_addc(p->out, (unsigned char)bytes[i] < ' ' ? ' ' : bytes[i]);
}

static void on_tag(void *user, const struct html_tag *tag)
{
    struct plain *p = user;
    p->in_title = html_tag_is(tag, "title") && !tag->closing;
    if (html_tag_is(tag, "pre"))
        p->pre += !tag->closing ? 1u : p->pre > 0 ? -1u : 0;
    if (tag->kind == TAG_BREAK)
        widen(p, p->gap == GAP_LINE ? GAP_PARAGRAPH : GAP_LINE);
    else if (tag->kind == TAG_CELL)
        widen(p, GAP_TAB);
    else if (html_tag_is(tag, "tr") || html_tag_is(tag, "li") || html_tag_is(tag, "div"))
        widen(p, GAP_LINE);
    else if (tag->kind == TAG_BLOCK || tag->kind == TAG_HEADING)
        widen(p, GAP_PARAGRAPH);
}

void htmltext_add(struct buf *out, const char *page, size_t len)
{
    static const struct html_sink sink = {on_text, on_decoded, on_tag};
    struct plain p = {.out = out, .page = page, .begin = out->len};
    html_read(page, len, &sink, &p);
}
