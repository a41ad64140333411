/* wordtab.c - see wordtab.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/wordtab.h"

#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/bytes.h"

enum { FIRST_SLOTS = 1 << 12 };

static uint64_t mix(uint64_t h, uint64_t v)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)(h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The bytes of a word of fewer than 8, each in a place of its own or twice. */
static uint64_t short_word(const char *p, size_t len)
{
    const unsigned char *b = (const unsigned char *)p;
    if (len >= 4)
        return bytes_get32(p) | (uint64_t)bytes_get32(p + len - 4) << 32;
    return (uint64_t)b[0] | (uint64_t)b[len / 2] << 8 | (uint64_t)b[len - 1] << 16;
}

/* Reads 8 bytes at a time, the last ones overlapping; the length is mixed in at the end. */
static uint64_t hash_of(const char *bytes, size_t len)
{
    uint64_t h = UINT64_C(0x2545f4914f6cdd1d) ^ len;
    if (len < 8)
        return mix(mix(h, short_word(bytes, len)), len);
    for (size_t at = 0; at + 8 < len; at += 8)
        h = mix(h, bytes_get64(bytes + at));
    return mix(mix(h, bytes_get64(bytes + len - 8)), len);
}

/* Whether two words of the same length are the same. */
static bool are_equal(const char *a, const char *b, size_t len)
{
    if (len < 8)
        return short_word(a, len) == short_word(b, len);
    for (size_t at = 0; at + 8 < len; at += 8)
        if (bytes_get64(a + at) != bytes_get64(b + at))
            return false;
    return bytes_get64(a + len - 8) == bytes_get64(b + len - 8);
}

static void fill_slots(const struct wordtab *t, uint64_t *slots, size_t n_slots)
{
    for (size_t number = 0; number < t->n; number++) {
        size_t len;
        const char *bytes = wordtab_bytes(t, number, &len);
        uint64_t hash = hash_of(bytes, len);
        size_t at = hash & (n_slots - 1);
        while (slots[at] != 0)
            at = (at + 1) & (n_slots - 1);
        slots[at] = (hash >> 32) << 32 | (number + 1);
    }
}

/* Makes slots for n words more, at most two thirds full; the old ones go first, as they can be made again. */
static bool grow_slots(struct wordtab *t, size_t n)
{
    size_t n_slots = FIRST_SLOTS;
    while (t->n + n + (t->n + n) / 2 > n_slots)
        n_slots *= 2;
    wordtab_settle(t);
    t->slots = calloc(n_slots, sizeof *t->slots);
    if (t->slots == NULL)
        return false;
    t->n_slots = n_slots;
    fill_slots(t, t->slots, n_slots);
    return true;
}

void wordtab_settle(struct wordtab *t)
{
    free(t->slots);
    t->slots = NULL;
    t->n_slots = 0;
}

static bool add_word(struct wordtab *t, const char *bytes, size_t len)
{
    if (t->n >= UINT32_MAX - 1 || t->strings_len + len >= UINT32_MAX || !ARRAY_RESERVE(t->words, t->cap, t->n + 1) ||
        !ARRAY_RESERVE(t->strings, t->strings_cap, t->strings_len + 1 + len))
        return false;
    t->words[t->n++] = (struct wordtab_word){.off = (uint32_t)t->strings_len};
    t->strings[t->strings_len] = (char)len;
    memcpy(t->strings + t->strings_len + 1, bytes, len);
    t->strings_len += 1 + len;
    return true;
}

static bool is_word(const struct wordtab *t, size_t number, const char *bytes, size_t len)
{
    const char *p = t->strings + t->words[number].off;
    return (unsigned char)*p == len && are_equal(p + 1, bytes, len);
}

