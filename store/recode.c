/* recode.c - see recode.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/recode.h"

#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/etdc.h"
#include "store/blocks.h"
#include "store/pairs.h"
#include "store/scratch.h"
#include "store/words.h"

struct local {
    uint32_t code, rank;
};

struct recode {
    struct recoded *out;
    const uint32_t *codes;  /* by number in the segment's table */
    struct local *local;    /* owned; by number in the chunk at hand */
    struct scratch numbers; /* for each chunk in turn, its words' numbers in the segment */
    size_t numbers_at;      /* first of the chunk at hand */
    struct file_writer words, docs;
    struct docs_layout layout;
    struct packed_writer records; /* to docs */
    struct pairs_writer pairs;
    struct blocks_writer blocks;
    uint64_t *hashes;  /* owned; path hash in the high half, document in the low one */
    uint16_t *lengths; /* owned */
    uint32_t n_docs;
    uint64_t text_off, names_off, places_off; /* where the chunk at hand comes to stand */
};

/* ---- one document --------------------------------------------------------------------------------------------- */

enum { BATCH = 128 }; /* words that are gone over for each part in turn */

struct batch {
    uint32_t codes[BATCH], ranks[BATCH];
    uint64_t offs[BATCH];
};

/* Writes the codes of n words to the file's room; returns their bytes. */
static size_t put_batch(struct recode *r, struct batch *batch, uint32_t n, uint8_t *room, const uint8_t **p)
{
    const uint8_t *from = *p;
    uint8_t *to = room;
    for (uint32_t i = 0; i < n; i++) {
        struct local word = r->local[scratch_number(&from)];
        batch->codes[i] = word.code;
        batch->ranks[i] = word.rank;
        batch->offs[i] = r->words.body_len + (uint64_t)(to - room);
        memcpy(to, &word.code, sizeof word.code);
        to += (__builtin_ctz(word.code & 0x80808080u) + 1) / 8;
    }
    *p = from;
    return (size_t)(to - room);
}

/* Takes n words from the stream of numbers at *p, which was written by this run. Returns the bytes of their codes. */
static uint64_t put_codes(struct recode *r, uint32_t n, const uint8_t **p)
{
    struct batch batch;
    uint64_t before = r->words.body_len;
    for (uint32_t here; n > 0; n -= here) {
        here = n < BATCH ? n : BATCH;
        uint8_t *room = file_room(&r->words, BATCH * ETDC_MAX_BYTES);
        if (room == NULL)
            break;
        file_advance(&r->words, put_batch(r, &batch, here, room, p));
        pairs_words(&r->pairs, batch.codes, batch.offs, here);
        blocks_words(&r->blocks, batch.ranks, batch.offs, here);
        bigrams_count(&r->out->pairs, r->n_docs, batch.ranks, here);
    }
    return r->words.body_len - before;
}

static void put_boundary(struct recode *r)
{
    static const uint8_t boundary = WORDS_BOUNDARY;
    file_put(&r->words, &boundary, 1);
    pairs_break(&r->pairs);
    bigrams_count(&r->out->pairs, r->n_docs, (const uint32_t[]){0}, 1);
}

static void put_doc(struct recode *r, const struct chunk_doc *doc, const uint8_t **ids)
{
    struct docs_record record = doc->record;
    record.words_off = r->words.body_len;
    record.text_off += r->text_off;
    record.names_off += r->names_off;
    record.places_off += r->places_off;
    pairs_doc(&r->pairs, record.words_off);
    blocks_doc(&r->blocks, r->n_docs, record.words_off, (uint64_t)record.n_title + record.n_body);
    if (record.n_title > 0) {
        put_boundary(r);
        record.title_len = (uint32_t)put_codes(r, record.n_title, ids);
    }
    put_boundary(r);
    (void)put_codes(r, record.n_body, ids);
    blocks_doc_end(&r->blocks, r->words.body_len);
    docs_put_record(&r->records, &r->layout, &record);
    r->hashes[r->n_docs] = (uint64_t)doc->path_hash << 32 | r->n_docs;
    r->out->starts[r->n_docs] = record.words_off;
    r->lengths[r->n_docs] = docs_length_of(&record);
    r->n_docs++;
}

