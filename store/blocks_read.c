/* blocks_read.c - reading the part `blocks`; see blocks.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/bytes.h"
#include "store/bisect.h"
#include "store/blocks.h"

static uint64_t end_of_group(const struct blocks *b, uint32_t group)
{
    return bytes_get64(b->groups + (size_t)group * BLOCKS_GROUP_LEN);
}

static uint32_t steps_of_group(const struct blocks *b, uint32_t group)
{
    return bytes_get32(b->groups + (size_t)group * BLOCKS_GROUP_LEN + 8);
}

/* Finds the tables from the end of the body; false when they do not fill it. */
static bool find_tables(struct blocks *b)
{
    uint64_t rest = b->map.body_len;
    if (rest < BLOCKS_TAIL_LEN)
        return false;
    rest -= BLOCKS_TAIL_LEN;
    b->n_blocks = bytes_get32(b->map.body + rest);
    b->n_long = bytes_get32(b->map.body + rest + 4);
    b->n_groups = b->n_blocks / BLOCKS_GROUP + (b->n_blocks % BLOCKS_GROUP != 0);
    uint64_t docs_len = (uint64_t)b->n_long * BLOCKS_DOC_LEN, groups_len = (uint64_t)b->n_groups * BLOCKS_GROUP_LEN;
    if (docs_len + groups_len > rest)
        return false;
    b->docs = b->map.body + rest - docs_len;
    b->groups = b->docs - groups_len;
    rest -= docs_len + groups_len;
    uint64_t n_steps = 0, end = 0;
    for (uint32_t i = 0; i < b->n_groups; i++) {
        if (end_of_group(b, i) < end)
            return false;
        end = end_of_group(b, i);
        n_steps += steps_of_group(b, i);
    }
    b->steps = b->groups - (n_steps * BLOCKS_STEP_LEN <= rest ? n_steps * BLOCKS_STEP_LEN : 0);
    return n_steps * BLOCKS_STEP_LEN <= rest && end == rest - n_steps * BLOCKS_STEP_LEN;
}

static uint32_t block_of_long(const struct blocks *b, uint32_t i)
{
    return i < b->n_long ? bytes_get32(b->docs + (size_t)i * BLOCKS_DOC_LEN + 4) : b->n_blocks;
}

static uint32_t doc_of_long(const struct blocks *b, uint32_t i)
{
    return bytes_get32(b->docs + (size_t)i * BLOCKS_DOC_LEN);
}

/* Documents and their blocks ascend. */
static bool docs_ascend(const struct blocks *b)
{
    for (uint32_t i = 0; i < b->n_long; i++)
        if (block_of_long(b, i) >= block_of_long(b, i + 1) || (i > 0 && doc_of_long(b, i - 1) >= doc_of_long(b, i)))
            return false;
    return block_of_long(b, 0) == 0;
}

enum status blocks_open(struct blocks *b, const char *path, struct err *err)
{
    *b = (struct blocks){0};
    enum status status = file_map(&b->map, path, BLOCKS_KIND, err);
    if (status != ST_OK)
        return status;
    if (!find_tables(b))
        status = file_damaged(&b->map, "its tables do not fill it", err);
    else if (!docs_ascend(b))
        status = file_damaged(&b->map, "its documents are out of order", err);
    if (status != ST_OK)
        blocks_release_map(b);
    return status;
}

void blocks_release_map(struct blocks *b)
{
    file_map_release(&b->map);
    *b = (struct blocks){0};
}

uint32_t blocks_at(const struct blocks *b, uint32_t i, uint32_t *first, uint32_t *n)
{
    *first = block_of_long(b, i);
    *n = block_of_long(b, i + 1) - *first;
    return doc_of_long(b, i);
}

bool blocks_of_doc(const struct blocks *b, uint32_t doc, uint32_t *first, uint32_t *n)
{
    uint32_t i = bisect32(b->docs, b->n_long, BLOCKS_DOC_LEN, doc);
    if (i == b->n_long || doc_of_long(b, i) != doc)
        return false;
    (void)blocks_at(b, i, first, n);
    return true;
}

/* ---- a word ----------------------------------------------------------------------------------------------------- */

static void set_range(uint64_t *bits, uint64_t begin, uint64_t end)
{
    for (; begin < end && begin % 64 != 0; begin++)
        bits[begin / 64] |= UINT64_C(1) << begin % 64;
    for (; begin + 64 <= end; begin += 64)
        bits[begin / 64] = ~UINT64_C(0);
    for (; begin < end; begin++)
        bits[begin / 64] |= UINT64_C(1) << begin % 64;
}

/* Blocks [begin, begin + n) are a group's; a group begins where a word of bits does. */
static void or_bits(const uint8_t *p, const uint8_t *end, uint64_t *bits, uint64_t begin, uint32_t n)
{
    for (uint32_t i = 0; i < n && p < end; i += 8, p++)
        bits[(begin + i) / 64] |= (uint64_t)*p << i % 64;
}

