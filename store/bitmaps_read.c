/* bitmaps_read.c - reading the part `bitmaps`; see bitmaps.h. Whatever its bytes are, nothing outside of them is read.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/bytes.h"
#include "store/bitmaps.h"
#include "store/segment.h"

enum { TABLE_ENTRY = 16, MANY_LEN = 8, MANY = 16 };

static size_t ranks_len(uint32_t n)
{
    return ((size_t)n * 4 + 63) / 64 * 64;
}

static void read_head(struct bitmaps *b)
{
    const uint8_t *head = b->map.body;
    b->n_rows = bytes_get32(head);
    b->n_docs = bytes_get32(head + 4);
    b->row_len = bytes_get32(head + 8);
    b->n_lists = bytes_get32(head + 12);
    b->counts_len = bytes_get64(head + 16);
    b->lists_len = bytes_get64(head + 24);
}

/* Whether the parts that the head tells of fill the file exactly. */
static bool fills(const struct bitmaps *b)
{
    uint64_t rest = b->map.body_len - BITMAPS_HEAD_LEN;
    uint64_t fixed = ranks_len(b->n_rows) + (uint64_t)b->n_rows * b->row_len +
                     ((uint64_t)b->n_rows + b->n_lists) * TABLE_ENTRY;
    return fixed <= rest && b->counts_len <= rest - fixed && b->lists_len == rest - fixed - b->counts_len;
}

enum status bitmaps_open(struct bitmaps *b, const char *path, uint32_t n_docs, struct err *err)
{
    *b = (struct bitmaps){0};
    enum status status = file_map(&b->map, path, BITMAPS_KIND, err);
    if (status != ST_OK)
        return status;
    bool whole = b->map.body_len >= BITMAPS_HEAD_LEN;
    if (whole)
        read_head(b);
    if (!whole || b->n_docs != n_docs || b->row_len % 64 != 0 || b->row_len < n_docs / 8 + 1 || !fills(b)) {
        status = file_damaged(&b->map, "its tables do not fill it", err);
        bitmaps_release(b);
        return status;
    }
    b->ranks = b->map.body + BITMAPS_HEAD_LEN;
    b->rows = b->ranks + ranks_len(b->n_rows);
    b->row_table = b->rows + (size_t)b->n_rows * b->row_len;
    b->list_table = b->row_table + (size_t)b->n_rows * TABLE_ENTRY;
    b->counts = b->list_table + (size_t)b->n_lists * TABLE_ENTRY;
    b->lists = b->counts + b->counts_len;
    return ST_OK;
}

void bitmaps_release(struct bitmaps *b)
{
    file_map_release(&b->map);
    *b = (struct bitmaps){0};
}

uint32_t bitmaps_rank(const struct bitmaps *b, uint32_t i)
{
    return i < b->n_rows ? bytes_get32(b->ranks + (size_t)i * 4)
                         : bytes_get32(b->list_table + (size_t)(i - b->n_rows) * TABLE_ENTRY + 12);
}

/* Place of a rank among n that ascend, each at `step` bytes from the last; n when it is not there. */
static uint32_t find_rank(const uint8_t *ranks, uint32_t n, size_t step, uint32_t rank)
{
    uint32_t low = 0, high = n;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2, at = bytes_get32(ranks + mid * step);
        if (at == rank)
            return mid;
        if (at < rank)
            low = mid + 1;
        else
            high = mid;
    }
    return n;
}

const uint8_t *bitmaps_row(const struct bitmaps *b, uint32_t rank)
{
    uint32_t row = find_rank(b->ranks, b->n_rows, 4, rank);
    return row < b->n_rows ? b->rows + (size_t)row * b->row_len : NULL;
}

/* A row whose counts are not in the file counts as one without documents. */
static void open_row(const struct bitmaps *b, uint32_t row, struct segment_holders *out)
{
    const uint8_t *entry = b->row_table + (size_t)row * TABLE_ENTRY;
    uint64_t off = bytes_get64(entry), len;
    out->n_counts = bytes_get32(entry + 8);
    out->n_many = bytes_get32(entry + 12);
    len = ((uint64_t)out->n_counts + 1) / 2 + (uint64_t)out->n_many * MANY_LEN;
    if (off > b->counts_len || len > b->counts_len - off)
        return;
    out->bits = b->rows + (size_t)row * b->row_len;
    out->counts = b->counts + off;
    out->many = out->counts + ((size_t)out->n_counts + 1) / 2;
}

