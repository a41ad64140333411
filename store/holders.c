/* holders.c - writing the part `holders`; see holders.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/holders.h"

#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/bytes.h"
#include "lib/etdc.h"
#include "store/coding.h"
#include "store/packed.h"

enum { MANY = 16 }; /* occurrences that 4 bits do not tell */

struct many {
    uint32_t doc, occurrences;
};

struct holders_row {
    uint32_t rank, doc, occurrences; /* counted so far in doc, which is not yet put */
    uint32_t documents, n_put;
    uint8_t *counts; /* owned */
    struct many *many;
    size_t n_many, many_cap;
};

struct holders_list {
    uint32_t rank, doc, occurrences;
    uint32_t next; /* the first document that may come */
    uint8_t *bytes; /* owned */
    size_t len, cap;
};

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

static uint32_t rank_of_code(uint32_t code)
{
    uint8_t bytes[ETDC_MAX_BYTES];
    const uint8_t *p = bytes;
    uint32_t rank = 0;
    memcpy(bytes, &code, sizeof bytes);
    (void)etdc_get(&p, bytes + sizeof bytes, &rank);
    return rank;
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
            h->slot_of[rank_of_code(codes[i])] = words->words[i].documents;
}

/* The fewest documents of a word that gets a row. */
static uint32_t fewest_of_row(const struct holders_writer *h)
{
    uint32_t fewest = h->n_docs / HOLDERS_ROW_SHARE + 1;
    fewest = fewest < HOLDERS_FEWEST ? HOLDERS_FEWEST : fewest;
    for (;; fewest += fewest / 2) {
        uint64_t n = 0;
        for (uint32_t rank = 1; rank <= h->n_counted; rank++)
            n += h->slot_of[rank] >= fewest;
        if (n * h->row_len <= HOLDERS_MAX_BYTES)
            return fewest;
    }
}

static bool count_words(struct holders_writer *h, uint32_t fewest)
{
    uint64_t n_postings = 0;
    for (uint32_t rank = 1; rank <= h->n_counted; rank++) {
        uint32_t documents = h->slot_of[rank];
        h->n_rows += documents >= fewest;
        h->n_lists += documents < fewest && documents >= fewest_common(h->n_docs);
        h->n_few += documents <= HOLDERS_FEW;
        n_postings += documents <= HOLDERS_FEW ? documents : 0;
    }
    h->n_postings = (uint32_t)n_postings;
    return n_postings + n_once(h) < UINT32_MAX;
}

static bool make_room(struct holders_writer *h)
{
    h->rows = calloc((size_t)h->n_rows + 1, sizeof *h->rows);
    h->lists = calloc((size_t)h->n_lists + 1, sizeof *h->lists);
    h->bits = calloc((size_t)h->n_rows + 1, h->row_len);
    h->few_at = malloc(((size_t)h->n_few + 1) * sizeof *h->few_at);
    h->postings = calloc((size_t)h->n_postings + 1, sizeof *h->postings);
    h->once = calloc((size_t)n_once(h) + 1, sizeof *h->once);
    return h->rows != NULL && h->lists != NULL && h->bits != NULL && h->few_at != NULL && h->postings != NULL &&
           h->once != NULL;
}

static bool take_row(struct holders_writer *h, uint32_t row, uint32_t rank, uint32_t documents)
{
    h->rows[row] = (struct holders_row){
        .rank = rank, .documents = documents, .counts = calloc((size_t)documents / 2 + 1, 1)};
    return h->rows[row].counts != NULL;
}

