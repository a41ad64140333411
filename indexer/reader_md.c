/* reader_md.c - Markdown (CommonMark with tables, strikethrough and task lists) with front matter: the text without its
 * markup, on the lines of the source. md4c tells what is text by pointing into the source; all positions come from
 * there. Its own words (code indentation, line breaks) come from elsewhere in memory and are spaces at most.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <md4c.h>
#include <string.h>

#include "indexer/entities.h"
#include "indexer/heading.h"
#include "indexer/rawhtml.h"
#include "indexer/reader.h"

struct md {
    struct markup *m;
    struct rawhtml html;
    const struct footnotes *notes;
    const char *parsed; /* what md4c was given: the source behind the front matter, or a copy of that */
    size_t parsed_len;
    size_t base;  /* its offset in the source */
    bool in_code; /* in a block of code */
    struct heading heading;
};

/* ---- pieces -------------------------------------------------------------------------------------------------- */

/* Source bytes that are text, unless a comment or script hides them. */
static void put_text(void *user, size_t off, size_t len)
{
    struct md *md = user;
    size_t hidden = md->html.hidden_until;
    if (off < hidden) {
        size_t cut = hidden - off < len ? hidden - off : len;
        off += cut;
        len -= cut;
    }
    if (len == 0)
        return;
    markup_piece(md->m, off, len);
    heading_piece(&md->heading);
}

/* Text that Markdown's rules are over: the marks of footnotes are none. */
static void put_prose(struct md *md, size_t off, size_t len)
{
    const char *source = md->m->source;
    size_t end = off + len;
    while (md->notes->n > 0 && off < end) {
        const char *mark = memmem(source + off, end - off, "[^", 2);
        if (mark == NULL)
            break;
        size_t at = (size_t)(mark - source);
        bool begins_note = md->parsed[at - md->base] != *mark;
        size_t skipped = footnotes_mark(md->notes, mark, end - at, begins_note);
        put_text(md, off, at - off + (skipped == 0 ? 2 : 0));
        off = at + (skipped == 0 ? 2 : skipped);
    }
    put_text(md, off, end - off);
}

static void put_decoded(void *user, size_t off, const char *bytes, size_t len)
{
    struct md *md = user;
    if (off < md->html.hidden_until)
        return;
    markup_decoded(md->m, off, bytes, len);
    heading_piece(&md->heading);
}

static void put_entity(struct md *md, size_t off, size_t len)
{
    char bytes[4];
    size_t n = 0;
    if (entity_decode(md->m->source + off, len, bytes, &n) == len)
        put_decoded(md, off, bytes, n);
    else
        put_text(md, off, len);
}

/* ---- headings ------------------------------------------------------------------------------------------------ */

/* Takes ` {#some-id .class}` off the end of the text from `start` on: kramdown, Hugo and Pandoc give headings names. */
static void cut_attributes(struct markup *m, size_t start)
{
    const char *text = m->text.data + start;
    size_t len = m->text.len - start;
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    if (len < 3 || text[len - 1] != '}')
        return;
    const char *brace = memrchr(text, '{', len);
    if (brace == NULL || (brace[1] != '#' && brace[1] != '.' && brace[1] != ':') ||
        memchr(brace, '\n', (size_t)(text + len - brace)) != NULL)
        return;
    len = (size_t)(brace - text);
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    markup_cut(m, start + len);
}

/* ---- HTML inside --------------------------------------------------------------------------------------------- */

static void on_tag(void *user, enum rawhtml_tag tag, bool closing)
{
    struct md *md = user;
    if (tag == TAG_INLINE)
        return;
    if (tag != TAG_BREAK)
        markup_block_end(md->m);
    if (tag == TAG_HEADING && closing)
        heading_end(&md->heading);
    markup_separate(md->m, tag == TAG_CELL ? '\t' : ' ');
    if (tag == TAG_HEADING && !closing)
        heading_begin(&md->heading);
}

static const struct rawhtml_sink html_sink = {put_text, put_decoded, on_tag};

/* ---- what md4c calls ----------------------------------------------------------------------------------------- */

