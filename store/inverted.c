/* inverted.c - see inverted.h. Xapian gets its words of a document at a time, in order: it packs a word's postings
 * together then. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/inverted.h"

#include <stdlib.h>
#include <string.h>

#include "shim/shim.h"
#include "store/dir.h"
#include "store/holders.h"
#include "store/scratch.h"

enum { BATCH = 64 }; /* postings whose words are fetched into the cache side by side */
#define GIVEN UINT32_C(0x80000000)

struct inverted {
    const struct build *b;
    const uint32_t *codes; /* by number in the segment's table */
    struct holders_writer holders;
    struct shim_builder *builder;
    struct scratch numbers;  /* for each chunk in turn, its words' numbers in the segment */
    size_t numbers_at;       /* first of the chunk at hand */
    uint32_t *slots;         /* owned; by number in the chunk at hand: of holders, or GIVEN + place in given */
    struct shim_term *given; /* owned; Xapian's words of the chunk at hand: they fit the processor's cache */
    uint32_t n_docs;
    struct shim_term *terms; /* owned; the document's for Xapian that it has not got yet */
    size_t n_terms;
    bool begun; /* it has got some */
};

/* ---- one document ----------------------------------------------------------------------------------------------- */

/* Hands Xapian terms of the document at hand, those of a vast one in parts. */
static enum status give_terms(struct inverted *v, struct err *err)
{
    enum status status = v->begun ? shim_builder_more(v->builder, v->terms, v->n_terms, err)
                                  : shim_builder_add(v->builder, v->terms, v->n_terms, err);
    v->begun = true;
    v->n_terms = 0;
    return status;
}

static enum status add_term(struct inverted *v, uint32_t given, uint32_t occurrences, struct err *err)
{
    enum status status = v->n_terms == SHIM_TERMS_AT_ONCE ? give_terms(v, err) : ST_OK;
    v->terms[v->n_terms] = v->given[given];
    v->terms[v->n_terms++].wdf = occurrences;
    return status;
}

static enum status add_batch(struct inverted *v, uint32_t n, const uint8_t **p, struct err *err)
{
    struct scratch_posting postings[BATCH];
    for (uint32_t i = 0; i < n; i++) {
        postings[i] = scratch_posting(p);
        postings[i].number = v->slots[postings[i].number];
        if ((postings[i].number & GIVEN) == 0)
            holders_fetch(&v->holders, postings[i].number);
    }
    enum status status = ST_OK;
    for (uint32_t i = 0; i < n && status == ST_OK; i++) {
        uint32_t slot = postings[i].number;
        if ((slot & GIVEN) == 0)
            holders_count(&v->holders, slot, v->n_docs, postings[i].occurrences);
        else
            status = add_term(v, slot - GIVEN, postings[i].occurrences, err);
    }
    return status;
}

static enum status add_doc(struct inverted *v, uint32_t n_postings, const uint8_t **p, struct err *err)
{
    enum status status = ST_OK;
    v->begun = false;
    for (uint32_t done = 0; done < n_postings && status == ST_OK; done += BATCH)
        status = add_batch(v, n_postings - done < BATCH ? n_postings - done : BATCH, p, err);
    if (status == ST_OK && (v->n_terms > 0 || !v->begun))
        status = give_terms(v, err);
    v->n_docs++;
    return status;
}

/* ---- all documents ---------------------------------------------------------------------------------------------- */

/* Finds where the chunk's words go. */
static void find_slots(struct inverted *v, uint32_t n_ids)
{
    uint32_t n_given = 0;
    for (uint32_t i = 0; i < n_ids; i++) {
        uint32_t number;
        memcpy(&number, v->numbers.bytes + (v->numbers_at + i) * sizeof number, sizeof number);
        v->slots[i] = holders_slot_of_code(&v->holders, v->codes[number]);
        if (v->slots[i] > 0)
            continue;
        struct shim_term *term = &v->given[n_given];
        term->bytes = wordtab_bytes(&v->b->words, number, &term->len);
        v->slots[i] = GIVEN + n_given++;
    }
    v->numbers_at += n_ids;
}