static bool take_words(struct holders_writer *h, uint32_t fewest)
{
    uint32_t n_rows = 0, n_lists = 0, n_few = 0, n_postings = 0;
    for (uint32_t rank = 1; rank <= h->n_counted; rank++) {
        uint32_t documents = h->slot_of[rank];
        h->slot_of[rank] = 0;
        if (documents >= fewest) {
            if (!take_row(h, n_rows++, rank, documents))
                return false;
            h->slot_of[rank] = n_rows;
        } else if (documents >= fewest_common(h->n_docs)) {
            h->lists[n_lists++].rank = rank;
            h->slot_of[rank] = h->n_rows + n_lists;
        } else if (documents <= HOLDERS_FEW) {
            h->few_at[n_few++] = n_postings;
            n_postings += documents;
            h->slot_of[rank] = h->n_rows + h->n_lists + n_few;
        }
    }
    return true;
}

enum status holders_choose(struct holders_writer *h, const struct wordtab *words, const uint32_t *codes,
                           uint32_t n_docs, struct err *err)
{
    *h = (struct holders_writer){
        .n_docs = n_docs, .n_words = (uint32_t)words->n, .row_len = (n_docs / 8 + 64) / 64 * 64};
    for (size_t i = 0; i < words->n; i++)
        h->n_counted += words->words[i].occurrences > 1;
    h->slot_of = calloc((size_t)h->n_counted + 1, sizeof *h->slot_of);
    if (h->slot_of == NULL)
        return err_nomem(err);
    find_documents(h, words, codes);
    uint32_t fewest = fewest_of_row(h);
    return count_words(h, fewest) && make_room(h) && take_words(h, fewest) ? ST_OK : err_nomem(err);
}

void holders_writer_release(struct holders_writer *h)
{
    for (uint32_t i = 0; h->rows != NULL && i < h->n_rows; i++) {
        free(h->rows[i].counts);
        free(h->rows[i].many);
    }
    for (uint32_t i = 0; h->lists != NULL && i < h->n_lists; i++)
        free(h->lists[i].bytes);
    free(h->rows);
    free(h->lists);
    free(h->slot_of);
    free(h->bits);
    free(h->few_at);
    free(h->postings);
    free(h->once);
    *h = (struct holders_writer){0};
}

uint32_t holders_slot_of_code(const struct holders_writer *h, uint32_t code)
{
    uint32_t rank = rank_of_code(code);
    if (rank > h->n_words)
        return 0;
    return rank <= h->n_counted ? h->slot_of[rank] : h->n_rows + h->n_lists + h->n_few + rank - h->n_counted;
}

/* ---- counting --------------------------------------------------------------------------------------------------- */

/* Puts what was counted of the last document, and forgets it. */
static void put_count(struct holders_writer *h, struct holders_row *row)
{
    uint32_t n = row->occurrences;
    row->occurrences = 0;
    if (n == 0)
        return;
    row->counts[row->n_put / 2] |= (uint8_t)((n < MANY ? n - 1 : MANY - 1) << row->n_put % 2 * 4);
    row->n_put++;
    if (n < MANY)
        return;
    if (ARRAY_RESERVE(row->many, row->many_cap, row->n_many + 1))
        row->many[row->n_many++] = (struct many){row->doc, n};
    else
        h->failed = true;
}

static void put_posting(struct holders_writer *h, struct holders_list *list)
{
    uint32_t n = list->occurrences;
    list->occurrences = 0;
    if (n == 0)
        return;
    if (!ARRAY_RESERVE(list->bytes, list->cap, list->len + 2 * BYTES_VARINT_MAX)) {
        h->failed = true;
        return;
    }
    list->len += bytes_put_varint(list->bytes + list->len, (list->doc - list->next) * 2 + (n > 1));
    if (n > 1)
        list->len += bytes_put_varint(list->bytes + list->len, n - 2);
    list->next = list->doc + 1;
}

static void count_in_row(struct holders_writer *h, uint32_t i, uint32_t doc)
{
    struct holders_row *row = &h->rows[i];
    if (row->doc != doc || row->occurrences == 0) {
        put_count(h, row);
        row->doc = doc;
        h->bits[(size_t)i * h->row_len + doc / 8] |= (uint8_t)(1u << doc % 8);
    }
    row->occurrences++;
}

