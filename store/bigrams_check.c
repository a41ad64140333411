/* bigrams_check.c - whether the part `bigrams` says what the words say: its pairs are counted again.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "store/segment_open.h"

struct recount {
    const struct segment *segment;
    struct recounted {
        struct segment_bigram told;
        uint32_t in_doc, documents;
        uint64_t occurrences;
    } * bigrams;
    uint16_t *slot_of; /* by pair, from 1 on */
    bool right;
};

static void recount_pair(void *arg, uint32_t pair)
{
    struct recount *r = arg;
    if (r->slot_of[pair] > 0)
        r->bigrams[r->slot_of[pair] - 1].in_doc++;
}

static void compare_doc(struct recount *r, uint32_t doc)
{
    for (uint32_t i = 0; i < r->segment->bigrams.n; i++) {
        struct recounted *b = &r->bigrams[i];
        if (b->in_doc == 0)
            continue;
        r->right = r->right && segment_seek_holder(&b->told.holders, doc) && b->told.holders.doc == doc &&
                   segment_holder_occurrences(&b->told.holders) == b->in_doc;
        b->documents++;
        b->occurrences += b->in_doc;
        b->in_doc = 0;
    }
}

static bool counts_are_told(const struct recount *r)
{
    for (uint32_t i = 0; i < r->segment->bigrams.n; i++) {
        const struct recounted *b = &r->bigrams[i];
        struct segment_holders from_start = b->told.holders;
        if (b->documents != b->told.documents || b->occurrences != b->told.occurrences)
            return false;
        if (b->documents > 0 && segment_seek_holder(&from_start, from_start.doc + 1))
            return false;
    }
    return r->right;
}

/* Ranks in order and below the bound, so that each pair has a place of its own. */
static bool find_bigrams(struct recount *r)
{
    const struct bigrams *b = &r->segment->bigrams;
    for (uint32_t i = 0, before = 0; i < b->n; i++) {
        uint32_t pair = bigrams_pair(b, i);
        if (pair <= before || pair >= BIGRAMS_WORDS * BIGRAMS_WORDS ||
            !bigrams_find(b, pair / BIGRAMS_WORDS, pair % BIGRAMS_WORDS, &r->bigrams[i].told))
            return false;
        r->slot_of[pair] = (uint16_t)(i + 1);
        before = pair;
    }
    return true;
}

enum status bigrams_check(const struct segment *s, struct err *err)
{
    struct recount r = {.segment = s, .right = true};
    r.bigrams = calloc((size_t)s->bigrams.n + 1, sizeof *r.bigrams);
    r.slot_of = calloc(BIGRAMS_WORDS * BIGRAMS_WORDS, sizeof *r.slot_of);
    enum status status = r.bigrams == NULL || r.slot_of == NULL ? err_nomem(err) : ST_OK;
    bool right = status == ST_OK && find_bigrams(&r);
    for (uint32_t doc = 0; right && s->bigrams.n > 0 && doc < s->docs.n; doc++) {
        uint64_t begin, end;
        right = segment_codes_of(s, doc, &begin, &end);
        if (right)
            bigrams_walk(s->words.body + begin, end - begin, recount_pair, &r);
        compare_doc(&r, doc);
    }
    if (status == ST_OK && !(right && counts_are_told(&r)))
        status = file_damaged(&s->bigrams.map, "a pair of words is in other documents than it says", err);
    free(r.bigrams);
    free(r.slot_of);
    return status;
}
