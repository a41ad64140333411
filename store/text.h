/* text.h - the part `text`: what the texts of all documents have beyond their words (residual.h), end to end, in blocks
 * compressed with deflate.
 *
 *     blocks, each a raw deflate stream (RFC 1951) of a block of residual.h: the tokens of at most RESIDUAL_TEXT bytes
 *         of text, whatever documents they are of; each document ends in a token of its own
 *     n + 1 rows {text offset:64 offset in the body:64 doc:32 pos:32 code:32 0:32} ascending: where each block begins,
 *         and where the last ends. Its first token is of document doc, and of the word at position pos of its body, or
 *         comes before that one's; the word's code stands at byte `code` of the body's codes
 *     n:64 text length:64
 *
 * A document's text is found by its number and its text offset (docs.h). Governed by doc/index-format.md.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_TEXT_H
#define VERBATIM_TEXT_H

#include <libdeflate.h>

#include "lib/base.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/token.h"
#include "store/file.h"
#include "store/residual.h"
#include "store/segment.h"

#define TEXT_KIND "text"
enum { TEXT_ROW_LEN = 32, TEXT_END_LEN = 16, TEXT_DEFAULT_LEVEL = 4 };

/* ---- writing: the blocks of one chunk into a bare file --------------------------------------------------------- */

struct text_block {
    uint32_t text_len, packed_len;
    uint32_t doc, pos; /* of its first token; the document counts from the chunk's first */
};

/* Sticky, as the file it writes. */
struct text_writer {
    struct file_writer file;
    struct libdeflate_compressor *deflate; /* owned */
    struct residual_block *block; /* owned; being filled */
    uint8_t *unpacked, *packed;   /* owned; room for the largest one */
    size_t packed_room;
    uint32_t doc, pos;             /* of the next token */
    uint32_t block_doc, block_pos; /* of the block's first one */
    struct text_block *blocks;     /* owned */
    size_t n_blocks, cap;
    bool no_memory;
};

enum status text_create(struct text_writer *w, const char *path, int level, struct err *err);
/* A document's words in order, each with the bytes between the one before and it, and its own; then its end, with those
 * behind the last one. All of them, one after the other, are the document's text. */
void text_put_word(struct text_writer *w, const char *before, size_t before_len, const struct token *word,
                   const char *spelling, size_t spelling_len);
void text_put_end(struct text_writer *w, const char *before, size_t before_len);
/* The same, as it was read. */
void text_put_token(struct text_writer *w, const struct residual_token *token);
/* Puts a whole block as it was packed; what was put before it becomes one of its own. Behind it comes the word at
 * next_pos of the n_docs-th document behind that of the block's first token. */
void text_put_packed(struct text_writer *w, const uint8_t *packed, uint32_t packed_len, uint32_t text_len,
                     uint32_t n_docs, uint32_t next_pos);
/* Writes the last block and closes; w->blocks stays until text_writer_release. */
enum status text_finish(struct text_writer *w, struct file_seal *seal, struct err *err);
void text_writer_release(struct text_writer *w); /* safe on a zeroed one */

/* ---- reading -------------------------------------------------------------------------------------------------- */

struct text {
    struct file_map map;
    uint64_t n_blocks, text_len;
    const uint8_t *rows;
};

/* What is known of a document from the other parts; all borrowed. */
struct text_doc {
    uint32_t doc;
    uint64_t off; /* of its text */
    uint32_t len;
    const uint8_t *codes, *codes_end; /* of its body */
    const struct vocab *vocab;
};

/* Where a block begins, or the last one ends. */
struct text_row {
    uint64_t text_off, packed_off;
    uint32_t doc, pos, code;
};

enum status text_open(struct text *t, const char *path, struct err *err);
void text_release(struct text *t);
struct text_row text_row(const struct text *t, uint64_t block); /* block <= n_blocks */
/* The block that byte off of a document is in, or 0 when the table makes no sense. */
uint64_t text_find(const struct text *t, uint32_t doc, uint64_t off);
/* Appends bytes [from, from + len) of a document, which has them, to out. */
enum status text_read(const struct text *t, const struct text_doc *doc, uint32_t from, uint32_t len,
                      struct text_cache *cache, struct buf *out, struct err *err);
/* Puts what a block has of a document to w. */
enum status text_copy(const struct text *t, const struct text_doc *doc, uint64_t block, struct text_cache *cache,
                      struct text_writer *w, struct err *err);
/* A block as it is packed, for text_put_packed. */
enum status text_packed(const struct text *t, uint64_t block, const uint8_t **packed, uint32_t *packed_len,
                        struct err *err);
enum status text_check(const struct text *t, uint32_t n_docs, struct err *err); /* that offsets ascend */
/* That a document's blocks unpack and agree with its words. */
enum status text_check_doc(const struct text *t, const struct text_doc *doc, struct text_cache *cache, struct err *err);

#endif
