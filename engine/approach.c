/* approach.c - see approach.h. Three decisions. Which documents count: all that have the common words, by bitmaps,
 * or only those in the lists of rarer ones too. Whether all blocks that the filter of pairs lets pass are found, or of
 * few documents only theirs are asked for. And the way: from document to document, or from block to block.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/approach.h"

#include <stdlib.h>
#include <string.h>

#include "engine/bits.h"
#include "lib/bytes.h"

/* Nanoseconds, about, of memory that is not in the processor's cache; only what they are to each other matters. */
enum {
    ROW_COST = 2,     /* to AND 64 blocks of a row, or 64 documents of a bitmap */
    PASS_COST = 12,   /* to pass over a block */
    BLOCK_COST = 100, /* to scan one of many */
    LOOK_COST = 200,  /* of few here and there */
    DOC_COST = 20,    /* to go by a document: its blocks' bits */
    ASK_COST = 30,    /* to ask the rows for one block */
    OPEN_COST = 15000, /* to find a list that is not at hand */
    READ_COST = 20,   /* to read a posting of it */
    LIST_COST = 1000, /* to come to one that is at hand */
    STEP_COST = 4,    /* to read a posting of it */
    TURN_COST = 100,  /* to turn to a document in order to read its words */
    TEXT_COST = 30,   /* to read as many as a block has */
    TOGETHER = 4,     /* so many times as often as by chance words of a phrase are in the same document */
    MOST_ROWS = 8,    /* that let fewer and fewer blocks pass by chance, each about 1 in 3 */
};

/* Documents that hold a word of the phrase, or two next to each other: a bit each, or in order. */
struct list {
    const struct segment_bigram *bigram; /* or else */
    const struct postings_word *word;
    const uint8_t *bitmap; /* of the word; or NULL */
    bool at_hand;
    uint64_t documents, cost;
};

struct approach {
    struct phrase *phrase;
    struct postings *postings;
    struct arena *arena;
    uint64_t n_docs; /* of the segment */
    size_t n_words;  /* of 64 bits, for all of them */
    struct list *lists; /* the shortest first */
    size_t n_lists, n_used;
    uint64_t *docs; /* those that count; NULL: all */
};

/* ---- lists ------------------------------------------------------------------------------------------------------- */

/* In documents: the shortest come first, one that must be found only when it is much shorter. */
static uint64_t length_of(const struct list *list)
{
    return list->documents + (list->at_hand ? 0 : OPEN_COST / LOOK_COST);
}

static int compare_lists(const void *a, const void *b)
{
    uint64_t x = length_of(a), y = length_of(b);
    return (x > y) - (x < y);
}

static struct list list_of_word(const struct phrase *p, const struct postings_word *word)
{
    struct segment_holders holders;
    size_t len;
    struct list list = {.word = word, .documents = word->documents};
    list.bitmap = segment_bitmap(p->segment, word->rank, &len);
    list.at_hand = list.bitmap != NULL || segment_holders(p->segment, word->rank, &holders);
    if (list.bitmap != NULL)
        list.cost = (uint64_t)segment_docs(p->segment) / 64 * ROW_COST;
    else if (list.at_hand)
        list.cost = LIST_COST + list.documents * STEP_COST;
    else
        list.cost = OPEN_COST + list.documents * READ_COST;
    return list;
}

static struct list list_of_bigram(const struct segment_bigram *bigram)
{
    uint64_t cost = LIST_COST + bigram->documents * STEP_COST;
    return (struct list){.bigram = bigram, .at_hand = true, .documents = bigram->documents, .cost = cost};
}

static bool find_lists(struct approach *a)
{
    const struct phrase *p = a->phrase;
    a->lists = arena_alloc(a->arena, (p->n_words + p->n_bigrams) * sizeof *a->lists);
    if (a->lists == NULL)
        return false;
    for (size_t i = 0; i < p->n_words; i++)
        a->lists[a->n_lists++] = list_of_word(p, &p->words[i]);
    for (size_t i = 0; i < p->n_bigrams; i++)
        a->lists[a->n_lists++] = list_of_bigram(&p->bigrams[i]);
    qsort(a->lists, a->n_lists, sizeof *a->lists, compare_lists);
    return true;
}

/* ---- costs ------------------------------------------------------------------------------------------------------- */

static uint64_t cost_of_rows(const struct phrase *p)
{
    return p->codes.n_blocks / 64 * p->n_rows * ROW_COST;
}

