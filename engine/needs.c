/* needs.c - see needs.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/needs.h"

#include <string.h>

struct maker {
    struct needs *out;
    const struct postings *postings;
    const struct segment *segment;
    struct arena *arena;
};

/* ---- runs of words ----------------------------------------------------------------------------------------------- */

/* A run of words of several ranks each is as many phrases as there are choices. A block is said to hold a phrase of two
 * words in vain one time in 25, so that few phrases narrow; of longer ones there may be more. */
enum { MAX_PHRASES = 32 };

static size_t phrases_worth(size_t n_words)
{
    return n_words < 2 ? 0 : n_words == 2 ? 4 : n_words == 3 ? 24 : MAX_PHRASES;
}

/* Words from slot i of a sequence on that follow each other, as many as are few enough phrases: how many words, and how
 * many phrases. */
static size_t run_of_words(struct maker *m, const struct plan_sequence *seq, size_t i, size_t *n_phrases)
{
    size_t n = 0, product = 1;
    for (size_t k = i; k < seq->n && seq->slots[k].kind == PLAN_LEAF; k++) {
        size_t n_ranks;
        (void)postings_ranks(m->postings, seq->slots[k].leaf, &n_ranks);
        if (n_ranks == 0 || n_ranks > MAX_PHRASES / product)
            break;
        product *= n_ranks;
        if (product > phrases_worth(k - i + 1))
            continue;
        n = k - i + 1;
        *n_phrases = product;
    }
    return n;
}

/* Choice number `choice` of the words in the slots. */
static void choose_words(struct maker *m, const struct plan_slot *slots, size_t n, size_t choice,
                         struct postings_word *words)
{
    for (size_t i = 0; i < n; i++) {
        size_t n_words;
        const struct postings_word *all = postings_words(m->postings, slots[i].leaf, &n_words);
        words[i] = all[choice % n_words];
        choice /= n_words;
    }
}

static bool make_need(struct maker *m, const struct plan_slot *slots, size_t n, size_t n_phrases, struct need *need)
{
    struct postings_word *words = arena_alloc(m->arena, n_phrases * n * sizeof *words);
    struct phrase **phrases = arena_alloc(m->arena, n_phrases * sizeof *phrases);
    bool ok = words != NULL && phrases != NULL;
    for (size_t i = 0; ok && i < n_phrases; i++) {
        choose_words(m, slots, n, i, words + i * n);
        phrases[i] = phrase_new(m->segment, words + i * n, n, m->arena);
        ok = phrases[i] != NULL;
    }
    *need = ok ? (struct need){phrases, n_phrases} : (struct need){0};
    return ok;
}

static bool add_need(struct maker *m, const struct plan_slot *slots, size_t n,
                     size_t n_phrases)
{
    struct need *all = arena_alloc(m->arena, (m->out->n + 1) * sizeof *all);
    if (all == NULL || !make_need(m, slots, n, n_phrases, &all[m->out->n]))
        return false;
    if (m->out->n > 0)
        memcpy(all, m->out->items, m->out->n * sizeof *all);
    m->out->n++;
    m->out->items = all;
    return true;
}

/* Runs overlap by a word, so that every pair of words that is worth it is in one. */
static bool add_runs(struct maker *m, const struct plan_sequence *seq)
{
    bool ok = true;
    for (size_t i = 0, n, n_phrases = 0; ok && i + 1 < seq->n; i += n > 1 ? n - 1 : 1) {
        n = run_of_words(m, seq, i, &n_phrases);
        if (n > 1)
            ok = add_need(m, seq->slots + i, n, n_phrases);
        m->out->is_phrase |= n == seq->n;
    }
    return ok;
}

static bool add_needs(struct maker *m, const struct plan_span *span)
{
    if (span->kind == PLAN_PHRASE)
        return add_runs(m, &span->sequence);
    size_t n = span->kind == PLAN_NOTNEAR ? 1 : span->kind == PLAN_EITHER ? 0 : span->n_children;
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++)
        ok = add_needs(m, span->children[i]);
    return ok;
}

/* ---- choices ----------------------------------------------------------------------------------------------------- */

static bool is_phrase_of_ranks(struct maker *m, const struct plan_span *span, size_t n_words)
{
    bool ok = span->kind == PLAN_PHRASE && span->plain && !span->title && span->sequence.n == n_words;
    for (size_t i = 0, n_ranks; ok && i < n_words; i++) {
        (void)postings_ranks(m->postings, span->sequence.slots[i].leaf, &n_ranks);
        ok = n_ranks <= 1;
    }
    return ok;
}

static bool same_phrase(const struct phrase *a, const struct phrase *b)
{
    return a->needle.len == b->needle.len && memcmp(a->code, b->code, a->needle.len) == 0;
}

