/* text_read.c - reading texts out of their blocks; see text.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "store/text.h"

enum { RAW_DEFLATE = -15 };

/* The last block read from, unpacked as far as was asked for: the stream waits there. */
struct text_cache {
    z_stream zs;
    bool open;
    const uint8_t *of; /* the body the block is from, and its file's sum: two files may be mapped there in turn */
    uint32_t of_crc;
    uint64_t block;
    size_t len;  /* of the block; 0: there is none */
    size_t done; /* bytes unpacked */
    uint8_t raw[TEXT_BLOCK];
};

struct text_cache *text_cache_new(void)
{
    struct text_cache *c = malloc(sizeof *c);
    if (c != NULL) {
        memset(c, 0, offsetof(struct text_cache, raw));
        c->open = inflateInit2(&c->zs, RAW_DEFLATE) == Z_OK;
    }
    if (c != NULL && !c->open) {
        free(c);
        c = NULL;
    }
    return c;
}

void text_cache_free(struct text_cache *c)
{
    if (c == NULL)
        return;
    (void)inflateEnd(&c->zs);
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
    if (room >= TEXT_END_LEN + TEXT_PAIR_LEN) {
        t->n_blocks = bytes_get64(end - TEXT_END_LEN);
        t->raw_len = bytes_get64(end - TEXT_END_LEN + 8);
    }
    if (room < TEXT_END_LEN + TEXT_PAIR_LEN || t->n_blocks > (room - TEXT_END_LEN) / TEXT_PAIR_LEN - 1) {
        status = file_damaged(&t->map, "its table of blocks does not fit", err);
        text_release(t);
        return status;
    }
    t->pairs = end - TEXT_END_LEN - (t->n_blocks + 1) * TEXT_PAIR_LEN;
    return ST_OK;
}

void text_release(struct text *t)
{
    file_map_release(&t->map);
    *t = (struct text){0};
}

static uint64_t raw_off(const struct text *t, uint64_t block)
{
    return bytes_get64(t->pairs + block * TEXT_PAIR_LEN);
}

static uint64_t packed_off(const struct text *t, uint64_t block)
{
    return bytes_get64(t->pairs + block * TEXT_PAIR_LEN + 8);
}

/* Whether a block's offsets can be: inside the body, before the table, and not too large. */
static bool block_fits(const struct text *t, uint64_t block)
{
    uint64_t raw = raw_off(t, block), raw_end = raw_off(t, block + 1);
    uint64_t packed = packed_off(t, block), packed_end = packed_off(t, block + 1);
    return raw < raw_end && raw_end - raw <= TEXT_BLOCK && packed < packed_end &&
           packed_end <= (uint64_t)(t->pairs - t->map.body) && packed_end - packed <= 2 * TEXT_BLOCK;
}

static enum status begin_block(const struct text *t, uint64_t block, struct text_cache *c, struct err *err)
{
    uint32_t crc = file_map_seal(&t->map).crc;
    if (c->len > 0 && c->block == block && c->of == t->map.body && c->of_crc == crc)
        return ST_OK;
    c->len = c->done = 0;
    if (!block_fits(t, block) || inflateReset(&c->zs) != Z_OK)
        return file_damaged(&t->map, "a block outside of it", err);
    c->zs.next_in = (Bytef *)(uintptr_t)(t->map.body + packed_off(t, block));
    c->zs.avail_in = (uInt)(packed_off(t, block + 1) - packed_off(t, block));
    c->of = t->map.body;
    c->of_crc = crc;
    c->block = block;
    c->len = (size_t)(raw_off(t, block + 1) - raw_off(t, block));
    return ST_OK;
}

/* Unpacks the block at hand up to need <= len bytes. */
static enum status unpack(const struct text *t, size_t need, struct text_cache *c, struct err *err)
{
    if (need <= c->done)
        return ST_OK;
    c->zs.next_out = c->raw + c->done;
    c->zs.avail_out = (uInt)(need - c->done);
    int result = inflate(&c->zs, Z_SYNC_FLUSH);
    c->done = need;
    if (c->zs.avail_out == 0 && (result == Z_OK || result == Z_STREAM_END))
        return ST_OK;
    c->len = 0;
    return result == Z_MEM_ERROR ? err_nomem(err) : file_damaged(&t->map, "a block that does not unpack", err);
}

/* The last block that begins at or before a raw offset; 0 when the table makes no sense, which begin_block sees. */
static uint64_t find_block(const struct text *t, uint64_t off)
{
    uint64_t low = 0, high = t->n_blocks;
    while (high - low > 1) {
        uint64_t mid = low + (high - low) / 2;
        if (raw_off(t, mid) <= off)
            low = mid;
        else
            high = mid;
    }
    return low;
}

/* Appends what one block has of [off, off + len); *part is how much that is. */
static enum status read_block(const struct text *t, uint64_t block, uint64_t off, uint64_t len,
                              struct text_cache *cache, struct buf *out, uint64_t *part, struct err *err)
{
    if (block >= t->n_blocks)
        return file_damaged(&t->map, "its table of blocks is too short", err);
    enum status status = begin_block(t, block, cache, err);
    if (status != ST_OK)
        return status;
    uint64_t from = off - raw_off(t, block);
    if (off < raw_off(t, block) || from >= cache->len)
        return file_damaged(&t->map, "its table of blocks is out of order", err);
    *part = len < cache->len - from ? len : cache->len - from;
    status = unpack(t, (size_t)(from + *part), cache, err);
    if (status == ST_OK)
        buf_add(out, cache->raw + from, (size_t)*part);
    return status;
}

enum status text_read(const struct text *t, uint64_t off, uint64_t len, struct text_cache *cache, struct buf *out,
                      struct err *err)
{
    if (off > t->raw_len || len > t->raw_len - off)
        return file_damaged(&t->map, "a document's text is outside of it", err);
    for (uint64_t block = len > 0 ? find_block(t, off) : 0, part = 0; len > 0; block++, off += part, len -= part) {
        enum status status = read_block(t, block, off, len, cache, out, &part, err);
        if (status != ST_OK)
            return status;
    }
    return buf_ok(out) ? ST_OK : err_nomem(err);
}

enum status text_next_run(const struct text *t, uint64_t off, uint64_t len, struct text_run *out, struct err *err)
{
    uint64_t block = find_block(t, off);
    if (off >= t->raw_len || len > t->raw_len - off || block >= t->n_blocks || !block_fits(t, block) ||
        off < raw_off(t, block) || off >= raw_off(t, block + 1))
        return file_damaged(&t->map, "a block outside of it", err);
    uint64_t rest = raw_off(t, block + 1) - off;
    *out = (struct text_run){.packed = t->map.body + packed_off(t, block),
                             .packed_len = (uint32_t)(packed_off(t, block + 1) - packed_off(t, block)),
                             .raw_len = (uint32_t)(rest < len ? rest : len),
                             .whole = off == raw_off(t, block) && rest <= len};
    return ST_OK;
}

enum status text_check(const struct text *t, struct err *err)
{
    bool ok = raw_off(t, 0) == 0 && packed_off(t, 0) == 0 && raw_off(t, t->n_blocks) == t->raw_len &&
              packed_off(t, t->n_blocks) == (uint64_t)(t->pairs - t->map.body);
    for (uint64_t i = 0; ok && i < t->n_blocks; i++)
        ok = block_fits(t, i);
    return ok ? ST_OK : file_damaged(&t->map, "its table of blocks is out of order", err);
}
