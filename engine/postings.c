/* postings.c - see postings.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/postings.h"

#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "shim/shim.h"
#include "store/snapshot.h"

enum { CURSOR_PAGE = 256 };

struct cursor {
    struct cursor *next; /* of the same postings */
    struct postings *postings;
    unsigned leaf;
    struct segment_holders holders; /* of a word that the segment keeps itself, when is_kept */
    bool is_kept;
    bool begun;                 /* whether what follows is there: only a list that is read is opened */
    struct shim_postings *list; /* read a page at a time; NULL: page is the whole list */
    struct shim_posting *page;  /* documents from 1, as Xapian numbers them; owned when list is set */
    size_t n, at;
};

struct leaf_list {
    struct postings_word *words; /* by rank */
    uint32_t *ranks;             /* theirs */
    size_t n_ranks;
    uint32_t documents;
    struct shim_posting *joined; /* several words: one list, made when first wanted */
    size_t n_joined;
    bool is_joined;
};

/* A list as bits. */
struct unfolded {
    struct unfolded *next; /* of the same postings */
    uint32_t rank;
    uint64_t bits[];
};

struct postings {
    const struct plan *plan;
    const struct segment *segment;
    struct shim_db *db;
    uint32_t n_docs;
    struct leaf_list *leaves;
    struct cursor *cursors;
    struct unfolded *unfolded;
};

