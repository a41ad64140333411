/* approach.c - see approach.h. Two decisions. Which documents count: all that have the common words, by their bitmaps,
 * or only those in the list of the rarest word too. And the way to their blocks: from document to document, or over all
 * blocks that the filter of pairs lets pass. A rare word's few documents come first: then the filter is asked for their
 * blocks only. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/approach.h"

#include <string.h>

#include "lib/bytes.h"

/* Nanoseconds, about; only what they are to each other matters. */
enum {
    ROW_COST = 2,     /* to AND 64 blocks of a row */
    PASS_COST = 14,   /* to pass over a block */
    BLOCK_COST = 30,  /* to scan one */
    DOC_COST = 20,    /* to go by a document: its blocks' bits */
    OPEN_COST = 8000, /* to find a list that is not at hand */
    READ_COST = 20,   /* to read a posting of it */
    STEP_COST = 8,    /* of one that is at hand */
    ROW_PASSES = 3,   /* a row lets 1 block in 2^ROW_PASSES pass by chance */
    LOOK_COST = 30,   /* to come to a document that is looked at by itself */
    BIT_COST = 4,     /* to look at one bit of a row */
    TURN_COST = 100,  /* to turn to a document in order to read its words */
    SAMPLES = 64,
};

struct approach {
    struct phrase *phrase;
    struct postings *postings;
    struct arena *arena;
    size_t n_words; /* of 64 bits, for all documents */
    const struct postings_word *rarest; /* of those without a bitmap; or NULL */
    const struct segment_bigram *bigram; /* two of its words that fewer documents hold next to each other; or NULL */
    uint64_t listed, list_cost;          /* documents of the rarest, or of the bigram; 0: there is neither */
    uint64_t *docs; /* those that count; NULL: all */
};

static const uint8_t *bitmap_of(const struct phrase *p, size_t i, size_t *len)
{
    return segment_bitmap(p->segment, p->words[i].rank, len);
}

/* Of the words without a bitmap; NULL when all have one. */
static const struct postings_word *rarest_of(const struct phrase *p)
{
    const struct postings_word *rarest = NULL;
    size_t len;
    for (size_t i = 0; i < p->n_words; i++)
        if (bitmap_of(p, i, &len) == NULL && (rarest == NULL || p->words[i].documents < rarest->documents))
            rarest = &p->words[i];
    return rarest;
}

static uint64_t cost_of_list(const struct phrase *p, const struct postings_word *word)
{
    struct segment_holders holders;
    bool at_hand = segment_holders(p->segment, word->rank, &holders);
    return at_hand ? (uint64_t)word->documents * STEP_COST : OPEN_COST + (uint64_t)word->documents * READ_COST;
}

static void find_rarest(struct approach *a)
{
    a->rarest = rarest_of(a->phrase);
    if (a->rarest == NULL)
        return;
    a->listed = a->rarest->documents;
    a->list_cost = cost_of_list(a->phrase, a->rarest);
}

static void and_row(const uint8_t *row, size_t len, uint64_t *bits)
{
    for (size_t i = 0; i < len / 8; i++)
        bits[i] &= bytes_get64(row + i * 8);
}

/* A bit a document, set where all words that have bitmaps are held; NULL when none has one, or no memory is left. */
static uint64_t *find_common(const struct approach *a)
{
    uint64_t *bits = NULL;
    size_t len = 0;
    for (size_t i = 0; i < a->phrase->n_words; i++) {
        const uint8_t *row = bitmap_of(a->phrase, i, &len);
        if (row == NULL)
            continue;
        if (bits == NULL) {
            bits = arena_alloc(a->arena, len);
            if (bits == NULL)
                return NULL;
            memset(bits, 0xff, len);
        }
        and_row(row, len, bits);
    }
    return bits;
}

static void find_bigram(struct approach *a)
{
    for (size_t i = 0; i < a->phrase->n_bigrams; i++) {
        const struct segment_bigram *bigram = &a->phrase->bigrams[i];
        if (a->listed > 0 && a->listed <= bigram->documents)
            continue;
        a->bigram = bigram;
        a->listed = bigram->documents;
        a->list_cost = bigram->documents * STEP_COST;
    }
}

/* Finding the blocks, and passing over as many as chance leaves. */
static uint64_t least_cost_of_blocks(const struct phrase *p)
{
    uint64_t n = p->codes.n_blocks, passes = n >> ROW_PASSES * (p->n_rows < 5 ? p->n_rows : 5);
    return n / 64 * p->n_rows * ROW_COST + passes * PASS_COST;
}

