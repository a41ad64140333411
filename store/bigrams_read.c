/* bigrams_read.c - reading the part `bigrams`; see bigrams.h. Whatever its bytes are, nothing outside of them is read.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/bytes.h"
#include "store/bigrams.h"
#include "store/bisect.h"
#include "store/segment.h"

/* Finds the tables from the end of the body; false when they do not fill it. */
static bool find_tables(struct bigrams *b)
{
    if (b->map.body_len < BIGRAMS_TAIL_LEN)
        return false;
    uint64_t rest = b->map.body_len - BIGRAMS_TAIL_LEN;
    b->n = bytes_get32(b->map.body + rest);
    b->n_docs = bytes_get32(b->map.body + rest + 4);
    uint64_t len = bytes_get64(b->map.body + rest + 8), table = (uint64_t)b->n * BIGRAMS_ENTRY_LEN;
    if (table > rest || postlists_size(b->n, len) != rest - table)
        return false;
    b->table = b->map.body + rest - table;
    postlists_open(&b->lists, b->map.body, b->n, len, b->n_docs);
    return true;
}

enum status bigrams_open(struct bigrams *b, const char *path, uint32_t n_docs, struct err *err)
{
    *b = (struct bigrams){0};
    enum status status = file_map(&b->map, path, BIGRAMS_KIND, err);
    if (status != ST_OK)
        return status;
    if (!find_tables(b) || b->n_docs != n_docs) {
        status = file_damaged(&b->map, "its tables do not fill it", err);
        bigrams_release(b);
    }
    return status;
}

void bigrams_release(struct bigrams *b)
{
    file_map_release(&b->map);
    *b = (struct bigrams){0};
}

uint32_t bigrams_pair(const struct bigrams *b, uint32_t i)
{
    return bytes_get32(b->table + (size_t)i * BIGRAMS_ENTRY_LEN);
}

bool bigrams_find(const struct bigrams *b, uint32_t first, uint32_t second, struct segment_bigram *out)
{
    uint32_t pair = first * BIGRAMS_WORDS + second, i = bisect32(b->table, b->n, BIGRAMS_ENTRY_LEN, pair);
    if (i == b->n || bigrams_pair(b, i) != pair)
        return false;
    const uint8_t *entry = b->table + (size_t)i * BIGRAMS_ENTRY_LEN;
    out->documents = bytes_get32(entry + 4);
    out->occurrences = bytes_get64(entry + 8);
    postlists_find(&b->lists, i, &out->holders);
    return true;
}
