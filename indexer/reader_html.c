/* reader_html.c - HTML: the text that a browser shows, on the lines of the source, each byte at its column there.
 * Blocks end paragraphs; inside of them markup neither separates nor joins words. The language is not read: an index
 * has one. SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <strings.h>

#include "indexer/heading.h"
#include "indexer/html.h"
#include "indexer/reader.h"

enum { CHARSET_NAME = 40 };

struct page {
    struct markup *m;
    struct heading heading;
    struct buf *title; /* of <title>, with its white space */
    bool in_title, has_title;
    unsigned pre;     /* open elements in which blanks count */
    size_t break_at;  /* length of the text at the last <br>: another one ends a paragraph */
    int64_t date;     /* DOCUMENT_NO_DATE: none yet */
    size_t date_rank; /* in date_names, of date */
};

/* ---- text ---------------------------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f';
}

static void put_piece(struct page *p, size_t off, size_t len)
{
    markup_piece(p->m, off, len);
    heading_piece(&p->heading);
}

/* Text within one line: blanks at its ends only separate. */
static void put_line(struct page *p, size_t off, size_t end)
{
    const char *s = p->m->source;
    size_t from = off, to = end;
    while (from < to && is_blank(s[from]))
        from++;
    if (from > off)
        markup_separate(p->m, ' ');
    while (to > from && is_blank(s[to - 1]))
        to--;
    if (to > from)
        put_piece(p, from, to - from);
    if (to < end && to > from)
        markup_separate(p->m, ' ');
}

static void on_text(void *user, size_t off, size_t len)
{
    struct page *p = user;
    const char *s = p->m->source;
    if (p->in_title) {
        buf_add(p->title, s + off, len);
        return;
    }
    if (p->pre > 0) {
        put_piece(p, off, len);
        return;
    }
    for (size_t end = off + len; off < end;) {
        const char *lf = memchr(s + off, '\n', end - off);
        size_t stop = lf == NULL ? end : (size_t)(lf - s);
        put_line(p, off, stop);
        off = stop + 1;
    }
}

static void on_decoded(void *user, size_t off, const char *bytes, size_t len)
{
    struct page *p = user;
    if (p->in_title) {
        buf_add(p->title, bytes, len);
        return;
    }
    markup_decoded(p->m, off, bytes, len);
    heading_piece(&p->heading);
}

/* ---- tags ---------------------------------------------------------------------------------------------------- */

/* What <meta> calls the date of a page, best first. */
static const char *const date_names[] = {
    "article:published_time",
    "datepublished",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "dcterms.date",
    "dc.date.created",
    "dcterms.created",
    "pubdate",
    "publishdate",
    "date",
    "created",
    "citation_publication_date",
    "citation_date",
    "article:modified_time",
    "last-modified",
};

static void take_meta(struct page *p, const struct html_tag *tag)
{
    const char *name, *value;
    size_t name_len, len;
    int64_t seconds;
    bool named = html_attribute(tag, "name", &name, &name_len) || html_attribute(tag, "property", &name, &name_len) ||
                 html_attribute(tag, "itemprop", &name, &name_len);
    if (!named || !html_attribute(tag, "content", &value, &len))
        return;
    for (size_t i = 0; i < p->date_rank; i++) {
        if (strlen(date_names[i]) == name_len && strncasecmp(name, date_names[i], name_len) == 0 &&
            frontmatter_date(value, len, &seconds)) {
            p->date = seconds;
            p->date_rank = i;
            return;
        }
    }
}

static void take_title_tag(struct page *p, const struct html_tag *tag)
{
    p->in_title = !tag->closing;
    if (p->in_title && p->has_title)
        buf_addc(p->title, '\0'); /* another title, of a drawing say, is none */
    p->has_title = p->has_title || tag->closing;
}

static void take_break(struct page *p)
{
    if (p->break_at == p->m->text.len)
        markup_block_end(p->m);
    p->break_at = p->m->text.len;
    markup_separate(p->m, ' ');
}

