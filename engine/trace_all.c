/* trace_all.c - see trace_all.h: fingerprints, pairs, passages. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/trace_all.h"

#include <stdlib.h>
#include <string.h>

#include "engine/trace_sort.h"
#include "engine/trace_state.h"
#include "lib/array.h"
#include "lib/etdc.h"

struct all {
    struct searcher *searcher;
    const struct snapshot *snap;
    const struct trace_all_request *req;
    uint32_t gram, window;             /* words hashed together; hashes of which one is a fingerprint */
    struct trace_sort *prints, *pairs; /* hash and document; document << 32 and the other */
    uint64_t n_docs;                   /* of all segments: documents are numbered through */
    uint64_t n_pairs;

    uint64_t *hashes; /* malloc'ed; of a segment's commonest words, by rank, 0: not known yet */
    uint64_t *words;  /* malloc'ed; hashes of a document's words */
    size_t cap_words;

    struct tracer *tracer;
    struct buf text; /* of the document that is compared */
    uint64_t doc;    /* its number */
    bool has_doc;
};

enum { HASHES = 1 << 20 };

/* ---- fingerprints ------------------------------------------------------------------------------------------------ */

static uint64_t mix(uint64_t h)
{
    h ^= h >> 32;
    h *= UINT64_C(0xd6e8feb86659fd93);
    h ^= h >> 32;
    return h * UINT64_C(0xd6e8feb86659fd93);
}

/* Ranks differ from segment to segment; the bytes of a word do not. */
static uint64_t hash_word(struct all *a, const struct segment *segment, uint32_t rank)
{
    if (rank < HASHES && a->hashes[rank] != 0)
        return a->hashes[rank];
    const struct vocab *vocab = segment_vocab(segment);
    uint32_t index = vocab_of_rank(vocab, rank);
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    char bytes[VOCAB_WORD_MAX];
    size_t len = index < vocab_size(vocab) ? vocab_bytes(vocab, index, bytes) : 0;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    h = mix(h) | 1;
    if (rank < HASHES)
        a->hashes[rank] = h;
    return h;
}

static enum status hash_words(struct all *a, const struct segment *segment, uint32_t doc, uint32_t *n, struct err *err)
{
    struct segment_words words;
    enum status status = segment_words(segment, doc, &words, err);
    if (status != ST_OK)
        return status;
    if (!ARRAY_RESERVE(a->words, a->cap_words, words.n_body + 1))
        return err_nomem(err);
    const uint8_t *p = words.body;
    uint32_t rank;
    for (*n = 0; *n < words.n_body && etdc_get(&p, words.body_end, &rank); ++*n)
        a->words[*n] = hash_word(a, segment, rank);
    return ST_OK;
}

/* Puts the hash of the run that begins at each word in the place of the word's; returns how many there are. */
static uint32_t hash_grams(struct all *a, uint32_t n)
{
    if (n < a->gram)
        return 0;
    for (uint32_t i = 0; i + a->gram <= n; i++) {
        uint64_t h = 0;
        for (uint32_t k = 0; k < a->gram; k++)
            h = h * UINT64_C(0x9e3779b97f4a7c15) + a->words[i + k];
        a->words[i] = mix(h);
    }
    return n - a->gram + 1;
}

/* Of every `window` hashes in succession the least is a fingerprint, of equal ones the last. */
static enum status winnow(struct all *a, uint32_t n, uint64_t doc, struct err *err)
{
    enum status status = ST_OK;
    for (uint32_t i = 0, last = UINT32_MAX; i + a->window <= n && status == ST_OK; i++) {
        uint32_t least = i;
        for (uint32_t k = i + 1; k < i + a->window; k++)
            if (a->words[k] <= a->words[least])
                least = k;
        if (least != last)
            status = trace_sort_add(a->prints, (struct trace_record){a->words[least], doc}, err);
        last = least;
    }
    return status;
}

static void report(const struct all *a, uint64_t done, double from)
{
    enum { EVERY = 256 };
    if (a->req->progress != NULL && done % EVERY == 0)
        a->req->progress(a->req->arg, from + 0.5 * (double)done / (double)(a->n_docs > 0 ? a->n_docs : 1));
}

static bool takes_part(const struct all *a, const struct segment *segment, uint32_t doc, enum status *status,
                       struct err *err)
{
    struct segment_doc d;
    if (segment_is_dead(segment, doc))
        return false;
    *status = segment_doc(segment, doc, &d, err);
    return *status == ST_OK && !trace_is_excluded(a->req->exclude, a->req->exclude_len, d.path, d.path_len);
}

static enum status print_segment(struct all *a, const struct segment *segment, uint64_t base, struct err *err)
{
    enum status status = ST_OK;
    memset(a->hashes, 0, HASHES * sizeof *a->hashes);
    for (uint32_t doc = 0; doc < segment_docs(segment) && status == ST_OK; doc++) {
        uint32_t n = 0;
        report(a, base + doc, 0);
        if (!takes_part(a, segment, doc, &status, err))
            continue;
        status = hash_words(a, segment, doc, &n, err);
        if (status == ST_OK)
            status = winnow(a, hash_grams(a, n), base + doc, err);
    }
    return status;
}

/* ---- pairs ------------------------------------------------------------------------------------------------------- */

/* Documents with the same fingerprint, in ascending order. */
struct group {
    uint64_t key, docs[TRACE_ALL_EVERY_PAIR];
    size_t n;
};

