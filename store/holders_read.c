/* holders_read.c - reading the part `holders`; see holders.h. Whatever its bytes are, nothing outside of them is read.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/bytes.h"
#include "store/holders.h"
#include "store/packed.h"
#include "store/segment.h"

enum { RANK_LEN = 4, TABLE_ENTRY = 16, LIST_RANK = 12, MANY_LEN = 8, MANY = 16, GROUP_LEN = 8 };

static size_t ranks_len(uint32_t n)
{
    return ((size_t)n * 4 + 63) / 64 * 64;
}

static void read_head(struct holders *h)
{
    const uint8_t *head = h->map.body;
    h->n_rows = bytes_get32(head);
    h->n_docs = bytes_get32(head + 4);
    h->row_len = bytes_get32(head + 8);
    h->n_lists = bytes_get32(head + 12);
    h->counts_len = bytes_get64(head + 16);
    h->lists_len = bytes_get64(head + 24);
    h->n_words = bytes_get32(head + 32);
    h->n_counted = bytes_get32(head + 36);
    h->n_few = bytes_get32(head + 40);
    h->few_counts_len = bytes_get64(head + 48);
    h->width = holders_width(h->n_docs);
}

static size_t groups_len(const struct holders *h)
{
    return ((size_t)h->n_counted + HOLDERS_GROUP - 1) / HOLDERS_GROUP * GROUP_LEN;
}

/* Eight bytes can be read from wherever a document begins. */
static uint64_t few_docs_len(const struct holders *h)
{
    return ((uint64_t)h->n_few * h->width + 63) / 64 * 8 + 8;
}

/* Whether the parts that the head tells of fill the file exactly. */
static bool fills(const struct holders *h)
{
    uint64_t rest = h->map.body_len - HOLDERS_HEAD_LEN;
    uint64_t fixed = ranks_len(h->n_rows) + (uint64_t)h->n_rows * h->row_len +
                     ((uint64_t)h->n_rows + h->n_lists) * TABLE_ENTRY + h->n_counted + groups_len(h) + few_docs_len(h);
    return fixed <= rest && h->counts_len <= rest - fixed && h->lists_len <= rest - fixed - h->counts_len &&
           h->few_counts_len == rest - fixed - h->counts_len - h->lists_len;
}

static void find_tables(struct holders *h)
{
    h->ranks = h->map.body + HOLDERS_HEAD_LEN;
    h->rows = h->ranks + ranks_len(h->n_rows);
    h->row_table = h->rows + (size_t)h->n_rows * h->row_len;
    h->list_table = h->row_table + (size_t)h->n_rows * TABLE_ENTRY;
    h->counts = h->list_table + (size_t)h->n_lists * TABLE_ENTRY;
    h->lists = h->counts + h->counts_len;
    h->few = h->lists + h->lists_len;
    h->groups = h->few + h->n_counted;
    h->few_docs = h->groups + groups_len(h);
    h->few_counts = h->few_docs + few_docs_len(h);
}

enum status holders_open(struct holders *h, const char *path, uint32_t n_docs, uint32_t n_words, struct err *err)
{
    *h = (struct holders){0};
    enum status status = file_map(&h->map, path, HOLDERS_KIND, err);
    if (status != ST_OK)
        return status;
    bool whole = h->map.body_len >= HOLDERS_HEAD_LEN;
    if (whole)
        read_head(h);
    if (!whole || h->n_docs != n_docs || h->n_words != n_words || h->n_counted > n_words ||
        h->n_few < n_words - h->n_counted || h->row_len % 64 != 0 || h->row_len < n_docs / 8 + 1 || !fills(h)) {
        status = file_damaged(&h->map, "its tables do not fill it", err);
        holders_release(h);
        return status;
    }
    find_tables(h);
    return ST_OK;
}

void holders_release(struct holders *h)
{
    file_map_release(&h->map);
    *h = (struct holders){0};
}

static bool ascend(const uint8_t *ranks, uint32_t n, size_t step)
{
    for (uint32_t i = 1; i < n; i++)
        if (bytes_get32(ranks + i * step) <= bytes_get32(ranks + (i - 1) * step))
            return false;
    return true;
}

