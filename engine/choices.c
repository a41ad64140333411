/* choices.c - see choices.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/choices.h"

#include <stdlib.h>
#include <string.h>

#include "engine/approach.h"
#include "lib/array.h"

void choices_release(struct choices *c)
{
    free(c->found);
    free(c->ends);
    *c = (struct choices){0};
}

/* ---- choosing ---------------------------------------------------------------------------------------------------- */

/* Of the leaves that all must be in a document: how many hold the rarest. */
static uint64_t documents_of(const struct plan_span *unit, const struct postings *p)
{
    uint64_t documents = unit->kind == PLAN_EITHER ? 0 : postings_all_documents(p);
    for (size_t i = 0; i < unit->n_children; i++)
        documents += documents_of(unit->children[i], p);
    for (size_t i = 0; i < unit->sequence.n; i++) {
        if (unit->sequence.slots[i].kind != PLAN_LEAF)
            continue;
        uint64_t n = postings_documents(p, unit->sequence.slots[i].leaf);
        documents = n < documents ? n : documents;
    }
    return documents;
}

/* Books are all gone to for any choice: better once for all. To set a phrase up takes nanoseconds, too. */
enum { PHRASE_COST = 200 };

uint64_t choices_cost(const struct need *need)
{
    uint64_t cost = 0;
    for (size_t i = 0; i < need->n; i++)
        cost += PHRASE_COST + approach_cost(need->phrases[i]);
    return cost;
}

enum status choices_plan(const struct plan_span *unit, const struct postings *p, const struct segment *segment,
                         struct arena *arena, struct need *out, struct err *err)
{
    *out = (struct need){0};
    if (approach_docs_are_long(segment))
        return ST_OK;
    uint64_t most = approach_cost_of_docs(segment, documents_of(unit, p));
    enum status status = needs_choices(unit, p, segment, most / PHRASE_COST, arena, out, err);
    if (choices_cost(out) > most)
        *out = (struct need){0};
    return status;
}

/* ---- one phrase -------------------------------------------------------------------------------------------------- */

struct finder {
    struct choices *out;
    struct postings *postings;
    const struct match_stop *stop;
    struct arena *arena; /* of one phrase */
};

bool choices_add(struct choices *c, uint32_t doc, size_t n)
{
    if (!ARRAY_RESERVE(c->found, c->cap, c->n + 1))
        return false;
    c->found[c->n++] = (struct phrase_found){doc, (uint32_t)n};
    return true;
}

static enum status take_bigram(struct finder *f, const struct segment_bigram *bigram, struct err *err)
{
    struct segment_holders holders = bigram->holders;
    f->out->n_offered += bigram->documents;
    for (uint32_t doc = 0; segment_seek_holder(&holders, doc); doc = holders.doc + 1)
        if (!choices_add(f->out, holders.doc, segment_holder_occurrences(&holders)))
            return err_nomem(err);
    return ST_OK;
}

enum { COMMON_SHARE = 32 }; /* the bits of a word that 1 of so many documents holds are made for all phrases with it */

/* The bits of the phrase's common words, as far as there is memory for them. */
static const uint8_t **find_common(struct finder *f, const struct phrase *p, size_t *n)
{
    const uint8_t **rows = arena_alloc(f->arena, p->n_words * sizeof *rows);
    *n = 0;
    for (size_t i = 0; rows != NULL && i < p->n_words; i++) {
        bool common = p->words[i].documents > segment_docs(p->segment) / COMMON_SHARE;
        const uint8_t *row = common ? postings_bits(f->postings, p->words[i].rank) : NULL;
        if (row != NULL)
            rows[(*n)++] = row;
    }
    return rows;
}

static bool has_all(const uint8_t *const *rows, size_t n, uint32_t doc)
{
    for (size_t i = 0; i < n; i++)
        if (!(rows[i][doc / 8] >> doc % 8 & 1))
            return false;
    return true;
}

/* Few documents hold its rarest word: each is asked by itself. */
static enum status take_list(struct finder *f, const struct phrase *p, const struct postings_word *rarest,
                             struct err *err)
{
    struct postings_docs docs;
    size_t n_rows;
    const uint8_t **rows = find_common(f, p, &n_rows);
    enum status status = postings_docs_of(f->postings, rarest, f->arena, &docs, err);
    for (size_t i = 0; status == ST_OK && i < docs.n; i++) {
        if (!has_all(rows, n_rows, docs.items[i]))
            continue;
        size_t n = phrase_count(p, docs.items[i]);
        f->out->n_offered++;
        if (n > 0 && !choices_add(f->out, docs.items[i], n))
            status = err_nomem(err);
    }
    return status;
}

