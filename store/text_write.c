/* text_write.c - compressing texts into blocks; see text.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "store/text.h"

enum { RAW_DEFLATE = -15, MEM_LEVEL = 8 };

enum status text_create(struct text_writer *w, const char *path, int level, struct err *err)
{
    *w = (struct text_writer){0};
    if (level == 0)
        level = TEXT_DEFAULT_LEVEL;
    if (deflateInit2(&w->zs, level, Z_DEFLATED, RAW_DEFLATE, MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        return err_nomem(err);
    w->open = true;
    w->packed_room = deflateBound(&w->zs, TEXT_BLOCK);
    w->raw = malloc(TEXT_BLOCK);
    w->packed = malloc(w->packed_room);
    enum status status = w->raw == NULL || w->packed == NULL ? err_nomem(err) : file_create(&w->file, path, NULL, err);
    if (status != ST_OK)
        text_writer_release(w);
    return status;
}

static void put_block(struct text_writer *w, const uint8_t *raw, size_t len)
{
    if (w->no_memory || !ARRAY_RESERVE(w->blocks, w->cap, w->n_blocks + 1)) {
        w->no_memory = true;
        return;
    }
    w->zs.next_in = (Bytef *)(uintptr_t)raw;
    w->zs.avail_in = (uInt)len;
    w->zs.next_out = w->packed;
    w->zs.avail_out = (uInt)w->packed_room;
    (void)deflate(&w->zs, Z_FINISH); /* cannot fail: there is room for whatever it gives */
    size_t packed_len = w->packed_room - w->zs.avail_out;
    (void)deflateReset(&w->zs);
    w->blocks[w->n_blocks++] = (struct text_block){(uint32_t)len, (uint32_t)packed_len};
    file_put(&w->file, w->packed, packed_len);
}

void text_put(struct text_writer *w, const char *bytes, size_t len)
{
    while (len > 0) {
        size_t part = len < TEXT_BLOCK - w->used ? len : TEXT_BLOCK - w->used;
        memcpy(w->raw + w->used, bytes, part);
        w->used += part;
        bytes += part;
        len -= part;
        if (w->used == TEXT_BLOCK) {
            put_block(w, w->raw, TEXT_BLOCK);
            w->used = 0;
        }
    }
}

void text_put_packed(struct text_writer *w, const uint8_t *packed, uint32_t packed_len, uint32_t raw_len)
{
    if (w->used > 0)
        put_block(w, w->raw, w->used);
    w->used = 0;
    if (w->no_memory || !ARRAY_RESERVE(w->blocks, w->cap, w->n_blocks + 1)) {
        w->no_memory = true;
        return;
    }
    w->blocks[w->n_blocks++] = (struct text_block){raw_len, packed_len};
    file_put(&w->file, packed, packed_len);
}

enum status text_finish(struct text_writer *w, struct file_seal *seal, struct err *err)
{
    if (w->used > 0)
        put_block(w, w->raw, w->used);
    w->used = 0;
    if (w->open)
        (void)deflateEnd(&w->zs);
    w->open = false;
    enum status status = file_finish(&w->file, seal, err);
    return status == ST_OK && w->no_memory ? err_nomem(err) : status;
}

void text_writer_release(struct text_writer *w)
{
    if (w->open)
        (void)deflateEnd(&w->zs);
    file_release(&w->file);
    free(w->raw);
    free(w->packed);
    free(w->blocks);
    *w = (struct text_writer){0};
}
