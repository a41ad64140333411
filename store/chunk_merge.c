/* chunk_merge.c - documents of a segment into a chunk, from the segment's own parts: nothing is read or tokenized
 * again, and all that a segment has is made as for new documents. Blocks of text that stay whole are copied as they
 * are. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lib/etdc.h"
#include "store/chunk_writer.h"
#include "store/segment_open.h"

struct merge {
    struct chunk *chunk;
    const struct segment *from;
    uint32_t *numbers; /* owned; by rank: the word's number in the chunk's table + 1, or 0 */
    struct text_cache *cache;
    uint32_t text_from, text_to; /* documents taken last, whose texts are not yet written */
    uint64_t text_end;           /* where the last of them ends in the segment's text */
};

/* ---- words ----------------------------------------------------------------------------------------------------- */

static int64_t number_of(struct merge *m, uint32_t rank)
{
    if (m->numbers[rank] == 0) {
        const struct vocab *vocab = &m->from->vocab;
        uint32_t i = vocab_of_rank(vocab, rank);
        if (i >= vocab_size(vocab))
            return WORDTAB_NONE;
        char bytes[VOCAB_WORD_MAX];
        int64_t number = wordtab_add(&m->chunk->words, bytes, vocab_bytes(vocab, i, bytes));
        if (number == WORDTAB_NONE)
            return number;
        m->numbers[rank] = (uint32_t)(number + 1);
    }
    return (int64_t)m->numbers[rank] - 1;
}

static enum status add_codes(struct merge *m, const uint8_t *p, const uint8_t *end, uint32_t n, struct err *err)
{
    uint32_t rank, found = 0, numbers[WORDTAB_BATCH];
    while (p < end) {
        size_t batch = 0;
        for (; p < end && batch < WORDTAB_BATCH; batch++) {
            if (!etdc_get(&p, end, &rank) || rank == 0 || rank > vocab_size(&m->from->vocab))
                return file_damaged(&m->from->words, "codes that are of no words", err);
            int64_t number = number_of(m, rank);
            if (number == WORDTAB_NONE)
                return err_nomem(err);
            numbers[batch] = (uint32_t)number;
        }
        if (!chunk_count_words(m->chunk, numbers, batch))
            return err_nomem(err);
        found += (uint32_t)batch;
    }
    return found == n ? ST_OK : file_damaged(&m->from->words, "a document has other words than its record says", err);
}

/* ---- text ------------------------------------------------------------------------------------------------------ */

/* Whether a block is of the documents taken last alone, and worth copying: many small ones, one at each seam, would
 * pile up. */
static bool is_copied(const struct merge *m, uint64_t block, struct text_row row, struct text_row next, uint64_t last)
{
    bool whole = row.doc >= m->text_from &&
                 (next.doc < m->text_to || (next.doc == m->text_to && next.text_off <= m->text_end));
    size_t used = m->chunk->writer->text.block->text_len;
    return whole && next.text_off - row.text_off >= RESIDUAL_TEXT / 2 &&
           (used == 0 || used >= RESIDUAL_TEXT / 2 || last - block >= 4);
}

static enum status copy_block(struct merge *m, uint64_t block, struct text_row row, struct text_row next,
                              struct err *err)
{
    const uint8_t *packed;
    uint32_t packed_len, n_docs = next.doc - row.doc;
    enum status status = text_packed(&m->from->text, block, &packed, &packed_len, err);
    if (status == ST_OK)
        text_put_packed(&m->chunk->writer->text, packed, packed_len, (uint32_t)(next.text_off - row.text_off), n_docs,
                        next.pos);
    return status;
}

/* Writes anew what a block has of the documents taken last. */
static enum status rewrite_block(struct merge *m, uint64_t block, struct text_row row, struct text_row next,
                                 struct err *err)
{
    uint32_t first = row.doc < m->text_from ? m->text_from : row.doc;
    enum status status = ST_OK;
    for (uint32_t doc = first; doc <= next.doc && doc < m->text_to && status == ST_OK; doc++) {
        struct text_doc d;
        status = segment_text_doc(m->from, doc, &d, err);
        bool begins_behind = status == ST_OK && doc == next.doc && next.pos == 0 && d.off >= next.text_off;
        if (status == ST_OK && !begins_behind)
            status = text_copy(&m->from->text, &d, block, m->cache, &m->chunk->writer->text, err);
    }
    return status;
}