static int enter_block(MD_BLOCKTYPE type, void *detail, void *user)
{
    (void)detail;
    struct md *md = user;
    rawhtml_new_block(&md->html);
    markup_pad(md->m, 0);
    markup_separate(md->m, type == MD_BLOCK_TD || type == MD_BLOCK_TH ? '\t' : ' ');
    md->in_code = type == MD_BLOCK_CODE;
    if (type == MD_BLOCK_H)
        heading_begin(&md->heading);
    return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *user)
{
    (void)detail;
    struct md *md = user;
    if (type == MD_BLOCK_H) {
        if (md->m->text.len > md->heading.from)
            cut_attributes(md->m, md->heading.from);
        heading_end(&md->heading);
    }
    rawhtml_new_block(&md->html);
    markup_block_end(md->m);
    md->in_code = false;
    return 0;
}

static int on_span(MD_SPANTYPE type, void *detail, void *user)
{
    (void)type;
    (void)detail;
    (void)user;
    return 0;
}

/* Words of md4c's own: a line break, or the spaces that a line of code is indented by. */
static void on_own_words(struct md *md, MD_TEXTTYPE type, const char *text, size_t len)
{
    bool indentation = md->in_code && len > 0 && text[0] == ' ';
    markup_pad(md->m, indentation ? md->m->padding + len : 0);
    if (type != MD_TEXT_HTML)
        markup_separate(md->m, ' ');
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *user)
{
    struct md *md = user;
    uintptr_t at = (uintptr_t)text, begin = (uintptr_t)md->parsed;
    if (at < begin || at + size > begin + md->parsed_len || type == MD_TEXT_NULLCHAR || type == MD_TEXT_BR ||
        type == MD_TEXT_SOFTBR) {
        on_own_words(md, type, text, size);
        return 0;
    }
    size_t off = md->base + (size_t)(at - begin);
    if (type == MD_TEXT_HTML)
        rawhtml_feed(&md->html, off, size);
    else if (type == MD_TEXT_ENTITY)
        put_entity(md, off, size);
    else if (type == MD_TEXT_NORMAL)
        put_prose(md, off, size);
    else
        put_text(md, off, size);
    return 0;
}

static const MD_PARSER parser = {
    .flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS,
    .enter_block = enter_block,
    .leave_block = leave_block,
    .enter_span = on_span,
    .leave_span = on_span,
    .text = on_text,
};

/* ---- the document -------------------------------------------------------------------------------------------- */

static void set_title(struct reader_room *room, const struct md *md, struct document *doc)
{
    if (room->front.title.len > 0) {
        doc->title = room->front.title.data;
        doc->title_len = room->front.title.len;
    } else {
        heading_title(&md->heading, &room->title, doc);
    }
}

/* Reads the source into the room and md; false when memory ran out. */
static bool parse(struct reader_room *room, const struct reader_source *source, struct md *md)
{
    struct markup *m = &room->markup;
    if (!frontmatter_read(&room->front, source->text, source->len))
        return false;
    markup_begin(m, source->text, source->len);
    *md = (struct md){.m = m, .base = room->front.end};
    heading_init(&md->heading, m);
    md->parsed = source->text + md->base;
    md->parsed_len = source->len - md->base;
    if (!footnotes_find(&room->notes, md->parsed, md->parsed_len))
        return false;
    md->notes = &room->notes;
    if (room->notes.n > 0)
        md->parsed = room->notes.copy.data;
    rawhtml_begin(&md->html, source->text, source->len, &html_sink, md);
    return md_parse(md->parsed, (MD_SIZE)md->parsed_len, &parser, md) == 0 && markup_end(m);
}

static enum read_result read_md(struct reading *r)
{
    buf_clear(&r->room->title);
    struct reader_source source;
    struct md md;
    enum read_result result = reading_text(r, NULL, &source);
    if (result != READ_OK)
        return result;
    if (!parse(r->room, &source, &md))
        return READ_NOMEM;
    if (md.m->text.len > DOCUMENT_TEXT_MAX)
        return READ_TOO_LARGE;
    struct document doc = reading_document(r);
    markup_document(md.m, &doc);
    doc.date = r->room->front.date;
    set_title(r->room, &md, &doc);
    return buf_ok(&r->room->title) ? reading_give(r, &doc) : READ_NOMEM;
}

const struct reader reader_md = {"markdown", ".md.markdown.mdown.mkd.mkdn.mdx.", NULL, read_md};
