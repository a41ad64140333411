/* vocab_write.c - writing the part `vocab`; see ranked.h, vocab_part.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/packed.h"
#include "store/ranked.h"
#include "store/vocab_part.h"

/* The words in byte order: that order is lost from keys once they are by rank, but not from rank_of. */
static const char *word_at(const struct ranked *r, uint32_t entry, size_t *len)
{
    return wordtab_bytes(r->words, r->by_rank[r->rank_of[entry] - 1].a, len);
}

static size_t shared_len(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t n = 0;
    while (n < a_len && n < b_len && a[n] == b[n])
        n++;
    return n;
}

static void put_byte(struct file_writer *w, size_t byte)
{
    file_put(w, &(uint8_t){(uint8_t)byte}, 1);
}

static void put_difference(struct file_writer *w, const char *before, size_t before_len, const char *word, size_t len)
{
    size_t shared = shared_len(before, before_len, word, len), own = len - shared;
    size_t low = shared < VOCAB_NIBBLE ? shared : VOCAB_NIBBLE, high = own <= VOCAB_NIBBLE ? own : 0;
    put_byte(w, low | high << 4);
    if (low == VOCAB_NIBBLE)
        put_byte(w, shared);
    if (high == 0)
        put_byte(w, own);
    file_put(w, word + shared, own);
}

/* A block's first word, whose first bytes are its key. */
static void put_first(struct file_writer *w, const char *word, size_t len)
{
    put_byte(w, len);
    if (len > VOCAB_KEY_LEN)
        file_put(w, word + VOCAB_KEY_LEN, len - VOCAB_KEY_LEN);
}

/* offs: of each block, filled in. Returns the bytes of all. */
static uint64_t put_words(const struct ranked *r, uint32_t *offs, struct file_writer *w)
{
    const char *before = NULL;
    size_t before_len = 0;
    for (uint32_t i = 0; i < r->n; i++) {
        size_t len;
        const char *word = word_at(r, i, &len);
        assert(len <= VOCAB_WORD_MAX);
        if (i % VOCAB_BLOCK == 0) {
            offs[i / VOCAB_BLOCK] = (uint32_t)w->body_len;
            put_first(w, word, len);
        } else {
            put_difference(w, before, before_len, word, len);
        }
        before = word;
        before_len = len;
    }
    return w->body_len;
}

static void put_blocks(const struct ranked *r, const uint32_t *offs, struct file_writer *w)
{
    for (uint32_t i = 0; i < r->n; i += VOCAB_BLOCK) {
        size_t len;
        const char *word = word_at(r, i, &len);
        file_put64(w, vocab_key(word, len));
    }
    for (uint32_t i = 0; i < r->n; i += VOCAB_BLOCK)
        file_put32(w, offs[i / VOCAB_BLOCK]);
}

static void put_singles(const struct ranked *r, struct file_writer *w)
{
    uint32_t n = 0;
    for (uint32_t from = 0; from < r->n; from += 64) {
        uint64_t bits = 0;
        for (uint32_t i = from; i < r->n && i < from + 64; i++)
            bits |= (uint64_t)(r->rank_of[i] > r->n_counted) << (i - from);
        file_put64(w, bits);
    }
    for (uint32_t i = 0; i < r->n; i++) {
        if (i % VOCAB_BITS == 0)
            file_put32(w, n);
        n += r->rank_of[i] > r->n_counted;
    }
}

static void put_counted(const struct ranked *r, struct file_writer *w)
{
    struct packed_writer p = {.to = w};
    for (uint32_t i = 0; i < r->n; i++)
        if (r->rank_of[i] <= r->n_counted)
            packed_put(&p, r->rank_of[i] - 1, packed_width(r->n_counted));
    packed_end(&p);
    for (uint32_t i = 0; i < r->n_counted; i++)
        packed_put(&p, r->by_rank[i].b, packed_width(r->n));
    packed_end(&p);
    for (uint32_t i = 0; i < r->n_counted; i++)
        packed_put(&p, r->words->words[r->by_rank[i].a].documents - 1, vocab_documents_width(r->by_rank[i].key));
    packed_end(&p);
}

static bool begins_step(const struct ranked *r, uint32_t i)
{
    return i == 0 || r->by_rank[i - 1].key != r->by_rank[i].key;
}

/* Returns how many there are, and in *bits those that numbers of documents take. */
static uint32_t put_steps(const struct ranked *r, uint64_t *bits, struct file_writer *w)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->n_counted; i++) {
        if (begins_step(r, i)) {
            file_put32(w, i + 1);
            n++;
        }
    }
    *bits = 0;
    for (uint32_t i = 0; i < r->n_counted; i++) {
        if (begins_step(r, i)) {
            file_put64(w, r->by_rank[i].key);
            file_put64(w, *bits);
        }
        *bits += vocab_documents_width(r->by_rank[i].key);
    }
    return n;
}

enum status vocab_write(const struct ranked *r, const char *path, struct file_seal *seal, struct err *err)
{
    struct file_writer w;
    uint8_t foot[VOCAB_FOOT_LEN] = {0};
    uint64_t documents_bits;
    uint32_t *offs = malloc(((size_t)r->n / VOCAB_BLOCK + 1) * sizeof *offs);
    if (offs == NULL)
        return err_nomem(err);
    enum status status = file_create(&w, path, VOCAB_KIND, err);
    if (status == ST_OK) {
        uint64_t blob_len = put_words(r, offs, &w);
        put_blocks(r, offs, &w);
        put_singles(r, &w);
        put_counted(r, &w);
        bytes_put32(foot, r->n);
        bytes_put32(foot + 4, r->n_counted);
        bytes_put32(foot + 8, put_steps(r, &documents_bits, &w));
        bytes_put64(foot + 16, blob_len);
        bytes_put64(foot + 24, documents_bits);
        file_put(&w, foot, sizeof foot);
        status = file_finish(&w, seal, err);
    }
    free(offs);
    return status;
}
