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
    struct buf text;
    uint64_t text_from, text_to; /* of the documents taken last, not yet written */
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
    uint32_t rank, found = 0;
    for (; p < end; found++) {
        if (!etdc_get(&p, end, &rank) || rank == 0 || rank > vocab_size(&m->from->vocab))
            return file_damaged(&m->from->words, "codes that are of no words", err);
        if (!chunk_count_word(m->chunk, number_of(m, rank)))
            return err_nomem(err);
    }
    return found == n ? ST_OK : file_damaged(&m->from->words, "a document has other words than its record says", err);
}

/* ---- text ------------------------------------------------------------------------------------------------------ */

/* Whether the block is worth copying: many small ones, one at each seam, would pile up. */
static bool is_copied(const struct merge *m, const struct text_run *run, uint64_t rest)
{
    size_t used = m->chunk->writer->text.used;
    return run->whole && run->raw_len >= TEXT_BLOCK / 2 &&
           (used == 0 || used >= TEXT_BLOCK / 2 || rest >= (uint64_t)4 * TEXT_BLOCK);
}

static enum status flush_text(struct merge *m, struct err *err)
{
    struct text_writer *to = &m->chunk->writer->text;
    while (m->text_from < m->text_to) {
        struct text_run run;
        uint64_t rest = m->text_to - m->text_from;
        enum status status = text_next_run(&m->from->text, m->text_from, rest, &run, err);
        if (status == ST_OK && is_copied(m, &run, rest)) {
            text_put_packed(to, run.packed, run.packed_len, run.raw_len);
        } else if (status == ST_OK) {
            buf_clear(&m->text);
            status = text_read(&m->from->text, m->text_from, run.raw_len, m->cache, &m->text, err);
            if (status == ST_OK)
                text_put(to, m->text.data, m->text.len);
        }
        if (status != ST_OK)
            return status;
        m->text_from += run.raw_len;
    }
    return ST_OK;
}

static enum status add_text(struct merge *m, const struct docs_record *r, struct err *err)
{
    enum status status = ST_OK;
    if (r->text_off != m->text_to) {
        status = flush_text(m, err);
        m->text_from = m->text_to = r->text_off;
    }
    m->text_to += r->text_len;
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
        status = add_text(m, &r, err);
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
    buf_release(&m.text);
    free(m.numbers);
    return status;
}
