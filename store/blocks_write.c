/* blocks_write.c - writing the part `blocks`; see blocks.h. A group's words are gathered as they come, block after
 * block, and sorted by rank when it is full. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/blocks.h"

#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/bytes.h"

enum status blocks_create(struct blocks_writer *w, const char *path, uint32_t max_rank, struct err *err)
{
    *w = (struct blocks_writer){.n_ranks = max_rank + 1};
    return file_create(&w->file, path, BLOCKS_KIND, err);
}

void blocks_release(struct blocks_writer *w)
{
    file_release(&w->file);
    free(w->last);
    free(w->ranks);
    free(w->ends);
    free(w->sorted);
    buf_release(&w->list);
    buf_release(&w->steps);
    buf_release(&w->groups);
    buf_release(&w->docs);
    *w = (struct blocks_writer){0};
}

static void fail(struct blocks_writer *w)
{
    if (w->file.failure.status == ST_OK)
        w->file.failure.status = err_nomem(&w->file.failure);
    w->in_long = false;
}

static void put32(struct buf *b, uint32_t v)
{
    uint8_t bytes[4];
    bytes_put32(bytes, v);
    buf_add(b, bytes, sizeof bytes);
}

/* ---- a group ---------------------------------------------------------------------------------------------------- */

/* The words of each block become the blocks of each word; last says where each word's end. */
static bool sort_group(struct blocks_writer *w, uint32_t n_blocks)
{
    uint32_t at = 0;
    if (!ARRAY_RESERVE(w->sorted, w->sorted_cap, w->n))
        return false;
    memset(w->last, 0, w->n_ranks * sizeof *w->last);
    for (size_t i = 0; i < w->n; i++)
        w->last[w->ranks[i]]++;
    for (uint32_t rank = 0; rank < w->n_ranks; rank++) {
        uint32_t n = w->last[rank];
        w->last[rank] = at;
        at += n;
    }
    for (uint32_t block = 0, i = 0; block < n_blocks; block++)
        for (; i < w->ends[block]; i++)
            w->sorted[w->last[w->ranks[i]]++] = (uint16_t)block;
    return true;
}

static void make_list(struct blocks_writer *w, const uint16_t *blocks, uint32_t n)
{
    uint8_t *p = (uint8_t *)buf_reserve(&w->list, (size_t)n * 3);
    for (uint32_t i = 0; p != NULL && i < n; i++)
        w->list.len += bytes_put_varint((uint8_t *)w->list.data + w->list.len,
                                        i == 0 ? blocks[0] : blocks[i] - blocks[i - 1] - 1u);
}

static void make_bits(struct blocks_writer *w, const uint16_t *blocks, uint32_t n, size_t len)
{
    char *p = buf_reserve(&w->list, len);
    if (p == NULL)
        return;
    memset(p, 0, len);
    for (uint32_t i = 0; i < n; i++)
        p[blocks[i] / 8] = (char)(p[blocks[i] / 8] | 1 << blocks[i] % 8);
    w->list.len = len;
}

/* A list or bits, whichever is shorter, or nothing for a word that is nearly everywhere. */
static void put_word(struct blocks_writer *w, uint32_t step, const uint16_t *blocks, uint32_t n, uint32_t n_blocks)
{
    size_t bits_len = (n_blocks + 7u) / 8;
    bool everywhere = n > n_blocks / 4 * 3, is_bits = !everywhere && n > bits_len;
    buf_clear(&w->list);
    if (!everywhere && !is_bits)
        make_list(w, blocks, n);
    if (is_bits || w->list.len > bits_len) {
        is_bits = true;
        buf_clear(&w->list);
        make_bits(w, blocks, n, bits_len);
    }
    if (!buf_ok(&w->list))
        fail(w);
    file_put_varint(&w->file, step);
    file_put_varint(&w->file, w->list.len * 2 + is_bits);
    file_put(&w->file, w->list.data, w->list.len);
}

