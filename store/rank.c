/* rank.c - ranking a segment's words, writing them as the part `vocab`, and giving each its code; see vocab_part.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/etdc.h"
#include "store/build_parts.h"
#include "store/packed.h"
#include "store/vocab_part.h"

/* A word in an order: by bytes first, then by occurrences. */
struct key {
    uint64_t key;
    uint32_t number; /* in the table */
    uint32_t entry;  /* place in byte order, once that is known */
};

/* Of words in byte order, as written. */
struct block {
    uint64_t key;
    uint32_t off;
};

struct ranking {
    const struct wordtab *words;
    struct key *keys;
    struct block *blocks;
    uint32_t *rank_of; /* by entry */
    uint32_t n, n_counted, n_steps;
    uint64_t blob_len;
};

/* ---- orders --------------------------------------------------------------------------------------------------- */

/* First eight bytes as a number that compares as they do; shorter words are filled up with zeroes. */
static uint64_t first_bytes(const char *bytes, size_t len)
{
    uint64_t v = 0;
    for (size_t i = 0; i < 8; i++)
        v = v << 8 | (i < len ? (unsigned char)bytes[i] : 0u);
    return v;
}

static int compare_bytes(const void *a, const void *b, void *context)
{
    const struct key *x = a, *y = b;
    const struct wordtab *words = context;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    size_t x_len, y_len;
    const char *x_bytes = wordtab_bytes(words, x->number, &x_len), *y_bytes = wordtab_bytes(words, y->number, &y_len);
    int order = memcmp(x_bytes, y_bytes, x_len < y_len ? x_len : y_len);
    return order != 0 ? order : (x_len > y_len) - (x_len < y_len);
}

static void sort_by_bytes(struct ranking *r)
{
    for (uint32_t i = 0; i < r->n; i++) {
        size_t len;
        const char *bytes = wordtab_bytes(r->words, i, &len);
        r->keys[i] = (struct key){.key = first_bytes(bytes, len), .number = i};
    }
    qsort_r(r->keys, r->n, sizeof *r->keys, compare_bytes, (void *)(uintptr_t)r->words);
    for (uint32_t i = 0; i < r->n; i++)
        r->keys[i].entry = i;
}

static int compare_occurrences(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    if (x->key != y->key)
        return x->key > y->key ? -1 : 1;
    return x->entry < y->entry ? -1 : 1;
}

/* Words that occur once, most of them, are in order already: only those before them are sorted. */
static void sort_by_occurrences(struct ranking *r)
{
    struct key *once = malloc(((size_t)r->n + 1) * sizeof *once);
    uint32_t n_once = 0, n = 0;
    for (uint32_t i = 0; i < r->n; i++) {
        struct key key = r->keys[i];
        key.key = r->words->words[key.number].occurrences;
        if (once != NULL && key.key == 1)
            once[n_once++] = key;
        else
            r->keys[n++] = key;
    }
    qsort(r->keys, n, sizeof *r->keys, compare_occurrences);
    if (n_once > 0)
        memcpy(r->keys + n, once, n_once * sizeof *once);
    free(once);
}

static bool begins_step(const struct ranking *r, uint32_t i)
{
    return i == 0 || r->keys[i - 1].key != r->keys[i].key;
}

static void count_ranks(struct ranking *r)
{
    for (uint32_t i = 0; i < r->n; i++) {
        uint64_t occurrences = r->keys[i].key;
        r->rank_of[r->keys[i].entry] = i + 1;
        if (occurrences <= 1)
            continue;
        r->n_counted++;
        r->n_steps += begins_step(r, i);
    }
}

/* ---- writing -------------------------------------------------------------------------------------------------- */

