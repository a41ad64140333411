/* text_join.c - the part `text` of a segment from the blocks of its chunks; see text.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/etdc.h"
#include "store/build_parts.h"
#include "store/words.h"

/* What tells where codes are: parts of the segment that are written already. */
struct codes {
    struct docs docs;
    struct file_map words;
    const uint8_t *body, *at, *end; /* of the document asked for last */
    uint32_t doc, pos;              /* at which `at` is; doc + 1, 0: none was */
};

static enum status open_codes(struct codes *c, char *const paths[PARTS_COUNT], struct err *err)
{
    enum status status = docs_open(&c->docs, paths[PARTS_DOCS], err);
    return status == ST_OK ? file_map(&c->words, paths[PARTS_WORDS], WORDS_KIND, err) : status;
}

static enum status go_to_doc(struct codes *c, uint32_t doc, struct err *err)
{
    struct docs_record r;
    enum status status = docs_get(&c->docs, doc, &r, err);
    if (status != ST_OK)
        return status;
    uint64_t before = r.n_title > 0 ? 2 + (uint64_t)r.title_len : 1;
    c->body = c->at = c->words.body + r.words_off + before;
    c->end = c->body + r.body_len;
    c->doc = doc + 1;
    c->pos = 0;
    return ST_OK;
}

/* The byte of a document's codes at which its word at pos begins; to be asked in order. */
static enum status code_of(struct codes *c, uint32_t doc, uint32_t pos, uint32_t *code, struct err *err)
{
    enum status status = ST_OK;
    *code = 0;
    if (pos == 0)
        return ST_OK;
    if (c->doc != doc + 1)
        status = go_to_doc(c, doc, err);
    if (status != ST_OK)
        return status;
    c->at = etdc_skip(c->at, c->end, pos - c->pos);
    if (c->at == NULL)
        return err_set(err, ST_INTERNAL, "%s: a document lacks words", c->words.path);
    c->pos = pos;
    *code = (uint32_t)(c->at - c->body);
    return ST_OK;
}

static void put_row(struct file_writer *w, struct text_row row)
{
    file_put64(w, row.text_off);
    file_put64(w, row.packed_off);
    file_put32(w, row.doc);
    file_put32(w, row.pos);
    file_put32(w, row.code);
    file_put32(w, 0);
}

static enum status put_rows(struct file_writer *w, const struct build *b, struct codes *codes, struct err *err)
{
    struct text_row row = {0};
    uint64_t n = 0;
    for (size_t i = 0; i < b->n_chunks; i++) {
        const struct chunk_done *chunk = &b->chunks[i];
        uint32_t first = row.doc;
        for (size_t k = 0; k < chunk->n_blocks; k++, n++) {
            const struct text_block *block = &chunk->blocks[k];
            row.doc = first + block->doc;
            row.pos = block->pos;
            enum status status = code_of(codes, row.doc, row.pos, &row.code, err);
            if (status != ST_OK)
                return status;
            put_row(w, row);
            row.text_off += block->text_len;
            row.packed_off += block->packed_len;
        }
        row.doc = first + chunk->n_docs;
    }
    row.pos = row.code = 0;
    put_row(w, row);
    file_put64(w, n);
    file_put64(w, row.text_off);
    return ST_OK;
}

enum status text_join(const struct build *b, char *const paths[PARTS_COUNT], struct file_seal *seal, struct err *err)
{
    struct file_writer w = {0};
    struct codes codes = {0};
    enum status status = open_codes(&codes, paths, err);
    if (status == ST_OK)
        status = file_create(&w, paths[PARTS_TEXT], TEXT_KIND, err);
    for (size_t i = 0; status == ST_OK && i < b->n_chunks; i++)
        join_scratch(&w, &b->chunks[i], CHUNK_TEXT);
    if (status == ST_OK)
        status = put_rows(&w, b, &codes, err);
    if (status == ST_OK)
        status = file_finish(&w, seal, err);
    file_release(&w);
    docs_release(&codes.docs);
    file_map_release(&codes.words);
    return status;
}
