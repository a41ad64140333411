/* wordtab.c - see wordtab.h. A word of up to 8 bytes is its own key, so that most are found without a look at their
 * bytes; a longer one has a hash for a key. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/wordtab.h"

#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/bytes.h"

enum { FIRST_SLOTS = 1 << 12, MANY_SLOTS = 1 << 20, KEY_LEN = 8 };

static uint64_t mix(uint64_t h, uint64_t v)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)(h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Reads 8 bytes at a time, the last ones overlapping; the length is mixed in at the end. */
static uint64_t hash_of(const char *bytes, size_t len)
{
    uint64_t h = UINT64_C(0x2545f4914f6cdd1d) ^ len;
    for (size_t at = 0; at + 8 < len; at += 8)
        h = mix(h, bytes_get64(bytes + at));
    return mix(mix(h, bytes_get64(bytes + len - 8)), len);
}

/* WORDTAB_READABLE bytes can be read. */
static uint64_t key_of(const char *bytes, size_t len)
{
    if (len > KEY_LEN)
        return hash_of(bytes, len) << 8; /* no short word has a zero there */
    return bytes_get64(bytes) & UINT64_MAX >> (KEY_LEN - len) * 8;
}

static uint64_t key_of_any(const char *bytes, size_t len)
{
    char padded[WORDTAB_READABLE] = {0};
    if (len >= sizeof padded)
        return key_of(bytes, len);
    memcpy(padded, bytes, len);
    return key_of(padded, len);
}

static size_t first_slot(const struct wordtab *t, uint64_t key)
{
    return (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> t->shift);
}

/* ---- slots ------------------------------------------------------------------------------------------------------ */

/* Whether a word is the one of a slot, whose key it has. */
static bool is_in(const struct wordtab *t, const struct wordtab_slot *slot, const char *bytes, size_t len)
{
    size_t slot_len;
    if (len <= KEY_LEN)
        return true;
    const char *slot_bytes = wordtab_bytes(t, slot->number - 1, &slot_len);
    return slot_len == len && memcmp(slot_bytes, bytes, len) == 0;
}

static void fill_slot(struct wordtab_slot *slot, uint64_t key, size_t number)
{
    bytes_put64(slot->key, key);
    slot->number = (uint32_t)number + 1;
}

/* The slot of a word, or the free one where it would go. */
static struct wordtab_slot *slot_of(const struct wordtab *t, uint64_t key, const char *bytes, size_t len)
{
    struct wordtab_slot *slot;
    for (size_t at = first_slot(t, key);; at = (at + 1) & (t->n_slots - 1)) {
        slot = &t->slots[at];
        if (slot->number == 0 || (bytes_get64(slot->key) == key && is_in(t, slot, bytes, len)))
            return slot;
    }
}

static void fill_slots(struct wordtab *t)
{
    for (size_t number = 0; number < t->n; number++) {
        size_t len;
        const char *bytes = wordtab_bytes(t, number, &len);
        uint64_t key = key_of(bytes, len);
        fill_slot(slot_of(t, key, bytes, len), key, number);
    }
}

/* Words that so many slots hold: two thirds, of many seven eighths, because they take memory. */
static size_t fitting(size_t n_slots)
{
    return n_slots < MANY_SLOTS ? n_slots / 3 * 2 : n_slots / 8 * 7;
}

/* Makes slots for n words more; the old ones go first, as they can be made again. */
static bool grow_slots(struct wordtab *t, size_t n)
{
    size_t n_slots = FIRST_SLOTS;
    while (t->n + n > fitting(n_slots))
        n_slots *= 2;
    wordtab_settle(t);
    t->slots = calloc(n_slots, sizeof *t->slots);
    if (t->slots == NULL)
        return false;
    t->n_slots = n_slots;
    t->shift = 64 - (unsigned)__builtin_ctzll(n_slots);
    fill_slots(t);
    return true;
}

void wordtab_settle(struct wordtab *t)
{
    free(t->slots);
    t->slots = NULL;
    t->n_slots = 0;
}

/* ---- words ------------------------------------------------------------------------------------------------------ */

static bool add_word(struct wordtab *t, const char *bytes, size_t len)
{
    if (t->n >= UINT32_MAX - 1 || t->strings_len + len >= UINT32_MAX || !ARRAY_RESERVE(t->words, t->cap, t->n + 1) ||
        !ARRAY_RESERVE(t->strings, t->strings_cap, t->strings_len + 1 + len + WORDTAB_READABLE))
        return false;
    t->words[t->n++] = (struct wordtab_word){.off = (uint32_t)t->strings_len};
    t->strings[t->strings_len] = (char)len;
    memcpy(t->strings + t->strings_len + 1, bytes, len);
    t->strings_len += 1 + len;
    return true;
}

int64_t wordtab_find(const struct wordtab *t, const char *bytes, size_t len)
{
    if (t->n_slots == 0)
        return WORDTAB_NONE;
    return (int64_t)slot_of(t, key_of_any(bytes, len), bytes, len)->number - 1; /* a free slot: -1 */
}

static bool has_room(const struct wordtab *t, size_t n)
{
    return t->n + n <= fitting(t->n_slots);
}

/* Adds a word for which there is a slot. */
static int64_t add_keyed(struct wordtab *t, uint64_t key, const char *bytes, size_t len)
{
    struct wordtab_slot *slot = slot_of(t, key, bytes, len);
    if (slot->number == 0) {
        if (!add_word(t, bytes, len))
            return WORDTAB_NONE;
        fill_slot(slot, key, t->n - 1);
    }
    return (int64_t)slot->number - 1;
}

int64_t wordtab_add(struct wordtab *t, const char *bytes, size_t len)
{
    if (!has_room(t, 1) && !grow_slots(t, 1))
        return WORDTAB_NONE;
    return add_keyed(t, key_of_any(bytes, len), bytes, len);
}

/* ---- many words ------------------------------------------------------------------------------------------------- */

void wordtab_put(const struct wordtab *t, struct wordtab_batch *batch, const char *bytes, size_t len)
{
    size_t i = batch->n++;
    batch->keys[i] = key_of(bytes, len);
    batch->lens[i] = (uint8_t)len;
    if (len > KEY_LEN)
        memcpy(batch->bytes[i], bytes, len);
    else
        bytes_put64((uint8_t *)batch->bytes[i], batch->keys[i]);
    if (t->n_slots > 0)
        __builtin_prefetch(&t->slots[first_slot(t, batch->keys[i])]);
}

bool wordtab_add_batch(struct wordtab *t, struct wordtab_batch *batch)
{
    if (!has_room(t, batch->n) && !grow_slots(t, batch->n))
        return false;
    for (size_t i = 0; i < batch->n; i++) {
        int64_t number = add_keyed(t, batch->keys[i], batch->bytes[i], batch->lens[i]);
        if (number == WORDTAB_NONE)
            return false;
        batch->numbers[i] = (uint32_t)number;
        __builtin_prefetch(&t->words[number]);
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
