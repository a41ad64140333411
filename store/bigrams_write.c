/* bigrams_write.c - writing the part `bigrams`: counts all pairs in the finished words, chooses, and goes over the
 * words again for those; see bigrams.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lib/buf.h"
#include "lib/bytes.h"
#include "store/bigrams.h"
#include "store/coding.h"
#include "store/words.h"

enum {
    MANY = 16, /* occurrences that 4 bits do not tell */
    N_PAIRS = BIGRAMS_WORDS * BIGRAMS_WORDS,
    FEWEST_BYTES = 1 << 11 /* of words; fewer have no room for a pair worth having */
};

struct count {
    uint32_t occurrences, documents, last; /* last document + 1 */
};

struct bigram {
    uint32_t pair, doc, in_doc; /* counted so far in doc, which is not yet put */
    uint32_t documents, n_put, n_many, next; /* next: the first document that may come in a list */
    uint64_t occurrences;
    uint8_t *bits, *counts;     /* of a row; in one piece */
    struct buf list;            /* of a list; of a row those that occur many times */
};

struct writer {
    const uint8_t *words;
    const uint64_t *starts;
    uint32_t n_docs, row_len, doc;
    struct count *all;  /* by pair */
    uint16_t *slot_of;  /* by pair: number in chosen from 1 on; 0: not chosen */
    struct bigram *chosen;
    size_t n;
};

static void walk_docs(struct writer *w, void (*pair)(void *arg, uint32_t pair))
{
    for (w->doc = 0; w->doc < w->n_docs; w->doc++)
        bigrams_walk(w->words + w->starts[w->doc], w->starts[w->doc + 1] - w->starts[w->doc], pair, w);
}

static void count_pair(void *arg, uint32_t pair)
{
    struct writer *w = arg;
    struct count *count = &w->all[pair];
    count->occurrences++;
    count->documents += count->last != w->doc + 1;
    count->last = w->doc + 1;
}

/* ---- choosing --------------------------------------------------------------------------------------------------- */

static bool is_row(const struct writer *w, uint32_t documents)
{
    return documents > w->n_docs / BIGRAMS_ROW_SHARE;
}

/* About, for the choice. */
static uint64_t bytes_of(const struct writer *w, const struct bigram *b)
{
    uint64_t data = is_row(w, b->documents) ? w->row_len + b->documents / 2 : b->documents + b->documents / 4;
    return BIGRAMS_ENTRY_LEN + data;
}

static int by_occurrences(const void *a, const void *b)
{
    const struct bigram *x = a, *y = b;
    if (x->occurrences != y->occurrences)
        return x->occurrences > y->occurrences ? -1 : 1;
    return (x->pair > y->pair) - (x->pair < y->pair);
}

static int by_pair(const void *a, const void *b)
{
    const struct bigram *x = a, *y = b;
    return (x->pair > y->pair) - (x->pair < y->pair);
}

static enum status gather(struct writer *w, struct err *err)
{
    size_t n = 0;
    for (uint32_t i = 0; i < N_PAIRS; i++)
        n += w->all[i].occurrences >= BIGRAMS_FEWEST;
    w->chosen = calloc(n + 1, sizeof *w->chosen);
    if (w->chosen == NULL)
        return err_nomem(err);
    for (uint32_t i = 0; i < N_PAIRS; i++)
        if (w->all[i].occurrences >= BIGRAMS_FEWEST)
            w->chosen[w->n++] = (struct bigram){
                .pair = i, .documents = w->all[i].documents, .occurrences = w->all[i].occurrences, .list = BUF_INIT};
    return ST_OK;
}

/* The commonest for which there is room, by pair. */
static enum status choose(struct writer *w, struct err *err)
{
    uint64_t room = w->starts[w->n_docs] / BIGRAMS_SHARE, used = 0;
    enum status status = gather(w, err);
    if (status != ST_OK)
        return status;
    qsort(w->chosen, w->n, sizeof *w->chosen, by_occurrences);
    size_t n = 0;
    for (; n < w->n && n < BIGRAMS_MOST && used + bytes_of(w, &w->chosen[n]) <= room; n++)
        used += bytes_of(w, &w->chosen[n]);
    w->n = n;
    qsort(w->chosen, n, sizeof *w->chosen, by_pair);
    for (size_t i = 0; i < n; i++) {
        struct bigram *b = &w->chosen[i];
        w->slot_of[b->pair] = (uint16_t)(i + 1);
        if (!is_row(w, b->documents))
            continue;
        b->bits = calloc(1, (size_t)w->row_len + ((size_t)b->documents + 1) / 2);
        if (b->bits == NULL)
            return err_nomem(err);
        b->counts = b->bits + w->row_len;
    }
    return ST_OK;
}

/* ---- gathering documents ---------------------------------------------------------------------------------------- */