static void take_block(struct page *p, const struct html_tag *tag)
{
    bool heading = tag->kind == TAG_HEADING;
    markup_block_end(p->m);
    if (heading && tag->closing)
        heading_end(&p->heading);
    markup_separate(p->m, tag->kind == TAG_CELL ? '\t' : ' ');
    if (heading && !tag->closing)
        heading_begin(&p->heading);
    if (html_tag_is(tag, "pre"))
        p->pre += !tag->closing ? 1u : p->pre > 0 ? -1u : 0;
}

static void on_tag(void *user, const struct html_tag *tag)
{
    struct page *p = user;
    p->in_title = false; /* of one that is never closed, the title ends here */
    if (html_tag_is(tag, "title"))
        take_title_tag(p, tag);
    else if (tag->kind == TAG_INLINE && html_tag_is(tag, "meta"))
        take_meta(p, tag);
    else if (tag->kind == TAG_BREAK)
        take_break(p);
    else if (tag->kind != TAG_INLINE && tag->kind != TAG_HIDDEN)
        take_block(p, tag);
}

/* ---- the document -------------------------------------------------------------------------------------------- */

static const struct html_sink sink = {on_text, on_decoded, on_tag};

static void set_title(struct reader_room *room, struct page *p, struct document *doc)
{
    struct buf squeezed = BUF_INIT;
    size_t len = p->title->len;
    const char *end = len == 0 ? NULL : memchr(p->title->data, '\0', len);
    heading_squeeze(&squeezed, p->title->data, end == NULL ? len : (size_t)(end - p->title->data));
    if (squeezed.len > 0 && buf_ok(p->title)) {
        memcpy(p->title->data, squeezed.data, squeezed.len);
        doc->title = p->title->data;
        doc->title_len = squeezed.len;
    } else if (buf_ok(p->title)) {
        heading_title(&p->heading, p->title, doc);
    }
    room->title.failed |= squeezed.failed;
    buf_release(&squeezed);
}

static enum read_result read_html(struct reading *r)
{
    struct reader_source source;
    struct reader_room *room = r->room;
    char declared[CHARSET_NAME];
    enum read_result result = reading_bytes(r);
    if (result != READ_OK)
        return result;
    const struct buf *b = &r->in->bytes;
    bool says = b->len > 0 && html_declared_charset(b->data, b->len, declared, sizeof declared);
    result = reading_text(r, says ? declared : NULL, &source);
    if (result != READ_OK)
        return result;
    markup_begin(&room->markup, source.text, source.len);
    buf_clear(&room->title);
    struct page p = {.m = &room->markup,
                     .title = &room->title,
                     .break_at = SIZE_MAX,
                     .date = DOCUMENT_NO_DATE,
                     .date_rank = BASE_COUNT(date_names)};
    heading_init(&p.heading, p.m);
    html_read(source.text, source.len, &sink, &p);
    if (!markup_end(p.m))
        return READ_NOMEM;
    if (p.m->text.len > DOCUMENT_TEXT_MAX)
        return READ_TOO_LARGE;
    struct document doc = reading_document(r);
    markup_document(p.m, &doc);
    doc.date = p.date;
    set_title(room, &p, &doc);
    return buf_ok(&room->title) ? reading_give(r, &doc) : READ_NOMEM;
}

/* `<!doctype html` or `<html` first, whatever blanks and comments are before it. */
static bool begins_html(const struct reading *r, const char *bytes, size_t len)
{
    (void)r;
    const char *p = bytes, *end = bytes + len;
    if (len >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
        p += 3;
    for (;;) {
        while (p < end && (is_blank(*p) || *p == '\n'))
            p++;
        const char *comment_end =
            end - p >= 4 && memcmp(p, "<!--", 4) == 0 ? memmem(p, (size_t)(end - p), "-->", 3) : NULL;
        if (comment_end == NULL)
            break;
        p = comment_end + 3;
    }
    size_t left = (size_t)(end - p);
    return (left >= 14 && strncasecmp(p, "<!doctype html", 14) == 0) ||
           (left >= 6 && strncasecmp(p, "<html", 5) == 0 && (is_blank(p[5]) || p[5] == '>' || p[5] == '\n'));
}

const struct reader reader_html = {"html", ".html.htm.xhtml.xht.shtml.", begins_html, read_html};
