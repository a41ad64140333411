/* bigrams_read.c - reading the part `bigrams`; see bigrams.h. Whatever its bytes are, nothing outside of them is read.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/bytes.h"
#include "store/bigrams.h"
#include "store/segment.h"

enum { MANY_LEN = 8 };

void bigrams_walk(const uint8_t *codes, uint64_t len, void (*pair)(void *arg, uint32_t pair), void *arg)
{
    uint32_t before = 0;
    for (const uint8_t *p = codes, *end = codes + len; p < end;) {
        uint32_t rank = *p & 0x7f;
        if (*p++ < 0x80) { /* two bytes: rank - 128 in bits of seven; no pair is made of longer codes */
            rank = p < end && *p >= 0x80 ? 128 + rank * 128 + (*p & 0x7f) : BIGRAMS_WORDS;
            while (p < end && *p++ < 0x80)
                ;
        }
        rank = rank < BIGRAMS_WORDS ? rank : 0;
        if (before != 0 && rank != 0)
            pair(arg, before * BIGRAMS_WORDS + rank);
        before = rank;
    }
}

enum status bigrams_open(struct bigrams *b, const char *path, uint32_t n_docs, struct err *err)
{
    *b = (struct bigrams){0};
    enum status status = file_map(&b->map, path, BIGRAMS_KIND, err);
    if (status != ST_OK)
        return status;
    const uint8_t *head = b->map.body;
    uint64_t rest = b->map.body_len - BIGRAMS_HEAD_LEN;
    bool whole = b->map.body_len >= BIGRAMS_HEAD_LEN;
    if (whole) {
        b->n = bytes_get32(head);
        b->n_docs = bytes_get32(head + 4);
        b->row_len = bytes_get32(head + 8);
        b->data_len = bytes_get64(head + 16);
    }
    uint64_t table = (uint64_t)b->n * BIGRAMS_ENTRY_LEN;
    if (!whole || b->n_docs != n_docs || b->row_len % 8 != 0 || b->row_len < n_docs / 8 + 1 || rest < table ||
        b->data_len != rest - table) {
        status = file_damaged(&b->map, "its tables do not fill it", err);
        bigrams_release(b);
        return status;
    }
    b->table = head + BIGRAMS_HEAD_LEN;
    b->data = b->table + table;
    return ST_OK;
}

void bigrams_release(struct bigrams *b)
{
    file_map_release(&b->map);
    *b = (struct bigrams){0};
}

static uint64_t key_at(const struct bigrams *b, uint32_t i)
{
    const uint8_t *entry = b->table + (size_t)i * BIGRAMS_ENTRY_LEN;
    return (uint64_t)bytes_get32(entry) << 32 | bytes_get32(entry + 4);
}

uint32_t bigrams_pair(const struct bigrams *b, uint32_t i)
{
    uint64_t key = key_at(b, i);
    return (uint32_t)(key >> 32) * BIGRAMS_WORDS + (uint32_t)key;
}

static void open_row(const struct bigrams *b, const uint8_t *data, uint64_t len, uint32_t n_many,
                     struct segment_bigram *out)
{
    uint64_t counts_len = ((uint64_t)out->documents + 1) / 2;
    if (b->row_len + counts_len + (uint64_t)n_many * MANY_LEN > len)
        return;
    out->holders.bits = data;
    out->holders.counts = data + b->row_len;
    out->holders.many = out->holders.counts + counts_len;
    out->holders.n_counts = out->documents;
    out->holders.n_many = n_many;
}

/* What is not in the file counts as a pair without documents. */
static void open_pair(const struct bigrams *b, uint32_t i, struct segment_bigram *out)
{
    const uint8_t *entry = b->table + (size_t)i * BIGRAMS_ENTRY_LEN;
    uint64_t off = bytes_get64(entry + 24), end = b->data_len;
    if (i + 1 < b->n)
        end = bytes_get64(entry + BIGRAMS_ENTRY_LEN + 24);
    *out = (struct segment_bigram){.documents = bytes_get32(entry + 8), .occurrences = bytes_get64(entry + 16)};
    out->holders.n_docs = b->n_docs;
    if (off > end || end > b->data_len)
        return;
    if (out->documents > b->n_docs / BIGRAMS_ROW_SHARE) {
        open_row(b, b->data + off, end - off, bytes_get32(entry + 12), out);
    } else {
        out->holders.at = b->data + off;
        out->holders.end = b->data + end;
    }
}

bool bigrams_find(const struct bigrams *b, uint32_t first, uint32_t second, struct segment_bigram *out)
{
    uint64_t key = (uint64_t)first << 32 | second;
    uint32_t low = 0, high = b->n;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (key_at(b, mid) < key)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == b->n || key_at(b, low) != key)
        return false;
    open_pair(b, low, out);
    return true;
}