static void put_in_row(struct bigram *b)
{
    uint32_t n = b->in_doc;
    b->bits[b->doc / 8] |= (uint8_t)(1u << b->doc % 8);
    b->counts[b->n_put / 2] |= (uint8_t)((n < MANY ? n - 1 : MANY - 1) << b->n_put % 2 * 4);
    b->n_put++;
    if (n < MANY)
        return;
    coding_put32(&b->list, b->doc);
    coding_put32(&b->list, n);
    b->n_many++;
}

static void put_in_list(struct bigram *b)
{
    coding_put_varint(&b->list, (uint64_t)(b->doc - b->next) * 2 + (b->in_doc > 1));
    if (b->in_doc > 1)
        coding_put_varint(&b->list, b->in_doc - 2);
    b->next = b->doc + 1;
}

/* Puts what was counted in the last document, and forgets it. */
static void put_doc(struct bigram *b)
{
    if (b->in_doc > 0 && b->bits != NULL)
        put_in_row(b);
    else if (b->in_doc > 0)
        put_in_list(b);
    b->in_doc = 0;
}

static void gather_pair(void *arg, uint32_t pair)
{
    struct writer *w = arg;
    uint16_t slot = w->slot_of[pair];
    if (slot == 0)
        return;
    struct bigram *b = &w->chosen[slot - 1];
    if (b->doc != w->doc)
        put_doc(b);
    b->doc = w->doc;
    b->in_doc++;
}

/* ---- the file --------------------------------------------------------------------------------------------------- */

static uint64_t data_len(const struct writer *w, const struct bigram *b)
{
    return b->list.len + (b->bits != NULL ? w->row_len + ((uint64_t)b->documents + 1) / 2 : 0);
}

static void put_table(const struct writer *w, struct file_writer *out)
{
    uint64_t off = 0;
    for (size_t i = 0; i < w->n; i++) {
        const struct bigram *b = &w->chosen[i];
        file_put32(out, b->pair / BIGRAMS_WORDS);
        file_put32(out, b->pair % BIGRAMS_WORDS);
        file_put32(out, b->documents);
        file_put32(out, b->n_many);
        file_put64(out, b->occurrences);
        file_put64(out, off);
        off += data_len(w, b);
    }
}

static enum status put_all(const struct writer *w, const char *path, struct file_seal *seal, struct err *err)
{
    struct file_writer out;
    uint8_t head[BIGRAMS_HEAD_LEN] = {0};
    uint64_t len = 0;
    for (size_t i = 0; i < w->n; i++) {
        if (w->chosen[i].list.failed)
            return err_nomem(err);
        len += data_len(w, &w->chosen[i]);
    }
    enum status status = file_create(&out, path, BIGRAMS_KIND, err);
    if (status != ST_OK)
        return status;
    bytes_put32(head, (uint32_t)w->n);
    bytes_put32(head + 4, w->n_docs);
    bytes_put32(head + 8, w->row_len);
    bytes_put64(head + 16, len);
    file_put(&out, head, sizeof head);
    put_table(w, &out);
    for (size_t i = 0; i < w->n; i++) {
        const struct bigram *b = &w->chosen[i];
        if (b->bits != NULL)
            file_put(&out, b->bits, (size_t)w->row_len + ((size_t)b->documents + 1) / 2);
        file_put(&out, b->list.data, b->list.len);
    }
    status = file_finish(&out, seal, err);
    file_release(&out);
    return status;
}

static enum status make(struct writer *w, struct err *err)
{
    if (w->starts[w->n_docs] < FEWEST_BYTES)
        return ST_OK;
    w->all = calloc(N_PAIRS, sizeof *w->all);
    w->slot_of = calloc(N_PAIRS, sizeof *w->slot_of);
    if (w->all == NULL || w->slot_of == NULL)
        return err_nomem(err);
    walk_docs(w, count_pair);
    enum status status = choose(w, err);
    if (status != ST_OK || w->n == 0)
        return status;
    walk_docs(w, gather_pair);
    for (size_t i = 0; i < w->n; i++)
        put_doc(&w->chosen[i]);
    return ST_OK;
}

enum status bigrams_write(const uint8_t *words, const uint64_t *starts, uint32_t n_docs, const char *path,
                          struct file_seal *seal, struct err *err)
{
    struct writer w = {.words = words, .starts = starts, .n_docs = n_docs, .row_len = (n_docs / 8 + 8) / 8 * 8};
    enum status status = make(&w, err);
    if (status == ST_OK)
        status = put_all(&w, path, seal, err);
    for (size_t i = 0; w.chosen != NULL && i < w.n; i++) {
        free(w.chosen[i].bits);
        buf_release(&w.chosen[i].list);
    }
    free(w.chosen);
    free(w.slot_of);
    free(w.all);
    return status;
}
