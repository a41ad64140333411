/* text_read.c - making texts again of their words and of what they have beyond them; see text.h. A reader unpacks a
 * block, passes over tokens and codes by counting, and looks up only the words that it shows.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/etdc.h"
#include "store/text.h"
#include "store/text_words.h"

/* The last block read from, and what was made of it lately: a run of one document's text. */
struct text_cache {
    struct libdeflate_decompressor *inflate; /* owned */
    const uint8_t *of; /* the body the block is from, and its file's sum: two files may be mapped there in turn */
    uint32_t of_crc;
    uint64_t block;
    bool has_block, has_run;
    struct residual residual; /* into unpacked */
    uint32_t doc;             /* of the run */
    size_t from, to;          /* the run, in bytes of the block's text: it stands in `text` at the same places */
    struct residual_at at;    /* what comes behind it */
    const uint8_t *code;
    bool ended; /* the document */
    uint8_t unpacked[RESIDUAL_BYTES];
    char text[RESIDUAL_TEXT];
    struct text_words words;
};

struct text_cache *text_cache_new(void)
{
    struct text_cache *c = malloc(sizeof *c);
    if (c == NULL)
        return NULL;
    memset(c, 0, offsetof(struct text_cache, unpacked));
    memset(&c->words, 0, sizeof c->words);
    c->inflate = libdeflate_alloc_decompressor();
    if (c->inflate == NULL) {
        free(c);
        return NULL;
    }
    return c;
}

void text_cache_free(struct text_cache *c)
{
    if (c == NULL)
        return;
    libdeflate_free_decompressor(c->inflate);
    free(c);
}

enum status text_open(struct text *t, const char *path, struct err *err)
{
    *t = (struct text){0};
    enum status status = file_map(&t->map, path, TEXT_KIND, err);
    if (status != ST_OK)
        return status;
    uint64_t room = t->map.body_len;
    const uint8_t *end = t->map.body + room;
    if (room >= TEXT_END_LEN + TEXT_ROW_LEN) {
        t->n_blocks = bytes_get64(end - TEXT_END_LEN);
        t->text_len = bytes_get64(end - TEXT_END_LEN + 8);
    }
    if (room < TEXT_END_LEN + TEXT_ROW_LEN || t->n_blocks > (room - TEXT_END_LEN) / TEXT_ROW_LEN - 1) {
        status = file_damaged(&t->map, "its table of blocks does not fit", err);
        text_release(t);
        return status;
    }
    t->rows = end - TEXT_END_LEN - (t->n_blocks + 1) * TEXT_ROW_LEN;
    return ST_OK;
}

void text_release(struct text *t)
{
    file_map_release(&t->map);
    *t = (struct text){0};
}

/* ---- blocks ------------------------------------------------------------------------------------------------------ */

struct text_row text_row(const struct text *t, uint64_t block)
{
    const uint8_t *p = t->rows + block * TEXT_ROW_LEN;
    return (struct text_row){bytes_get64(p), bytes_get64(p + 8), bytes_get32(p + 16), bytes_get32(p + 20),
                             bytes_get32(p + 24)};
}

/* Whether a block's offsets can be: inside the body, before the table, and not too large. */
static bool block_fits(const struct text *t, uint64_t block)
{
    struct text_row row = text_row(t, block), next = text_row(t, block + 1);
    return row.text_off <= next.text_off && next.text_off - row.text_off <= RESIDUAL_TEXT &&
           row.packed_off < next.packed_off && next.packed_off <= (uint64_t)(t->rows - t->map.body) &&
           next.packed_off - row.packed_off <= 2 * RESIDUAL_BYTES;
}

enum status text_packed(const struct text *t, uint64_t block, const uint8_t **packed, uint32_t *packed_len,
                        struct err *err)
{
    if (block >= t->n_blocks || !block_fits(t, block))
        return file_damaged(&t->map, "a block outside of it", err);
    struct text_row row = text_row(t, block);
    *packed = t->map.body + row.packed_off;
    *packed_len = (uint32_t)(text_row(t, block + 1).packed_off - row.packed_off);
    return ST_OK;
}