/* The slot of a word, or the free one where it would go. */
static size_t slot_of(const struct wordtab *t, uint64_t hash, const char *bytes, size_t len)
{
    size_t at = hash & (t->n_slots - 1);
    for (; t->slots[at] != 0; at = (at + 1) & (t->n_slots - 1)) {
        size_t number = (size_t)(t->slots[at] & UINT32_MAX) - 1;
        if (t->slots[at] >> 32 == hash >> 32 && is_word(t, number, bytes, len))
            break;
    }
    return at;
}

int64_t wordtab_find(const struct wordtab *t, const char *bytes, size_t len)
{
    if (t->n_slots == 0)
        return WORDTAB_NONE;
    size_t at = slot_of(t, hash_of(bytes, len), bytes, len);
    return (int64_t)(t->slots[at] & UINT32_MAX) - 1; /* a free slot: -1 */
}

static bool has_room(const struct wordtab *t, size_t n)
{
    return t->n + n + (t->n + n) / 2 <= t->n_slots;
}

/* Adds a word for which there is a slot. */
static int64_t add_hashed(struct wordtab *t, uint64_t hash, const char *bytes, size_t len)
{
    size_t at = slot_of(t, hash, bytes, len);
    if (t->slots[at] != 0)
        return (int64_t)(t->slots[at] & UINT32_MAX) - 1;
    if (!add_word(t, bytes, len))
        return WORDTAB_NONE;
    t->slots[at] = (hash >> 32) << 32 | t->n;
    return (int64_t)t->n - 1;
}

int64_t wordtab_add(struct wordtab *t, const char *bytes, size_t len)
{
    if (!has_room(t, 1) && !grow_slots(t, 1))
        return WORDTAB_NONE;
    return add_hashed(t, hash_of(bytes, len), bytes, len);
}

/* ---- many words ------------------------------------------------------------------------------------------------ */

void wordtab_put(const struct wordtab *t, struct wordtab_batch *batch, const char *bytes, size_t len)
{
    size_t i = batch->n++;
    batch->hashes[i] = hash_of(bytes, len);
    batch->lens[i] = (uint8_t)len;
    memcpy(batch->bytes[i], bytes, len);
    if (t->n_slots > 0)
        __builtin_prefetch(&t->slots[batch->hashes[i] & (t->n_slots - 1)]);
}

/* Fetches what a slot leads to, most often the word: first its entry, then its bytes. */
static void fetch_words(const struct wordtab *t, const struct wordtab_batch *batch)
{
    uint32_t numbers[WORDTAB_BATCH];
    for (size_t i = 0; i < batch->n; i++) {
        uint64_t slot = t->slots[batch->hashes[i] & (t->n_slots - 1)];
        numbers[i] = slot == 0 ? 0 : (uint32_t)slot - 1;
        __builtin_prefetch(&t->words[numbers[i]]);
    }
    for (size_t i = 0; i < batch->n && t->n > 0; i++)
        __builtin_prefetch(t->strings + t->words[numbers[i]].off);
}

bool wordtab_add_batch(struct wordtab *t, struct wordtab_batch *batch)
{
    if (!has_room(t, batch->n) && !grow_slots(t, batch->n))
        return false;
    fetch_words(t, batch);
    for (size_t i = 0; i < batch->n; i++) {
        int64_t number = add_hashed(t, batch->hashes[i], batch->bytes[i], batch->lens[i]);
        if (number == WORDTAB_NONE)
            return false;
        batch->numbers[i] = (uint32_t)number;
    }
    return true;
}

const char *wordtab_bytes(const struct wordtab *t, size_t number, size_t *len)
{
    const char *p = t->strings + t->words[number].off;
    *len = (unsigned char)*p;
    return p + 1;
}

size_t wordtab_memory(const struct wordtab *t)
{
    return t->n * sizeof *t->words + t->strings_len + t->n_slots * sizeof *t->slots;
}

void wordtab_release(struct wordtab *t)
{
    free(t->words);
    free(t->strings);
    free(t->slots);
    *t = (struct wordtab){0};
}
