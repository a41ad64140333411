/* terms.c - see terms.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/terms.h"

#include <stdlib.h>
#include <string.h>

#include "shim/shim.h"
#include "store/dir.h"
#include "store/holders.h"
#include "store/scratch.h"

/* A word of the chunk at hand that Xapian is given. */
struct given {
    uint32_t number; /* in the segment's table */
    uint32_t doc;    /* the last document that held it, counted from 1 */
    uint32_t wdf;    /* in that document so far */
};

struct terms {
    const struct build *b;
    struct shim_builder *builder;
    struct scratch numbers; /* for each chunk in turn, its words' numbers in the segment */
    size_t numbers_at;      /* first of the chunk at hand */
    uint64_t *is_given;     /* owned; a bit for each number in the chunk at hand: they fit the processor's cache */
    uint32_t *given_of;     /* owned; by number in the chunk at hand: place in given, or 0 */
    struct given *given;    /* owned; from 1 on */
    uint32_t *distinct;     /* owned; places in given of the document at hand's words */
    size_t n_distinct;
    struct shim_term *terms; /* owned */
    uint32_t n_docs;
};

/* Fills in the terms of words [from, from + n) of the document at hand. */
static void fill_terms(struct terms *t, size_t from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct given *given = &t->given[t->distinct[from + i]];
        struct shim_term *term = &t->terms[i];
        term->bytes = wordtab_bytes(&t->b->words, given->number, &term->len);
        term->wdf = given->wdf;
    }
}

/* Hands Xapian the words of the document at hand, those of a vast one in parts. */
static enum status add_terms(struct terms *t, struct err *err)
{
    size_t from = 0;
    do {
        size_t rest = t->n_distinct - from, n = rest < SHIM_TERMS_AT_ONCE ? rest : SHIM_TERMS_AT_ONCE;
        fill_terms(t, from, n);
        enum status status = from == 0 ? shim_builder_add(t->builder, t->terms, n, err)
                                       : shim_builder_more(t->builder, t->terms, n, err);
        if (status != ST_OK)
            return status;
        from += n;
    } while (from < t->n_distinct);
    return ST_OK;
}

/* Counts the words that the next n numbers of the stream are. */
static void count_words(struct terms *t, uint64_t n, const uint8_t **ids)
{
    t->n_distinct = 0;
    for (; n > 0; n--) {
        uint32_t number = scratch_number(ids);
        if ((t->is_given[number / 64] >> number % 64 & 1) == 0)
            continue;
        uint32_t place = t->given_of[number];
        struct given *given = &t->given[place];
        if (given->doc != t->n_docs) {
            given->doc = t->n_docs;
            given->wdf = 0;
            t->distinct[t->n_distinct++] = place;
        }
        given->wdf++;
    }
}

/* Finds those of the chunk's words that Xapian is given. */
static void find_given(struct terms *t, const struct chunk_done *chunk)
{
    uint32_t n = 0;
    memset(t->is_given, 0, ((size_t)chunk->n_ids + 63) / 64 * sizeof *t->is_given);
    for (uint32_t i = 0; i < chunk->n_ids; i++) {
        uint32_t number;
        memcpy(&number, t->numbers.bytes + (t->numbers_at + i) * sizeof number, sizeof number);
        bool kept = holders_keep(t->b->words.words[number].documents, (uint32_t)t->b->n_docs);
        t->given_of[i] = kept ? 0 : ++n;
        t->is_given[i / 64] |= (uint64_t)!kept << i % 64;
        if (!kept)
            t->given[n] = (struct given){.number = number};
    }
    t->numbers_at += chunk->n_ids;
}

static enum status add_chunk(struct terms *t, const struct chunk_done *chunk, struct err *err)
{
    struct scratch ids = {0}, docs = {0};
    enum status status = scratch_map_words(chunk, &ids, &docs, err);
    const uint8_t *at = ids.bytes;
    if (status == ST_OK)
        find_given(t, chunk);
    for (uint32_t i = 0; status == ST_OK && i < chunk->n_docs; i++) {
        struct chunk_doc doc;
        memcpy(&doc, docs.bytes + i * sizeof doc, sizeof doc);
        t->n_docs++;
        count_words(t, (uint64_t)doc.record.n_title + doc.record.n_body, &at);
        status = add_terms(t, err);
    }
    scratch_unmap(&ids);
    scratch_unmap(&docs);
    return status;
}

static enum status prepare(struct terms *t, struct err *err)
{
    size_t most = 1;
    for (size_t i = 0; i < t->b->n_chunks; i++)
        most = t->b->chunks[i].n_ids > most ? t->b->chunks[i].n_ids : most;
    t->is_given = malloc((most + 63) / 64 * sizeof *t->is_given);
    t->given_of = malloc(most * sizeof *t->given_of);
    t->given = malloc((most + 1) * sizeof *t->given);
    t->distinct = malloc(most * sizeof *t->distinct);
    t->terms = malloc((most < SHIM_TERMS_AT_ONCE ? most : SHIM_TERMS_AT_ONCE) * sizeof *t->terms);
    if (t->is_given == NULL || t->given_of == NULL || t->given == NULL || t->distinct == NULL || t->terms == NULL)
        return err_nomem(err);
    return scratch_map(t->b->numbers_path, t->b->n_numbers * sizeof(uint32_t), &t->numbers, err);
}

/* All documents as a database of Xapian's in the folder dir. */
static enum status build_database(const struct build *b, const char *dir, struct err *err)
{
    struct terms t = {.b = b};
    enum status status = prepare(&t, err);
    if (status == ST_OK)
        status = shim_builder_open(dir, &t.builder, err);
    for (size_t i = 0; status == ST_OK && i < b->n_chunks; i++)
        status = add_chunk(&t, &b->chunks[i], err);
    if (status == ST_OK)
        status = shim_builder_finish(t.builder, err);
    else
        shim_builder_discard(t.builder);
    scratch_unmap(&t.numbers);
    free(t.is_given);
    free(t.given_of);
    free(t.given);
    free(t.distinct);
    free(t.terms);
    return status;
}

enum status terms_write(const struct build *b, const char *dst, struct err *err)
{
    char *dir = dir_path("%s/terms-%zu", b->scratch, b->n_segments);
    enum status status = dir == NULL ? err_nomem(err) : build_database(b, dir, err);
    if (status == ST_OK)
        status = shim_compact((const char *const[]){dir}, 1, dst, err);
    if (status == ST_OK)
        status = dir_remove(dir, err);
    free(dir);
    return status;
}