uint64_t text_find(const struct text *t, uint32_t doc, uint64_t off)
{
    uint64_t low = 0, high = t->n_blocks;
    while (high - low > 1) {
        uint64_t mid = low + (high - low) / 2;
        struct text_row row = text_row(t, mid);
        if (row.doc < doc || (row.doc == doc && row.text_off <= off))
            low = mid;
        else
            high = mid;
    }
    return low;
}

/* Unpacks a block, unless it is at hand. */
static enum status hold_block(const struct text *t, uint64_t block, struct text_cache *c, struct err *err)
{
    uint32_t crc = file_map_seal(&t->map).crc, packed_len;
    const uint8_t *packed;
    if (c->has_block && c->block == block && c->of == t->map.body && c->of_crc == crc)
        return ST_OK;
    c->has_block = c->has_run = false;
    enum status status = text_packed(t, block, &packed, &packed_len, err);
    if (status != ST_OK)
        return status;
    size_t used, len;
    enum libdeflate_result result = libdeflate_deflate_decompress_ex(c->inflate, packed, packed_len, c->unpacked,
                                                                     sizeof c->unpacked, &used, &len);
    if (result != LIBDEFLATE_SUCCESS || used != packed_len || !residual_open(&c->residual, c->unpacked, len))
        return file_damaged(&t->map, "a block that does not unpack", err);
    c->of = t->map.body;
    c->of_crc = crc;
    c->block = block;
    c->has_block = true;
    text_words_turn_to(&c->words, (struct text_words_source){c->of, crc});
    return ST_OK;
}

/* ---- tokens of a document ---------------------------------------------------------------------------------------- */

static enum status disagrees(const struct text *t, struct err *err)
{
    return file_damaged(&t->map, "a block that does not agree with the words", err);
}

/* Goes to the first token that the block at hand has of a document: an empty run. */
static enum status begin_run(const struct text *t, const struct text_doc *doc, struct text_cache *c, struct err *err)
{
    struct text_row row = text_row(t, c->block);
    c->has_run = c->ended = false;
    c->doc = doc->doc;
    c->at = residual_begin(&c->residual);
    c->code = doc->codes;
    c->from = 0;
    if (row.doc == doc->doc && row.code <= (size_t)(doc->codes_end - doc->codes)) {
        c->code += row.code;
    } else if (row.doc < doc->doc && doc->off >= row.text_off && doc->off - row.text_off <= RESIDUAL_TEXT &&
               residual_skip_ends(&c->residual, &c->at, doc->doc - row.doc)) {
        c->from = (size_t)(doc->off - row.text_off);
    } else {
        return disagrees(t, err);
    }
    c->to = c->from;
    c->has_run = true;
    return ST_OK;
}

/* Room for what a token points to. */
struct word_room {
    char word[VOCAB_WORD_MAX], spelling[RESIDUAL_SPELLING_MAX];
};

/* Takes the next token of the document, its word spelled. */
static bool next_token(const struct text_doc *doc, struct text_cache *c, struct residual_token *token,
                       struct word_room *room)
{
    const char *word;
    size_t len;
    uint32_t rank;
    if (c->ended || !residual_next(&c->residual, &c->at, token))
        return false;
    if (token->class < RESIDUAL_LITERAL) {
        if (!etdc_get(&c->code, doc->codes_end, &rank) ||
            (word = text_words_get(&c->words, doc->vocab, rank, room->word, &len)) == NULL)
            return false;
        residual_spell(token, word, len, room->spelling);
    } else if (token->class == RESIDUAL_LITERAL) {
        c->code = etdc_skip(c->code, doc->codes_end, 1);
    }
    c->ended = token->class == RESIDUAL_END;
    return c->code != NULL;
}

/* Most tokens are such: a word at hand, as it is folded, behind a common separator. Writes some bytes more than those;
 * false, and nothing is done, for any other token. */