void recoded_release(struct recoded *r)
{
    bigrams_counts_release(&r->pairs);
    free(r->starts);
    *r = (struct recoded){0};
}

/* ---- one chunk ------------------------------------------------------------------------------------------------ */

/* The codes of the chunk's own numbers, next to each other: a chunk's fit the processor's cache. */
static void find_local(struct recode *r, const struct chunk_done *chunk)
{
    for (uint32_t i = 0; i < chunk->n_ids; i++) {
        uint32_t number;
        memcpy(&number, r->numbers.bytes + (r->numbers_at + i) * sizeof number, sizeof number);
        r->local[i].code = r->codes[number];
        r->local[i].rank = etdc_rank(r->codes[number]);
    }
    r->numbers_at += chunk->n_ids;
}

static enum status recode_chunk(struct recode *r, const struct chunk_done *chunk, struct err *err)
{
    struct scratch ids = {0}, docs = {0};
    enum status status = scratch_map_docs(chunk, CHUNK_IDS, &ids, &docs, err);
    if (status == ST_OK) {
        const uint8_t *at = ids.bytes;
        find_local(r, chunk);
        for (uint32_t i = 0; i < chunk->n_docs; i++) {
            struct chunk_doc doc;
            memcpy(&doc, docs.bytes + i * sizeof doc, sizeof doc);
            put_doc(r, &doc, &at);
        }
        r->text_off += chunk->most.text_off;
        r->names_off += chunk->seals[CHUNK_NAMES].len;
        r->places_off += chunk->seals[CHUNK_PLACES].len;
    }
    scratch_unmap(&ids);
    scratch_unmap(&docs);
    return status;
}

/* ---- the segment ---------------------------------------------------------------------------------------------- */