static enum status add_to_group(struct all *a, struct group *g, const struct trace_record *r, struct err *err)
{
    enum status status = ST_OK;
    if (g->n == 0 || r->key != g->key) {
        g->key = r->key;
        g->n = 0;
    }
    size_t pairs = g->n < TRACE_ALL_EVERY_PAIR ? g->n : 1;
    for (size_t i = 0; i < pairs && status == ST_OK; i++)
        status = trace_sort_add(a->pairs, (struct trace_record){g->docs[i], r->value}, err);
    if (g->n < TRACE_ALL_EVERY_PAIR)
        g->docs[g->n++] = r->value;
    return status;
}

static enum status make_pairs(struct all *a, struct err *err)
{
    struct group group = {.n = 0};
    struct trace_record record;
    enum status status = trace_sort_finish(a->prints, err);
    while (status == ST_OK) {
        status = trace_sort_next(a->prints, &record, err);
        if (status == ST_OK)
            status = add_to_group(a, &group, &record, err);
    }
    trace_sort_free(a->prints);
    a->prints = NULL;
    return status == ST_END ? trace_sort_finish(a->pairs, err) : status;
}

/* ---- passages ---------------------------------------------------------------------------------------------------- */

static const struct segment *find_segment(const struct all *a, uint64_t number, uint32_t *doc)
{
    size_t i = 0;
    while (number >= segment_docs(snapshot_segment(a->snap, i)))
        number -= segment_docs(snapshot_segment(a->snap, i++));
    *doc = (uint32_t)number;
    return snapshot_segment(a->snap, i);
}

/* Takes a document's text for the one that is traced. */
static enum status take_text(struct all *a, uint64_t number, struct err *err)
{
    uint32_t doc;
    const struct segment *segment = find_segment(a, number, &doc);
    a->doc = number;
    a->has_doc = true;
    buf_clear(&a->text);
    enum status status = segment_text(segment, doc, 0, UINT32_MAX, a->searcher->text, &a->text, err);
    if (status != ST_OK)
        return status;
    const struct trace_request text = {
        .text = a->text.data, .len = a->text.len, .run = a->req->run, .tolerance = a->req->tolerance,
        .patient = true};
    return tracer_begin(a->tracer, a->snap, &text, err);
}

static uint32_t words_of(const struct segment *segment, uint32_t doc)
{
    struct segment_words words;
    return segment_words(segment, doc, &words, NULL) == ST_OK ? words.n_body : 0;
}

static enum status compare(struct all *a, const struct trace_record *pair, struct err *err)
{
    struct trace_pair out = {.doc = 0};
    const struct align_passage *passages;
    size_t n = 0;
    enum status status = a->has_doc && a->doc == pair->key ? ST_OK : take_text(a, pair->key, err);
    out.segment = find_segment(a, pair->key, &out.doc);
    out.other_segment = find_segment(a, pair->value, &out.other_doc);
    if (status == ST_OK)
        status = trace_turn_to(a->tracer, out.other_segment, err);
    if (status == ST_OK)
        status = trace_align(a->tracer, out.other_doc, &passages, &n, err);
    uint32_t words = n > 0 ? words_of(out.other_segment, out.other_doc) : 0;
    words = words < a->tracer->n ? words : a->tracer->n;
    for (size_t i = 0; i < n && status == ST_OK; i++) {
        out.passage = &passages[i];
        if ((uint64_t)passages[i].shared * 100 >= (uint64_t)a->req->coverage * words)
            status = a->req->found(a->req->arg, &out, err);
    }
    a->n_pairs++;
    return status;
}

static enum status compare_pairs(struct all *a, struct err *err)
{
    struct trace_record pair;
    enum status status = ST_OK;
    while (status == ST_OK) {
        status = trace_sort_next(a->pairs, &pair, err);
        if (status == ST_OK && !(a->has_doc && a->doc == pair.key))
            report(a, pair.key & ~UINT64_C(0xff), 0.5);
        if (status == ST_OK)
            status = compare(a, &pair, err);
    }
    return status == ST_END ? ST_OK : status;
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

static enum status prepare(struct all *a, struct err *err)
{
    /* A run of r words has r - gram + 1 hashes, as many as a window: one of them is a fingerprint. */
    a->window = 1 + a->req->run / 4;
    a->gram = a->req->run - a->window + 1;
    size_t records = a->req->memory / 2 / sizeof(struct trace_record);
    records = records < 1024 ? 1024 : records;
    a->prints = trace_sort_new(records, a->req->dir);
    a->pairs = trace_sort_new(records, a->req->dir);
    a->hashes = malloc(HASHES * sizeof *a->hashes);
    a->tracer = tracer_new(a->searcher);
    bool ok = a->prints != NULL && a->pairs != NULL && a->hashes != NULL && a->tracer != NULL;
    for (size_t i = 0; i < snapshot_segments(a->snap); i++)
        a->n_docs += segment_docs(snapshot_segment(a->snap, i));
    return ok ? ST_OK : err_nomem(err);
}

enum status trace_all(struct searcher *s, const struct snapshot *snap, const struct trace_all_request *req,
                      uint64_t *pairs, struct err *err)
{
    struct all a = {.searcher = s, .snap = snap, .req = req};
    enum status status = prepare(&a, err);
    uint64_t base = 0;
    for (size_t i = 0; i < snapshot_segments(snap) && status == ST_OK; i++) {
        status = print_segment(&a, snapshot_segment(snap, i), base, err);
        base += segment_docs(snapshot_segment(snap, i));
    }
    if (status == ST_OK)
        status = make_pairs(&a, err);
    if (status == ST_OK)
        status = compare_pairs(&a, err);
    *pairs = a.n_pairs;
    trace_sort_free(a.prints);
    trace_sort_free(a.pairs);
    tracer_free(a.tracer);
    buf_release(&a.text);
    free(a.hashes);
    free(a.words);
    return status;
}