static inline bool put_plain(const struct text_doc *doc, struct text_cache *c)
{
    enum { WRITTEN = sizeof residual_separators->bytes + TEXT_WORDS_LEN };
    const uint8_t *code = c->code;
    uint32_t rank;
    if (c->ended || c->at.token >= c->residual.n_tokens || sizeof c->text - c->to < WRITTEN ||
        c->residual.tokens[c->at.token] >= RESIDUAL_OTHER || !etdc_get(&code, doc->codes_end, &rank))
        return false;
    const struct residual_separator *before = &residual_separators[c->residual.tokens[c->at.token]];
    const struct text_word *word = text_words_at_hand(&c->words, rank);
    if (word == NULL)
        return false;
    memcpy(c->text + c->to, before->bytes, sizeof before->bytes);
    c->to += before->len;
    memcpy(c->text + c->to, word->bytes, sizeof word->bytes);
    c->to += word->len;
    c->code = code;
    c->at.token++;
    return true;
}

/* Makes text behind the run, up to byte `to` of the block's text at least. */
static enum status prolong_run(const struct text *t, const struct text_doc *doc, size_t to, struct text_cache *c,
                               struct err *err)
{
    struct residual_token token;
    struct word_room room;
    while (c->to < to) {
        if (put_plain(doc, c))
            continue;
        if (!next_token(doc, c, &token, &room) || token.before_len + token.spelling_len > sizeof c->text - c->to) {
            c->has_run = false;
            return disagrees(t, err);
        }
        memcpy(c->text + c->to, token.before, token.before_len);
        c->to += token.before_len;
        if (token.spelling_len > 0)
            memcpy(c->text + c->to, token.spelling, token.spelling_len);
        c->to += token.spelling_len;
    }
    return ST_OK;
}