static int compare_ranks(const void *a, const void *b)
{
    const struct postings_word *x = a, *y = b;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

static bool find_leaf(struct postings *p, size_t segment, const struct plan_leaf *leaf, struct leaf_list *list)
{
    uint64_t documents = 0;
    list->ranks = malloc((leaf->n_words + 1) * sizeof *list->ranks);
    list->words = malloc((leaf->n_words + 1) * sizeof *list->words);
    if (list->ranks == NULL || list->words == NULL)
        return false;
    for (size_t i = 0; i < leaf->n_words; i++) {
        const struct plan_word *word = &leaf->words[i];
        struct snapshot_place place = word->places[segment];
        if (place.rank == 0)
            continue;
        list->words[list->n_ranks++] = (struct postings_word){place.rank, place.documents, word};
        documents += place.documents;
    }
    if (list->n_ranks > 1)
        qsort(list->words, list->n_ranks, sizeof *list->words, compare_ranks);
    for (size_t i = 0; i < list->n_ranks; i++)
        list->ranks[i] = list->words[i].rank;
    list->documents = documents < p->n_docs ? (uint32_t)documents : p->n_docs;
    return true;
}

enum status postings_open(const struct plan *plan, const struct segment *segment, unsigned reader,
                          struct postings **out, struct err *err)
{
    struct postings *p = calloc(1, sizeof *p);
    if (p == NULL)
        return err_nomem(err);
    p->plan = plan;
    p->segment = segment;
    p->db = segment_db(segment, reader);
    p->n_docs = segment_docs(segment);
    p->leaves = calloc(plan->n_leaves + 1, sizeof *p->leaves);
    bool ok = p->leaves != NULL;
    for (size_t i = 0; i < plan->n_leaves && ok; i++)
        ok = find_leaf(p, segment_number(segment), &plan->leaves[i], &p->leaves[i]);
    if (!ok) {
        postings_close(p);
        return err_nomem(err);
    }
    *out = p;
    return ST_OK;
}

static void cursor_free(struct cursor *c)
{
    if (c->list != NULL)
        free(c->page);
    shim_postings_free(c->list);
    free(c);
}

void postings_close(struct postings *p)
{
    if (p == NULL)
        return;
    for (struct cursor *c = p->cursors, *next; c != NULL; c = next) {
        next = c->next;
        cursor_free(c);
    }
    for (struct unfolded *u = p->unfolded, *next; u != NULL; u = next) {
        next = u->next;
        free(u);
    }
    for (size_t i = 0; p->leaves != NULL && i < p->plan->n_leaves; i++) {
        free(p->leaves[i].words);
        free(p->leaves[i].ranks);
        free(p->leaves[i].joined);
    }
    free(p->leaves);
    free(p);
}

uint32_t postings_documents(const struct postings *p, unsigned leaf)
{
    return p->leaves[leaf].documents;
}

uint32_t postings_all_documents(const struct postings *p)
{
    return p->n_docs;
}

const uint32_t *postings_ranks(const struct postings *p, unsigned leaf, size_t *n)
{
    *n = p->leaves[leaf].n_ranks;
    return p->leaves[leaf].ranks;
}

const struct postings_word *postings_words(const struct postings *p, unsigned leaf, size_t *n)
{
    *n = p->leaves[leaf].n_ranks;
    return p->leaves[leaf].words;
}

const uint8_t *postings_bitmap(const struct postings *p, unsigned leaf, size_t *len)
{
    const struct leaf_list *list = &p->leaves[leaf];
    return list->n_ranks == 1 ? segment_bitmap(p->segment, list->ranks[0], len) : NULL;
}

static const uint8_t *unfold(struct postings *p, uint32_t rank, const struct segment_holders *holders)
{
    struct unfolded *u = calloc(1, sizeof *u + ((size_t)p->n_docs / 64 + 1) * sizeof *u->bits);
    if (u == NULL)
        return NULL;
    segment_holders_or(holders, u->bits);
    u->rank = rank;
    u->next = p->unfolded;
    p->unfolded = u;
    return (const uint8_t *)u->bits;
}

const uint8_t *postings_bits(struct postings *p, uint32_t rank)
{
    struct segment_holders holders;
    for (const struct unfolded *u = p->unfolded; u != NULL; u = u->next)
        if (u->rank == rank)
            return (const uint8_t *)u->bits;
    if (!segment_holders(p->segment, rank, &holders))
        return NULL;
    return holders.bits != NULL ? holders.bits : unfold(p, rank, &holders);
}

bool postings_bigram(const struct postings *p, const struct plan_slot *first, const struct plan_slot *second,
                     struct segment_bigram *out)
{
    if (first->kind != PLAN_LEAF || second->kind != PLAN_LEAF)
        return false;
    const struct leaf_list *one = &p->leaves[first->leaf], *other = &p->leaves[second->leaf];
    return one->n_ranks == 1 && other->n_ranks == 1 &&
           segment_bigram(p->segment, one->ranks[0], other->ranks[0], out);
}

bool postings_at_hand(const struct postings *p, unsigned leaf)
{
    struct segment_holders holders;
    const struct leaf_list *list = &p->leaves[leaf];
    return list->n_ranks == 1 && segment_holders(p->segment, list->ranks[0], &holders);
}

/* ---- several words as one list ----------------------------------------------------------------------------------- */

/* Occurrences in each document, counted in a table of all documents, or, of few postings, in an array. */
struct joining {
    uint32_t *table; /* owned; NULL: the array */
    uint32_t n_docs;
    struct shim_posting *postings; /* owned */
    size_t n, cap;
};

enum { FEW_SHARE = 16 /* postings are few when 1 of so many documents has one */ };

static bool add_posting(struct joining *to, uint32_t doc, uint32_t n)
{
    if (doc >= to->n_docs)
        return true;
    if (to->table != NULL) {
        to->table[doc] += n;
        return true;
    }
    if (!ARRAY_RESERVE(to->postings, to->cap, to->n + 1))
        return false;
    to->postings[to->n++] = (struct shim_posting){doc + 1, n};
    return true;
}

static enum status add_holders(struct segment_holders *holders, struct joining *to, struct err *err)
{
    for (uint32_t doc = 0; segment_seek_holder(holders, doc); doc = holders->doc + 1)
        if (!add_posting(to, holders->doc, segment_holder_occurrences(holders)))
            return err_nomem(err);
    return ST_OK;
}

static enum status add_list(struct postings *p, const struct plan_word *word, struct joining *to, struct err *err)
{
    struct shim_postings *list;
    struct shim_posting page[CURSOR_PAGE];
    size_t n = 0;
    enum status status = shim_postings_open(p->db, word->bytes, word->len, &list, err);
    if (status != ST_OK)
        return status;
    do {
        status = shim_postings_read(list, 0, page, CURSOR_PAGE, &n, err);
        for (size_t i = 0; status == ST_OK && i < n; i++)
            if (!add_posting(to, page[i].doc - 1, page[i].wdf))
                status = err_nomem(err);
    } while (status == ST_OK && n > 0);
    shim_postings_free(list);
    return status;
}

static enum status add_word(struct postings *p, const struct postings_word *word, struct joining *to, struct err *err)
{
    struct segment_holders holders;
    if (segment_holders(p->segment, word->rank, &holders))
        return add_holders(&holders, to, err);
    return add_list(p, word->word, to, err);
}

static int compare_documents(const void *a, const void *b)
{
    const struct shim_posting *x = a, *y = b;
    return (x->doc > y->doc) - (x->doc < y->doc);
}

/* The array, ascending, each document once. */
static void unite(struct joining *to)
{
    size_t n = 0;
    qsort(to->postings, to->n, sizeof *to->postings, compare_documents);
    for (size_t i = 0; i < to->n; i++) {
        if (n > 0 && to->postings[n - 1].doc == to->postings[i].doc)
            to->postings[n - 1].wdf += to->postings[i].wdf;
        else
            to->postings[n++] = to->postings[i];
    }
    to->n = n;
}

/* Moves what the table counted into the array. */
static bool list_table(struct joining *to)
{
    uint32_t *table = to->table;
    bool ok = true;
    to->table = NULL;
    for (uint32_t doc = 0; doc < to->n_docs && ok; doc++)
        if (table[doc] > 0)
            ok = add_posting(to, doc, table[doc]);
    free(table);
    return ok;
}

static enum status join_words(struct postings *p, struct leaf_list *list, struct err *err)
{
    struct joining to = {.n_docs = p->n_docs};
    enum status status = ST_OK;
    if (list->documents >= p->n_docs / FEW_SHARE) {
        to.table = calloc((size_t)p->n_docs + 1, sizeof *to.table);
        status = to.table == NULL ? err_nomem(err) : ST_OK;
    }
    for (size_t i = 0; i < list->n_ranks && status == ST_OK; i++)
        status = add_word(p, &list->words[i], &to, err);
    if (status == ST_OK && to.table == NULL)
        unite(&to);
    else if (status == ST_OK && !list_table(&to))
        status = err_nomem(err);
    if (status != ST_OK) {
        free(to.table);
        free(to.postings);
        return status;
    }
    list->joined = to.postings;
    list->n_joined = to.n;
    list->is_joined = true;
    return ST_OK;
}

/* ---- cursors ----------------------------------------------------------------------------------------------------- */

static enum status begin_list(struct cursor *c, struct err *err)
{
    const struct leaf_list *list = &c->postings->leaves[c->leaf];
    c->page = malloc(CURSOR_PAGE * sizeof *c->page);
    if (c->page == NULL)
        return err_nomem(err);
    const struct plan_word *word = list->words[0].word;
    enum status status = shim_postings_open(c->postings->db, word->bytes, word->len, &c->list, err);
    if (status != ST_OK) {
        free(c->page);
        c->page = NULL;
    }
    return status;
}

static enum status begin(struct cursor *c, struct err *err)
{
    struct leaf_list *list = &c->postings->leaves[c->leaf];
    c->begun = true;
    if (list->n_ranks == 1)
        return begin_list(c, err);
    if (list->n_ranks > 1 && !list->is_joined) {
        enum status status = join_words(c->postings, list, err);
        if (status != ST_OK)
            return status;
    }
    c->page = list->joined;
    c->n = list->n_joined;
    return ST_OK;
}

enum status cursor_open(struct postings *p, unsigned leaf, struct cursor **out, struct err *err)
{
    const struct leaf_list *list = &p->leaves[leaf];
    struct cursor *c = calloc(1, sizeof *c);
    if (c == NULL)
        return err_nomem(err);
    c->postings = p;
    c->leaf = leaf;
    c->is_kept = list->n_ranks == 1 && segment_holders(p->segment, list->ranks[0], &c->holders);
    c->next = p->cursors;
    p->cursors = c;
    *out = c;
    return ST_OK;
}

/* Moves at to the first posting of the page with a document >= doc: doubling steps, then halving. */
static void gallop(struct cursor *c, uint32_t doc)
{
    size_t step = 1, lo = c->at, hi = c->at;
    while (hi < c->n && c->page[hi].doc < doc) {
        lo = hi + 1;
        hi += step;
        step *= 2;
    }
    hi = hi < c->n ? hi : c->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (c->page[mid].doc < doc)
            lo = mid + 1;
        else
            hi = mid;
    }
    c->at = lo;
}