/* How many bits are set, by a look at some. */
static uint64_t estimate_set(const uint64_t *bits, size_t n)
{
    size_t step = n / SAMPLES + 1;
    uint64_t set = 0;
    for (size_t i = 0; i < n; i += step)
        set += (uint64_t)__builtin_popcountll(bits[i]);
    return set * step;
}

static bool counts(const struct approach *a, uint64_t block)
{
    uint32_t first, last;
    segment_docs_of(a->phrase->segment, block, &first, &last);
    for (uint32_t doc = first; doc <= last; doc++)
        if (a->docs[doc / 64] >> doc % 64 & 1)
            return true;
    return false;
}

/* Of `blocks` blocks those that are left when the others have no document that counts. */
static uint64_t estimate_scanned(const struct approach *a, size_t n, uint64_t blocks)
{
    size_t step = n / SAMPLES + 1;
    uint64_t tried = 0, held = 0;
    for (size_t i = 0; a->docs != NULL && i < n; i += step)
        if (a->phrase->bits[i] != 0) {
            tried++;
            held += counts(a, i * 64 + (uint64_t)__builtin_ctzll(a->phrase->bits[i]));
        }
    return tried > 0 ? blocks * held / tried : blocks;
}

/* Of the documents that count those in `held` are left. */
static void leave_held(struct approach *a, uint64_t *held)
{
    for (size_t i = 0; a->docs != NULL && i < a->n_words; i++)
        held[i] &= a->docs[i];
    a->docs = held;
}

static enum status narrow_by_bigram(struct approach *a, struct err *err)
{
    uint64_t *held = arena_calloc(a->arena, a->n_words, sizeof *held);
    if (held == NULL)
        return err_nomem(err);
    segment_holders_or(&a->bigram->holders, held);
    leave_held(a, held);
    return ST_OK;
}

static enum status narrow_by_list(struct approach *a, struct err *err)
{
    struct postings_docs docs;
    uint64_t *held = arena_calloc(a->arena, a->n_words, sizeof *held);
    enum status status = held != NULL ? postings_docs_of(a->postings, a->rarest, a->arena, &docs, err) : err_nomem(err);
    for (size_t i = 0; status == ST_OK && i < docs.n; i++)
        held[docs.items[i] / 64] |= UINT64_C(1) << docs.items[i] % 64;
    if (status == ST_OK)
        leave_held(a, held);
    return status;
}

static enum status narrow(struct approach *a, struct err *err)
{
    return a->bigram != NULL ? narrow_by_bigram(a, err) : narrow_by_list(a, err);
}

static enum status go_by_blocks(struct approach *a, struct phrase_walk *walk, struct err *err)
{
    size_t n = ((size_t)a->phrase->codes.n_blocks + 63) / 64;
    enum status status = phrase_find_blocks(a->phrase, a->arena, err);
    if (status != ST_OK)
        return status;
    phrase_narrow(&a->phrase, 1, a->arena);
    uint64_t blocks = estimate_set(a->phrase->bits, n);
    if (a->listed > 0 && a->list_cost < estimate_scanned(a, n, blocks) * BLOCK_COST)
        status = narrow(a, err);
    walk->by_docs = a->docs != NULL && estimate_set(a->docs, a->n_words) * DOC_COST < blocks * PASS_COST;
    return status;
}

enum status approach_phrase(struct phrase *phrase, struct postings *postings, struct arena *arena,
                            struct phrase_walk *walk, struct err *err)
{
    struct approach a = {.phrase = phrase, .postings = postings, .arena = arena};
    enum status status = ST_OK;
    a.n_words = (size_t)postings_all_documents(postings) / 64 + 1;
    a.docs = find_common(&a);
    find_rarest(&a);
    find_bigram(&a);
    walk->by_docs = a.listed > 0 && a.list_cost + a.listed * DOC_COST <= least_cost_of_blocks(phrase);
    if (walk->by_docs)
        status = narrow(&a, err);
    else
        status = go_by_blocks(&a, walk, err);
    walk->phrase = phrase;
    walk->docs = a.docs;
    return status;
}

static uint64_t blocks_a_doc(const struct segment *s)
{
    uint32_t n_docs = segment_docs(s);
    return n_docs > 0 ? segment_codes(s).n_blocks / n_docs + 1 : 1;
}

static uint64_t cost_of_few(const struct phrase *p, const struct postings_word *rarest)
{
    return cost_of_list(p, rarest) + rarest->documents * (LOOK_COST + blocks_a_doc(p->segment) * p->n_rows * BIT_COST);
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
    return documents * (TURN_COST + blocks_a_doc(segment) * BLOCK_COST);
}