/* Makes the run one that a byte is in or can be made part of, from the last step before it. */
static enum status hold_run(const struct text *t, const struct text_doc *doc, size_t text, struct text_cache *c,
                            struct err *err)
{
    size_t off, token = residual_step(&c->residual, text, &off);
    if (c->has_run && c->doc == doc->doc && text >= c->from && (text <= c->to || c->at.token >= token))
        return ST_OK;
    enum status status = begin_run(t, doc, c, err);
    if (status != ST_OK || token <= c->at.token)
        return status;
    c->code = etdc_skip(c->code, doc->codes_end, residual_words(&c->residual, c->at.token, token));
    if (c->code == NULL || !residual_skip_to(&c->residual, &c->at, token)) {
        c->has_run = false;
        return disagrees(t, err);
    }
    c->from = c->to = off;
    return ST_OK;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* Appends what one block has of the document's [from, from + len); *part is how much that is. */
static enum status read_block(const struct text *t, const struct text_doc *doc, uint64_t block, uint32_t from,
                              uint32_t len, struct text_cache *c, struct buf *out, uint32_t *part, struct err *err)
{
    uint64_t off = doc->off + from;
    enum status status = hold_block(t, block, c, err);
    if (status != ST_OK)
        return status;
    uint64_t begin = text_row(t, block).text_off, end = text_row(t, block + 1).text_off;
    if (off < begin || off >= end)
        return file_damaged(&t->map, "its table of blocks is out of order", err);
    size_t text = (size_t)(off - begin);
    *part = len < end - off ? len : (uint32_t)(end - off);
    status = hold_run(t, doc, text, c, err);
    if (status == ST_OK)
        status = prolong_run(t, doc, text + *part, c, err);
    if (status == ST_OK)
        buf_add(out, c->text + text, *part);
    return status;
}

enum status text_read(const struct text *t, const struct text_doc *doc, uint32_t from, uint32_t len,
                      struct text_cache *cache, struct buf *out, struct err *err)
{
    if (doc->off > t->text_len || (uint64_t)from + len > t->text_len - doc->off)
        return file_damaged(&t->map, "a document's text is outside of it", err);
    uint64_t block = len > 0 ? text_find(t, doc->doc, doc->off + from) : 0;
    for (uint32_t part = 0; len > 0; block++, from += part, len -= part) {
        enum status status = read_block(t, doc, block, from, len, cache, out, &part, err);
        if (status != ST_OK)
            return status;
    }
    return buf_ok(out) ? ST_OK : err_nomem(err);
}

enum status text_copy(const struct text *t, const struct text_doc *doc, uint64_t block, struct text_cache *cache,
                      struct text_writer *w, struct err *err)
{
    struct residual_token token;
    struct word_room room;
    enum status status = hold_block(t, block, cache, err);
    if (status == ST_OK)
        status = begin_run(t, doc, cache, err);
    if (status != ST_OK)
        return status;
    cache->has_run = false; /* nothing is kept of what follows */
    while (!cache->ended && cache->at.token < cache->residual.n_tokens) {
        if (!next_token(doc, cache, &token, &room) || token.before_len > RESIDUAL_PIECE_MAX ||
            token.spelling_len > RESIDUAL_PIECE_MAX)
            return disagrees(t, err);
        text_put_token(w, &token);
    }
    return ST_OK;
}

/* ---- checking ---------------------------------------------------------------------------------------------------- */

enum status text_check(const struct text *t, uint32_t n_docs, struct err *err)
{
    struct text_row before = text_row(t, 0), last = text_row(t, t->n_blocks);
    bool ok = before.text_off == 0 && before.packed_off == 0 && before.doc == 0 && before.pos == 0 &&
              last.text_off == t->text_len && last.packed_off == (uint64_t)(t->rows - t->map.body) &&
              last.doc == n_docs && last.pos == 0;
    for (uint64_t i = 0; ok && i < t->n_blocks; i++) {
        struct text_row next = text_row(t, i + 1);
        ok = block_fits(t, i) && (next.doc > before.doc || (next.doc == before.doc && next.pos >= before.pos));
        before = next;
    }
    return ok ? ST_OK : file_damaged(&t->map, "its table of blocks is out of order", err);
}

/* What was passed of a document. */
struct passed {
    uint64_t text;
    uint32_t words;
};

static enum status check_block(const struct text *t, const struct text_doc *doc, struct text_cache *c,
                               struct passed *passed, struct err *err)
{
    struct residual_token token;
    struct word_room room;
    uint64_t begin = text_row(t, c->block).text_off;
    while (!c->ended && c->at.token < c->residual.n_tokens) {
        bool is_step = c->at.token % RESIDUAL_STEP == 0;
        if ((is_step && residual_step_off(&c->residual, c->at.token) != doc->off + passed->text - begin) ||
            !next_token(doc, c, &token, &room))
            return disagrees(t, err);
        passed->text += token.before_len + token.spelling_len;
        passed->words += token.class < RESIDUAL_PIECE;
    }
    uint64_t text = doc->off + passed->text, end = text_row(t, c->block + 1).text_off;
    return text > end || (!c->ended && text != end) ? disagrees(t, err) : ST_OK;
}

enum status text_check_doc(const struct text *t, const struct text_doc *doc, struct text_cache *cache, struct err *err)
{
    struct passed passed = {0};
    enum status status = ST_OK;
    uint64_t block = text_find(t, doc->doc, doc->off);
    cache->ended = false;
    for (bool first = true; status == ST_OK && (first || !cache->ended); block++, first = false) {
        struct text_row row = text_row(t, block);
        status = hold_block(t, block, cache, err);
        if (status == ST_OK && !first &&
            (row.doc != doc->doc || row.pos != passed.words || row.text_off != doc->off + passed.text ||
             cache->code != doc->codes + row.code))
            status = disagrees(t, err);
        if (status == ST_OK)
            status = begin_run(t, doc, cache, err);
        cache->has_run = false;
        if (status == ST_OK)
            status = check_block(t, doc, cache, &passed, err);
    }
    if (status == ST_OK && (passed.text != doc->len || cache->code != doc->codes_end))
        status = disagrees(t, err);
    return status;
}