uint32_t cursor_seek(struct cursor *c, uint32_t doc, enum status *status, struct err *err)
{
    if (c->is_kept)
        return segment_seek_holder(&c->holders, doc) ? c->holders.doc : POSTINGS_END;
    uint32_t wanted = doc + 1; /* Xapian's number */
    enum status begun = c->begun ? ST_OK : begin(c, err);
    if (begun != ST_OK)
        *status = begun;
    gallop(c, wanted);
    if (c->at < c->n)
        return c->page[c->at].doc - 1;
    if (c->list == NULL)
        return POSTINGS_END;
    c->at = c->n = 0;
    enum status read = shim_postings_read(c->list, wanted, c->page, CURSOR_PAGE, &c->n, err);
    if (read != ST_OK) {
        *status = read;
        c->n = 0;
    }
    return c->n > 0 ? c->page[0].doc - 1 : POSTINGS_END;
}

uint32_t cursor_occurrences(struct cursor *c)
{
    if (c->is_kept)
        return c->holders.begun && !c->holders.ended ? segment_holder_occurrences(&c->holders) : 0;
    return c->at < c->n ? c->page[c->at].wdf : 0;
}

/* ---- one word ---------------------------------------------------------------------------------------------------- */

static void list_holders(const struct postings *p, struct segment_holders *holders, size_t room,
                         struct postings_docs *out)
{
    for (uint32_t doc = 0; out->n < room && segment_seek_holder(holders, doc); doc = holders->doc + 1)
        if (holders->doc < p->n_docs)
            out->items[out->n++] = holders->doc;
}

