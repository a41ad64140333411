/* holders_read.c - opening the part `holders` and finding a word in it; see holders.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/holders.h"

#include "lib/bytes.h"
#include "store/segment.h"

static uint32_t n_groups(const struct holders *h)
{
    return h->n_counted / HOLDERS_GROUP + (h->n_counted % HOLDERS_GROUP != 0);
}

static void read_tail(struct holders *h)
{
    const uint8_t *tail = h->map.body + h->map.body_len - HOLDERS_TAIL_LEN;
    h->n_docs = bytes_get32(tail);
    h->n_words = bytes_get32(tail + 4);
    h->n_counted = bytes_get32(tail + 8);
    h->n_lists = bytes_get32(tail + 12);
    h->n_few = bytes_get32(tail + 16);
    h->n_gammas = bytes_get64(tail + 32);
    h->few_width = holders_width(h->n_docs);
    h->group_widths[0] = packed_width(h->n_few);
    h->group_widths[1] = packed_width(h->n_gammas);
    h->group_widths[2] = packed_width(h->n_lists);
    h->group_width = h->group_widths[0] + h->group_widths[1] + h->group_widths[2];
}

/* Finds the tables; false when they do not fill the file. */
static bool find_tables(struct holders *h)
{
    uint64_t lists_len = bytes_get64(h->map.body + h->map.body_len - HOLDERS_TAIL_LEN + 24);
    uint64_t rest = h->map.body_len - HOLDERS_TAIL_LEN, lists = postlists_size(h->n_lists, lists_len);
    uint64_t groups = packed_len((uint64_t)n_groups(h) * h->group_width);
    uint64_t few = packed_len((uint64_t)h->n_few * h->few_width);
    if (h->n_gammas > rest * 8 || lists > rest || h->n_counted + groups + few > rest - lists ||
        packed_len(h->n_gammas) != rest - lists - h->n_counted - groups - few)
        return false;
    postlists_open(&h->lists, h->map.body, h->n_lists, lists_len, h->n_docs);
    h->heads = h->map.body + lists;
    h->groups = h->heads + h->n_counted;
    h->few = h->groups + groups;
    h->gammas = h->few + few;
    return true;
}

enum status holders_open(struct holders *h, const char *path, uint32_t n_docs, uint32_t n_words, struct err *err)
{
    *h = (struct holders){0};
    enum status status = file_map(&h->map, path, HOLDERS_KIND, err);
    if (status != ST_OK)
        return status;
    bool whole = h->map.body_len >= HOLDERS_TAIL_LEN;
    if (whole)
        read_tail(h);
    if (!whole || h->n_docs != n_docs || h->n_words != n_words || h->n_counted > n_words ||
        h->n_few < n_words - h->n_counted || !find_tables(h)) {
        status = file_damaged(&h->map, "its tables do not fill it", err);
        holders_release(h);
    }
    return status;
}

void holders_release(struct holders *h)
{
    file_map_release(&h->map);
    *h = (struct holders){0};
}

/* ---- finding ---------------------------------------------------------------------------------------------------- */

/* What is before a group of ranks: 0 documents of rare words, 1 bits of their occurrences, 2 common words. */
static uint64_t before_group(const struct holders *h, uint32_t group, unsigned what)
{
    uint64_t bit = (uint64_t)group * h->group_width;
    for (unsigned i = 0; i < what; i++)
        bit += h->group_widths[i];
    return packed_at(h->groups, bit, h->group_widths[what]);
}

static uint8_t head_of(const struct holders *h, uint32_t rank)
{
    return rank > 0 && rank <= h->n_counted ? h->heads[rank - 1] : 0;
}

static void find_list(const struct holders *h, uint32_t rank, struct segment_holders *out)
{
    uint32_t group = (rank - 1) / HOLDERS_GROUP;
    uint64_t list = before_group(h, group, 2);
    for (uint32_t i = group * HOLDERS_GROUP; i < rank - 1; i++)
        list += h->heads[i] == HOLDERS_COMMON;
    *out = (struct segment_holders){.n_docs = h->n_docs};
    if (list < h->n_lists)
        postlists_find(&h->lists, (uint32_t)list, out);
}

/* Documents [first, first + n) of the rare ones; none where there are fewer. */
static void open_few(const struct holders *h, uint64_t first, uint32_t n, struct segment_holders *out)
{
    *out = (struct segment_holders){.n_docs = h->n_docs, .low = h->few, .width = h->few_width};
    if (first > h->n_few || n > h->n_few - first)
        return;
    out->at = (uint32_t)first;
    out->n = (uint32_t)first + n;
}

static void find_few(const struct holders *h, uint32_t rank, uint8_t head, struct segment_holders *out)
{
    uint32_t group = (rank - 1) / HOLDERS_GROUP, n_counted = 0;
    uint64_t first = before_group(h, group, 0);
    for (uint32_t i = group * HOLDERS_GROUP; i < rank - 1; i++) {
        uint32_t n = h->heads[i] & HOLDERS_MOST_FEW;
        first += n;
        n_counted += (h->heads[i] & HOLDERS_COUNTED) != 0 ? n : 0;
    }
    open_few(h, first, head & HOLDERS_MOST_FEW, out);
    if ((head & HOLDERS_COUNTED) == 0)
        return;
    out->gammas = h->gammas;
    out->gamma_at = before_group(h, group, 1);
    out->gamma_end = h->n_gammas;
    out->n_passed = n_counted;
}

bool holders_find(const struct holders *h, uint32_t rank, struct segment_holders *out)
{
    uint8_t head = head_of(h, rank);
    if (head == HOLDERS_COMMON)
        find_list(h, rank, out);
    else if (head != 0)
        find_few(h, rank, head, out);
    else if (rank > h->n_counted && rank <= h->n_words)
        open_few(h, (uint64_t)h->n_few - (h->n_words - rank) - 1, 1, out);
    return head != 0 || (rank > h->n_counted && rank <= h->n_words);
}

const uint8_t *holders_row(const struct holders *h, uint32_t rank)
{
    struct segment_holders holders;
    if (head_of(h, rank) != HOLDERS_COMMON)
        return NULL;
    find_list(h, rank, &holders);
    return holders.bits;
}
