/* stems.c - see stems.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/stems.h"

#include <stdlib.h>
#include <zlib.h>

#include "lib/bytes.h"
#include "lib/token.h"
#include "shim/shim.h"

static uint32_t hash_of(const char *stem, size_t len)
{
    return (uint32_t)crc32_z(0, (const unsigned char *)stem, len);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static enum status hash_words(const struct vocab *vocab, struct shim_stemmer *stemmer, uint64_t *pairs, size_t *n,
                              struct err *err)
{
    struct vocab_cursor word;
    vocab_seek(&word, vocab, 0);
    while (vocab_next(&word)) {
        char stem[SHIM_TERM_MAX];
        size_t len;
        if (token_is_long(word.bytes, word.len))
            continue;
        enum status status = shim_stem(stemmer, word.bytes, word.len, stem, sizeof stem, &len, err);
        if (status != ST_OK)
            return status;
        pairs[(*n)++] = (uint64_t)hash_of(stem, len) << 32 | word.i;
    }
    return ST_OK;
}

static int compare_pairs(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static enum status write_pairs(const uint64_t *pairs, size_t n, const char *path, struct file_seal *seal,
                               struct err *err)
{
    struct file_writer w;
    enum status status = file_create(&w, path, STEMS_KIND, err);
    if (status != ST_OK)
        return status;
    for (size_t i = 0; i < n; i++) {
        file_put32(&w, (uint32_t)(pairs[i] >> 32));
        file_put32(&w, (uint32_t)pairs[i]);
    }
    return file_finish(&w, seal, err);
}

enum status stems_write(const struct vocab *vocab, const char *language, const char *path, struct file_seal *seal,
                        struct err *err)
{
    struct shim_stemmer *stemmer = NULL;
    size_t n = 0;
    uint64_t *pairs = malloc(((size_t)vocab_size(vocab) + 1) * sizeof *pairs);
    enum status status = pairs == NULL ? err_nomem(err) : shim_stemmer_new(language, &stemmer, err);
    if (status == ST_OK)
        status = hash_words(vocab, stemmer, pairs, &n, err);
    if (status == ST_OK) {
        qsort(pairs, n, sizeof *pairs, compare_pairs);
        status = write_pairs(pairs, n, path, seal, err);
    }
    shim_stemmer_free(stemmer);
    free(pairs);
    return status;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

enum status stems_open(struct stems *s, const char *path, struct err *err)
{
    *s = (struct stems){0};
    enum status status = file_map(&s->map, path, STEMS_KIND, err);
    if (status != ST_OK)
        return status;
    if (s->map.body_len % STEMS_PAIR_LEN != 0 || s->map.body_len / STEMS_PAIR_LEN >= UINT32_MAX) {
        status = file_damaged(&s->map, "its table does not fill it", err);
        stems_release(s);
        return status;
    }
    s->n = (uint32_t)(s->map.body_len / STEMS_PAIR_LEN);
    return ST_OK;
}

void stems_release(struct stems *s)
{
    file_map_release(&s->map);
    *s = (struct stems){0};
}

/* Number of the first pair whose hash is not less; hash may be 2^32. */
static uint32_t first_pair(const struct stems *s, uint64_t hash)
{
    uint32_t low = 0, high = s->n;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (bytes_get32(s->map.body + (size_t)mid * STEMS_PAIR_LEN) < hash)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void stems_find(const struct stems *s, const char *stem, size_t len, uint32_t *from, uint32_t *to)
{
    uint64_t hash = hash_of(stem, len);
    *from = first_pair(s, hash);
    *to = first_pair(s, hash + 1);
}

uint32_t stems_entry(const struct stems *s, uint32_t pair)
{
    return bytes_get32(s->map.body + (size_t)pair * STEMS_PAIR_LEN + 4);
}
