/* excerpt.c - see excerpt.h: words are found again by tokenizing (stretch.c).
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/excerpt.h"

#include <stdlib.h>
#include <string.h>

#include "engine/browse.h"
#include "engine/searcher.h"
#include "engine/show.h"
#include "engine/stretch.h"
#include "lib/array.h"

void excerpt_release(struct excerpt *e)
{
    buf_release(&e->text);
    buf_release(&e->before);
    buf_release(&e->after);
    free(e->spans);
    *e = (struct excerpt){0};
}

/* Two words of one character (as the 1 and 2 of one half) are one span. */
static enum status add_span(struct excerpt *e, size_t start, size_t end, struct err *err)
{
    if (e->n_spans > 0 && start < e->spans[e->n_spans - 1].end) {
        e->spans[e->n_spans - 1].end = (uint32_t)end;
        return ST_OK;
    }
    if (!ARRAY_RESERVE(e->spans, e->cap_spans, e->n_spans + 1))
        return err_nomem(err);
    e->spans[e->n_spans++] = (struct excerpt_span){(uint32_t)start, (uint32_t)end};
    return ST_OK;
}

/* ---- where the words are ----------------------------------------------------------------------------------------- */

/* Sets spans (bytes in the document for now), *start and *end. */
static enum status locate(struct searcher *s, const struct search_hit *hit, const struct search_match *match,
                          struct excerpt *e, uint32_t *start, uint32_t *end, struct err *err)
{
    enum status status = stretch_hold(s->stretch, s, hit, match->first, match->last, err);
    for (size_t i = 0; status == ST_OK && i < match->n_words; i++) {
        if (match->words[i] < match->first || match->words[i] > match->last)
            continue;
        struct excerpt_span word = stretch_word(s->stretch, match->words[i]);
        status = add_span(e, word.start, word.end, err);
    }
    if (status == ST_OK) {
        *start = stretch_word(s->stretch, match->first).start;
        *end = stretch_word(s->stretch, match->last).end;
    }
    return status;
}

/* ---- lines and columns ------------------------------------------------------------------------------------------- */

static enum status set_places(const struct search_hit *hit, struct stretch *st, uint32_t start, uint32_t end,
                              uint32_t *line_off, struct excerpt *e, struct err *err)
{
    uint32_t end_line_off;
    e->offset = start;
    e->length = end - start;
    stretch_line(st, start, &e->line, line_off);
    stretch_line(st, end - 1, &e->end_line, &end_line_off);
    enum status status = segment_column(hit->segment, hit->doc, start, *line_off, &e->column, err);
    if (status == ST_OK)
        status = segment_column(hit->segment, hit->doc, end - 1, end_line_off, &e->end_column, err);
    e->end_column++;
    return status;
}

/* ---- the text shown ---------------------------------------------------------------------------------------------- */

/* Bytes of the document that a row can show: from the match's first line on, to the end of its last. */
struct window {
    uint32_t from, to; /* bytes in the document that are in memory */
    bool more_before, more_after;
};

/* Cuts [from, to) around [start, end) to EXCERPT_MAX_BYTES, ellipses counted. */
static void cut_window(struct window *w, uint32_t start, uint32_t end)
{
    uint32_t left = start - w->from, right = w->to - end, length = end - start;
    bool whole = !w->more_before && !w->more_after && left + length + right <= EXCERPT_MAX_BYTES;
    if (whole)
        return;
    uint32_t mark = SHOW_ELLIPSIS_BYTES;
    if (length + 2 * mark > EXCERPT_MAX_BYTES) {
        bool cut_left = left > 0 || w->more_before;
        w->from = start;
        w->more_before = cut_left;
        uint32_t most = EXCERPT_MAX_BYTES - (cut_left ? mark : 0);
        bool cut_right = length + right > most || w->more_after;
        w->to = cut_right ? start + most - mark : end + right;
        w->more_after = cut_right;
        return;
    }
    uint32_t room = EXCERPT_MAX_BYTES - length;
    uint32_t l = left < room / 2 ? left : room / 2;
    uint32_t r = right < room - l ? right : room - l;
    l = left < room - r ? left : room - r;
    w->more_before |= l < left;
    w->more_after |= r < right;
    if (w->more_before && l + r + mark > room)
        l = l > mark ? l - mark : 0;
    if (w->more_after && l + r + (w->more_before ? 2 : 1) * mark > room)
        r = r > mark ? r - mark : 0;
    w->from = start - l;
    w->to = end + r;
}

/* Appends text as a row shows it: a line break with the CR before it is one space, as is every other control. Spans are
 * turned from bytes in the document into bytes of what is shown. */
static void show_text(struct excerpt *e, const char *text, uint32_t text_off, const struct window *w)
{
    size_t opened = 0, closed = 0; /* spans whose start, whose end was passed */
    if (w->more_before)
        buf_adds(&e->text, SHOW_ELLIPSIS);
    for (uint32_t off = w->from; off < w->to; off++) {
        if (closed < opened && e->spans[closed].end == off)
            e->spans[closed++].end = (uint32_t)e->text.len;
        if (opened < e->n_spans && e->spans[opened].start == off)
            e->spans[opened++].start = (uint32_t)e->text.len;
        char c = text[off - text_off];
        bool cr_of_line_end = c == '\r' && off + 1 < w->to && text[off + 1 - text_off] == '\n';
        if (!cr_of_line_end)
            buf_addc(&e->text, show_is_control((unsigned char)c) ? ' ' : c);
    }
    if (closed < opened)
        e->spans[closed].end = (uint32_t)e->text.len;
    e->n_spans = opened;
    if (w->more_after)
        buf_adds(&e->text, SHOW_ELLIPSIS);
}

