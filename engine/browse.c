/* browse.c - see browse.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/browse.h"

#include <stdlib.h>
#include <string.h>

#include "engine/searcher.h"
#include "engine/show.h"
#include "lib/array.h"

/* ---- words ------------------------------------------------------------------------------------------------------- */

struct gathered {
    struct browse_word *words; /* malloc'ed; bytes point into the snapshot */
    size_t n, cap;
};

static int by_bytes(const void *a, const void *b)
{
    const struct browse_word *x = a, *y = b;
    size_t len = x->len < y->len ? x->len : y->len;
    int order = memcmp(x->bytes, y->bytes, len);
    return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

static int by_frequency(const void *a, const void *b)
{
    const struct browse_word *x = a, *y = b;
    if (x->occurrences != y->occurrences)
        return x->occurrences > y->occurrences ? -1 : 1;
    return by_bytes(a, b);
}

static bool gather_segment(const struct segment *segment, const char *prefix, size_t len, struct gathered *g)
{
    const struct vocab *vocab = segment_vocab(segment);
    uint32_t n = vocab_size(vocab);
    for (uint32_t i = vocab_lower_bound(vocab, prefix, len); i < n; i++) {
        struct vocab_word word = vocab_at(vocab, i);
        if (word.len < len || memcmp(word.bytes, prefix, len) != 0)
            break;
        uint32_t dead_documents;
        uint64_t dead_occurrences;
        segment_dead_stats(segment, i, &dead_documents, &dead_occurrences);
        if (word.documents <= dead_documents)
            continue;
        if (!ARRAY_RESERVE(g->words, g->cap, g->n + 1))
            return false;
        g->words[g->n++] = (struct browse_word){word.bytes, word.len, word.documents - dead_documents,
                                                word.occurrences - dead_occurrences};
    }
    return true;
}

/* The same word of several segments becomes one. */
static void sum_up(struct gathered *g)
{
    if (g->n == 0)
        return;
    qsort(g->words, g->n, sizeof *g->words, by_bytes);
    size_t n = 1;
    for (size_t i = 1; i < g->n; i++) {
        if (by_bytes(&g->words[n - 1], &g->words[i]) != 0) {
            g->words[n++] = g->words[i];
        } else {
            g->words[n - 1].documents += g->words[i].documents;
            g->words[n - 1].occurrences += g->words[i].occurrences;
        }
    }
    g->n = n;
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

static enum status give_page(const struct gathered *g, uint64_t offset, uint64_t limit, struct arena *arena,
                             struct browse_word **words, size_t *n, struct err *err)
{
    size_t first = offset < g->n ? (size_t)offset : g->n;
    *n = limit < g->n - first ? (size_t)limit : g->n - first;
    *words = arena_alloc(arena, (*n + 1) * sizeof **words);
    if (*words == NULL)
        return err_nomem(err);
    for (size_t i = 0; i < *n; i++) {
        (*words)[i] = g->words[first + i];
        (*words)[i].bytes = show_word(&g->words[first + i], arena, &(*words)[i].len);
        if ((*words)[i].bytes == NULL)
            return err_nomem(err);
    }
    return ST_OK;
}

static enum status fold_prefix(const char *prefix, size_t len, char *folded, size_t *folded_len, struct err *err)
{
    struct tokenizer *t = tokenizer_new();
    if (t == NULL)
        return err_nomem(err);
    struct token token;
    enum status status = ST_OK;
    tokenizer_begin(t, prefix, len, NULL);
    if (!tokenizer_next(t, &token)) {
        status = err_at(err, ST_BAD_QUERY, 1, "no word: type the beginning of one");
    } else {
        memcpy(folded, token.word, token.word_len);
        *folded_len = token.word_len;
        if (tokenizer_next(t, &token))
            status = err_at(err, ST_BAD_QUERY, token.start + 1, "a second word: type the beginning of one word");
    }
    tokenizer_free(t);
    return status;
}

enum status browse_words(const struct snapshot *snap, const char *prefix, size_t len, uint64_t offset, uint64_t limit,
                         struct arena *arena, struct browse_word **words, size_t *n, uint64_t *total, struct err *err)
{
    char folded[TOKEN_BYTES_MAX];
    size_t folded_len = 0;
    enum status status = fold_prefix(prefix, len, folded, &folded_len, err);
    if (status != ST_OK)
        return status;
    struct gathered g = {0};
    bool ok = true;
    for (size_t i = 0; i < snapshot_segments(snap) && ok; i++)
        ok = gather_segment(snapshot_segment(snap, i), folded, folded_len, &g);
    if (ok) {
        sum_up(&g);
        if (g.n > 0)
            qsort(g.words, g.n, sizeof *g.words, by_frequency);
        *total = g.n;
        status = give_page(&g, offset, limit, arena, words, n, err);
    } else {
        status = err_nomem(err);
    }
    free(g.words);
    return status;
}

/* ---- documents --------------------------------------------------------------------------------------------------- */

enum status browse_find(const struct snapshot *snap, const char *path, size_t len, const struct segment **segment,
                        uint32_t *doc, struct err *err)
{
    for (size_t i = snapshot_segments(snap); i-- > 0;) {
        *segment = snapshot_segment(snap, i);
        enum status status = segment_find(*segment, path, len, doc, err);
        if (status != ST_NOT_FOUND)
            return status;
    }
    return err_set(err, ST_NOT_FOUND, "no document of that path is in the index");
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

enum { LINES_READ = 32768 };

enum status browse_lines(struct searcher *s, const struct segment *segment, uint32_t doc, uint32_t from, uint32_t to,
                         size_t max_bytes, struct buf *out, size_t *n_lines, struct err *err)
{
    struct segment_place place;
    *n_lines = 0;
    enum status status = segment_place_of_line(segment, doc, from, &place, err);
    if (status != ST_OK)
        return status;
    struct lines l = {.line = place.line, .from = from, .to = to, .out = out};
    size_t before = out->len, got = LINES_READ;
    for (uint32_t off = place.line_off; got == LINES_READ && l.line <= to; off += LINES_READ) {
        buf_clear(&s->scratch);
        status = segment_text(segment, doc, off, LINES_READ, s->text, &s->scratch, err);
        if (status != ST_OK)
            return status;
        got = s->scratch.len;
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