static enum status read_documents(struct postings *p, const struct plan_word *word, size_t room,
                                  struct postings_docs *out, struct err *err)
{
    struct shim_postings *list;
    struct shim_posting page[CURSOR_PAGE];
    size_t n = 0;
    enum status status = shim_postings_open(p->db, word->bytes, word->len, &list, err);
    if (status != ST_OK)
        return status;
    do {
        status = shim_postings_read(list, 0, page, CURSOR_PAGE, &n, err);
        for (size_t i = 0; status == ST_OK && i < n && out->n < room; i++)
            if (page[i].doc - 1 < p->n_docs)
                out->items[out->n++] = page[i].doc - 1;
    } while (status == ST_OK && n > 0);
    shim_postings_free(list);
    return status;
}

enum status postings_docs_of(struct postings *p, const struct postings_word *word, struct arena *arena,
                             struct postings_docs *out, struct err *err)
{
    struct segment_holders holders;
    size_t room = word->documents < p->n_docs ? word->documents : p->n_docs;
    *out = (struct postings_docs){arena_alloc(arena, (room + 1) * sizeof *out->items), 0};
    if (out->items == NULL)
        return err_nomem(err);
    if (!segment_holders(p->segment, word->rank, &holders))
        return read_documents(p, word->word, room, out, err);
    list_holders(p, &holders, room, out);
    return ST_OK;
}

enum status postings_set_bits(struct postings *p, const struct postings_word *word, struct arena *arena,
                              uint64_t *bits, struct err *err)
{
    struct segment_holders holders;
    struct postings_docs docs;
    if (segment_holders(p->segment, word->rank, &holders)) {
        segment_holders_or(&holders, bits);
        return ST_OK;
    }
    enum status status = postings_docs_of(p, word, arena, &docs, err);
    for (size_t i = 0; status == ST_OK && i < docs.n; i++)
        bits[docs.items[i] / 64] |= UINT64_C(1) << docs.items[i] % 64;
    return status;
}