/* The words in byte order: that order is lost from keys once they are by rank, but not from rank_of. */
static const char *word_at(const struct ranking *r, uint32_t entry, size_t *len)
{
    return wordtab_bytes(r->words, r->keys[r->rank_of[entry] - 1].number, len);
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

static void put_words(struct ranking *r, struct file_writer *w)
{
    const char *before = NULL;
    size_t before_len = 0;
    for (uint32_t i = 0; i < r->n; i++) {
        size_t len;
        const char *word = word_at(r, i, &len);
        assert(len <= VOCAB_WORD_MAX);
        if (i % VOCAB_BLOCK == 0) {
            r->blocks[i / VOCAB_BLOCK] = (struct block){first_bytes(word, len), (uint32_t)w->body_len};
            put_first(w, word, len);
        } else {
            put_difference(w, before, before_len, word, len);
        }
        before = word;
        before_len = len;
    }
    r->blob_len = w->body_len;
    uint32_t n_blocks = r->n / VOCAB_BLOCK + (r->n % VOCAB_BLOCK != 0);
    for (uint32_t i = 0; i < n_blocks; i++)
        file_put64(w, r->blocks[i].key);
    for (uint32_t i = 0; i < n_blocks; i++)
        file_put32(w, r->blocks[i].off);
}

static void put_singles(const struct ranking *r, struct file_writer *w)
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

static void put_counted(const struct ranking *r, struct file_writer *w)
{
    struct packed_writer p = {.to = w};
    for (uint32_t i = 0; i < r->n; i++)
        if (r->rank_of[i] <= r->n_counted)
            packed_put(&p, r->rank_of[i] - 1, packed_width(r->n_counted));
    packed_end(&p);
    for (uint32_t i = 0; i < r->n_counted; i++)
        packed_put(&p, r->keys[i].entry, packed_width(r->n));
    packed_end(&p);
    for (uint32_t i = 0; i < r->n_counted; i++)
        packed_put(&p, r->words->words[r->keys[i].number].documents - 1, vocab_documents_width(r->keys[i].key));
    packed_end(&p);
}

/* Returns the bits that numbers of documents take. */
static uint64_t put_steps(const struct ranking *r, struct file_writer *w)
{
    uint64_t bit = 0;
    for (uint32_t i = 0; i < r->n_counted; i++)
        if (begins_step(r, i))
            file_put32(w, i + 1);
    for (uint32_t i = 0; i < r->n_counted; i++) {
        if (begins_step(r, i)) {
            file_put64(w, r->keys[i].key);
            file_put64(w, bit);
        }
        bit += vocab_documents_width(r->keys[i].key);
    }
    return bit;
}

static void put_foot(const struct ranking *r, uint64_t documents_bits, struct file_writer *w)
{
    uint8_t foot[VOCAB_FOOT_LEN] = {0};
    bytes_put32(foot, r->n);
    bytes_put32(foot + 4, r->n_counted);
    bytes_put32(foot + 8, r->n_steps);
    bytes_put64(foot + 16, r->blob_len);
    bytes_put64(foot + 24, documents_bits);
    file_put(w, foot, sizeof foot);
}

static enum status write_vocab(struct ranking *r, const char *path, struct file_seal *seal, struct err *err)
{
    struct file_writer w;
    enum status status = file_create(&w, path, VOCAB_KIND, err);
    if (status != ST_OK)
        return status;
    put_words(r, &w);
    put_singles(r, &w);
    put_counted(r, &w);
    put_foot(r, put_steps(r, &w), &w);
    return file_finish(&w, seal, err);
}

/* ---- codes ---------------------------------------------------------------------------------------------------- */

static void make_codes(const struct ranking *r, uint32_t *codes)
{
    for (uint32_t i = 0; i < r->n; i++) {
        uint8_t code[ETDC_MAX_BYTES] = {0};
        (void)etdc_put(code, i + 1);
        memcpy(&codes[r->keys[i].number], code, sizeof code);
    }
}

enum status rank_words(const struct wordtab *words, const char *vocab_path, uint32_t **codes, struct file_seal *seal,
                       struct err *err)
{
    struct ranking r = {.words = words, .n = (uint32_t)words->n};
    r.keys = malloc(((size_t)r.n + 1) * sizeof *r.keys);
    r.rank_of = malloc(((size_t)r.n + 1) * sizeof *r.rank_of);
    r.blocks = malloc(((size_t)r.n / VOCAB_BLOCK + 1) * sizeof *r.blocks);
    *codes = malloc(((size_t)r.n + 1) * sizeof **codes);
    bool ok = r.keys != NULL && r.rank_of != NULL && r.blocks != NULL && *codes != NULL;
    enum status status = ok ? ST_OK : err_nomem(err);
    if (status == ST_OK) {
        sort_by_bytes(&r);
        sort_by_occurrences(&r);
        count_ranks(&r);
        make_codes(&r, *codes);
        status = write_vocab(&r, vocab_path, seal, err);
    }
    free(r.keys);
    free(r.rank_of);
    free(r.blocks);
    if (status != ST_OK) {
        free(*codes);
        *codes = NULL;
    }
    return status;
}
