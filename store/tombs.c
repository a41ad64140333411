/* tombs.c - reading tombstones; see tombs.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/tombs.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/bytes.h"
#include "store/dir.h"

static bool set_tables(struct tombs *t, const struct manifest_segment *entry, uint32_t vocab_size)
{
    const uint8_t *head = t->map.body;
    if (t->map.body_len < TOMBS_HEAD_LEN)
        return false;
    t->docs = bytes_get32(head);
    t->dead_docs = bytes_get32(head + 4);
    t->dead_words = bytes_get64(head + 8);
    t->n_stats = bytes_get32(head + 20);
    uint64_t bits_len = ((uint64_t)t->docs + 63) / 64 * 8;
    t->bits = head + TOMBS_HEAD_LEN;
    t->stats = t->bits + bits_len;
    return t->docs == entry->docs && t->dead_docs == entry->dead_docs && t->dead_words == entry->dead_words &&
           bytes_get32(head + 16) == vocab_size && bytes_get32(head + 24) == entry->checksum &&
           t->map.body_len == TOMBS_HEAD_LEN + bits_len + (uint64_t)t->n_stats * TOMBS_STAT_LEN;
}

enum status tombs_open(struct tombs *t, const char *index_dir, const struct manifest_segment *entry,
                       uint32_t vocab_size, struct err *err)
{
    *t = (struct tombs){0};
    char *path = dir_path("%s/del-%08" PRIu64 "-%s", index_dir, entry->tombs_generation, entry->id);
    if (path == NULL)
        return err_nomem(err);
    enum status status = file_map(&t->map, path, TOMBS_KIND, err);
    free(path);
    if (status != ST_OK)
        return status;
    if (!set_tables(t, entry, vocab_size)) {
        status = file_damaged(&t->map, "it is not about this segment as the generation has it", err);
        tombs_release(t);
        return status;
    }
    file_map_want(&t->map);
    return ST_OK;
}

void tombs_release(struct tombs *t)
{
    file_map_release(&t->map);
    *t = (struct tombs){0};
}

bool tombs_has(const struct tombs *t, uint32_t doc)
{
    return doc < t->docs && (t->bits[doc / 8] >> doc % 8 & 1) != 0;
}

void tombs_stats(const struct tombs *t, uint32_t i, uint32_t *documents, uint64_t *occurrences)
{
    uint32_t low = 0, high = t->n_stats;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (bytes_get32(t->stats + (size_t)mid * TOMBS_STAT_LEN) < i)
            low = mid + 1;
        else
            high = mid;
    }
    const uint8_t *stat = t->stats + (size_t)low * TOMBS_STAT_LEN;
    bool found = low < t->n_stats && bytes_get32(stat) == i;
    *documents = found ? bytes_get32(stat + 4) : 0;
    *occurrences = found ? bytes_get64(stat + 8) : 0;
}

uint32_t tombs_word(const struct tombs *t, uint32_t k, uint32_t *documents, uint64_t *occurrences)
{
    const uint8_t *stat = t->stats + (size_t)k * TOMBS_STAT_LEN;
    *documents = bytes_get32(stat + 4);
    *occurrences = bytes_get64(stat + 8);
    return bytes_get32(stat);
}

enum status tombs_check(const struct tombs *t, uint32_t vocab_size, struct err *err)
{
    uint64_t n_dead = 0, occurrences = 0;
    for (uint32_t doc = 0; doc < (t->docs + 63) / 64 * 64; doc++)
        n_dead += t->bits[doc / 8] >> doc % 8 & 1;
    bool ok = n_dead == t->dead_docs;
    for (uint32_t k = 0; ok && k < t->n_stats; k++) {
        const uint8_t *stat = t->stats + (size_t)k * TOMBS_STAT_LEN;
        uint32_t i = bytes_get32(stat);
        ok = i < vocab_size && (k == 0 || i > bytes_get32(stat - TOMBS_STAT_LEN));
        occurrences += bytes_get64(stat + 8);
    }
    if (!ok || occurrences != t->dead_words)
        return file_damaged(&t->map, "its counts disagree", err);
    return ST_OK;
}