static void count_in_list(struct holders_writer *h, uint32_t i, uint32_t doc)
{
    struct holders_list *list = &h->lists[i];
    if (list->doc != doc)
        put_posting(h, list);
    list->doc = doc;
    list->occurrences++;
}

/* A word has room for as many postings as documents were counted of it. */
static void count_of_few(struct holders_writer *h, uint32_t i, uint32_t doc)
{
    struct holders_posting *p = &h->postings[h->few_at[i]];
    if (p->occurrences > 0 && p->doc != doc) {
        h->few_at[i]++;
        p++;
    }
    p->doc = doc;
    p->occurrences++;
}

void holders_fetch(const struct holders_writer *h, uint32_t slot)
{
    uint32_t i = slot - 1;
    if (slot == 0)
        return;
    if (i < h->n_rows)
        __builtin_prefetch(&h->rows[i]);
    else if (i - h->n_rows < h->n_lists)
        __builtin_prefetch(&h->lists[i - h->n_rows]);
    else if (i - h->n_rows - h->n_lists < h->n_few)
        __builtin_prefetch(&h->few_at[i - h->n_rows - h->n_lists]);
}

void holders_count(struct holders_writer *h, uint32_t slot, uint32_t doc)
{
    uint32_t i = slot - 1;
    if (i < h->n_rows)
        count_in_row(h, i, doc);
    else if (i - h->n_rows < h->n_lists)
        count_in_list(h, i - h->n_rows, doc);
    else if (i - h->n_rows - h->n_lists < h->n_few)
        count_of_few(h, i - h->n_rows - h->n_lists, doc);
    else
        h->once[i - h->n_rows - h->n_lists - h->n_few] = doc;
}

/* ---- rare words ------------------------------------------------------------------------------------------------- */

/* Their tables, which go by rank. */
struct few {
    struct buf heads, groups, counts;
};

/* How many postings the rare word of a slot has, and whether it occurs more than once in any. */
static uint8_t head_of(const struct holders_writer *h, uint32_t slot, uint32_t first)
{
    uint32_t few = slot - h->n_rows - h->n_lists - 1, n = h->few_at[few] + 1 - first, occurrences = 0;
    for (uint32_t i = first; i < first + n; i++)
        occurrences += h->postings[i].occurrences;
    return (uint8_t)(n | (occurrences > n ? HOLDERS_COUNTED : 0));
}

static void put_counts_of_few(const struct holders_writer *h, uint32_t first, uint8_t head, struct buf *out)
{
    if ((head & HOLDERS_COUNTED) == 0)
        return;
    for (uint32_t i = first; i < first + (head & HOLDERS_MOST_FEW); i++)
        coding_put_varint(out, h->postings[i].occurrences - 1);
}

static void gather_few(const struct holders_writer *h, struct few *few)
{
    uint32_t at = 0;
    for (uint32_t rank = 1; rank <= h->n_counted; rank++) {
        uint32_t slot = h->slot_of[rank];
        uint8_t head = slot > h->n_rows + h->n_lists ? head_of(h, slot, at) : 0;
        if ((rank - 1) % HOLDERS_GROUP == 0) {
            coding_put32(&few->groups, at);
            coding_put32(&few->groups, (uint32_t)few->counts.len);
        }
        buf_addc(&few->heads, (char)head);
        put_counts_of_few(h, at, head, &few->counts);
        at += head & HOLDERS_MOST_FEW;
    }
}

static void few_release(struct few *few)
{
    buf_release(&few->heads);
    buf_release(&few->groups);
    buf_release(&few->counts);
}

