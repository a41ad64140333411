/* expand.c - see expand.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/expand.h"

#include <string.h>

#include "engine/fuzzy.h"
#include "lib/array.h"
#include "lib/token.h"
#include "shim/shim.h"

struct expansion {
    const struct snapshot *snap;
    const struct match_stop *stop;
    struct arena *arena;
    struct err *err;
    struct plan_leaf *leaf;
    struct fuzzy fuzzy;
    unsigned seen;   /* words since it was last asked whether to stop */
    size_t hopeless; /* bytes of the word judged last with which no word begins that belongs; 0: not known */
    struct shim_stemmer *stemmer;
    char stem[256];
    size_t stem_len;
    struct plan_word *words; /* malloc'ed while growing */
    size_t n, cap;
};

/* ---- does a word belong? ----------------------------------------------------------------------------------------- */

static size_t char_len(const char *p, const char *end)
{
    size_t n = 1;
    while (p + n < end && ((unsigned char)p[n] & 0xc0) == 0x80)
        n++;
    return n;
}

/* The usual walk with one point to come back to: linear but for words that nearly match again and again. */
static bool matches_pattern(const char *pat, size_t pat_len, const char *word, size_t word_len)
{
    const char *p = pat, *p_end = pat + pat_len, *w = word, *w_end = word + word_len;
    const char *star = NULL, *from = NULL;
    while (w < w_end) {
        if (p < p_end && *p == TOKEN_ANY_RUN) {
            star = ++p;
            from = w;
        } else if (p < p_end && *p == TOKEN_ANY_CHAR) {
            p++;
            w += char_len(w, w_end);
        } else if (p < p_end && *p == *w) {
            p++;
            w++;
        } else if (star != NULL) {
            p = star;
            from += char_len(from, w_end);
            w = from;
        } else {
            return false;
        }
    }
    while (p < p_end && *p == TOKEN_ANY_RUN)
        p++;
    return p == p_end;
}

static bool stems_alike(struct expansion *x, const struct vocab_cursor *word, bool *ok)
{
    char stem[256];
    size_t len;
    if (shim_stem(x->stemmer, word->bytes, word->len, stem, sizeof stem, &len, x->err) != ST_OK) {
        *ok = false;
        return false;
    }
    return len == x->stem_len && memcmp(stem, x->stem, len) == 0;
}

static bool belongs(struct expansion *x, const struct vocab_cursor *word, bool *ok)
{
    if (token_is_long(word->bytes, word->len))
        return false;
    switch (x->leaf->kind) {
    case SLOT_PATTERN: return matches_pattern(x->leaf->text, x->leaf->text_len, word->bytes, word->len);
    case SLOT_FUZZY: return fuzzy_within(&x->fuzzy, word->bytes, word->len, &x->hopeless);
    case SLOT_STEM: return stems_alike(x, word, ok);
    default: return true;
    }
}

/* ---- gathering --------------------------------------------------------------------------------------------------- */

static enum status add_word(struct expansion *x, const char *bytes, size_t len)
{
    uint64_t documents, occurrences;
    struct snapshot_place *places = arena_alloc(x->arena, (snapshot_segments(x->snap) + 1) * sizeof *places);
    if (places == NULL)
        return err_nomem(x->err);
    snapshot_word_stats(x->snap, bytes, len, &documents, &occurrences, places);
    if (documents == 0)
        return ST_OK;
    const char *kept = arena_copy(x->arena, bytes, len);
    if (kept == NULL || !ARRAY_RESERVE(x->words, x->cap, x->n + 1))
        return err_nomem(x->err);
    x->words[x->n++] = (struct plan_word){kept, len, documents, occurrences, places};
    return ST_OK;
}

