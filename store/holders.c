/* holders.c - writing the part `holders`; see holders.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/holders.h"

#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/bytes.h"
#include "lib/etdc.h"
#include "store/coding.h"
#include "store/packed.h"

struct holders_posting {
    uint32_t doc, occurrences; /* 0: nothing yet */
};

/* ---- choosing --------------------------------------------------------------------------------------------------- */

static uint32_t fewest_common(uint32_t n_docs)
{
    return n_docs / HOLDERS_SHARE > HOLDERS_FEWEST ? n_docs / HOLDERS_SHARE : HOLDERS_FEWEST;
}

bool holders_keep(uint32_t documents, uint32_t n_docs)
{
    return documents <= HOLDERS_FEW || documents >= fewest_common(n_docs);
}

static uint32_t n_once(const struct holders_writer *h)
{
    return h->n_words - h->n_counted;
}

/* Each word's documents, in the place of its slot for now. */
static void find_documents(struct holders_writer *h, const struct wordtab *words, const uint32_t *codes)
{
    for (size_t i = 0; i < words->n; i++)
        if (words->words[i].occurrences > 1)
            h->slot_of[etdc_rank(codes[i])] = words->words[i].documents;
}

static bool count_words(struct holders_writer *h)
{
    uint64_t n_postings = 0;
    for (uint32_t rank = 1; rank <= h->n_counted; rank++) {
        uint32_t documents = h->slot_of[rank];
        h->n_lists += documents >= fewest_common(h->n_docs);
        h->n_few += documents <= HOLDERS_FEW;
        n_postings += documents <= HOLDERS_FEW ? documents : 0;
    }
    h->n_postings = (uint32_t)n_postings;
    return n_postings + n_once(h) < UINT32_MAX;
}

static bool make_room(struct holders_writer *h)
{
    h->lists = calloc((size_t)h->n_lists + 1, sizeof *h->lists);
    h->documents = malloc(((size_t)h->n_lists + 1) * sizeof *h->documents);
    h->few_at = malloc(((size_t)h->n_few + 1) * sizeof *h->few_at);
    h->postings = calloc((size_t)h->n_postings + 1, sizeof *h->postings);
    h->once = calloc((size_t)n_once(h) + 1, sizeof *h->once);
    return h->lists != NULL && h->documents != NULL && h->few_at != NULL && h->postings != NULL && h->once != NULL;
}

static void take_words(struct holders_writer *h)
{
    uint32_t n_lists = 0, n_few = 0, n_postings = 0;
    for (uint32_t rank = 1; rank <= h->n_counted; rank++) {
        uint32_t documents = h->slot_of[rank];
        h->slot_of[rank] = 0;
        if (documents >= fewest_common(h->n_docs)) {
            h->documents[n_lists++] = documents;
            h->slot_of[rank] = n_lists;
        } else if (documents <= HOLDERS_FEW) {
            h->few_at[n_few++] = n_postings;
            n_postings += documents;
            h->slot_of[rank] = h->n_lists + n_few;
        }
    }
}

enum status holders_choose(struct holders_writer *h, const struct wordtab *words, const uint32_t *codes,
                           uint32_t n_docs, struct err *err)
{
    *h = (struct holders_writer){.n_docs = n_docs, .n_words = (uint32_t)words->n};
    for (size_t i = 0; i < words->n; i++)
        h->n_counted += words->words[i].occurrences > 1;
    h->slot_of = calloc((size_t)h->n_counted + 1, sizeof *h->slot_of);
    if (h->slot_of == NULL)
        return err_nomem(err);
    find_documents(h, words, codes);
    if (!count_words(h) || !make_room(h))
        return err_nomem(err);
    take_words(h);
    return ST_OK;
}

void holders_writer_release(struct holders_writer *h)
{
    for (uint32_t i = 0; h->lists != NULL && i < h->n_lists; i++)
        postlist_release(&h->lists[i]);
    free(h->slot_of);
    free(h->documents);
    free(h->lists);
    free(h->few_at);
    free(h->postings);
    free(h->once);
    *h = (struct holders_writer){0};
}