static void open_list(const struct bitmaps *b, uint32_t list, struct segment_holders *out)
{
    const uint8_t *entry = b->list_table + (size_t)list * TABLE_ENTRY;
    uint64_t off = bytes_get64(entry), len = bytes_get32(entry + 8);
    if (off > b->lists_len || len > b->lists_len - off)
        return;
    out->at = b->lists + off;
    out->end = out->at + len;
}

bool bitmaps_holders(const struct bitmaps *b, uint32_t rank, struct segment_holders *out)
{
    *out = (struct segment_holders){.n_docs = b->n_docs};
    uint32_t row = find_rank(b->ranks, b->n_rows, 4, rank);
    if (row < b->n_rows) {
        open_row(b, row, out);
        return true;
    }
    uint32_t list = find_rank(b->list_table + 12, b->n_lists, TABLE_ENTRY, rank);
    if (list == b->n_lists)
        return false;
    open_list(b, list, out);
    return true;
}

/* ---- one document after the other ------------------------------------------------------------------------------- */

static uint32_t count_of_many(const struct segment_holders *h, uint32_t doc)
{
    uint32_t i = find_rank(h->many, h->n_many, MANY_LEN, doc);
    return i < h->n_many ? bytes_get32(h->many + (size_t)i * MANY_LEN + 4) : MANY;
}

uint32_t segment_holder_occurrences(const struct segment_holders *h)
{
    if (h->bits == NULL)
        return h->occurrences;
    uint32_t n = h->n_before + (uint32_t)__builtin_popcountll(h->word & ((UINT64_C(1) << h->doc % 64) - 1));
    uint32_t count = n < h->n_counts ? (h->counts[n / 2] >> n % 2 * 4 & 15) + 1u : 1;
    return count < MANY ? count : count_of_many(h, h->doc);
}

/* Goes on to the word of 64 bits that document doc is in, counting what is set before it. */
static bool seek_row(struct segment_holders *h, uint32_t doc)
{
    uint32_t n_words = (h->n_docs + 63) / 64, i = doc / 64;
    if (!h->begun)
        h->word = bytes_get64(h->bits);
    for (; h->at_word < i && h->at_word + 1 < n_words; h->at_word++) {
        h->n_before += (uint32_t)__builtin_popcountll(h->word);
        h->word = bytes_get64(h->bits + ((size_t)h->at_word + 1) * 8);
    }
    if (h->at_word < i)
        return false;
    uint64_t rest = h->at_word > i ? h->word : h->word & ~UINT64_C(0) << doc % 64;
    while (rest == 0 && h->at_word + 1 < n_words) {
        h->n_before += (uint32_t)__builtin_popcountll(h->word);
        h->at_word++;
        rest = h->word = bytes_get64(h->bits + (size_t)h->at_word * 8);
    }
    h->doc = h->at_word * 64 + (uint32_t)(rest != 0 ? __builtin_ctzll(rest) : 0);
    return rest != 0;
}

static bool next_of_list(struct segment_holders *h)
{
    uint64_t step, more = 0;
    if (!bytes_get_varint(&h->at, h->end, &step) || ((step & 1) != 0 && !bytes_get_varint(&h->at, h->end, &more)))
        return false;
    uint64_t doc = (h->begun ? (uint64_t)h->doc + 1 : 0) + step / 2;
    h->begun = true;
    h->doc = (uint32_t)doc;
    h->occurrences = (step & 1) != 0 ? (uint32_t)more + 2 : 1;
    return doc < h->n_docs;
}

bool segment_seek_holder(struct segment_holders *h, uint32_t doc)
{
    bool found = !h->ended && doc < h->n_docs;
    if (found && h->bits != NULL) {
        found = seek_row(h, doc) && h->doc < h->n_docs;
        h->begun = true;
    } else if (found) {
        while (found && (!h->begun || h->doc < doc))
            found = next_of_list(h);
    }
    h->ended = !found;
    return found;
}
