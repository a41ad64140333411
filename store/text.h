/* text.h - the part `text`: the texts of all documents end to end, in blocks compressed with zlib.
 *
 *     blocks, each a raw deflate stream (RFC 1951) of at most TEXT_BLOCK bytes of text, whatever documents they are of
 *     n + 1 pairs {raw offset:64 offset in the body:64} ascending: where each block begins, and where the last ends
 *     n:64 raw length:64
 *
 * A document's text is found by its raw offset (docs.h). Governed by doc/index-format.md.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_TEXT_H
#define VERBATIM_TEXT_H

#include <zlib.h>

#include "lib/base.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "store/file.h"
#include "store/segment.h"

#define TEXT_KIND "text"
enum { TEXT_BLOCK = 16 << 10, TEXT_PAIR_LEN = 16, TEXT_END_LEN = 16, TEXT_DEFAULT_LEVEL = 1 };

/* ---- writing: the blocks of one chunk into a bare file --------------------------------------------------------- */

struct text_block {
    uint32_t raw_len, packed_len;
};

/* Sticky, as the file it writes. */
struct text_writer {
    struct file_writer file;
    bool open;
    z_stream zs;
    uint8_t *raw;    /* owned; the block being filled */
    uint8_t *packed; /* owned; room for the largest one */
    size_t used, packed_room;
    struct text_block *blocks; /* owned */
    size_t n_blocks, cap;
    bool no_memory;
};

enum status text_create(struct text_writer *w, const char *path, int level, struct err *err);
void text_put(struct text_writer *w, const char *bytes, size_t len);
/* Puts a whole block as it was packed; what was put before it becomes one of its own. */
void text_put_packed(struct text_writer *w, const uint8_t *packed, uint32_t packed_len, uint32_t raw_len);
/* Writes the last block and closes; w->blocks stays until text_writer_release. */
enum status text_finish(struct text_writer *w, struct file_seal *seal, struct err *err);
void text_writer_release(struct text_writer *w); /* safe on a zeroed one */

/* ---- reading -------------------------------------------------------------------------------------------------- */

struct text {
    struct file_map map;
    uint64_t n_blocks, raw_len;
    const uint8_t *pairs;
};

enum status text_open(struct text *t, const char *path, struct err *err);
void text_release(struct text *t);
/* Appends bytes [off, off + len) of all texts to out. */
enum status text_read(const struct text *t, uint64_t off, uint64_t len, struct text_cache *cache, struct buf *out,
                      struct err *err);

/* Of [off, off + len) of all texts as much as stands in one block; whole: that is all of the block. */
struct text_run {
    const uint8_t *packed; /* the block; borrowed from the mapped file */
    uint32_t packed_len, raw_len;
    bool whole;
};
enum status text_next_run(const struct text *t, uint64_t off, uint64_t len, struct text_run *out, struct err *err);
enum status text_check(const struct text *t, struct err *err); /* that offsets ascend */

#endif