/* Reads what lies around the match and cuts it on characters. */
static enum status make_text(struct searcher *s, const struct search_hit *hit, uint32_t start, uint32_t end,
                             uint32_t line_off, struct excerpt *e, struct err *err)
{
    struct window w = {.from = line_off};
    if (start - line_off > EXCERPT_MAX_BYTES) {
        w.from = start - EXCERPT_MAX_BYTES;
        w.more_before = true;
    }
    uint32_t shown = end - start < 2 * EXCERPT_MAX_BYTES ? end : start + 2 * EXCERPT_MAX_BYTES;
    uint32_t most = shown - w.from + EXCERPT_MAX_BYTES + 4;
    buf_clear(&s->scratch);
    enum status status = segment_text(hit->segment, hit->doc, w.from, most, s->text, &s->scratch, err);
    if (status != ST_OK)
        return status;
    const char *text = s->scratch.data;
    size_t len = s->scratch.len, line_end = shown - w.from;
    while (line_end < len && text[line_end] != '\n')
        line_end++;
    w.more_after = shown < end || (line_end == len && len == most);
    if (line_end > shown - w.from && line_end < len && text[line_end - 1] == '\r')
        line_end--;
    uint32_t text_off = w.from;
    w.to = w.from + (uint32_t)line_end;
    cut_window(&w, start, shown < end ? w.to : end);
    while (w.from < start && ((unsigned char)text[w.from - text_off] & 0xc0) == 0x80)
        w.from++;
    while (w.to > w.from && w.to - text_off < len && ((unsigned char)text[w.to - text_off] & 0xc0) == 0x80)
        w.to--;
    show_text(e, text, text_off, &w);
    return buf_ok(&e->text) ? ST_OK : err_nomem(err);
}

/* ---- a title kept apart, a document without matches -------------------------------------------------------------- */

static enum status make_title(struct searcher *s, const struct search_hit *hit, const struct search_match *match,
                              struct excerpt *e, struct err *err)
{
    struct segment_doc doc;
    enum status status = segment_doc(hit->segment, hit->doc, &doc, err);
    if (status != ST_OK)
        return status;
    size_t len = doc.title != NULL ? doc.title_len : 0;
    size_t next = 0;
    struct token token;
    tokenizer_begin(s->tokenizer, len > 0 ? doc.title : "", len, NULL);
    for (uint32_t pos = 0; status == ST_OK && tokenizer_next(s->tokenizer, &token); pos++) {
        if (next < match->n_words && pos == match->words[next]) {
            status = add_span(e, token.start, token.end, err);
            next++;
        }
    }
    struct window w = {.to = (uint32_t)len};
    cut_window(&w, 0, 0);
    while (w.to > 0 && w.to < len && ((unsigned char)doc.title[w.to] & 0xc0) == 0x80)
        w.to--;
    show_text(e, len > 0 ? doc.title : "", 0, &w);
    return status;
}

static void begin_excerpt(struct excerpt *e)
{
    e->line = e->column = e->end_line = e->end_column = 1;
    e->offset = e->length = 0;
    e->n_spans = 0;
    buf_clear(&e->text);
    buf_clear(&e->before);
    buf_clear(&e->after);
}

static enum status add_context(struct searcher *s, const struct search_hit *hit, unsigned context, struct excerpt *e,
                               struct err *err)
{
    size_t n;
    uint32_t from = e->line > context ? e->line - context : 1;
    uint32_t to = e->end_line > UINT32_MAX - context ? UINT32_MAX : e->end_line + context;
    enum status status = ST_OK;
    if (from < e->line)
        status = browse_lines(s, hit->segment, hit->doc, from, e->line - 1, SIZE_MAX, &e->before, &n, err);
    if (status == ST_OK)
        status = browse_lines(s, hit->segment, hit->doc, e->end_line + 1, to, SIZE_MAX, &e->after, &n, err);
    return status;
}

enum status excerpt_make(struct searcher *s, const struct search_hit *hit, const struct search_match *match,
                         unsigned context, struct excerpt *e, struct err *err)
{
    begin_excerpt(e);
    if (match == NULL)
        return excerpt_first_line(s, hit->segment, hit->doc, &e->text, err);
    if (match->in_title)
        return make_title(s, hit, match, e, err);
    uint32_t start = 0, end = 0, line_off = 0;
    enum status status = locate(s, hit, match, e, &start, &end, err);
    if (status == ST_OK)
        status = set_places(hit, s->stretch, start, end, &line_off, e, err);
    if (status == ST_OK)
        status = make_text(s, hit, start, end, line_off, e, err);
    if (status == ST_OK && context > 0)
        status = add_context(s, hit, context, e, err);
    return status;
}
