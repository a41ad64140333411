/* text_write.c - compressing what texts have beyond their words; see text.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "store/text.h"

enum status text_create(struct text_writer *w, const char *path, int level, struct err *err)
{
    *w = (struct text_writer){0};
    w->deflate = libdeflate_alloc_compressor(level == 0 ? TEXT_DEFAULT_LEVEL : level);
    if (w->deflate == NULL)
        return err_nomem(err);
    w->packed_room = libdeflate_deflate_compress_bound(w->deflate, RESIDUAL_BYTES);
    w->block = calloc(1, sizeof *w->block);
    w->unpacked = malloc(RESIDUAL_BYTES);
    w->packed = malloc(w->packed_room);
    bool ok = w->block != NULL && w->unpacked != NULL && w->packed != NULL;
    enum status status = ok ? file_create(&w->file, path, NULL, err) : err_nomem(err);
    if (status != ST_OK)
        text_writer_release(w);
    return status;
}

/* ---- blocks ------------------------------------------------------------------------------------------------------ */

static void add_block(struct text_writer *w, const uint8_t *packed, size_t packed_len, size_t text_len)
{
    if (w->no_memory || !ARRAY_RESERVE(w->blocks, w->cap, w->n_blocks + 1)) {
        w->no_memory = true;
        return;
    }
    w->blocks[w->n_blocks++] =
        (struct text_block){(uint32_t)text_len, (uint32_t)packed_len, w->block_doc, w->block_pos};
    file_put(&w->file, packed, packed_len);
}

static void end_block(struct text_writer *w)
{
    size_t text_len = w->block->text_len;
    if (w->block->n_tokens == 0)
        return;
    size_t len = residual_finish(w->block, w->unpacked);
    /* Cannot fail: there is room for whatever it gives. */
    size_t packed_len = libdeflate_deflate_compress(w->deflate, w->unpacked, len, w->packed, w->packed_room);
    add_block(w, w->packed, packed_len, text_len);
}

/* The next token begins a block. */
static void begin_block(struct text_writer *w)
{
    w->block_doc = w->doc;
    w->block_pos = w->pos;
}

void text_put_packed(struct text_writer *w, const uint8_t *packed, uint32_t packed_len, uint32_t text_len,
                     uint32_t n_docs, uint32_t next_pos)
{
    end_block(w);
    begin_block(w);
    add_block(w, packed, packed_len, text_len);
    w->doc += n_docs;
    w->pos = next_pos;
}

/* ---- tokens ------------------------------------------------------------------------------------------------------ */

void text_put_token(struct text_writer *w, const struct residual_token *token)
{
    if (w->block->n_tokens == 0)
        begin_block(w);
    if (!residual_put(w->block, token)) {
        end_block(w);
        begin_block(w);
        (void)residual_put(w->block, token); /* an empty one takes it */
    }
    if (token->class == RESIDUAL_END) {
        w->doc++;
        w->pos = 0;
    } else if (token->class != RESIDUAL_PIECE) {
        w->pos++;
    }
}

/* Puts all but a last piece of something long. */
static void put_pieces(struct text_writer *w, const char **bytes, size_t *len)
{
    while (*len > RESIDUAL_PIECE_MAX) {
        struct residual_token piece = residual_mark(RESIDUAL_PIECE, *bytes, RESIDUAL_PIECE_MAX);
        text_put_token(w, &piece);
        *bytes += RESIDUAL_PIECE_MAX;
        *len -= RESIDUAL_PIECE_MAX;
    }
}

void text_put_word(struct text_writer *w, const char *before, size_t before_len, const struct token *word,
                   const char *spelling, size_t spelling_len)
{
    put_pieces(w, &before, &before_len);
    if (spelling_len > RESIDUAL_PIECE_MAX) {
        struct residual_token piece = residual_mark(RESIDUAL_PIECE, before, before_len);
        text_put_token(w, &piece);
        before_len = 0;
        put_pieces(w, &spelling, &spelling_len);
    }
    const char *folded = word->as_folded && spelling_len == word->word_len ? spelling : word->word;
    struct residual_token token = residual_word(before, before_len, folded, word->word_len, spelling, spelling_len);
    text_put_token(w, &token);
}

void text_put_end(struct text_writer *w, const char *before, size_t before_len)
{
    put_pieces(w, &before, &before_len);
    struct residual_token token = residual_mark(RESIDUAL_END, before, before_len);
    text_put_token(w, &token);
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

enum status text_finish(struct text_writer *w, struct file_seal *seal, struct err *err)
{
    end_block(w);
    enum status status = file_finish(&w->file, seal, err);
    return status == ST_OK && w->no_memory ? err_nomem(err) : status;
}

void text_writer_release(struct text_writer *w)
{
    libdeflate_free_compressor(w->deflate);
    file_release(&w->file);
    free(w->block);
    free(w->unpacked);
    free(w->packed);
    free(w->blocks);
    *w = (struct text_writer){0};
}