static void put_docs(const struct holders_writer *h, struct file_writer *w)
{
    struct packed_writer packed = {.to = w};
    unsigned width = holders_width(h->n_docs);
    uint64_t n = (uint64_t)h->n_postings + n_once(h);
    for (uint64_t i = 0; i < n; i++)
        packed_put(&packed, i < h->n_postings ? h->postings[i].doc : h->once[i - h->n_postings], width);
    packed_put(&packed, 0, (unsigned)(-n * width % 64));
    packed_end(&packed);
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static uint64_t counts_len(const struct holders_row *row)
{
    return (uint64_t)(row->documents + 1) / 2 + row->n_many * 8;
}

static void put_head(const struct holders_writer *h, const struct few *few, struct file_writer *w)
{
    uint8_t head[HOLDERS_HEAD_LEN] = {0};
    uint64_t counts = 0, lists = 0;
    for (uint32_t i = 0; i < h->n_rows; i++)
        counts += counts_len(&h->rows[i]);
    for (uint32_t i = 0; i < h->n_lists; i++)
        lists += h->lists[i].len;
    bytes_put32(head, h->n_rows);
    bytes_put32(head + 4, h->n_docs);
    bytes_put32(head + 8, h->row_len);
    bytes_put32(head + 12, h->n_lists);
    bytes_put64(head + 16, counts);
    bytes_put64(head + 24, lists);
    bytes_put32(head + 32, h->n_words);
    bytes_put32(head + 36, h->n_counted);
    bytes_put32(head + 40, h->n_postings + n_once(h));
    bytes_put64(head + 48, few->counts.len);
    file_put(w, head, sizeof head);
}

static void put_rows(const struct holders_writer *h, struct file_writer *w)
{
    for (uint32_t i = 0; i < (h->n_rows + 15) / 16 * 16; i++)
        file_put32(w, i < h->n_rows ? h->rows[i].rank : 0);
    file_put(w, h->bits, (size_t)h->n_rows * h->row_len);
}

static void put_tables(const struct holders_writer *h, struct file_writer *w)
{
    uint64_t off = 0;
    for (uint32_t i = 0; i < h->n_rows; off += counts_len(&h->rows[i++])) {
        file_put64(w, off);
        file_put32(w, h->rows[i].documents);
        file_put32(w, (uint32_t)h->rows[i].n_many);
    }
    off = 0;
    for (uint32_t i = 0; i < h->n_lists; off += h->lists[i++].len) {
        file_put64(w, off);
        file_put32(w, (uint32_t)h->lists[i].len);
        file_put32(w, h->lists[i].rank);
    }
}

static void put_counts(const struct holders_row *row, struct file_writer *w)
{
    file_put(w, row->counts, ((size_t)row->documents + 1) / 2);
    for (size_t i = 0; i < row->n_many; i++) {
        file_put32(w, row->many[i].doc);
        file_put32(w, row->many[i].occurrences);
    }
}

static void put_all(const struct holders_writer *h, const struct few *few, struct file_writer *w)
{
    put_head(h, few, w);
    put_rows(h, w);
    put_tables(h, w);
    for (uint32_t i = 0; i < h->n_rows; i++)
        put_counts(&h->rows[i], w);
    for (uint32_t i = 0; i < h->n_lists; i++)
        file_put(w, h->lists[i].bytes, h->lists[i].len);
    file_put(w, few->heads.data, few->heads.len);
    file_put(w, few->groups.data, few->groups.len);
    put_docs(h, w);
    file_put(w, few->counts.data, few->counts.len);
}

enum status holders_write(struct holders_writer *h, const char *path, struct file_seal *seal, struct err *err)
{
    struct file_writer w;
    struct few few = {0};
    for (uint32_t i = 0; i < h->n_rows; i++)
        put_count(h, &h->rows[i]);
    for (uint32_t i = 0; i < h->n_lists; i++)
        put_posting(h, &h->lists[i]);
    gather_few(h, &few);
    enum status status = h->failed || !buf_ok(&few.heads) || !buf_ok(&few.groups) || !buf_ok(&few.counts)
                             ? err_nomem(err)
                             : file_create(&w, path, HOLDERS_KIND, err);
    if (status == ST_OK) {
        put_all(h, &few, &w);
        status = file_finish(&w, seal, err);
    }
    few_release(&few);
    return status;
}
