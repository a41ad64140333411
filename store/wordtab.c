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

/* Reads 8 bytes at a time; the last ones as they are, with the length mixed in at the end. */
static uint64_t hash_of(const char *bytes, size_t len)
{
    uint64_t h = UINT64_C(0x2545f4914f6cdd1d), tail = 0;
    size_t rest = len;
    for (; rest >= 8; rest -= 8, bytes += 8)
        h = mix(h, bytes_get64(bytes));
    for (size_t i = 0; i < rest; i++)
        tail = tail << 8 | (unsigned char)bytes[i];
    return mix(mix(h, tail), len);
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

/* Makes slots for one word more, at most two thirds full; the old ones go first, as they can be made again. */
static bool grow_slots(struct wordtab *t)
{
    size_t n_slots = FIRST_SLOTS;
    while (t->n + t->n / 2 >= n_slots)
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
    return (unsigned char)*p == len && memcmp(p + 1, bytes, len) == 0;
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

int64_t wordtab_add(struct wordtab *t, const char *bytes, size_t len)
{
    if (t->n + t->n / 2 >= t->n_slots && !grow_slots(t))
        return WORDTAB_NONE;
    uint64_t hash = hash_of(bytes, len);
    size_t at = slot_of(t, hash, bytes, len);
    if (t->slots[at] != 0)
        return (int64_t)(t->slots[at] & UINT32_MAX) - 1;
    if (!add_word(t, bytes, len))
        return WORDTAB_NONE;
    t->slots[at] = (hash >> 32) << 32 | t->n;
    return (int64_t)t->n - 1;
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