uint32_t holders_slot_of_code(const struct holders_writer *h, uint32_t code)
{
    uint32_t rank = etdc_rank(code);
    if (rank > h->n_words)
        return 0;
    return rank <= h->n_counted ? h->slot_of[rank] : h->n_lists + h->n_few + rank - h->n_counted;
}

/* ---- counting --------------------------------------------------------------------------------------------------- */

/* A word has room for as many postings as documents were counted of it. */
static void count_of_few(struct holders_writer *h, uint32_t i, uint32_t doc, uint32_t n)
{
    struct holders_posting *p = &h->postings[h->few_at[i]];
    if (p->occurrences > 0 && p->doc != doc) {
        h->few_at[i]++;
        p++;
    }
    p->doc = doc;
    p->occurrences += n;
}

void holders_fetch(const struct holders_writer *h, uint32_t slot)
{
    uint32_t i = slot - 1;
    if (slot == 0)
        return;
    if (i < h->n_lists)
        __builtin_prefetch(&h->lists[i]);
    else if (i - h->n_lists < h->n_few)
        __builtin_prefetch(&h->few_at[i - h->n_lists]);
}

void holders_count(struct holders_writer *h, uint32_t slot, uint32_t doc, uint32_t n)
{
    uint32_t i = slot - 1;
    if (i < h->n_lists)
        postlist_add(&h->lists[i], doc, n);
    else if (i - h->n_lists < h->n_few)
        count_of_few(h, i - h->n_lists, doc, n);
    else
        h->once[i - h->n_lists - h->n_few] = doc;
}

/* ---- rare words ------------------------------------------------------------------------------------------------- */

/* A byte for each rank, and of each group what is before it. */
struct heads {
    struct buf bytes;
    struct group {
        uint64_t before[3]; /* as in holders.h */
    } * groups;
    size_t n_groups, cap;
    uint64_t n_gammas; /* bits */
    uint32_t n_few, n_lists;
    bool failed;
};

/* Of a rare word whose postings begin at `first`: how many it has, and whether it occurs more than once in any. */
static uint8_t head_of(const struct holders_writer *h, uint32_t few, uint32_t first)
{
    uint32_t n = h->few_at[few] + 1 - first, occurrences = 0;
    for (uint32_t i = first; i < first + n; i++)
        occurrences += h->postings[i].occurrences;
    return (uint8_t)(n | (occurrences > n ? HOLDERS_COUNTED : 0));
}

/* Bits behind the highest one. */
static unsigned gamma_bits(uint32_t occurrences)
{
    return 31 - (unsigned)__builtin_clz(occurrences);
}

static void add_group(struct heads *heads)
{
    if (ARRAY_RESERVE(heads->groups, heads->cap, heads->n_groups + 1))
        heads->groups[heads->n_groups++] = (struct group){{heads->n_few, heads->n_gammas, heads->n_lists}};
    else
        heads->failed = true;
}

static void add_rare(const struct holders_writer *h, struct heads *heads, uint32_t few)
{
    uint8_t head = head_of(h, few, heads->n_few);
    buf_addc(&heads->bytes, (char)head);
    for (uint32_t i = head & HOLDERS_MOST_FEW; i > 0; i--, heads->n_few++)
        if ((head & HOLDERS_COUNTED) != 0)
            heads->n_gammas += 2 * gamma_bits(h->postings[heads->n_few].occurrences) + 1;
}

static void gather_heads(const struct holders_writer *h, struct heads *heads)
{
    for (uint32_t rank = 1; rank <= h->n_counted; rank++) {
        uint32_t slot = h->slot_of[rank];
        if ((rank - 1) % HOLDERS_GROUP == 0)
            add_group(heads);
        if (slot > h->n_lists) {
            add_rare(h, heads, slot - h->n_lists - 1);
            continue;
        }
        buf_addc(&heads->bytes, slot > 0 ? HOLDERS_COMMON : 0);
        heads->n_lists += slot > 0;
    }
}

