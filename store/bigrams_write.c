/* bigrams_write.c - writing the part `bigrams`: counts all pairs as words go by, chooses, and goes over the finished
 * words for those; see bigrams.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lib/bytes.h"
#include "lib/large.h"
#include "store/bigrams.h"
#include "store/words.h"

enum {
    N_PAIRS = BIGRAMS_WORDS * BIGRAMS_WORDS,
    FEWEST_BYTES = 1 << 11 /* of words; fewer have no room for a pair worth having */
};

struct bigrams_count {
    uint32_t occurrences, documents, last; /* last document + 1 */
};

struct bigram {
    uint32_t pair, documents;
    uint64_t occurrences;
    struct postlist list;
};

struct writer {
    const uint8_t *words;
    const uint64_t *starts;
    uint32_t n_docs, doc;
    const struct bigrams_count *all; /* by pair */
    uint16_t *slot_of;               /* by pair: number in chosen from 1 on; 0: not chosen */
    struct bigram *chosen;
    size_t n;
};

/* ---- counting --------------------------------------------------------------------------------------------------- */

enum status bigrams_begin(struct bigrams_counts *c, struct err *err)
{
    *c = (struct bigrams_counts){.all = large_zeroed(N_PAIRS * sizeof *c->all)};
    return c->all == NULL ? err_nomem(err) : ST_OK;
}

/* Which words make pairs nobody foresees, so the others make pairs with a 0. */
void bigrams_count(struct bigrams_counts *c, uint32_t doc, const uint32_t *ranks, size_t n)
{
    uint32_t before = c->before;
    for (size_t i = 0; i < n; i++) {
        uint32_t rank = ranks[i] < BIGRAMS_WORDS ? ranks[i] : 0;
        struct bigrams_count *count = &c->all[before * BIGRAMS_WORDS + rank];
        count->occurrences++;
        count->documents += count->last != doc + 1;
        count->last = doc + 1;
        before = rank;
    }
    c->before = before;
}

void bigrams_counts_release(struct bigrams_counts *c)
{
    free(c->all);
    *c = (struct bigrams_counts){0};
}

static bool is_wanted(const struct writer *w, uint32_t pair)
{
    return w->all[pair].occurrences >= BIGRAMS_FEWEST && pair / BIGRAMS_WORDS != 0 && pair % BIGRAMS_WORDS != 0;
}

/* ---- choosing --------------------------------------------------------------------------------------------------- */

static bool is_row(const struct writer *w, uint32_t documents)
{
    return documents > w->n_docs / BIGRAMS_ROW_SHARE;
}

/* About, for the choice. */
static uint64_t bytes_of(const struct writer *w, const struct bigram *b)
{
    uint64_t list = (uint64_t)b->documents * (2 + postlist_width(b->documents, w->n_docs)) / 8;
    uint64_t documents = is_row(w, b->documents) ? postlist_row_len(w->n_docs) : list;
    return BIGRAMS_ENTRY_LEN + documents + b->documents / 4;
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
        n += is_wanted(w, i);
    w->chosen = calloc(n + 1, sizeof *w->chosen);
    if (w->chosen == NULL)
        return err_nomem(err);
    for (uint32_t i = 0; i < N_PAIRS; i++)
        if (is_wanted(w, i))
            w->chosen[w->n++] =
                (struct bigram){.pair = i, .documents = w->all[i].documents, .occurrences = w->all[i].occurrences};
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
    for (size_t i = 0; i < n; i++)
        w->slot_of[w->chosen[i].pair] = (uint16_t)(i + 1);
    return ST_OK;
}

/* ---- gathering documents ---------------------------------------------------------------------------------------- */

static void gather_pair(void *arg, uint32_t pair)
{
    struct writer *w = arg;
    uint16_t slot = w->slot_of[pair];
    if (slot > 0)
        postlist_add(&w->chosen[slot - 1].list, w->doc, 1);
}

/* ---- the file --------------------------------------------------------------------------------------------------- */

static enum status put_lists(struct writer *w, struct file_writer *out, uint64_t *len, struct err *err)
{
    struct postlists_writer lists = {.to = out, .n_docs = w->n_docs};
    for (size_t i = 0; i < w->n; i++)
        postlists_put(&lists, &w->chosen[i].list, is_row(w, w->chosen[i].documents));
    enum status status = postlists_end(&lists, err);
    *len = lists.len;
    postlists_release(&lists);
    return status;
}

static void put_tables(const struct writer *w, uint64_t lists_len, struct file_writer *out)
{
    uint8_t tail[BIGRAMS_TAIL_LEN] = {0};
    for (size_t i = 0; i < w->n; i++) {
        file_put32(out, w->chosen[i].pair);
        file_put32(out, w->chosen[i].documents);
        file_put64(out, w->chosen[i].occurrences);
    }
    bytes_put32(tail, (uint32_t)w->n);
    bytes_put32(tail + 4, w->n_docs);
    bytes_put64(tail + 8, lists_len);
    file_put(out, tail, sizeof tail);
}

static enum status put_all(struct writer *w, const char *path, struct file_seal *seal, struct err *err)
{
    struct file_writer out;
    uint64_t lists_len;
    enum status status = file_create(&out, path, BIGRAMS_KIND, err);
    if (status != ST_OK)
        return status;
    status = put_lists(w, &out, &lists_len, err);
    if (status == ST_OK) {
        put_tables(w, lists_len, &out);
        status = file_finish(&out, seal, err);
    }
    file_release(&out);
    return status;
}

static enum status make(struct writer *w, struct err *err)
{
    if (w->starts[w->n_docs] < FEWEST_BYTES)
        return ST_OK;
    w->slot_of = calloc(N_PAIRS, sizeof *w->slot_of);
    enum status status = w->slot_of == NULL ? err_nomem(err) : choose(w, err);
    for (w->doc = 0; status == ST_OK && w->n > 0 && w->doc < w->n_docs; w->doc++)
        bigrams_walk(w->words + w->starts[w->doc], w->starts[w->doc + 1] - w->starts[w->doc], gather_pair, w);
    return status;
}

enum status bigrams_write(const struct bigrams_counts *counts, const uint8_t *words, const uint64_t *starts,
                          uint32_t n_docs, const char *path, struct file_seal *seal, struct err *err)
{
    struct writer w = {.words = words, .starts = starts, .n_docs = n_docs, .all = counts->all};
    enum status status = make(&w, err);
    if (status == ST_OK)
        status = put_all(&w, path, seal, err);
    for (size_t i = 0; w.chosen != NULL && i < w.n; i++)
        postlist_release(&w.chosen[i].list);
    free(w.chosen);
    free(w.slot_of);
    return status;
}