static enum status walk(struct finder *f, struct phrase *p, struct err *err)
{
    struct phrase_walk walk = {0};
    struct phrase_found found;
    enum status status = approach_phrase(p, f->postings, f->arena, &walk, err);
    while (status == ST_OK) {
        status = phrase_next(&walk, &found, err);
        if (status == ST_OK && found.n == 0)
            status = f->stop->check(f->stop->arg, err);
        if (status == ST_OK && found.n > 0 && !choices_add(f->out, found.doc, found.n))
            status = err_nomem(err);
    }
    f->out->n_offered += walk.n_offered;
    f->out->n_scanned += walk.n_scanned;
    phrase_walk_release(&walk);
    p->bits = NULL; /* they are in the arena */
    return status == ST_END ? ST_OK : status;
}

static enum status find_phrase(struct finder *f, struct phrase *p, struct err *err)
{
    const struct postings_word *rarest = approach_few(p);
    if (p->is_bigram)
        return take_bigram(f, p->bigrams, err);
    return rarest != NULL ? take_list(f, p, rarest, err) : walk(f, p, err);
}

/* ---- together ---------------------------------------------------------------------------------------------------- */

/* Merges two that ascend; returns how many documents that makes. */
static size_t merge(const struct phrase_found *a, size_t n_a, const struct phrase_found *b, size_t n_b,
                    struct phrase_found *out)
{
    size_t n = 0, i = 0, k = 0;
    while (i < n_a && k < n_b) {
        bool first = a[i].doc <= b[k].doc, second = b[k].doc <= a[i].doc;
        out[n] = first ? a[i] : b[k];
        out[n++].n += first && second ? b[k].n : 0;
        i += first;
        k += second;
    }
    memcpy(out + n, a + i, (n_a - i) * sizeof *out);
    n += n_a - i;
    memcpy(out + n, b + k, (n_b - k) * sizeof *out);
    return n + n_b - k;
}

/* Every two neighbours of what ascends become one, into `other`, until one is left. */
static void merge_neighbours(struct choices *c, struct phrase_found *other)
{
    size_t n = 0, n_ends = 0, begin = 0;
    for (size_t i = 0; i < c->n_ends; i += 2) {
        size_t middle = c->ends[i], end = i + 1 < c->n_ends ? c->ends[i + 1] : middle;
        n += merge(c->found + begin, middle - begin, c->found + middle, end - middle, other + n);
        begin = end;
        c->ends[n_ends++] = n;
    }
    c->n_ends = n_ends;
    c->n = n;
}

static bool put_together(struct choices *c)
{
    struct phrase_found *other = c->n_ends > 1 ? malloc(c->n * sizeof *other) : NULL;
    if (c->n_ends > 1 && other == NULL)
        return false;
    while (c->n_ends > 1) {
        struct phrase_found *found = c->found;
        merge_neighbours(c, other);
        c->found = other;
        other = found;
        c->cap = c->n;
    }
    free(other);
    return true;
}

enum { CHECK_EVERY = 16 };

static bool end_phrase(struct choices *c)
{
    size_t begin = c->n_ends > 0 ? c->ends[c->n_ends - 1] : 0;
    if (c->n == begin)
        return true;
    if (!ARRAY_RESERVE(c->ends, c->cap_ends, c->n_ends + 1))
        return false;
    c->ends[c->n_ends++] = c->n;
    return true;
}

enum status choices_find(const struct need *need, struct postings *postings, const struct match_stop *stop,
                         struct choices *out, struct err *err)
{
    struct arena arena = ARENA_INIT;
    struct finder f = {out, postings, stop, &arena};
    enum status status = ST_OK;
    for (size_t i = 0; status == ST_OK && i < need->n; i++) {
        arena_clear(&arena);
        status = i % CHECK_EVERY == 0 ? stop->check(stop->arg, err) : ST_OK;
        if (status == ST_OK)
            status = find_phrase(&f, need->phrases[i], err);
        if ((status == ST_OK || status == ST_TIMEOUT) && !end_phrase(out))
            status = err_nomem(err);
    }
    arena_release(&arena);
    if ((status == ST_OK || status == ST_TIMEOUT) && !put_together(out))
        status = err_nomem(err);
    return status;
}