static enum status add_chunk(struct inverted *v, const struct chunk_done *chunk, struct err *err)
{
    struct scratch postings = {0}, docs = {0};
    enum status status = scratch_map_docs(chunk, CHUNK_POSTINGS, &postings, &docs, err);
    const uint8_t *at = postings.bytes;
    if (status == ST_OK)
        find_slots(v, chunk->n_ids);
    for (uint32_t i = 0; i < chunk->n_docs && status == ST_OK; i++) {
        struct chunk_doc doc;
        memcpy(&doc, docs.bytes + i * sizeof doc, sizeof doc);
        status = add_doc(v, doc.n_postings, &at, err);
    }
    scratch_unmap(&postings);
    scratch_unmap(&docs);
    return status;
}

static enum status make_room(struct inverted *v, struct err *err)
{
    const struct holders_writer *h = &v->holders;
    size_t most_ids = 1, n_given = (size_t)h->n_counted - h->n_lists - h->n_few + 1;
    for (size_t i = 0; i < v->b->n_chunks; i++)
        most_ids = v->b->chunks[i].n_ids > most_ids ? v->b->chunks[i].n_ids : most_ids;
    v->slots = malloc(most_ids * sizeof *v->slots);
    v->given = malloc(n_given * sizeof *v->given);
    v->terms = malloc((n_given < SHIM_TERMS_AT_ONCE ? n_given : SHIM_TERMS_AT_ONCE) * sizeof *v->terms);
    return v->slots != NULL && v->given != NULL && v->terms != NULL ? ST_OK : err_nomem(err);
}

static enum status prepare(struct inverted *v, struct err *err)
{
    const struct build *b = v->b;
    enum status status = holders_choose(&v->holders, &b->words, v->codes, (uint32_t)b->n_docs, err);
    if (status == ST_OK)
        status = make_room(v, err);
    return status == ST_OK ? scratch_map(b->numbers_path, b->n_numbers * sizeof(uint32_t), &v->numbers, err) : status;
}

/* Gathers the holders, and makes a database of Xapian's in the folder dir. */
static enum status invert(struct inverted *v, const char *dir, struct err *err)
{
    enum status status = prepare(v, err);
    if (status == ST_OK)
        status = shim_builder_open(dir, &v->builder, err);
    for (size_t i = 0; status == ST_OK && i < v->b->n_chunks; i++)
        status = add_chunk(v, &v->b->chunks[i], err);
    if (status == ST_OK)
        return shim_builder_finish(v->builder, err);
    shim_builder_discard(v->builder);
    return status;
}

/* Not yet synced. */
static enum status write_terms(const char *dir, const char *path, struct file_seal *seal, struct err *err)
{
    enum status status = shim_compact((const char *const[]){dir}, 1, path, err);
    if (status == ST_OK)
        status = dir_remove(dir, err);
    return status == ST_OK ? file_seal_of(path, seal, err) : status;
}

enum status inverted_write(const struct build *b, const uint32_t *codes, char *const paths[PARTS_COUNT],
                           struct parts *parts, struct err *err)
{
    struct inverted v = {.b = b, .codes = codes};
    char *dir = dir_path("%s/terms-%zu", b->scratch, b->n_segments);
    enum status status = dir == NULL ? err_nomem(err) : invert(&v, dir, err);
    if (status == ST_OK)
        status = holders_write(&v.holders, paths[PARTS_HOLDERS], &parts->seals[PARTS_HOLDERS], err);
    if (status == ST_OK)
        status = write_terms(dir, paths[PARTS_TERMS], &parts->seals[PARTS_TERMS], err);
    holders_writer_release(&v.holders);
    scratch_unmap(&v.numbers);
    free(v.slots);
    free(v.given);
    free(v.terms);
    free(dir);
    return status;
}
