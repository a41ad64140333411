/* rank.c - ranking a segment's words, writing them as the part `vocab`, and giving each its code; see vocab_part.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/etdc.h"
#include "store/build_parts.h"
#include "store/vocab_part.h"

/* A word in an order: by bytes first, then by occurrences. */
struct key {
    uint64_t key;
    uint32_t number; /* in the table */
    uint32_t entry;  /* place in byte order, once that is known */
};

struct ranking {
    const struct wordtab *words;
    struct key *keys;
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

static void count_ranks(struct ranking *r)
{
    for (uint32_t i = 0; i < r->n; i++) {
        uint64_t occurrences = r->keys[i].key;
        r->rank_of[r->keys[i].entry] = i + 1;
        if (occurrences <= 1)
            continue;
        r->n_counted++;
        r->n_steps += i == 0 || r->keys[i - 1].key != occurrences;
    }
}

/* ---- writing -------------------------------------------------------------------------------------------------- */

static void put_head(const struct ranking *r, struct file_writer *w)
{
    uint8_t head[VOCAB_HEAD_LEN] = {0};
    bytes_put32(head, r->n);
    bytes_put32(head + 4, r->n_counted);
    bytes_put32(head + 8, r->n_steps);
    bytes_put64(head + 16, r->blob_len);
    file_put(w, head, sizeof head);
}

static void put_by_rank(const struct ranking *r, struct file_writer *w)
{
    for (uint32_t i = 0; i < r->n; i++)
        file_put32(w, r->keys[i].entry);
    for (uint32_t i = 0; i < r->n_counted; i++)
        file_put32(w, r->words->words[r->keys[i].number].documents);
    for (uint32_t i = 0; i < r->n_counted; i++) {
        if (i > 0 && r->keys[i - 1].key == r->keys[i].key)
            continue;
        file_put32(w, i + 1);
        file_put64(w, r->keys[i].key);
    }
}

/* Numbers in byte order: the order is lost from keys once they are by rank, but not from rank_of. */
static uint32_t number_of_entry(const struct ranking *r, uint32_t entry)
{
    return r->keys[r->rank_of[entry] - 1].number;
}

static void put_offsets(const struct ranking *r, struct file_writer *w)
{
    uint32_t off = 0;
    for (uint32_t i = 0; i < r->n; i++) {
        size_t len;
        (void)wordtab_bytes(r->words, number_of_entry(r, i), &len);
        file_put32(w, off);
        off += (uint32_t)len;
    }
    file_put32(w, off);
}

static void put_blob(const struct ranking *r, struct file_writer *w)
{
    for (uint32_t i = 0; i < r->n; i++) {
        size_t len;
        const char *bytes = wordtab_bytes(r->words, number_of_entry(r, i), &len);
        file_put(w, bytes, len);
    }
}

static enum status write_vocab(const struct ranking *r, const char *path, struct file_seal *seal, struct err *err)
{
    struct file_writer w;
    enum status status = file_create(&w, path, VOCAB_KIND, err);
    if (status != ST_OK)
        return status;
    put_head(r, &w);
    put_offsets(r, &w);
    for (uint32_t i = 0; i < r->n; i++)
        file_put32(&w, r->rank_of[i]);
    put_by_rank(r, &w);
    put_blob(r, &w);
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
    struct ranking r = {.words = words, .n = (uint32_t)words->n, .blob_len = words->strings_len - words->n};
    r.keys = malloc(((size_t)r.n + 1) * sizeof *r.keys);
    r.rank_of = malloc(((size_t)r.n + 1) * sizeof *r.rank_of);
    *codes = malloc(((size_t)r.n + 1) * sizeof **codes);
    enum status status = r.keys == NULL || r.rank_of == NULL || *codes == NULL ? err_nomem(err) : ST_OK;
    if (status == ST_OK) {
        sort_by_bytes(&r);
        sort_by_occurrences(&r);
        count_ranks(&r);
        make_codes(&r, *codes);
        status = write_vocab(&r, vocab_path, seal, err);
    }
    free(r.keys);
    free(r.rank_of);
    if (status != ST_OK) {
        free(*codes);
        *codes = NULL;
    }
    return status;
}