/* Finding all blocks, and passing over as many as chance leaves. */
static uint64_t least_cost_of_blocks(const struct phrase *p)
{
    uint64_t n = p->codes.n_blocks, passes = n >> (p->n_rows < MOST_ROWS ? p->n_rows : MOST_ROWS) * 3 / 2;
    return cost_of_rows(p) + passes * PASS_COST;
}

static uint64_t blocks_a_doc(const struct segment *s)
{
    uint32_t n_docs = segment_docs(s);
    return n_docs > 0 ? segment_codes(s).n_blocks / n_docs + 1 : 1;
}

/* Asking for the blocks of so many documents one by one, or scanning the few that they have. */
static uint64_t cost_of_asking(const struct phrase *p, uint64_t n)
{
    uint64_t blocks = blocks_a_doc(p->segment);
    return n * blocks * (blocks <= PHRASE_SHORT ? LOOK_COST : ASK_COST);
}

/* Going to so many, in the cheaper way. */
static uint64_t cost_of_docs(const struct phrase *p, uint64_t n)
{
    uint64_t asking = cost_of_asking(p, n), rows = cost_of_rows(p);
    return n * DOC_COST + (asking < rows ? asking : rows);
}

/* Of n, documents or blocks, as many as a list is expected to leave when it says something of so many of all. */
static uint64_t left_of(const struct approach *a, uint64_t n, const struct list *list, uint64_t times)
{
    uint64_t share = list->documents * times;
    return share < a->n_docs ? n * share / a->n_docs : n;
}

static uint64_t count_docs(const struct approach *a)
{
    return bits_count(a->docs, a->n_words);
}

/* ---- which documents count --------------------------------------------------------------------------------------- */

static enum status set_listed(const struct approach *a, const struct list *list, uint64_t *held, struct err *err)
{
    if (list->bigram == NULL)
        return postings_set_bits(a->postings, list->word, a->arena, held, err);
    segment_holders_or(&list->bigram->holders, held);
    return ST_OK;
}

static enum status narrow_by_bitmap(struct approach *a, const uint8_t *bitmap, struct err *err)
{
    uint64_t *docs = a->docs;
    if (docs == NULL) {
        docs = arena_alloc(a->arena, a->n_words * sizeof *docs);
        if (docs == NULL)
            return err_nomem(err);
        memset(docs, 0xff, a->n_words * sizeof *docs);
    }
    for (size_t i = 0; i < a->n_words; i++)
        docs[i] &= bytes_get64(bitmap + i * 8);
    a->docs = docs;
    return ST_OK;
}

static enum status narrow(struct approach *a, const struct list *list, struct err *err)
{
    if (list->bitmap != NULL)
        return narrow_by_bitmap(a, list->bitmap, err);
    uint64_t *held = arena_calloc(a->arena, a->n_words, sizeof *held);
    enum status status = held != NULL ? set_listed(a, list, held, err) : err_nomem(err);
    for (size_t i = 0; status == ST_OK && a->docs != NULL && i < a->n_words; i++)
        held[i] &= a->docs[i];
    a->docs = held;
    return status;
}

/* How many lists, from the shortest on, are worth reading so that only the documents in all of them are gone to; 0 when
 * finding all blocks costs less. */
static size_t lists_worth(const struct approach *a)
{
    uint64_t least = least_cost_of_blocks(a->phrase), sum = 0, n = a->n_docs;
    size_t worth = 0;
    for (size_t i = 0; i < a->n_lists && (i == 0 || a->lists[i].at_hand); i++) {
        n = i == 0 ? a->lists[i].documents : left_of(a, n, &a->lists[i], TOGETHER);
        sum += a->lists[i].cost;
        if (sum + cost_of_docs(a->phrase, n) >= least)
            continue;
        least = sum + cost_of_docs(a->phrase, n);
        worth = i + 1;
    }
    return worth;
}

/* Returns, in *few, whether the documents that are left are so few that their blocks are asked for. */
static enum status narrow_first(struct approach *a, bool *few, struct err *err)
{
    size_t worth = lists_worth(a);
    uint64_t n = a->n_docs;
    enum status status = ST_OK;
    for (; status == ST_OK && a->n_used < worth; a->n_used++) {
        if (a->n_used > 0 && cost_of_docs(a->phrase, n) <= a->lists[a->n_used].cost)
            break;
        status = narrow(a, &a->lists[a->n_used], err);
        n = status == ST_OK ? count_docs(a) : 0;
    }
    *few = a->n_used > 0 && cost_of_asking(a->phrase, n) <= cost_of_rows(a->phrase);
    return status;
}

