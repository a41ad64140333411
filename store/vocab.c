/* vocab.c - see vocab.h for what it answers and vocab_part.h for where that stands.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/vocab.h"

#include <string.h>

#include "lib/bytes.h"
#include "store/vocab_part.h"

static uint32_t item(const uint8_t *table, uint32_t i)
{
    return bytes_get32(table + (size_t)i * 4);
}

static bool set_tables(struct vocab *v)
{
    const uint8_t *head = v->map.body;
    if (v->map.body_len < VOCAB_HEAD_LEN + 4)
        return false;
    v->n = bytes_get32(head);
    v->n_counted = bytes_get32(head + 4);
    v->n_steps = bytes_get32(head + 8);
    v->blob_len = bytes_get64(head + 16);
    uint64_t tables = 4 + (uint64_t)v->n * 12 + (uint64_t)v->n_counted * 4 + (uint64_t)v->n_steps * VOCAB_STEP_LEN;
    if (v->n_counted > v->n || tables > v->map.body_len - VOCAB_HEAD_LEN ||
        v->blob_len != v->map.body_len - VOCAB_HEAD_LEN - tables)
        return false;
    v->offs = head + VOCAB_HEAD_LEN;
    v->ranks = v->offs + ((size_t)v->n + 1) * 4;
    v->entries = v->ranks + (size_t)v->n * 4;
    v->documents = v->entries + (size_t)v->n * 4;
    v->steps = v->documents + (size_t)v->n_counted * 4;
    v->blob = (const char *)(v->steps + (size_t)v->n_steps * VOCAB_STEP_LEN);
    return true;
}

enum status vocab_open(struct vocab *v, const char *path, struct err *err)
{
    *v = (struct vocab){0};
    enum status status = file_map(&v->map, path, VOCAB_KIND, err);
    if (status != ST_OK)
        return status;
    if (!set_tables(v)) {
        status = file_damaged(&v->map, "its tables do not fill it", err);
        vocab_release(v);
        return status;
    }
    file_map_want(&v->map);
    return ST_OK;
}

void vocab_release(struct vocab *v)
{
    file_map_release(&v->map);
    *v = (struct vocab){0};
}

uint32_t vocab_size(const struct vocab *v)
{
    return v->n;
}

static const char *borrow_bytes(const struct vocab *v, uint32_t i, size_t *len)
{
    uint32_t off = item(v->offs, i), end = item(v->offs, i + 1);
    if (off > end || end > v->blob_len || end - off > VOCAB_WORD_MAX)
        off = end = 0; /* damaged: an empty word is safe */
    *len = end - off;
    return v->blob + off;
}

size_t vocab_bytes(const struct vocab *v, uint32_t i, char bytes[VOCAB_WORD_MAX])
{
    size_t len;
    const char *word = borrow_bytes(v, i, &len);
    memcpy(bytes, word, len);
    return len;
}

void vocab_seek(struct vocab_cursor *c, const struct vocab *v, uint32_t i)
{
    c->vocab = v;
    c->next = i;
}

bool vocab_next(struct vocab_cursor *c)
{
    if (c->next >= c->vocab->n)
        return false;
    c->i = c->next++;
    c->len = vocab_bytes(c->vocab, c->i, c->bytes);
    return true;
}

/* Occurrences of a rank that is counted: those of the last step at or before it. */
static uint64_t occurrences_of(const struct vocab *v, uint32_t rank)
{
    uint32_t low = 0, high = v->n_steps;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (bytes_get32(v->steps + (size_t)mid * VOCAB_STEP_LEN) <= rank)
            low = mid + 1;
        else
            high = mid;
    }
    return low == 0 ? 0 : bytes_get64(v->steps + (size_t)(low - 1) * VOCAB_STEP_LEN + 4);
}

struct vocab_word vocab_at(const struct vocab *v, uint32_t i)
{
    struct vocab_word word = {.rank = item(v->ranks, i), .documents = 1, .occurrences = 1};
    if (word.rank == 0 || word.rank > v->n)
        word.rank = v->n; /* damaged: the rank of some word is safe */
    if (word.rank <= v->n_counted) {
        word.documents = item(v->documents, word.rank - 1);
        word.occurrences = occurrences_of(v, word.rank);
    }
    return word;
}

/* Compares the i-th word with bytes as memcmp would, a prefix first. */
static int compare_at(const struct vocab *v, uint32_t i, const char *bytes, size_t len)
{
    size_t word_len;
    const char *word = borrow_bytes(v, i, &word_len);
    int order = memcmp(word, bytes, word_len < len ? word_len : len);
    return order != 0 ? order : (word_len > len) - (word_len < len);
}

uint32_t vocab_lower_bound(const struct vocab *v, const char *bytes, size_t len)
{
    uint32_t low = 0, high = v->n;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (compare_at(v, mid, bytes, len) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

int64_t vocab_find(const struct vocab *v, const char *bytes, size_t len)
{
    uint32_t i = vocab_lower_bound(v, bytes, len);
    return i < v->n && compare_at(v, i, bytes, len) == 0 ? (int64_t)i : -1;
}

uint32_t vocab_of_rank(const struct vocab *v, uint32_t rank)
{
    if (rank == 0 || rank > v->n)
        return v->n;
    uint32_t i = item(v->entries, rank - 1);
    return i < v->n ? i : v->n;
}

static bool steps_descend(const struct vocab *v)
{
    bool ok = v->n_counted == 0 ? v->n_steps == 0 : v->n_steps > 0 && bytes_get32(v->steps) == 1;
    for (uint32_t i = 0; ok && i + 1 < v->n_steps; i++) {
        const uint8_t *step = v->steps + (size_t)i * VOCAB_STEP_LEN, *next = step + VOCAB_STEP_LEN;
        ok = bytes_get32(step) < bytes_get32(next) && bytes_get64(step + 4) > bytes_get64(next + 4);
    }
    return ok;
}

enum status vocab_check(const struct vocab *v, struct err *err)
{
    bool ok = steps_descend(v) && item(v->offs, 0) == 0 && item(v->offs, v->n) == v->blob_len;
    for (uint32_t i = 0; ok && i < v->n; i++) {
        size_t len;
        const char *word = borrow_bytes(v, i, &len);
        ok = len > 0 && vocab_of_rank(v, item(v->ranks, i)) == i &&
             (i + 1 == v->n || compare_at(v, i + 1, word, len) > 0);
    }
    return ok ? ST_OK : file_damaged(&v->map, "its words are out of order", err);
}