static void put_groups(const struct holders_writer *h, const struct heads *heads, struct file_writer *w)
{
    struct packed_writer packed = {.to = w};
    const unsigned widths[] = {packed_width((uint64_t)h->n_postings + n_once(h)), packed_width(heads->n_gammas),
                               packed_width(h->n_lists)};
    for (size_t i = 0; i < heads->n_groups; i++)
        for (size_t k = 0; k < BASE_COUNT(widths); k++)
            packed_put(&packed, heads->groups[i].before[k], widths[k]);
    packed_end(&packed);
}

static void put_docs(const struct holders_writer *h, struct file_writer *w)
{
    struct packed_writer packed = {.to = w};
    unsigned width = holders_width(h->n_docs);
    uint64_t n = (uint64_t)h->n_postings + n_once(h);
    for (uint64_t i = 0; i < n; i++)
        packed_put(&packed, i < h->n_postings ? h->postings[i].doc : h->once[i - h->n_postings], width);
    packed_end(&packed);
}

static void put_gammas(const struct holders_writer *h, const struct heads *heads, struct file_writer *w)
{
    struct packed_writer packed = {.to = w};
    uint32_t at = 0;
    for (size_t rank = 1; rank <= h->n_counted; rank++) {
        uint8_t head = (uint8_t)heads->bytes.data[rank - 1];
        for (uint32_t i = head & HOLDERS_MOST_FEW; i > 0; i--, at++) {
            uint32_t occurrences = h->postings[at].occurrences;
            unsigned bits = gamma_bits(occurrences);
            if ((head & HOLDERS_COUNTED) == 0)
                continue;
            packed_put(&packed, UINT64_C(1) << bits, bits + 1);
            packed_put(&packed, occurrences - (UINT32_C(1) << bits), bits);
        }
    }
    packed_end(&packed);
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static enum status put_lists(struct holders_writer *h, struct file_writer *w, uint64_t *len, struct err *err)
{
    struct postlists_writer lists = {.to = w, .n_docs = h->n_docs};
    uint32_t fewest_of_row = h->n_docs / HOLDERS_ROW_SHARE + 1;
    for (uint32_t i = 0; i < h->n_lists; i++)
        postlists_put(&lists, &h->lists[i], h->documents[i] >= fewest_of_row);
    enum status status = postlists_end(&lists, err);
    *len = lists.len;
    postlists_release(&lists);
    return status;
}

static void put_tail(const struct holders_writer *h, const struct heads *heads, uint64_t lists_len,
                     struct file_writer *w)
{
    uint8_t tail[HOLDERS_TAIL_LEN] = {0};
    bytes_put32(tail, h->n_docs);
    bytes_put32(tail + 4, h->n_words);
    bytes_put32(tail + 8, h->n_counted);
    bytes_put32(tail + 12, h->n_lists);
    bytes_put32(tail + 16, h->n_postings + n_once(h));
    bytes_put64(tail + 24, lists_len);
    bytes_put64(tail + 32, heads->n_gammas);
    file_put(w, tail, sizeof tail);
}

static enum status put_all(struct holders_writer *h, const struct heads *heads, struct file_writer *w, struct err *err)
{
    uint64_t lists_len;
    enum status status = put_lists(h, w, &lists_len, err);
    if (status != ST_OK)
        return status;
    file_put(w, heads->bytes.data, heads->bytes.len);
    put_groups(h, heads, w);
    put_docs(h, w);
    put_gammas(h, heads, w);
    put_tail(h, heads, lists_len, w);
    return ST_OK;
}

enum status holders_write(struct holders_writer *h, const char *path, struct file_seal *seal, struct err *err)
{
    struct file_writer w = {0};
    struct heads heads = {0};
    gather_heads(h, &heads);
    enum status status = heads.failed || !buf_ok(&heads.bytes) ? err_nomem(err) : ST_OK;
    if (status == ST_OK)
        status = file_create(&w, path, HOLDERS_KIND, err);
    if (status == ST_OK)
        status = put_all(h, &heads, &w, err);
    if (status == ST_OK)
        status = file_finish(&w, seal, err);
    file_release(&w);
    buf_release(&heads.bytes);
    free(heads.groups);
    return status;
}
