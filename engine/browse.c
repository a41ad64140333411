/* browse.c - see browse.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/browse.h"

#include <stdlib.h>
#include <string.h>

#include "engine/searcher.h"
#include "engine/show.h"
#include "lib/array.h"

/* ---- words ------------------------------------------------------------------------------------------------------- */

struct gathered {
    struct searcher *s;         /* asked whether to go on */
    struct browse_word *words; /* malloc'ed; their bytes are in the arena */
    struct arena *arena;
    size_t n, cap;
    unsigned steps;
};

/* Every few thousand words, so that it takes well under a millisecond in between. */
static enum status goes_on(struct gathered *g, struct err *err)
{
    enum { STEPS_BETWEEN_CHECKS = 1 << 12 };
    return ++g->steps % STEPS_BETWEEN_CHECKS == 0 ? searcher_check(g->s, err) : ST_OK;
}

static int by_bytes(const struct browse_word *x, const struct browse_word *y)
{
    size_t len = x->len < y->len ? x->len : y->len;
    int order = memcmp(x->bytes, y->bytes, len);
    return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

static bool comes_first(const struct browse_word *x, const struct browse_word *y)
{
    return x->occurrences != y->occurrences ? x->occurrences > y->occurrences : by_bytes(x, y) < 0;
}

static bool begins_with(const struct vocab_cursor *word, const char *prefix, size_t len)
{
    return word->len >= len && memcmp(word->bytes, prefix, len) == 0;
}

/* The same word of several segments is one: what the earlier ones have, ascending, is merged with this one's. */
struct merge {
    const struct browse_word *earlier;
    size_t n, at;
    struct gathered *into;
};

static enum status add_word(struct gathered *g, const struct browse_word *word, struct err *err)
{
    if (!ARRAY_RESERVE(g->words, g->cap, g->n + 1))
        return err_nomem(err);
    g->words[g->n++] = *word;
    return goes_on(g, err);
}

/* Keeps the bytes of a word that no earlier segment has. */
static enum status add_new(struct gathered *g, struct browse_word *word, struct err *err)
{
    word->bytes = arena_copy(g->arena, word->bytes, word->len);
    return word->bytes == NULL ? err_nomem(err) : add_word(g, word, err);
}

static enum status merge_word(struct merge *m, struct browse_word *word, struct err *err)
{
    enum status status = ST_OK;
    int order = 1;
    while (status == ST_OK && m->at < m->n && (order = by_bytes(&m->earlier[m->at], word)) < 0)
        status = add_word(m->into, &m->earlier[m->at++], err);
    if (status != ST_OK || m->at == m->n || order != 0)
        return status == ST_OK ? add_new(m->into, word, err) : status;
    struct browse_word both = m->earlier[m->at++];
    both.documents += word->documents;
    both.occurrences += word->occurrences;
    return add_word(m->into, &both, err);
}

static enum status merge_segment(struct merge *m, const struct segment *segment, const char *prefix, size_t len,
                                 struct err *err)
{
    const struct vocab *vocab = segment_vocab(segment);
    enum status status = ST_OK;
    struct vocab_cursor at;
    vocab_seek(&at, vocab, vocab_lower_bound(vocab, prefix, len));
    while (status == ST_OK && vocab_next(&at)) {
        uint32_t dead_documents;
        uint64_t dead_occurrences;
        if (!begins_with(&at, prefix, len))
            break;
        struct vocab_word word = vocab_at(vocab, at.i);
        segment_dead_stats(segment, at.i, &dead_documents, &dead_occurrences);
        if (word.documents <= dead_documents)
            continue;
        struct browse_word live = {at.bytes, at.len, word.documents - dead_documents,
                                   word.occurrences - dead_occurrences};
        status = merge_word(m, &live, err);
    }
    while (status == ST_OK && m->at < m->n)
        status = add_word(m->into, &m->earlier[m->at++], err);
    return status;
}

static enum status gather(struct gathered *g, const struct snapshot *snap, const char *prefix, size_t len,
                          struct err *err)
{
    enum status status = ST_OK;
    for (size_t i = 0; i < snapshot_segments(snap) && status == ST_OK; i++) {
        struct gathered next = {.s = g->s, .arena = g->arena};
        struct merge merge = {.earlier = g->words, .n = g->n, .into = &next};
        status = merge_segment(&merge, snapshot_segment(snap, i), prefix, len, err);
        free(g->words);
        *g = next;
    }
    return status;
}

/* ---- the page of them: a heap, so that only what is shown gets sorted -------------------------------------------- */

static void sift_down(struct browse_word *heap, size_t n, size_t at)
{
    struct browse_word moved = heap[at];
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && comes_first(&heap[child + 1], &heap[child]))
            child++;
        if (!comes_first(&heap[child], &moved))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

/* The first word moves behind the others, and the heap is one shorter. */
static void pop(struct gathered *g, size_t *left)
{
    struct browse_word first = g->words[0];
    g->words[0] = g->words[--*left];
    g->words[*left] = first;
    if (*left > 1)
        sift_down(g->words, *left, 0);
}

/* Leaves the first `wanted` words at the end of the array, the very first last. */
static enum status select_first(struct gathered *g, size_t wanted, struct err *err)
{
    enum status status = ST_OK;
    size_t left = g->n;
    for (size_t i = g->n / 2; i-- > 0 && status == ST_OK;) {
        sift_down(g->words, g->n, i);
        status = goes_on(g, err);
    }
    for (size_t i = 0; i < wanted && status == ST_OK; i++) {
        pop(g, &left);
        status = goes_on(g, err);
    }
    return status;
}

static char *show_word(const struct browse_word *word, struct arena *arena, size_t *len)
{
    if (!token_is_long(word->bytes, word->len)) {
        *len = word->len;
        return arena_copy(arena, word->bytes, word->len);
    }
    const char *mark = memchr(word->bytes, TOKEN_LONG_MARK, word->len);
    size_t prefix = mark != NULL ? (size_t)(mark - word->bytes) : 0;
    char *shown = arena_alloc(arena, prefix + SHOW_ELLIPSIS_BYTES + 1);
    if (shown != NULL) {
        memcpy(shown, word->bytes, prefix);
        memcpy(shown + prefix, SHOW_ELLIPSIS, SHOW_ELLIPSIS_BYTES + 1);
    }
    *len = prefix + SHOW_ELLIPSIS_BYTES;
    return shown;
}

static enum status give_page(struct gathered *g, uint64_t offset, uint64_t limit, struct arena *arena,
                             struct browse_word **words, size_t *n, struct err *err)
{
    size_t first = offset < g->n ? (size_t)offset : g->n;
    *n = limit < g->n - first ? (size_t)limit : g->n - first;
    *words = arena_alloc(arena, (*n + 1) * sizeof **words);
    enum status status = *words == NULL ? err_nomem(err) : *n > 0 ? select_first(g, first + *n, err) : ST_OK;
    for (size_t i = 0; i < *n && status == ST_OK; i++) {
        struct browse_word *word = &g->words[g->n - 1 - first - i];
        (*words)[i] = *word;
        (*words)[i].bytes = show_word(word, arena, &(*words)[i].len);
        status = (*words)[i].bytes == NULL ? err_nomem(err) : goes_on(g, err);
    }
    return status;
}

static enum status fold_prefix(struct tokenizer *t, const char *prefix, size_t len, char *folded, size_t *folded_len,
                               struct err *err)
{
    struct token token;
    tokenizer_begin(t, prefix, len, NULL);
    if (!tokenizer_next(t, &token))
        return err_at(err, ST_BAD_QUERY, 1, "no word: type the beginning of one");
    memcpy(folded, token.word, token.word_len);
    *folded_len = token.word_len;
    if (tokenizer_next(t, &token))
        return err_at(err, ST_BAD_QUERY, token.start + 1, "a second word: type the beginning of one word");
    return ST_OK;
}

enum status browse_words(struct searcher *s, const struct snapshot *snap, const char *prefix, size_t len,
                         uint64_t offset, uint64_t limit, struct arena *arena, struct browse_word **words, size_t *n,
                         uint64_t *total, struct err *err)
{
    char folded[TOKEN_BYTES_MAX];
    size_t folded_len = 0;
    enum status status = fold_prefix(s->tokenizer, prefix, len, folded, &folded_len, err);
    if (status != ST_OK)
        return status;
    struct arena kept = {0};
    struct gathered g = {.s = s, .arena = &kept};
    status = gather(&g, snap, folded, folded_len, err);
    *total = g.n;
    if (status == ST_OK)
        status = give_page(&g, offset, limit, arena, words, n, err);
    free(g.words);
    arena_release(&kept);
    return status;
}

/* ---- documents --------------------------------------------------------------------------------------------------- */

static enum status find(const struct snapshot *snap, const char *path, size_t len, const struct segment **segment,
                        uint32_t *doc, struct err *err)
{
    for (size_t i = snapshot_segments(snap); i-- > 0;) {
        *segment = snapshot_segment(snap, i);
        enum status status = segment_find(*segment, path, len, doc, err);
        if (status != ST_NOT_FOUND)
            return status;
    }
    return ST_NOT_FOUND;
}

static enum status not_found(const struct snapshot *snap, const char *path, size_t len, struct err *err)
{
    const struct segment *segment;
    uint32_t doc;
    struct buf first = BUF_INIT;
    buf_add(&first, path, len);
    buf_adds(&first, "/1");
    bool is_box = buf_ok(&first) && find(snap, first.data, first.len, &segment, &doc, err) == ST_OK;
    buf_release(&first);
    return err_set(err, ST_NOT_FOUND, "no document of that path is in the index%s",
                   is_box ? ": it is a box of several, which have /1, /2 ... behind it" : "");
}

enum status browse_find(const struct snapshot *snap, const char *path, size_t len, const struct segment **segment,
                        uint32_t *doc, struct err *err)
{
    enum status status = find(snap, path, len, segment, doc, err);
    return status == ST_NOT_FOUND ? not_found(snap, path, len, err) : status;
}

/* What is being cut into lines. */
struct lines {
    uint32_t line; /* number of the one being read */
    uint32_t from, to;
    size_t max_bytes;
    bool in_line; /* bytes of it were seen */
    bool cr;      /* a CR that may belong to the line's end */
    struct buf *out;
    size_t n;
};

static void add_byte(struct lines *l, char c)
{
    bool wanted = l->line >= l->from && l->line <= l->to;
    if (wanted && l->cr && c != '\n')
        buf_addc(l->out, ' ');
    l->cr = c == '\r';
    l->in_line = true;
    if (wanted && c != '\r' && c != '\n')
        buf_addc(l->out, show_is_control((unsigned char)c) ? ' ' : c);
}

static void end_line(struct lines *l)
{
    if (l->line >= l->from && l->line <= l->to) {
        buf_addc(l->out, '\n');
        l->n++;
    }
    l->line++;
    l->in_line = l->cr = false;
}

enum { LINES_READ = 32768, LINES_FIRST = 1024 }; /* bytes of text at once; few lines are near */

enum status browse_lines(struct searcher *s, const struct segment *segment, uint32_t doc, uint32_t from, uint32_t to,
                         size_t max_bytes, struct buf *out, size_t *n_lines, struct err *err)
{
    struct segment_place place;
    *n_lines = 0;
    enum status status = segment_place_of_line(segment, doc, from, &place, err);
    if (status != ST_OK)
        return status;
    struct lines l = {.line = place.line, .from = from, .to = to, .out = out};
    size_t before = out->len;
    uint32_t want = LINES_FIRST;
    for (uint32_t off = place.line_off, got = want; got == want && l.line <= to; off += got) {
        want = off == place.line_off || want == LINES_READ ? want : 2 * want;
        buf_clear(&s->scratch);
        status = searcher_check(s, err);
        if (status == ST_OK)
            status = segment_text(segment, doc, off, want, s->text, &s->scratch, err);
        if (status != ST_OK)
            return status;
        got = (uint32_t)s->scratch.len;
        for (size_t i = 0; i < got && l.line <= to; i++) {
            add_byte(&l, s->scratch.data[i]);
            if (s->scratch.data[i] == '\n')
                end_line(&l);
        }
        if (out->len - before > max_bytes)
            return err_set(err, ST_TOO_BROAD, "more than %zu bytes: ask for fewer lines", max_bytes);
    }
    if (l.in_line && l.line <= to)
        end_line(&l);
    *n_lines = l.n;
    return buf_ok(out) ? ST_OK : err_nomem(err);
}