/* Adds a phrase unless a word of it is not in the segment. */
static bool add_phrase(struct maker *m, struct need *need, const struct plan_sequence *seq)
{
    struct postings_word *words = arena_alloc(m->arena, seq->n * sizeof *words);
    for (size_t i = 0, n = 1; words != NULL && i < seq->n; i++) {
        const struct postings_word *word = postings_words(m->postings, seq->slots[i].leaf, &n);
        if (n == 0)
            return true;
        words[i] = *word;
    }
    struct phrase *p = words != NULL ? phrase_new(m->segment, words, seq->n, m->arena) : NULL;
    if (p == NULL)
        return false;
    for (size_t i = 0; i < need->n; i++)
        if (same_phrase(p, need->phrases[i]))
            return true;
    need->phrases[need->n++] = p;
    return true;
}

/* A choice of phrases of as many words each: no match contains one of another, so that each counts. */
static bool add_choice(struct maker *m, const struct plan_span *span)
{
    size_t n_words = span->children[0]->sequence.n;
    if (n_words < 2 || span->n_children > MAX_PHRASES)
        return true;
    for (size_t i = 0; i < span->n_children; i++)
        if (!is_phrase_of_ranks(m, span->children[i], n_words))
            return true;
    struct need *need = arena_calloc(m->arena, 1, sizeof *need);
    if (need != NULL)
        need->phrases = arena_alloc(m->arena, span->n_children * sizeof(struct phrase *));
    bool ok = need != NULL && need->phrases != NULL;
    for (size_t i = 0; ok && i < span->n_children; i++)
        ok = add_phrase(m, need, &span->children[i]->sequence);
    m->out->items = need;
    m->out->n = ok;
    m->out->is_phrase = ok;
    return ok;
}

/* ---- of a unit --------------------------------------------------------------------------------------------------- */

enum status needs_find(const struct plan_span *unit, const struct postings *p, const struct segment *segment,
                       struct arena *arena, struct needs *out, struct err *err)
{
    struct maker m = {.out = out, .postings = p, .segment = segment, .arena = arena};
    *out = (struct needs){0};
    if (unit->kind == PLAN_EITHER)
        return add_choice(&m, unit) ? ST_OK : err_nomem(err);
    bool ok = add_needs(&m, unit);
    out->is_phrase = out->is_phrase && out->n == 1 && unit->kind == PLAN_PHRASE && !unit->title;
    return ok ? ST_OK : err_nomem(err);
}

/* So many phrases are kept at a time. */
enum { MAX_CHOICES = 4096 };

/* How many phrases a phrase stands for; 0: it is none of words alone, or they are too many. */
static size_t count_choices(const struct maker *m, const struct plan_span *unit, size_t most)
{
    size_t product = 1, n = 0;
    if (unit->kind != PLAN_PHRASE || !unit->plain || unit->title || unit->sequence.n < 2)
        return 0;
    for (size_t i = 0; i < unit->sequence.n; i++) {
        (void)postings_words(m->postings, unit->sequence.slots[i].leaf, &n);
        if (n == 0 || n > most / product)
            return 0;
        product *= n;
    }
    return product;
}

enum status needs_choices(const struct plan_span *unit, const struct postings *p, const struct segment *segment,
                          size_t most, struct arena *arena, struct need *out, struct err *err)
{
    struct needs either;
    struct maker m = {.out = &either, .postings = p, .segment = segment, .arena = arena};
    *out = (struct need){0};
    if (unit->kind == PLAN_EITHER) {
        enum status status = needs_find(unit, p, segment, arena, &either, err);
        if (status == ST_OK && either.is_phrase && either.items->n <= most)
            *out = *either.items;
        return status;
    }
    size_t n = count_choices(&m, unit, most < MAX_CHOICES ? most : MAX_CHOICES);
    return n == 0 || make_need(&m, unit->sequence.slots, unit->sequence.n, n, out) ? ST_OK : err_nomem(err);
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

struct phrase *needs_only_phrase(const struct needs *needs)
{
    return needs->is_phrase && needs->items->n == 1 ? needs->items->phrases[0] : NULL;
}

static enum status find_blocks(const struct need *need, struct arena *arena, struct err *err)
{
    enum status status = ST_OK;
    for (size_t i = 0; status == ST_OK && i < need->n; i++)
        status = phrase_find_blocks(need->phrases[i], arena, err);
    if (status == ST_OK)
        phrase_narrow(need->phrases, need->n, arena);
    return status;
}

enum status needs_find_blocks(const struct needs *needs, struct arena *arena, struct err *err)
{
    enum status status = ST_OK;
    for (size_t i = 0; status == ST_OK && i < needs->n; i++)
        status = find_blocks(&needs->items[i], arena, err);
    return status;
}

static bool may_be_in(const struct need *need, uint32_t doc)
{
    for (size_t i = 0; i < need->n; i++)
        if (phrase_may_be_in(need->phrases[i], doc))
            return true;
    return false;
}

bool needs_may_be_in(const struct needs *needs, uint32_t doc)
{
    for (size_t i = 0; i < needs->n; i++)
        if (!may_be_in(&needs->items[i], doc))
            return false;
    return true;
}

size_t needs_count(const struct needs *needs, uint32_t doc, bool first_only)
{
    size_t n = 0;
    for (size_t i = 0; i < needs->items->n && !(first_only && n > 0); i++)
        n += phrase_count(needs->items->phrases[i], doc);
    return n;
}