static int compare(const void *a, const void *b)
{
    const struct plan_word *x = a, *y = b;
    size_t len = x->len < y->len ? x->len : y->len;
    int order = memcmp(x->bytes, y->bytes, len);
    return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

static void sort_once(struct expansion *x)
{
    if (x->n < 2)
        return;
    qsort(x->words, x->n, sizeof *x->words, compare);
    size_t n = 1;
    for (size_t i = 1; i < x->n; i++)
        if (compare(&x->words[n - 1], &x->words[i]) != 0)
            x->words[n++] = x->words[i];
    x->n = n;
}

static enum status too_broad(const struct expansion *x)
{
    struct buf shown = BUF_INIT;
    for (size_t i = 0; i < x->leaf->text_len; i++) {
        char c = x->leaf->text[i];
        buf_addc(&shown, c == TOKEN_ANY_RUN ? '*' : c == TOKEN_ANY_CHAR ? '?' : c);
    }
    enum status status = err_at(x->err, ST_TOO_BROAD, x->leaf->column,
                                "\"%.*s\" stands for more than %d words of this index: make it longer",
                                (int)shown.len, shown.len ? shown.data : "", QUERY_MAX_EXPANSION);
    buf_release(&shown);
    return status;
}

/* The literal bytes that every word of a pattern begins with. */
static size_t literal_prefix(const struct plan_leaf *leaf)
{
    size_t n = 0;
    while (leaf->kind == SLOT_PATTERN && n < leaf->text_len && leaf->text[n] != TOKEN_ANY_RUN &&
           leaf->text[n] != TOKEN_ANY_CHAR)
        n++;
    return n;
}

enum { WORDS_BETWEEN_CHECKS = 1 << 10 };

static enum status goes_on(struct expansion *x)
{
    if (x->stop == NULL || x->stop->check == NULL || ++x->seen < WORDS_BETWEEN_CHECKS)
        return ST_OK;
    x->seen = 0;
    return x->stop->check(x->stop->arg, x->err);
}

/* Adds a word if it belongs. */
static enum status take_word(struct expansion *x, const struct vocab_cursor *word)
{
    bool ok = true;
    enum status status = goes_on(x);
    if (status == ST_OK && belongs(x, word, &ok))
        status = add_word(x, word->bytes, word->len);
    return status == ST_OK && !ok ? x->err->status : status;
}

static bool begins_with(const struct vocab_cursor *word, const char *prefix, size_t len)
{
    return word->len >= len && memcmp(word->bytes, prefix, len) == 0;
}

static enum status gather_segment(struct expansion *x, const struct segment *segment)
{
    const struct vocab *vocab = segment_vocab(segment);
    size_t prefix = literal_prefix(x->leaf);
    struct vocab_cursor word;
    vocab_seek(&word, vocab, vocab_lower_bound(vocab, x->leaf->text, prefix));
    while (vocab_next(&word) && begins_with(&word, x->leaf->text, prefix)) {
        x->hopeless = 0;
        enum status status = take_word(x, &word);
        if (status != ST_OK)
            return status;
        if (x->n > (size_t)QUERY_MAX_EXPANSION * (snapshot_segments(x->snap) + 1))
            return too_broad(x);
        if (x->hopeless > 0)
            vocab_pass(&word, x->hopeless);
    }
    return ST_OK;
}

/* Index of the first word behind those that begin with the stem: 0xff is in no word. */
static uint32_t behind_stem(const struct expansion *x, const struct vocab *vocab)
{
    char bound[sizeof x->stem + 1];
    memcpy(bound, x->stem, x->stem_len);
    bound[x->stem_len] = (char)0xff;
    return vocab_lower_bound(vocab, bound, x->stem_len + 1);
}

/* Words that their stem begins, as most do. */
static enum status gather_regular(struct expansion *x, const struct segment *segment)
{
    const struct vocab *vocab = segment_vocab(segment);
    struct vocab_cursor word;
    enum status status = ST_OK;
    uint32_t end = behind_stem(x, vocab);
    vocab_seek(&word, vocab, vocab_lower_bound(vocab, x->stem, x->stem_len));
    while (status == ST_OK && vocab_next(&word) && word.i < end) {
        status = goes_on(x);
        if (status == ST_OK && segment_stem_is_prefix(segment, word.i, word.len, x->stem_len))
            status = take_word(x, &word);
    }
    return status;
}

enum { STEM_WORDS = 64 };

static enum status gather_odd(struct expansion *x, const struct segment *segment)
{
    const struct vocab *vocab = segment_vocab(segment);
    uint32_t words[STEM_WORDS], first = 0;
    for (size_t n = STEM_WORDS; n == STEM_WORDS; first += STEM_WORDS) {
        n = segment_stem_words(segment, x->stem, x->stem_len, first, words, STEM_WORDS);
        for (size_t i = 0; i < n; i++) {
            struct vocab_cursor word;
            if (words[i] >= vocab_size(vocab))
                return err_set(x->err, ST_DAMAGED, "segment %s: stems: damaged: a word that is not there",
                               segment_id(segment));
            vocab_seek(&word, vocab, words[i]);
            enum status status = vocab_next(&word) ? take_word(x, &word) : ST_OK;
            if (status != ST_OK)
                return status;
        }
    }
    return ST_OK;
}

static enum status gather_stems(struct expansion *x, const struct segment *segment)
{
    enum status status = gather_regular(x, segment);
    return status == ST_OK ? gather_odd(x, segment) : status;
}

static enum status gather(struct expansion *x)
{
    if (x->leaf->kind == SLOT_WORD)
        return add_word(x, x->leaf->text, x->leaf->text_len);
    for (size_t i = 0; i < snapshot_segments(x->snap); i++) {
        const struct segment *segment = snapshot_segment(x->snap, i);
        enum status status = x->leaf->kind == SLOT_STEM ? gather_stems(x, segment) : gather_segment(x, segment);
        if (status != ST_OK)
            return status;
        sort_once(x);
    }
    return x->n > QUERY_MAX_EXPANSION ? too_broad(x) : ST_OK;
}

static enum status prepare(struct expansion *x)
{
    if (x->leaf->kind == SLOT_FUZZY && !fuzzy_begin(&x->fuzzy, x->leaf->text, x->leaf->text_len, x->leaf->edits))
        return err_nomem(x->err);
    if (x->leaf->kind != SLOT_STEM)
        return ST_OK;
    enum status status = shim_stemmer_new(snapshot_manifest(x->snap)->language, &x->stemmer, x->err);
    if (status != ST_OK)
        return status;
    return shim_stem(x->stemmer, x->leaf->text, x->leaf->text_len, x->stem, sizeof x->stem, &x->stem_len, x->err);
}

static enum status expand_leaf(struct expansion *x)
{
    x->n = 0;
    enum status status = prepare(x);
    if (status == ST_OK)
        status = gather(x);
    shim_stemmer_free(x->stemmer);
    x->stemmer = NULL;
    if (status != ST_OK || x->n == 0)
        return status;
    struct plan_word *words = arena_alloc(x->arena, x->n * sizeof *words);
    if (words == NULL)
        return err_nomem(x->err);
    memcpy(words, x->words, x->n * sizeof *words);
    x->leaf->words = words;
    x->leaf->n_words = x->n;
    return ST_OK;
}

enum status expand_plan(struct plan *plan, const struct snapshot *snap, const struct match_stop *stop,
                        struct arena *arena, struct err *err)
{
    struct expansion x = {.snap = snap, .stop = stop, .arena = arena, .err = err};
    enum status status = ST_OK;
    for (size_t i = 0; i < plan->n_leaves && status == ST_OK; i++) {
        x.leaf = &plan->leaves[i];
        status = expand_leaf(&x);
    }
    free(x.words);
    return status;
}
