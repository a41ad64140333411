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
    ROW_COST = 1,     /* to AND 64 blocks of a row */
    PASS_COST = 12,   /* to pass over a block */
    BLOCK_COST = 100, /* to scan one */
    DOC_COST = 20,    /* to go by a document: its blocks' bits */
    ASK_COST = 30,    /* to ask the rows for one block */
    OPEN_COST = 8000, /* to find a list that is not at hand */
    READ_COST = 20,   /* to read a posting of it */
    STEP_COST = 6,    /* of one that is at hand */
    WORD_COST = 4,    /* of 64 documents in a bitmap, read as a list */
    TURN_COST = 100,  /* to turn to a document in order to read its words */
    TEXT_COST = 30,   /* to read as many as a block has */
    FEW_DOCS = 16,    /* that bitmaps need not narrow */
    MOST_ROWS = 8,    /* that let fewer and fewer blocks pass by chance, each about 1 in 3 */
};

/* Documents that hold a word of the phrase, or two next to each other, in order. */
struct list {
    const struct segment_bigram *bigram; /* or else */
    const struct postings_word *word;
    bool at_hand;
    uint64_t documents, cost;
};

struct approach {
    struct phrase *phrase;
    struct postings *postings;
    struct arena *arena;
    size_t n_words; /* of 64 bits, for all documents */
    struct list *lists; /* of words without a bitmap and of bigrams, the one that costs least first */
    size_t n_lists;
    uint64_t *docs; /* those that count; NULL: all */
};

/* ---- lists ------------------------------------------------------------------------------------------------------- */

/* What reading one costs and going to all its documents. */
static uint64_t whole_cost(const struct list *list)
{
    return list->cost + list->documents * DOC_COST;
}

static int compare_lists(const void *a, const void *b)
{
    uint64_t x = whole_cost(a), y = whole_cost(b);
    return (x > y) - (x < y);
}

static const uint8_t *bitmap_of(const struct phrase *p, size_t i, size_t *len)
{
    return segment_bitmap(p->segment, p->words[i].rank, len);
}

static struct list list_of_word(const struct phrase *p, const struct postings_word *word)
{
    struct segment_holders holders;
    struct list list = {.word = word, .documents = word->documents};
    list.at_hand = segment_holders(p->segment, word->rank, &holders);
    list.cost = list.at_hand ? list.documents * STEP_COST : OPEN_COST + list.documents * READ_COST;
    return list;
}

static struct list list_of_bigram(const struct approach *a, const struct segment_bigram *bigram)
{
    uint64_t cost = bigram->holders.bits != NULL ? a->n_words * WORD_COST : bigram->documents * STEP_COST;
    return (struct list){.bigram = bigram, .at_hand = true, .documents = bigram->documents, .cost = cost};
}

static bool find_lists(struct approach *a)
{
    const struct phrase *p = a->phrase;
    size_t len;
    a->lists = arena_alloc(a->arena, (p->n_words + p->n_bigrams) * sizeof *a->lists);
    if (a->lists == NULL)
        return false;
    for (size_t i = 0; i < p->n_words; i++)
        if (bitmap_of(p, i, &len) == NULL)
            a->lists[a->n_lists++] = list_of_word(p, &p->words[i]);
    for (size_t i = 0; i < p->n_bigrams; i++)
        a->lists[a->n_lists++] = list_of_bigram(a, &p->bigrams[i]);
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
    return n * blocks * (blocks <= PHRASE_SHORT ? BLOCK_COST : ASK_COST);
}

static uint64_t n_docs(const struct approach *a)
{
    return bits_count(a->docs, a->n_words);
}

/* ---- which documents count --------------------------------------------------------------------------------------- */

/* Leaves those that all words with bitmaps are in. */
static void narrow_by_bitmaps(struct approach *a)
{
    for (size_t i = 0, len; i < a->phrase->n_words; i++) {
        const uint8_t *row = bitmap_of(a->phrase, i, &len);
        for (size_t k = 0; row != NULL && k < len / 8 && k < a->n_words; k++)
            a->docs[k] &= bytes_get64(row + k * 8);
    }
}