static void or_list(const uint8_t *p, const uint8_t *end, uint64_t *bits, uint64_t begin, uint32_t n)
{
    uint64_t block = 0, step;
    for (bool first = true; p < end && bytes_get_varint(&p, end, &step); first = false) {
        if (step >= n || (block += step + !first) >= n)
            return;
        bits[(begin + block) / 64] |= UINT64_C(1) << (begin + block) % 64;
    }
}

/* The last step of a group whose rank before is less than `rank`, as the range of its words. */
static void find_step(const struct blocks *b, uint32_t group, uint32_t rank, const uint8_t **p, const uint8_t **end,
                      uint32_t *before)
{
    const uint8_t *steps = b->steps;
    uint64_t begin = group > 0 ? end_of_group(b, group - 1) : 0, len = end_of_group(b, group) - begin;
    for (uint32_t i = 0; i < group; i++)
        steps += (size_t)steps_of_group(b, i) * BLOCKS_STEP_LEN;
    uint32_t n = steps_of_group(b, group), i = bisect32(steps, n, BLOCKS_STEP_LEN, rank);
    const uint8_t *step = steps + (size_t)(i > 0 ? i - 1 : 0) * BLOCKS_STEP_LEN;
    *before = n > 0 ? bytes_get32(step) : 0;
    uint64_t off = n > 0 ? bytes_get32(step + 4) : len;
    *end = b->map.body + begin + len;
    *p = off < len ? b->map.body + begin + off : *end;
}

static uint32_t blocks_in_group(const struct blocks *b, uint32_t group)
{
    uint32_t rest = b->n_blocks - group * BLOCKS_GROUP;
    return rest < BLOCKS_GROUP ? rest : BLOCKS_GROUP;
}

/* What is told of a word. */
struct entry {
    uint64_t rank;
    const uint8_t *p, *end;
    bool is_bits;
};

/* Reads the entry at *p, of a rank behind e->rank, and moves *p behind it. */
static bool next_entry(const uint8_t **p, const uint8_t *end, struct entry *e)
{
    uint64_t step, len;
    if (!bytes_get_varint(p, end, &step) || !bytes_get_varint(p, end, &len))
        return false;
    if (step == 0 || step > UINT32_MAX || len / 2 > (uint64_t)(end - *p))
        return false;
    *e = (struct entry){e->rank + step, *p, *p + len / 2, len % 2};
    *p = e->end;
    return true;
}

static void or_in_group(const struct blocks *b, uint32_t group, uint32_t rank, uint64_t *bits)
{
    const uint8_t *p, *end;
    struct entry e = {0};
    uint32_t before, n = blocks_in_group(b, group);
    uint64_t begin = (uint64_t)group * BLOCKS_GROUP;
    find_step(b, group, rank, &p, &end, &before);
    e.rank = before;
    while (e.rank < rank && p < end && next_entry(&p, end, &e))
        ;
    if (e.rank != rank)
        return;
    if (e.p == e.end)
        set_range(bits, begin, begin + n);
    else
        (e.is_bits ? or_bits : or_list)(e.p, e.end, bits, begin, n);
}

static void tell_bits(const uint64_t *bits, uint32_t rank, void (*tell)(void *arg, uint32_t rank, uint32_t block),
                      void *arg)
{
    for (uint32_t i = 0; i < BLOCKS_GROUP / 64; i++)
        for (uint64_t word = bits[i]; word != 0; word &= word - 1)
            tell(arg, rank, i * 64 + (uint32_t)__builtin_ctzll(word));
}

bool blocks_walk(const struct blocks *b, uint32_t group, void (*tell)(void *arg, uint32_t rank, uint32_t block),
                 void *arg)
{
    uint64_t bits[BLOCKS_GROUP / 64];
    uint32_t n = blocks_in_group(b, group);
    struct entry e = {0};
    const uint8_t *p = b->map.body + (group > 0 ? end_of_group(b, group - 1) : 0);
    const uint8_t *end = b->map.body + end_of_group(b, group);
    while (p < end) {
        if (!next_entry(&p, end, &e) || e.rank > UINT32_MAX)
            return false;
        if (e.p == e.end) {
            tell(arg, (uint32_t)e.rank, BLOCKS_GROUP);
            continue;
        }
        memset(bits, 0, sizeof bits);
        (e.is_bits ? or_bits : or_list)(e.p, e.end, bits, 0, n);
        tell_bits(bits, (uint32_t)e.rank, tell, arg);
    }
    return true;
}

void blocks_or(const struct blocks *b, uint32_t rank, uint64_t *bits)
{
    if (rank <= BLOCKS_EVERYWHERE) {
        set_range(bits, 0, b->n_blocks);
        return;
    }
    for (uint32_t group = 0; group < b->n_groups; group++)
        or_in_group(b, group, rank, bits);
}