static enum status flush_text(struct merge *m, struct err *err)
{
    const struct text *from = &m->from->text;
    struct text_doc first, last;
    if (m->text_from == m->text_to)
        return ST_OK;
    enum status status = segment_text_doc(m->from, m->text_from, &first, err);
    if (status == ST_OK)
        status = segment_text_doc(m->from, m->text_to - 1, &last, err);
    if (status != ST_OK)
        return status;
    m->text_end = last.off + last.len;
    uint64_t block = text_find(from, first.doc, first.off), end = text_find(from, last.doc, m->text_end);
    for (; status == ST_OK && block <= end && block < from->n_blocks; block++) {
        struct text_row row = text_row(from, block), next = text_row(from, block + 1);
        status = is_copied(m, block, row, next, end) ? copy_block(m, block, row, next, err)
                                                     : rewrite_block(m, block, row, next, err);
    }
    return status;
}

static enum status add_text(struct merge *m, uint32_t doc, struct err *err)
{
    enum status status = ST_OK;
    if (doc != m->text_to) {
        status = flush_text(m, err);
        m->text_from = doc;
    }
    m->text_to = doc + 1;
    return status;
}

/* ---- the rest -------------------------------------------------------------------------------------------------- */

static enum status add_names(struct merge *m, const struct segment_doc *names, struct err *err)
{
    struct document d = {.path = names->path,
                         .path_len = names->path_len,
                         .title = names->title,
                         .title_len = names->title_len,
                         .date = names->date,
                         .mtime = names->mtime,
                         .derived = names->derived};
    return chunk_add_names(m->chunk->writer, &d, err);
}

/* Entries follow each other without gaps. */
static enum status add_places(struct merge *m, uint32_t doc, const struct docs_record *r, struct err *err)
{
    const struct file_map *map = &m->from->places.map;
    struct docs_record next = {.places_off = map->body_len};
    enum status status = doc + 1 < m->from->docs.n ? docs_get(&m->from->docs, doc + 1, &next, err) : ST_OK;
    if (status == ST_OK && (next.places_off < r->places_off || next.places_off > map->body_len))
        status = file_damaged(map, "documents are out of order", err);
    if (status != ST_OK)
        return status;
    struct chunk_writer *w = m->chunk->writer;
    file_put(&w->files[CHUNK_PLACES], map->body + r->places_off, (size_t)(next.places_off - r->places_off));
    return ST_OK;
}

static enum status add_doc(struct merge *m, uint32_t doc, struct err *err)
{
    struct docs_record r;
    struct segment_words w;
    struct segment_doc names;
    enum status status = docs_get(&m->from->docs, doc, &r, err);
    if (status == ST_OK)
        status = segment_words(m->from, doc, &w, err);
    if (status == ST_OK)
        status = segment_doc(m->from, doc, &names, err);
    if (status != ST_OK)
        return status;
    struct chunk_doc added = chunk_begin_doc(m->chunk, names.path, names.path_len, r.text_len);
    added.record.n_title = r.n_title;
    added.record.n_body = r.n_body;
    added.record.heading_pos = r.heading_pos;
    added.record.heading_words = r.heading_words;
    status = add_codes(m, w.title, w.title_end, r.n_title, err);
    if (status == ST_OK)
        status = add_codes(m, w.body, w.body_end, r.n_body, err);
    if (status == ST_OK)
        status = add_names(m, &names, err);
    if (status == ST_OK)
        status = add_places(m, doc, &r, err);
    if (status == ST_OK)
        status = add_text(m, doc, err);
    if (status == ST_OK)
        chunk_end_doc(m->chunk, &added);
    return status;
}

enum status chunk_merge(struct chunk *chunk, const struct segment *segment, uint32_t first, uint32_t end,
                        const uint32_t *dead, size_t n_dead, struct err *err)
{
    struct merge m = {.chunk = chunk, .from = segment, .cache = text_cache_new()};
    m.numbers = calloc((size_t)vocab_size(&segment->vocab) + 1, sizeof *m.numbers);
    enum status status = m.numbers == NULL || m.cache == NULL ? err_nomem(err) : ST_OK;
    size_t at = 0;
    for (uint32_t doc = first; doc < end && status == ST_OK; doc++) {
        while (at < n_dead && dead[at] < doc)
            at++;
        if (!segment_is_dead(segment, doc) && !(at < n_dead && dead[at] == doc))
            status = add_doc(&m, doc, err);
    }
    if (status == ST_OK)
        status = flush_text(&m, err);
    text_cache_free(m.cache);
    free(m.numbers);
    return status;
}