/* Those that all words with bitmaps are in, when there is one. */
static enum status find_common(struct approach *a, struct err *err)
{
    bool has_bitmap = false;
    for (size_t i = 0, len; i < a->phrase->n_words; i++)
        has_bitmap |= bitmap_of(a->phrase, i, &len) != NULL;
    if (!has_bitmap)
        return ST_OK;
    a->docs = arena_alloc(a->arena, a->n_words * sizeof *a->docs);
    if (a->docs == NULL)
        return err_nomem(err);
    memset(a->docs, 0xff, a->n_words * sizeof *a->docs);
    narrow_by_bitmaps(a);
    return ST_OK;
}

static enum status set_listed(const struct approach *a, const struct list *list, uint64_t *held, struct err *err)
{
    struct segment_holders holders;
    struct postings_docs docs;
    if (list->bigram != NULL || segment_holders(a->phrase->segment, list->word->rank, &holders)) {
        segment_holders_or(list->bigram != NULL ? &list->bigram->holders : &holders, held);
        return ST_OK;
    }
    enum status status = postings_docs_of(a->postings, list->word, a->arena, &docs, err);
    for (size_t i = 0; status == ST_OK && i < docs.n; i++)
        held[docs.items[i] / 64] |= UINT64_C(1) << docs.items[i] % 64;
    return status;
}

static enum status narrow(struct approach *a, const struct list *list, struct err *err)
{
    uint64_t *held = arena_calloc(a->arena, a->n_words, sizeof *held);
    enum status status = held != NULL ? set_listed(a, list, held, err) : err_nomem(err);
    for (size_t i = 0; status == ST_OK && a->docs != NULL && i < a->n_words; i++)
        held[i] &= a->docs[i];
    a->docs = held;
    return status;
}

/* By the first list, then by others that cost less than going to the documents that are left, and by bitmaps. */
static enum status narrow_by_lists(struct approach *a, struct err *err)
{
    enum status status = narrow(a, &a->lists[0], err);
    for (size_t i = 1; status == ST_OK && i < a->n_lists; i++)
        if (a->lists[i].at_hand && a->lists[i].cost < n_docs(a) * DOC_COST / 2)
            status = narrow(a, &a->lists[i], err);
    if (status == ST_OK && n_docs(a) > FEW_DOCS)
        narrow_by_bitmaps(a);
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
    if (a->docs == NULL) {
        status = find_common(a, err);
        if (status == ST_OK && a->n_lists > 0 && a->lists[0].cost < blocks * (BLOCK_COST - PASS_COST))
            status = narrow(a, &a->lists[0], err);
    }
    walk->by_docs = status == ST_OK && a->docs != NULL && n_docs(a) * DOC_COST < blocks * PASS_COST;
    return status;
}

enum status approach_phrase(struct phrase *phrase, struct postings *postings, struct arena *arena,
                            struct phrase_walk *walk, struct err *err)
{
    struct approach a = {.phrase = phrase, .postings = postings, .arena = arena};
    a.n_words = (size_t)postings_all_documents(postings) / 64 + 1;
    enum status status = find_lists(&a) ? ST_OK : err_nomem(err);
    if (status == ST_OK && a.n_lists > 0 && a.lists[0].cost < least_cost_of_blocks(phrase))
        status = narrow_by_lists(&a, err);
    walk->by_docs = status == ST_OK && a.docs != NULL && cost_of_asking(phrase, n_docs(&a)) <= cost_of_rows(phrase);
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
    for (size_t i = 0; i < p->n_words; i++)
        if (bitmap_of(p, i, &len) == NULL && (rarest == NULL || p->words[i].documents < rarest->documents))
            rarest = &p->words[i];
    return rarest;
}

static uint64_t cost_of_few(const struct phrase *p, const struct postings_word *rarest)
{
    struct list list = list_of_word(p, rarest);
    return list.cost + list.documents * (DOC_COST + blocks_a_doc(p->segment) * ASK_COST);
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
