/* tombs_write.c - writing tombstones; see tombs.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>

#include "lib/bytes.h"
#include "lib/etdc.h"
#include "lib/large.h"
#include "store/dir.h"
#include "store/tombs.h"

/* What one word loses; rank is its index, so that a document's codes lead there at once. */
struct loss {
    uint64_t occurrences;
    uint32_t documents;
    uint32_t last; /* the last document counted, from 1 */
};

/* Most words lose nothing, and nothing is done for them but to be passed over. */
struct count {
    const struct segment *segment;
    struct loss *losses; /* owned; by rank */
    uint32_t *ranks;     /* owned; of the words that lose something, by their place in byte order; others are 0 */
    uint64_t words;
    uint32_t n_stats;
};

static enum status damaged(const struct count *c, uint32_t doc, struct err *err)
{
    return err_set(err, ST_DAMAGED, "segment %s: damaged: document %u has words that are none", segment_id(c->segment),
                   doc);
}

/* A word that loses something for the first time; false when no two words can have its rank or place. */
static bool note_word(struct count *c, uint32_t i, uint32_t rank)
{
    if (i >= vocab_size(segment_vocab(c->segment)) || c->ranks[i] != 0)
        return false;
    c->ranks[i] = rank;
    c->n_stats++;
    return true;
}

static enum status count_codes(struct count *c, uint32_t doc, const uint8_t *p, const uint8_t *end, struct err *err)
{
    const struct vocab *vocab = segment_vocab(c->segment);
    uint32_t rank;
    while (p < end) {
        if (!etdc_get(&p, end, &rank) || rank == 0 || rank > vocab_size(vocab))
            return damaged(c, doc, err);
        struct loss *loss = &c->losses[rank];
        if (loss->documents == 0 && !note_word(c, vocab_of_rank(vocab, rank), rank))
            return damaged(c, doc, err);
        loss->documents += loss->last != doc + 1;
        loss->last = doc + 1;
        loss->occurrences++;
        c->words++;
    }
    return ST_OK;
}

/* What the documents that are dead already took away. */
static enum status take_losses(struct count *c, struct err *err)
{
    const struct tombs *tombs = segment_tombs(c->segment);
    const struct vocab *vocab = segment_vocab(c->segment);
    for (uint32_t k = 0; k < tombs->n_stats; k++) {
        struct loss loss = {0};
        uint32_t i = tombs_word(tombs, k, &loss.documents, &loss.occurrences);
        uint32_t rank = i < vocab_size(vocab) ? vocab_at(vocab, i).rank : 0;
        if (loss.documents == 0 || c->losses[rank].documents != 0 || !note_word(c, i, rank))
            return file_damaged(&tombs->map, "its words are none of the segment's", err);
        c->losses[rank] = loss;
        c->words += loss.occurrences;
    }
    return ST_OK;
}

/* The newly dead are counted, those before were. */
static enum status count_dead(struct count *c, const uint32_t *dead, size_t n, struct err *err)
{
    size_t n_words = vocab_size(segment_vocab(c->segment));
    c->losses = large_zeroed((n_words + 1) * sizeof *c->losses);
    c->ranks = large_zeroed((n_words + 1) * sizeof *c->ranks);
    enum status status = c->losses == NULL || c->ranks == NULL ? err_nomem(err) : take_losses(c, err);
    for (size_t i = 0; i < n && status == ST_OK; i++) {
        struct segment_words w;
        if (i > 0 && dead[i] <= dead[i - 1])
            return err_set(err, ST_USAGE, "segment %s: dead documents out of order", segment_id(c->segment));
        if (segment_is_dead(c->segment, dead[i]))
            continue;
        status = segment_words(c->segment, dead[i], &w, err);
        if (status == ST_OK)
            status = count_codes(c, dead[i], w.title, w.title_end, err);
        if (status == ST_OK)
            status = count_codes(c, dead[i], w.body, w.body_end, err);
    }
    return status;
}

static void put_head(const struct count *c, size_t n, uint32_t checksum, struct file_writer *w)
{
    uint8_t head[TOMBS_HEAD_LEN] = {0};
    bytes_put32(head, segment_docs(c->segment));
    bytes_put32(head + 4, (uint32_t)n);
    bytes_put64(head + 8, c->words);
    bytes_put32(head + 16, vocab_size(segment_vocab(c->segment)));
    bytes_put32(head + 20, c->n_stats);
    bytes_put32(head + 24, checksum);
    file_put(w, head, sizeof head);
}

static void put_bits(const struct count *c, const uint32_t *dead, size_t n, struct file_writer *w)
{
    uint32_t docs = segment_docs(c->segment);
    size_t at = 0;
    for (uint64_t first = 0; first < docs; first += 64) {
        uint64_t bits = 0;
        for (; at < n && dead[at] < first + 64; at++)
            bits |= UINT64_C(1) << (dead[at] - first);
        file_put64(w, bits);
    }
}

static void put_stats(const struct count *c, struct file_writer *w)
{
    for (uint32_t i = 0; i < vocab_size(segment_vocab(c->segment)); i++) {
        if (c->ranks[i] == 0)
            continue;
        const struct loss *loss = &c->losses[c->ranks[i]];
        file_put32(w, i);
        file_put32(w, loss->documents);
        file_put64(w, loss->occurrences);
    }
}

static enum status write_file(const char *path, const struct count *c, const uint32_t *dead, size_t n,
                              uint32_t checksum, struct err *err)
{
    struct file_writer w;
    if (path == NULL)
        return err_nomem(err);
    enum status status = file_create(&w, path, TOMBS_KIND, err);
    if (status != ST_OK)
        return status;
    put_head(c, n, checksum, &w);
    put_bits(c, dead, n, &w);
    put_stats(c, &w);
    return file_finish(&w, NULL, err);
}

enum status tombs_write(const char *index_dir, uint64_t generation, const struct segment *segment, const uint32_t *dead,
                        size_t n, struct manifest_segment *entry, struct err *err)
{
    struct count c = {.segment = segment};
    enum status status = count_dead(&c, dead, n, err);
    if (status == ST_OK) {
        char *path = dir_path("%s/del-%08" PRIu64 "-%s", index_dir, generation, segment_id(segment));
        status = write_file(path, &c, dead, n, entry->checksum, err);
        free(path);
    }
    free(c.losses);
    free(c.ranks);
    entry->dead_docs = (uint32_t)n;
    entry->dead_words = c.words;
    entry->tombs_generation = generation;
    return status;
}