/* By lists that cost less than scanning the blocks that they are expected to rule out. */
static enum status narrow_blocks(struct approach *a, uint64_t blocks, struct err *err)
{
    uint64_t reach = a->n_docs / (a->phrase->codes.n_blocks + 1) + 2; /* documents that have codes in a block */
    enum status status = ST_OK;
    if (a->docs != NULL)
        blocks = left_of(a, blocks, &a->lists[0], reach);
    for (; status == ST_OK && a->n_used < a->n_lists; a->n_used++) {
        const struct list *list = &a->lists[a->n_used];
        uint64_t left = left_of(a, blocks, list, reach * TOGETHER / 2);
        uint64_t cost = list->cost + (a->docs == NULL ? blocks * PASS_COST : 0);
        if (cost >= (blocks - left) * BLOCK_COST)
            continue;
        status = narrow(a, list, err);
        blocks = left;
    }
    return status;
}

/* ---- the way ----------------------------------------------------------------------------------------------------- */

static enum status go_by_blocks(struct approach *a, struct phrase_walk *walk, struct err *err)
{
    enum status status = phrase_find_blocks(a->phrase, a->arena, err);
    if (status != ST_OK)
        return status;
    phrase_narrow(&a->phrase, 1, a->arena);
    uint64_t blocks = bits_count(a->phrase->bits, ((size_t)a->phrase->codes.n_blocks + 63) / 64);
    status = narrow_blocks(a, blocks, err);
    walk->by_docs = status == ST_OK && a->docs != NULL && count_docs(a) * DOC_COST < blocks * PASS_COST;
    return status;
}

enum status approach_phrase(struct phrase *phrase, struct postings *postings, struct arena *arena,
                            struct phrase_walk *walk, struct err *err)
{
    struct approach a = {.phrase = phrase, .postings = postings, .arena = arena};
    a.n_docs = postings_all_documents(postings);
    a.n_words = (size_t)a.n_docs / 64 + 1;
    enum status status = find_lists(&a) ? narrow_first(&a, &walk->by_docs, err) : err_nomem(err);
    if (status == ST_OK && !walk->by_docs)
        status = go_by_blocks(&a, walk, err);
    walk->phrase = phrase;
    walk->docs = a.docs;
    return status;
}

/* ---- one of several phrases -------------------------------------------------------------------------------------- */

/* The word without a bitmap that the fewest documents hold; NULL when all have one. */
static const struct postings_word *rarest_of(const struct phrase *p)
{
    const struct postings_word *rarest = NULL;
    size_t len;
    for (const struct postings_word *word = p->words; word < p->words + p->n_words; word++)
        if (segment_bitmap(p->segment, word->rank, &len) == NULL &&
            (rarest == NULL || word->documents < rarest->documents))
            rarest = word;
    return rarest;
}

static uint64_t cost_of_few(const struct phrase *p, const struct postings_word *rarest)
{
    struct list list = list_of_word(p, rarest);
    return list.cost + list.documents * (ASK_COST + blocks_a_doc(p->segment) * DOC_COST);
}

const struct postings_word *approach_few(const struct phrase *phrase)
{
    const struct postings_word *rarest = rarest_of(phrase);
    return rarest != NULL && cost_of_few(phrase, rarest) <= least_cost_of_blocks(phrase) ? rarest : NULL;
}

uint64_t approach_cost(const struct phrase *phrase)
{
    const struct postings_word *rarest = rarest_of(phrase);
    uint64_t few = rarest != NULL ? cost_of_few(phrase, rarest) : UINT64_MAX;
    uint64_t blocks = 2 * least_cost_of_blocks(phrase);
    return phrase->is_bigram ? phrase->bigrams->documents * STEP_COST : few < blocks ? few : blocks;
}

uint64_t approach_cost_of_docs(const struct segment *segment, uint64_t documents)
{
    return documents * (TURN_COST + blocks_a_doc(segment) * TEXT_COST);
}

bool approach_docs_are_long(const struct segment *segment)
{
    enum { LONG_BLOCKS = 16 };
    return segment_codes(segment).n_blocks / LONG_BLOCKS > segment_docs(segment);
}
