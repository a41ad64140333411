/* stretch.c - see stretch.h: text is read from the nearest known place before the words wanted and tokenized again, as
 * far as the last one asked for. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/stretch.h"

#include <stdlib.h>
#include <string.h>

#include "engine/searcher.h"
#include "lib/array.h"
#include "lib/utf8.h"

struct stretch {
    const struct segment *segment; /* NULL: it holds nothing */
    uint32_t doc;
    struct segment_place place;
    struct buf text; /* from place.off */
    size_t len;      /* of it, without what a cut leaves of a character */
    bool to_end;     /* of the document */
    struct tokenizer *tokenizer; /* behind the last of the words */
    struct excerpt_span *words;  /* bytes in the document, from place.pos on */
    size_t n_words, cap_words;
    uint32_t line, line_off, line_at; /* the line that byte line_at is on */
};

struct stretch *stretch_new(void)
{
    struct stretch *st = calloc(1, sizeof *st);
    if (st == NULL)
        return NULL;
    st->tokenizer = tokenizer_new();
    if (st->tokenizer == NULL) {
        stretch_free(st);
        return NULL;
    }
    return st;
}

static void release(struct stretch *st)
{
    buf_release(&st->text);
    free(st->words);
    st->words = NULL;
    st->cap_words = 0;
}

void stretch_free(struct stretch *st)
{
    if (st == NULL)
        return;
    release(st);
    tokenizer_free(st->tokenizer);
    free(st);
}

void stretch_forget(struct stretch *st)
{
    enum { KEPT = 1 << 18 }; /* bytes and words that wait for the next use */
    st->segment = NULL;
    st->n_words = 0;
    if (st->text.cap > KEPT || st->cap_words > KEPT)
        release(st);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static enum status read_text(struct stretch *st, struct searcher *s, size_t len, struct err *err)
{
    enum { PART = 1 << 20 };
    buf_clear(&st->text);
    enum status status = ST_OK;
    for (size_t got = 0; got < len && st->text.len == got && status == ST_OK; got += PART) {
        uint32_t want = len - got < PART ? (uint32_t)(len - got) : PART;
        status = searcher_check(s, err);
        if (status == ST_OK)
            status = segment_text(st->segment, st->doc, st->place.off + (uint32_t)got, want, s->text, &st->text, err);
    }
    st->len = st->text.len;
    st->to_end = st->len < len;
    return status;
}

/* What a cut leaves of a character is no text. */
static void cut_on_character(struct stretch *st)
{
    const char *text = st->text.data;
    while (st->len > 0) {
        size_t last = utf8_floor(text, st->len - 1);
        if (utf8_invalid_at(text + last, st->len - last) != 0)
            return;
        st->len = last;
    }
}

/* Reads len bytes from its place on, and begins again with the first word there. */
static enum status begin(struct stretch *st, struct searcher *s, size_t len, struct err *err)
{
    enum status status = read_text(st, s, len, err);
    if (status != ST_OK)
        return status;
    if (!st->to_end)
        cut_on_character(st);
    st->n_words = 0;
    st->line = st->place.line;
    st->line_off = st->place.line_off;
    st->line_at = st->place.off;
    tokenizer_begin(st->tokenizer, st->len > 0 ? st->text.data : "", st->len, NULL);
    return ST_OK;
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

/* Goes on to the word at pos; *found is false when the stretch ends before that surely does. */
static enum status read_words(struct stretch *st, struct searcher *s, uint32_t pos, bool *found, struct err *err)
{
    enum { WORDS_BETWEEN_CHECKS = 1 << 12 };
    struct token token;
    size_t need = (size_t)pos - st->place.pos + 1;
    while (st->n_words < need) {
        if (!tokenizer_next(st->tokenizer, &token))
            break;
        if (!st->to_end && token.end + TOKEN_BYTES_MAX > st->len)
            break;
        enum status status = st->n_words % WORDS_BETWEEN_CHECKS == 0 ? searcher_check(s, err) : ST_OK;
        if (status != ST_OK)
            return status;
        if (!ARRAY_RESERVE(st->words, st->cap_words, st->n_words + 1))
            return err_nomem(err);
        st->words[st->n_words++] = (struct excerpt_span){(uint32_t)(st->place.off + token.start),
                                                         (uint32_t)(st->place.off + token.end)};
    }
    *found = st->n_words >= need;
    if (!*found && st->to_end)
        return err_set(err, ST_DAMAGED, "segment %s: the text of document %u has fewer words than its word store",
                       segment_id(st->segment), st->doc);
    return ST_OK;
}

/* Bytes that so many words may take: most do. */
static size_t likely_len(uint32_t n_words)
{
    enum { WORD_LEN = 7, MORE = 512 };
    return (size_t)n_words * WORD_LEN + MORE;
}

static enum status hold(struct stretch *st, struct searcher *s, uint32_t last, struct err *err)
{
    bool found = false;
    enum status status = st->n_words > 0 ? read_words(st, s, last, &found, err) : ST_OK;
    size_t len = likely_len(last - st->place.pos), longer = st->n_words > 0 ? st->text.len * 4 : 0;
    for (len = len < longer ? longer : len; status == ST_OK && !found; len *= 4) {
        status = begin(st, s, len, err);
        if (status == ST_OK)
            status = read_words(st, s, last, &found, err);
    }
    return status;
}

enum status stretch_hold(struct stretch *st, struct searcher *s, const struct search_hit *hit, uint32_t first,
                         uint32_t last, struct err *err)
{
    struct segment_place place;
    enum status status = segment_place_of_pos(hit->segment, hit->doc, first, &place, err);
    if (status != ST_OK)
        return status;
    if (st->segment != hit->segment || st->doc != hit->doc || st->place.pos != place.pos ||
        st->place.off != place.off) {
        stretch_forget(st);
        st->segment = hit->segment;
        st->doc = hit->doc;
        st->place = place;
    }
    status = hold(st, s, last, err);
    if (status != ST_OK)
        stretch_forget(st);
    return status;
}

struct excerpt_span stretch_word(const struct stretch *st, uint32_t pos)
{
    return st->words[pos - st->place.pos];
}

/* ---- lines ------------------------------------------------------------------------------------------------------- */

void stretch_line(struct stretch *st, uint32_t off, uint32_t *line, uint32_t *line_off)
{
    if (off < st->line_at) {
        st->line = st->place.line;
        st->line_off = st->place.line_off;
        st->line_at = st->place.off;
    }
    const char *text = st->text.data, *p = text + (st->line_at - st->place.off), *end = text + (off - st->place.off);
    while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        p++;
        st->line++;
        st->line_off = st->place.off + (uint32_t)(p - text);
    }
    st->line_at = off;
    *line = st->line;
    *line_off = st->line_off;
}
