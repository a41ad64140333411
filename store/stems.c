/* stems.c - see stems.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/stems.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "lib/array.h"
#include "lib/bytes.h"
#include "lib/token.h"
#include "shim/shim.h"
#include "store/packed.h"

static uint64_t hash_of(const char *stem, size_t len)
{
    return (uint64_t)crc32_z(0, (const unsigned char *)stem, len) >> (32 - STEMS_HASH_BITS);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

struct stems_writer {
    struct file_writer file;
    struct shim_stemmer *stemmer;
    unsigned entry_width;
    uint64_t *odd; /* owned */
    size_t n_odd, cap;
};

/* What a word lacks; an odd one is noted. */
static enum status look_at(struct stems_writer *w, const struct vocab_cursor *word, unsigned *lacks, struct err *err)
{
    char stem[SHIM_TERM_MAX];
    size_t len;
    *lacks = STEMS_ODD;
    if (token_is_long(word->bytes, word->len))
        return ST_OK;
    enum status status = shim_stem(w->stemmer, word->bytes, word->len, stem, sizeof stem, &len, err);
    if (status != ST_OK)
        return status;
    if (len <= word->len && word->len - len < STEMS_ODD && memcmp(stem, word->bytes, len) == 0) {
        *lacks = (unsigned)(word->len - len);
        return ST_OK;
    }
    if (!ARRAY_RESERVE(w->odd, w->cap, w->n_odd + 1))
        return err_nomem(err);
    w->odd[w->n_odd++] = hash_of(stem, len) << w->entry_width | word->i;
    return ST_OK;
}

static enum status put_lacks(struct stems_writer *w, const struct vocab *vocab, struct err *err)
{
    struct packed_writer p = {.to = &w->file};
    struct vocab_cursor word;
    vocab_seek(&word, vocab, 0);
    while (vocab_next(&word)) {
        unsigned lacks;
        enum status status = look_at(w, &word, &lacks, err);
        if (status != ST_OK)
            return status;
        packed_put(&p, lacks, STEMS_LACKS_BITS);
    }
    packed_end(&p);
    return ST_OK;
}

static int compare_odd(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void put_odd(struct stems_writer *w)
{
    struct packed_writer p = {.to = &w->file};
    if (w->n_odd > 0)
        qsort(w->odd, w->n_odd, sizeof *w->odd, compare_odd);
    for (size_t i = 0; i < w->n_odd; i++)
        packed_put(&p, w->odd[i], STEMS_HASH_BITS + w->entry_width);
    packed_end(&p);
}

enum status stems_write(const struct vocab *vocab, const char *language, const char *path, struct file_seal *seal,
                        struct err *err)
{
    struct stems_writer w = {.entry_width = packed_width(vocab_size(vocab))};
    enum status status = shim_stemmer_new(language, &w.stemmer, err);
    if (status == ST_OK)
        status = file_create(&w.file, path, STEMS_KIND, err);
    if (status == ST_OK)
        status = put_lacks(&w, vocab, err);
    if (status == ST_OK) {
        put_odd(&w);
        file_put32(&w.file, vocab_size(vocab));
        file_put32(&w.file, (uint32_t)w.n_odd);
        status = file_finish(&w.file, seal, err);
    }
    file_release(&w.file);
    shim_stemmer_free(w.stemmer);
    free(w.odd);
    return status;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static bool set_tables(struct stems *s, uint32_t n)
{
    if (s->map.body_len < STEMS_FOOT_LEN)
        return false;
    const uint8_t *foot = s->map.body + s->map.body_len - STEMS_FOOT_LEN;
    s->n = bytes_get32(foot);
    s->n_odd = bytes_get32(foot + 4);
    s->entry_width = packed_width(s->n);
    uint64_t lacks = packed_len((uint64_t)s->n * STEMS_LACKS_BITS);
    uint64_t odd = packed_len((uint64_t)s->n_odd * (STEMS_HASH_BITS + s->entry_width));
    s->lacks = s->map.body;
    s->odd = s->lacks + lacks;
    return s->n == n && s->n_odd <= n && lacks + odd + STEMS_FOOT_LEN == s->map.body_len;
}

enum status stems_open(struct stems *s, const char *path, uint32_t n, struct err *err)
{
    *s = (struct stems){0};
    enum status status = file_map(&s->map, path, STEMS_KIND, err);
    if (status != ST_OK)
        return status;
    if (!set_tables(s, n)) {
        status = file_damaged(&s->map, "its tables do not fill it or are not of its segment's words", err);
        stems_release(s);
    }
    return status;
}

void stems_release(struct stems *s)
{
    file_map_release(&s->map);
    *s = (struct stems){0};
}

static uint64_t odd_at(const struct stems *s, uint32_t number)
{
    return packed_get(s->odd, number, STEMS_HASH_BITS + s->entry_width);
}

enum status stems_check(const struct stems *s, struct err *err)
{
    bool ok = true;
    for (uint32_t i = 0; i < s->n_odd && ok; i++) {
        uint32_t entry = stems_entry(s, i);
        ok = entry < s->n && stems_lacks(s, entry) == STEMS_ODD && (i == 0 || odd_at(s, i - 1) < odd_at(s, i));
    }
    return ok ? ST_OK : file_damaged(&s->map, "its stems are out of order", err);
}

unsigned stems_lacks(const struct stems *s, uint32_t entry)
{
    return (unsigned)packed_get(s->lacks, entry, STEMS_LACKS_BITS);
}

/* Number of the first odd word whose hash is not less; hash may be one more than there can be. */
static uint32_t first_odd(const struct stems *s, uint64_t hash)
{
    uint32_t low = 0, high = s->n_odd;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (odd_at(s, mid) >> s->entry_width < hash)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void stems_find(const struct stems *s, const char *stem, size_t len, uint32_t *from, uint32_t *to)
{
    uint64_t hash = hash_of(stem, len);
    *from = first_odd(s, hash);
    *to = first_odd(s, hash + 1);
}

uint32_t stems_entry(const struct stems *s, uint32_t number)
{
    return (uint32_t)(odd_at(s, number) & ((UINT64_C(1) << s->entry_width) - 1));
}