bool holders_in_order(const struct holders *h)
{
    return ascend(h->ranks, h->n_rows, RANK_LEN) && ascend(h->list_table + LIST_RANK, h->n_lists, TABLE_ENTRY);
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

const uint8_t *holders_row(const struct holders *h, uint32_t rank)
{
    uint32_t row = find_rank(h->ranks, h->n_rows, RANK_LEN, rank);
    return row < h->n_rows ? h->rows + (size_t)row * h->row_len : NULL;
}

/* A row whose counts are not in the file counts as one without documents. */
static void open_row(const struct holders *h, uint32_t row, struct segment_holders *out)
{
    const uint8_t *entry = h->row_table + (size_t)row * TABLE_ENTRY;
    uint64_t off = bytes_get64(entry), len;
    out->n_counts = bytes_get32(entry + 8);
    out->n_many = bytes_get32(entry + 12);
    len = ((uint64_t)out->n_counts + 1) / 2 + (uint64_t)out->n_many * MANY_LEN;
    if (off > h->counts_len || len > h->counts_len - off)
        return;
    out->bits = h->rows + (size_t)row * h->row_len;
    out->counts = h->counts + off;
    out->many = out->counts + ((size_t)out->n_counts + 1) / 2;
}

static void open_list(const struct holders *h, uint32_t list, struct segment_holders *out)
{
    const uint8_t *entry = h->list_table + (size_t)list * TABLE_ENTRY;
    uint64_t off = bytes_get64(entry), len = bytes_get32(entry + 8);
    if (off > h->lists_len || len > h->lists_len - off)
        return;
    out->at = h->lists + off;
    out->end = out->at + len;
}

/* Moves behind n varints. */
static const uint8_t *skip_varints(const uint8_t *p, const uint8_t *end, uint32_t n)
{
    while (n > 0 && p < end)
        n -= *p++ < 0x80;
    return p;
}

/* Where the postings of a rare word that occurs more than once begin; false when the rank's word is not rare. */
static bool open_counted(const struct holders *h, uint32_t rank, struct segment_holders *out)
{
    const uint8_t head = h->few[rank - 1], *end = h->few_counts + h->few_counts_len;
    if (head == 0)
        return false;
    uint32_t group = (rank - 1) / HOLDERS_GROUP, first = bytes_get32(h->groups + (size_t)group * GROUP_LEN);
    uint32_t count = bytes_get32(h->groups + (size_t)group * GROUP_LEN + 4), n_counts = 0;
    for (uint32_t i = group * HOLDERS_GROUP; i < rank - 1; i++) {
        uint32_t n = h->few[i] & HOLDERS_MOST_FEW;
        first += n;
        n_counts += (h->few[i] & HOLDERS_COUNTED) != 0 ? n : 0;
    }
    out->few_at = first;
    out->few_end = first + (head & HOLDERS_MOST_FEW);
    if ((head & HOLDERS_COUNTED) != 0 && count <= h->few_counts_len) {
        out->at = skip_varints(h->few_counts + count, end, n_counts);
        out->end = end;
    }
    return true;
}

static bool find_few(const struct holders *h, uint32_t rank, struct segment_holders *out)
{
    if (rank == 0 || rank > h->n_words)
        return false;
    out->few = h->few_docs;
    out->width = h->width;
    if (rank > h->n_counted) {
        out->few_at = h->n_few - (h->n_words - rank) - 1;
        out->few_end = out->few_at + 1;
    } else if (!open_counted(h, rank, out)) {
        out->few = NULL;
        return false;
    }
    if (out->few_end > h->n_few || out->few_end < out->few_at) /* damaged: as one without documents */
        out->few_at = out->few_end;
    return true;
}

bool holders_find(const struct holders *h, uint32_t rank, struct segment_holders *out)
{
    *out = (struct segment_holders){.n_docs = h->n_docs};
    if (find_few(h, rank, out))
        return true;
    uint32_t row = find_rank(h->ranks, h->n_rows, RANK_LEN, rank);
    if (row < h->n_rows) {
        open_row(h, row, out);
        return true;
    }
    uint32_t list = find_rank(h->list_table + LIST_RANK, h->n_lists, TABLE_ENTRY, rank);
    if (list == h->n_lists)
        return false;
    open_list(h, list, out);
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

static bool next_of_few(struct segment_holders *h)
{
    uint64_t more = 0;
    if (h->few_at >= h->few_end || (h->at != NULL && !bytes_get_varint(&h->at, h->end, &more)))
        return false;
    h->doc = (uint32_t)packed_get(h->few, h->few_at, h->width);
    h->occurrences = (uint32_t)more + 1;
    h->few_at++;
    h->begun = true;
    return h->doc < h->n_docs;
}

bool segment_seek_holder(struct segment_holders *h, uint32_t doc)
{
    bool found = !h->ended && doc < h->n_docs;
    if (found && h->bits != NULL) {
        found = seek_row(h, doc) && h->doc < h->n_docs;
        h->begun = true;
    } else {
        while (found && (!h->begun || h->doc < doc))
            found = h->few != NULL ? next_of_few(h) : next_of_list(h);
    }
    h->ended = !found;
    return found;
}