static int compare_hashes(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void put_buckets(struct recode *r)
{
    qsort(r->hashes, r->n_docs, sizeof *r->hashes, compare_hashes);
    docs_put_buckets(&r->docs, r->hashes, r->n_docs);
}

static void put_starts(struct recode *r)
{
    struct packed_writer p = {.to = &r->docs};
    r->out->starts[r->n_docs] = r->words.body_len;
    for (uint32_t i = 0; i <= r->n_docs; i++)
        packed_put(&p, r->out->starts[i], r->layout.start_width);
    packed_end(&p);
}

static void put_lengths(struct recode *r)
{
    for (uint32_t i = 0; i < r->n_docs; i++) {
        uint8_t bytes[DOCS_LENGTH_LEN];
        bytes_put16(bytes, r->lengths[i]);
        file_put(&r->docs, bytes, sizeof bytes);
    }
}

static void put_names(struct recode *r, const struct build *b)
{
    for (size_t i = 0; i < b->n_chunks; i++) {
        char *path = chunk_path(&b->chunks[i], CHUNK_NAMES);
        if (path == NULL)
            r->docs.failure.status = err_nomem(&r->docs.failure);
        else
            file_append(&r->docs, path, b->chunks[i].seals[CHUNK_NAMES]);
        free(path);
    }
}

static enum status prepare(struct recode *r, const struct build *b, struct err *err)
{
    size_t most_ids = 1;
    for (size_t i = 0; i < b->n_chunks; i++)
        most_ids = b->chunks[i].n_ids > most_ids ? b->chunks[i].n_ids : most_ids;
    r->local = malloc(most_ids * sizeof *r->local);
    r->hashes = malloc((size_t)b->n_docs * sizeof *r->hashes);
    r->out->starts = malloc(((size_t)b->n_docs + 1) * sizeof *r->out->starts);
    r->lengths = malloc((size_t)b->n_docs * sizeof *r->lengths);
    if (r->local == NULL || r->hashes == NULL || r->out->starts == NULL || r->lengths == NULL)
        return err_nomem(err);
    enum status status = bigrams_begin(&r->out->pairs, err);
    return status == ST_OK ? scratch_map(b->numbers_path, b->n_numbers * sizeof(uint32_t), &r->numbers, err) : status;
}

/* No field of a record will be greater: how long codes are is not known before they are written, only at most. */
static struct docs_record most_of(const struct build *b)
{
    struct docs_record most = {.words_off = b->n_docs * 2};
    uint8_t code[ETDC_MAX_BYTES];
    size_t code_len = etdc_put(code, (uint32_t)b->words.n);
    for (size_t i = 0; i < b->n_chunks; i++) {
        const struct chunk_done *chunk = &b->chunks[i];
        docs_raise(&most, &chunk->most);
        most.words_off += chunk->n_words * code_len;
        most.text_off += chunk->most.text_off;
        most.names_off += chunk->seals[CHUNK_NAMES].len;
        most.places_off += chunk->seals[CHUNK_PLACES].len;
    }
    most.title_len = most.n_title * (uint32_t)code_len;
    return most;
}

static void begin_docs(struct recode *r, const struct build *b)
{
    struct docs_record most = most_of(b);
    uint8_t head[DOCS_HEAD_LEN];
    r->layout = docs_layout_for(&most);
    docs_put_head(head, (uint32_t)b->n_docs, most.names_off, &r->layout);
    file_put(&r->docs, head, sizeof head);
    r->records.to = &r->docs;
}

/* What stands behind the records. */
static void end_docs(struct recode *r, const struct build *b)
{
    struct docs_record behind = {.text_off = r->text_off, .names_off = r->names_off, .places_off = r->places_off};
    docs_put_record(&r->records, &r->layout, &behind);
    packed_end(&r->records);
    put_starts(r);
    put_buckets(r);
    put_lengths(r);
    put_names(r, b);
}

static enum status recode_all(struct recode *r, const struct build *b, struct parts *parts, struct err *err)
{
    uint8_t spare[SEGMENT_READABLE];
    begin_docs(r, b);
    enum status status = prepare(r, b, err);
    for (size_t i = 0; status == ST_OK && i < b->n_chunks; i++)
        status = recode_chunk(r, &b->chunks[i], err);
    if (status != ST_OK)
        return status;
    status = pairs_finish(&r->pairs, r->words.body_len, &parts->seals[PARTS_PAIRS], err);
    if (status == ST_OK)
        status = blocks_finish(&r->blocks, &parts->seals[PARTS_BLOCKS], err);
    if (status != ST_OK)
        return status;
    end_docs(r, b);
    memset(spare, WORDS_BOUNDARY, sizeof spare);
    file_put(&r->words, spare, sizeof spare);
    status = file_finish(&r->words, &parts->seals[PARTS_WORDS], err);
    return status == ST_OK ? file_finish(&r->docs, &parts->seals[PARTS_DOCS], err) : status;
}

enum status recode_segment(const struct build *b, const uint32_t *codes, char *const paths[PARTS_COUNT],
                           struct parts *parts, struct recoded *out, struct err *err)
{
    struct recode r = {.out = out, .codes = codes};
    *out = (struct recoded){0};
    enum status status = file_create(&r.words, paths[PARTS_WORDS], WORDS_KIND, err);
    if (status == ST_OK)
        status = file_create(&r.docs, paths[PARTS_DOCS], DOCS_KIND, err);
    if (status == ST_OK)
        status = pairs_create(&r.pairs, paths[PARTS_PAIRS], err);
    if (status == ST_OK)
        status = blocks_create(&r.blocks, paths[PARTS_BLOCKS], (uint32_t)b->words.n, err);
    if (status == ST_OK)
        status = recode_all(&r, b, parts, err);
    file_release(&r.words);
    file_release(&r.docs);
    pairs_release(&r.pairs);
    blocks_release(&r.blocks);
    scratch_unmap(&r.numbers);
    free(r.local);
    free(r.hashes);
    free(r.lengths);
    return status;
}
