/* trace_text.c - the text that is traced: its words, how rare each is, and where they are in a segment.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <string.h>

#include "engine/trace_state.h"

/* ---- words ------------------------------------------------------------------------------------------------------- */

static uint64_t hash_bytes(const char *bytes, size_t len)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    return h ^ h >> 29;
}

struct numbering {
    uint32_t *slots; /* number + 1 */
    size_t n;        /* a power of two */
};

/* Number of a word, new or known; false when memory ran out. */
static bool number_word(struct tracer *t, struct numbering *table, const struct token *token, uint32_t *number)
{
    size_t slot = (size_t)hash_bytes(token->word, token->word_len) & (table->n - 1);
    for (; table->slots[slot] != 0; slot = (slot + 1) & (table->n - 1)) {
        const struct trace_word *w = &t->distinct[table->slots[slot] - 1];
        if (w->len == token->word_len && memcmp(w->bytes, token->word, w->len) == 0) {
            *number = table->slots[slot] - 1;
            return true;
        }
    }
    char *copy = arena_copy(&t->arena, token->word, token->word_len);
    if (copy == NULL)
        return false;
    *number = t->n_distinct++;
    t->distinct[*number] = (struct trace_word){.bytes = copy, .len = token->word_len};
    table->slots[slot] = *number + 1;
    return true;
}

static uint32_t count_words(struct tracer *t)
{
    struct token token;
    uint32_t n = 0;
    tokenizer_begin(t->searcher->tokenizer, t->request.text, t->request.len, NULL);
    while (tokenizer_next(t->searcher->tokenizer, &token))
        n++;
    return n;
}

static enum status read_words(struct tracer *t, struct err *err)
{
    struct numbering table = {.n = 16};
    struct token token;
    uint32_t n = count_words(t);
    while (table.n < 2 * (size_t)n)
        table.n *= 2;
    table.slots = arena_calloc(&t->arena, table.n, sizeof *table.slots);
    t->words = arena_alloc(&t->arena, (n + 1) * sizeof *t->words);
    t->places = arena_alloc(&t->arena, (n + 1) * sizeof *t->places);
    t->distinct = arena_alloc(&t->arena, (n + 1) * sizeof *t->distinct);
    if (table.slots == NULL || t->words == NULL || t->places == NULL || t->distinct == NULL)
        return err_nomem(err);
    tokenizer_begin(t->searcher->tokenizer, t->request.text, t->request.len, NULL);
    for (t->n = 0; tokenizer_next(t->searcher->tokenizer, &token); t->n++) {
        if (!number_word(t, &table, &token, &t->words[t->n]))
            return err_nomem(err);
        t->places[t->n] = (struct trace_place){(uint32_t)token.start, (uint32_t)token.end};
    }
    return ST_OK;
}

/* ---- how rare ---------------------------------------------------------------------------------------------------- */

/* A word in 1 of so many documents is common, once those are many. */
enum { COMMON_SHARE = 32, COMMON_LEAST = 1024, COMMON_MOST = 1 << 16 };

/* A page of text, in words: documents may be long, and then nearly all hold a word that few of their pages do. */
#define PAGE_WORDS 250.0
#define LEAST_PAGES 50.0

/* In a text of few words each looks frequent: as if there were so many words more, all others. */
#define OTHER_WORDS 4000.0

/* In running text even the commonest word tells about two bits, of the log2(pages) that a word on one page tells. */
#define LEAST_BITS 2.0
#define LEAST_VALUE_MOST 0.18

/* 1: on one page; nearly 0: on every one. */
static double rarity(const struct tracer *t, uint64_t documents, uint64_t occurrences)
{
    double docs = (double)snapshot_docs(t->snap), words = (double)snapshot_words(t->snap);
    if (documents == 0 || docs < 1 || words < 1)
        return 1;
    double pages = fmax(words / PAGE_WORDS, LEAST_PAGES);
    double held = fmin(1 - exp(-PAGE_WORDS * (double)occurrences / (words + OTHER_WORDS)), (double)documents / docs);
    double value = -log(fmax(held, 1 / pages)) / log(pages);
    return fmax(value, fmin(LEAST_BITS / log2(pages), LEAST_VALUE_MOST));
}

static bool is_common(const struct tracer *t, uint64_t documents)
{
    uint64_t share = snapshot_docs(t->snap) / COMMON_SHARE;
    share = share < COMMON_LEAST ? COMMON_LEAST : share > COMMON_MOST ? COMMON_MOST : share;
    return documents >= share;
}

enum status trace_read_text(struct tracer *t, struct err *err)
{
    t->n_distinct = 0;
    if (t->request.len > UINT32_MAX / 2)
        return err_set(err, ST_TOO_BROAD, "a text that is traced has less than 2 GiB");
    enum status status = read_words(t, err);
    if (status != ST_OK)
        return status;
    t->values = arena_alloc(&t->arena, (t->n_distinct + 1) * sizeof *t->values);
    if (t->values == NULL)
        return err_nomem(err);
    for (uint32_t i = 0; i < t->n_distinct; i++) {
        struct trace_word *w = &t->distinct[i];
        uint64_t occurrences;
        snapshot_word_stats(t->snap, w->bytes, w->len, &w->documents, &occurrences, NULL);
        w->common = is_common(t, w->documents);
        w->varies = trace_varies(w->bytes, w->len);
        t->values[i] = (float)rarity(t, w->documents, occurrences);
    }
    return ST_OK;
}

/* ---- in a segment ------------------------------------------------------------------------------------------------ */

static void find_word(struct tracer *t, struct trace_word *w)
{
    const struct vocab *vocab = segment_vocab(t->segment);
    int64_t index = vocab_find(vocab, w->bytes, w->len);
    w->rank = w->postings = 0;
    w->bits = NULL;
    if (index < 0)
        return;
    struct vocab_word word = vocab_at(vocab, (uint32_t)index);
    w->rank = word.rank;
    w->postings = word.documents;
    w->bits = segment_bitmap(t->segment, word.rank, &w->bits_len);
}

enum status trace_turn_to(struct tracer *t, const struct segment *segment, struct err *err)
{
    if (t->segment == segment)
        return ST_OK;
    t->segment = segment;
    if (t->ranks == NULL) {
        t->n_ranks = 16;
        while (t->n_ranks < 4 * (size_t)t->n_distinct)
            t->n_ranks *= 2;
        t->ranks = arena_alloc(&t->arena, t->n_ranks * sizeof *t->ranks);
        t->direct = arena_alloc(&t->arena, TRACE_DIRECT * sizeof *t->direct);
        if (t->ranks == NULL || t->direct == NULL)
            return err_nomem(err);
    }
    memset(t->ranks, 0, t->n_ranks * sizeof *t->ranks);
    memset(t->direct, 0, TRACE_DIRECT * sizeof *t->direct);
    for (uint32_t i = 0; i < t->n_distinct; i++) {
        struct trace_word *w = &t->distinct[i];
        find_word(t, w);
        if (w->rank > 0 && w->rank < TRACE_DIRECT)
            t->direct[w->rank] = i + 1;
        if (w->rank < TRACE_DIRECT)
            continue;
        size_t slot = w->rank * UINT32_C(0x9e3779b1) & (t->n_ranks - 1);
        while (t->ranks[slot] != 0)
            slot = (slot + 1) & (t->n_ranks - 1);
        t->ranks[slot] = (uint64_t)w->rank << 32 | (i + 1);
    }
    return ST_OK;
}