static void put_group(struct blocks_writer *w)
{
    uint32_t n_blocks = w->n_blocks - w->group * BLOCKS_GROUP, n_words = 0, before = 0, n_steps = 0, at = 0;
    uint64_t begin = w->file.body_len;
    if (!sort_group(w, n_blocks)) {
        fail(w);
        return;
    }
    for (uint32_t rank = 0; rank < w->n_ranks; rank++) {
        uint32_t end = w->last[rank];
        w->last[rank] = 0;
        if (end == at)
            continue;
        if (n_words++ % BLOCKS_STEP == 0) {
            put32(&w->steps, before);
            put32(&w->steps, (uint32_t)(w->file.body_len - begin));
            n_steps++;
        }
        put_word(w, rank - before, w->sorted + at, end - at, n_blocks);
        before = rank;
        at = end;
    }
    put32(&w->groups, (uint32_t)w->file.body_len);
    put32(&w->groups, (uint32_t)(w->file.body_len >> 32));
    put32(&w->groups, n_steps);
    put32(&w->groups, 0);
    w->n = 0;
}

/* Block n_blocks is the next. */
static void end_block(struct blocks_writer *w)
{
    w->ends[w->n_blocks % BLOCKS_GROUP] = (uint32_t)w->n;
    w->n_blocks++;
    if (w->n_blocks % BLOCKS_GROUP == 0) {
        put_group(w);
        w->group++;
    }
}

/* ---- words ------------------------------------------------------------------------------------------------------ */

static bool prepare(struct blocks_writer *w)
{
    if (w->last == NULL)
        w->last = calloc(w->n_ranks, sizeof *w->last);
    if (w->ends == NULL)
        w->ends = calloc(BLOCKS_GROUP, sizeof *w->ends);
    return w->last != NULL && w->ends != NULL;
}

void blocks_doc(struct blocks_writer *w, uint32_t doc, uint64_t off, uint64_t n_words)
{
    w->in_long = n_words >= BLOCKS_LONG && w->file.failure.status == ST_OK;
    if (!w->in_long)
        return;
    if (!prepare(w)) {
        fail(w);
        return;
    }
    w->behind = off / BLOCKS_LEN - w->n_blocks;
    put32(&w->docs, doc);
    put32(&w->docs, w->n_blocks);
}

/* Notes each word once a block. Whether it is the first there nobody foresees, so it is written down in any case. */
void blocks_words(struct blocks_writer *w, const uint32_t *ranks, const uint64_t *offs, size_t n)
{
    if (!w->in_long)
        return;
    if (!ARRAY_RESERVE(w->ranks, w->cap, w->n + n)) {
        fail(w);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t rank = ranks[i], block = (uint32_t)(offs[i] / BLOCKS_LEN - w->behind);
        while (w->n_blocks < block)
            end_block(w);
        w->ranks[w->n] = rank;
        w->n += (w->last[rank] != block + 1) & (rank > BLOCKS_EVERYWHERE);
        w->last[rank] = block + 1;
    }
}

void blocks_doc_end(struct blocks_writer *w, uint64_t off)
{
    /* Where writing the codes failed, they end before they began. */
    uint64_t end = (off + BLOCKS_LEN - 1) / BLOCKS_LEN - w->behind;
    while (w->in_long && w->n_blocks < end && end <= UINT32_MAX)
        end_block(w);
    w->in_long = false;
}

enum status blocks_finish(struct blocks_writer *w, struct file_seal *seal, struct err *err)
{
    if (w->n_blocks % BLOCKS_GROUP != 0 && w->file.failure.status == ST_OK)
        put_group(w);
    if (!buf_ok(&w->steps) || !buf_ok(&w->groups) || !buf_ok(&w->docs))
        fail(w);
    file_put(&w->file, w->steps.data, w->steps.len);
    file_put(&w->file, w->groups.data, w->groups.len);
    file_put(&w->file, w->docs.data, w->docs.len);
    file_put32(&w->file, w->n_blocks);
    file_put32(&w->file, (uint32_t)(w->docs.len / BLOCKS_DOC_LEN));
    file_put64(&w->file, 0);
    return file_finish(&w->file, seal, err);
}
