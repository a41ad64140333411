/* vocab.c - see vocab.h for what it answers and vocab_part.h for where that stands.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/vocab.h"

#include <string.h>

#include "lib/bytes.h"
#include "store/packed.h"
#include "store/vocab_part.h"

/* ---- opening -------------------------------------------------------------------------------------------------- */

/* Takes the next len bytes of the body for a table; false when they are not there. */
static bool take(const uint8_t **at, const uint8_t *end, const uint8_t **table, uint64_t len)
{
    *table = *at;
    if (len > (uint64_t)(end - *at))
        return false;
    *at += len;
    return true;
}

static bool set_tables(struct vocab *v)
{
    const uint8_t *at = v->map.body, *end = at + v->map.body_len - VOCAB_FOOT_LEN;
    if (v->map.body_len < VOCAB_FOOT_LEN)
        return false;
    v->n = bytes_get32(end);
    v->n_counted = bytes_get32(end + 4);
    v->n_steps = bytes_get32(end + 8);
    v->blob_len = bytes_get64(end + 16);
    v->documents_bits = bytes_get64(end + 24);
    if (v->n_counted > v->n || v->documents_bits > (uint64_t)v->n_counted * 32)
        return false;
    v->n_blocks = v->n / VOCAB_BLOCK + (v->n % VOCAB_BLOCK != 0);
    v->rank_width = packed_width(v->n_counted);
    v->entry_width = packed_width(v->n);
    return take(&at, end, &v->blob, v->blob_len) && take(&at, end, &v->keys, (uint64_t)v->n_blocks * VOCAB_KEY_LEN) &&
           take(&at, end, &v->offs, (uint64_t)v->n_blocks * 4) &&
           take(&at, end, &v->single, ((uint64_t)v->n + 63) / 64 * 8) &&
           take(&at, end, &v->n_before, ((uint64_t)v->n + VOCAB_BITS - 1) / VOCAB_BITS * 4) &&
           take(&at, end, &v->ranks, packed_len((uint64_t)v->n_counted * v->rank_width)) &&
           take(&at, end, &v->entries, packed_len((uint64_t)v->n_counted * v->entry_width)) &&
           take(&at, end, &v->documents, packed_len(v->documents_bits)) &&
           take(&at, end, &v->step_ranks, (uint64_t)v->n_steps * 4) &&
           take(&at, end, &v->steps, (uint64_t)v->n_steps * VOCAB_STEP_LEN) && at == end;
}

enum status vocab_open(struct vocab *v, const char *path, struct err *err)
{
    *v = (struct vocab){0};
    enum status status = file_map(&v->map, path, VOCAB_KIND, err);
    if (status != ST_OK)
        return status;
    if (!set_tables(v)) {
        status = file_damaged(&v->map, "its tables do not fill it", err);
        vocab_release(v);
        return status;
    }
    file_map_want(&v->map);
    return ST_OK;
}

void vocab_release(struct vocab *v)
{
    file_map_release(&v->map);
    *v = (struct vocab){0};
}

uint32_t vocab_size(const struct vocab *v)
{
    return v->n;
}

/* ---- words ---------------------------------------------------------------------------------------------------- */

static uint64_t key_of(const struct vocab *v, uint32_t block)
{
    return bytes_get64(v->keys + (size_t)block * VOCAB_KEY_LEN);
}

static const uint8_t *blob_end(const struct vocab *v)
{
    return v->blob + v->blob_len;
}

/* Where a block begins; an offset that is damaged leads to the blob's end. */
static const uint8_t *block_begin(const struct vocab *v, uint32_t block)
{
    uint32_t off = bytes_get32(v->offs + (size_t)block * 4);
    return v->blob + (off < v->blob_len ? off : v->blob_len);
}

/* Reads the first word of a block at *at; what is damaged is an empty word. */
static size_t read_first(const struct vocab *v, uint32_t block, const uint8_t **at, char bytes[VOCAB_WORD_MAX])
{
    uint64_t key = key_of(v, block);
    const uint8_t *p = block_begin(v, block), *end = blob_end(v);
    size_t len = p < end ? *p++ : 0, rest = len > VOCAB_KEY_LEN ? len - VOCAB_KEY_LEN : 0;
    if (len > VOCAB_WORD_MAX || rest > (size_t)(end - p))
        len = rest = 0;
    for (size_t i = 0; i < VOCAB_KEY_LEN; i++)
        bytes[i] = (char)(key >> (56 - 8 * i));
    memcpy(bytes + VOCAB_KEY_LEN, p, rest);
    *at = p + rest;
    return len;
}

/* Reads how a word differs from the one before, whose length is len: *shared bytes as there, then *own that are at *at.
 * What is damaged makes no word longer than VOCAB_WORD_MAX and leaves the blob nowhere. */
static inline void read_difference(const uint8_t *end, size_t len, const uint8_t **at, size_t *shared, size_t *own)
{
    const uint8_t *p = *at;
    *shared = *own = 0;
    if (p == end)
        return;
    *shared = *p & VOCAB_NIBBLE;
    *own = *p++ >> 4;
    if (*shared == VOCAB_NIBBLE)
        *shared = p < end ? *p++ : 0;
    if (*own == 0)
        *own = p < end ? *p++ : 0;
    if (*shared > len || *own > VOCAB_WORD_MAX - *shared || *own > (size_t)(end - p))
        *shared = *own = 0;
    *at = p;
}

enum { COPIED = 16 }; /* bytes at once, a known number: what is behind the word does not matter */

/* Makes the next word of a block of the one before it. */
static inline size_t read_next(const uint8_t *end, size_t len, const uint8_t **at, char bytes[VOCAB_WORD_MAX])
{
    size_t shared, own;
    read_difference(end, len, at, &shared, &own);
    if (own <= COPIED && shared <= VOCAB_WORD_MAX - COPIED && end - *at >= COPIED)
        memcpy(bytes + shared, *at, COPIED);
    else
        memcpy(bytes + shared, *at, own);
    *at += own;
    return shared + own;
}

void vocab_seek(struct vocab_cursor *c, const struct vocab *v, uint32_t i)
{
    c->vocab = v;
    c->next = i - i % VOCAB_BLOCK;
    while (c->next < i && vocab_next(c))
        ;
    c->next = i;
}

bool vocab_next(struct vocab_cursor *c)
{
    const struct vocab *v = c->vocab;
    if (c->next >= v->n)
        return false;
    c->i = c->next++;
    c->len = c->i % VOCAB_BLOCK == 0 ? read_first(v, c->i / VOCAB_BLOCK, &c->at, c->bytes)
                                     : read_next(blob_end(v), c->len, &c->at, c->bytes);
    return true;
}

size_t vocab_bytes(const struct vocab *v, uint32_t i, char bytes[VOCAB_WORD_MAX])
{
    const uint8_t *at, *end = blob_end(v);
    size_t len = read_first(v, i / VOCAB_BLOCK, &at, bytes);
    for (uint32_t k = i % VOCAB_BLOCK; k > 0; k--)
        len = read_next(end, len, &at, bytes);
    return len;
}

/* ---- finding -------------------------------------------------------------------------------------------------- */

/* The first block whose key is not less. */
static uint32_t first_key(const struct vocab *v, uint64_t key)
{
    uint32_t base = 0;
    for (uint32_t n = v->n_blocks; n > 0;) {
        uint32_t half = n / 2 + n % 2; /* no branch on what is compared: it goes either way */
        base += key_of(v, base + half - 1) < key ? half : 0;
        n -= half;
    }
    return base;
}

static int compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

/* Of blocks [low, high), whose keys are equal, the first that begins with a word greater than the bytes. */
static uint32_t first_greater(const struct vocab *v, uint32_t low, uint32_t high, const char *bytes, size_t len)
{
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        char first[VOCAB_WORD_MAX];
        const uint8_t *at;
        size_t first_len = read_first(v, mid, &at, first);
        if (compare(first, first_len, bytes, len) <= 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The last block that begins with a word <= the bytes, or n_blocks when none does. */
static uint32_t find_block(const struct vocab *v, const char *bytes, size_t len)
{
    uint64_t key = vocab_key(bytes, len);
    uint32_t block = first_key(v, key);
    if (block < v->n_blocks && key_of(v, block) == key)
        block = first_greater(v, block, key == UINT64_MAX ? v->n_blocks : first_key(v, key + 1), bytes, len);
    return block == 0 ? v->n_blocks : block - 1;
}

static size_t common_prefix(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t n = 0;
    while (n < a_len && n < b_len && a[n] == b[n])
        n++;
    return n;
}

/* The first word not less than the bytes. It compares only what differs: `same` bytes are as in the word before, which
 * is less, so a word that shares more with that one is less too, and one that shares fewer is greater. */
static uint32_t search(const struct vocab *v, const char *bytes, size_t len, bool *equal)
{
    char first[VOCAB_WORD_MAX];
    const uint8_t *at, *end = blob_end(v);
    uint32_t block = find_block(v, bytes, len);
    *equal = false;
    if (block == v->n_blocks)
        return 0;
    uint32_t i = block * VOCAB_BLOCK, behind = v->n - i < VOCAB_BLOCK ? v->n : i + VOCAB_BLOCK;
    size_t word_len = read_first(v, block, &at, first), same = common_prefix(first, word_len, bytes, len);
    *equal = same == len && word_len == len;
    while (!*equal && ++i < behind) {
        size_t shared, own;
        read_difference(end, word_len, &at, &shared, &own);
        const char *rest = (const char *)at;
        at += own;
        word_len = shared + own;
        if (shared > same)
            continue;
        if (shared < same)
            break;
        size_t more = common_prefix(rest, own, bytes + same, len - same);
        same += more;
        *equal = same == len && more == own;
        if (!*equal && more < own && (same == len || (unsigned char)rest[more] > (unsigned char)bytes[same]))
            break;
    }
    return i;
}

uint32_t vocab_lower_bound(const struct vocab *v, const char *bytes, size_t len)
{
    bool equal;
    return search(v, bytes, len, &equal);
}

int64_t vocab_find(const struct vocab *v, const char *bytes, size_t len)
{
    bool equal;
    uint32_t i = search(v, bytes, len, &equal);
    return equal ? (int64_t)i : -1;
}

/* Goes on to the next block that does not begin with the prefix, or in that before it: 0xff is in no word. */
static void pass_blocks(struct vocab_cursor *c, size_t len)
{
    char first[VOCAB_WORD_MAX], bound[VOCAB_WORD_MAX + 1];
    const uint8_t *at;
    size_t first_len = read_first(c->vocab, c->next / VOCAB_BLOCK, &at, first);
    if (first_len < len || memcmp(first, c->bytes, len) != 0)
        return;
    memcpy(bound, c->bytes, len);
    bound[len] = (char)0xff;
    uint32_t behind = vocab_lower_bound(c->vocab, bound, len + 1);
    if (behind > c->next)
        vocab_seek(c, c->vocab, behind);
}

void vocab_pass(struct vocab_cursor *c, size_t len)
{
    const uint8_t *at = c->at, *end = blob_end(c->vocab);
    size_t word_len = c->len;
    for (; c->next % VOCAB_BLOCK != 0 && c->next < c->vocab->n; c->next++) {
        size_t shared, own;
        c->at = at;
        c->len = word_len;
        read_difference(end, word_len, &at, &shared, &own);
        if (shared < len)
            return;
        at += own;
        word_len = shared + own;
    }
    if (c->next < c->vocab->n)
        pass_blocks(c, len);
}

/* ---- ranks and statistics -------------------------------------------------------------------------------------- */

/* Bits of single before the i-th, which is *is_single itself. */
static uint32_t singles_before(const struct vocab *v, uint32_t i, bool *is_single)
{
    uint32_t n = bytes_get32(v->n_before + (size_t)(i / VOCAB_BITS) * 4);
    for (uint32_t word = i / VOCAB_BITS * (VOCAB_BITS / 64); word < i / 64; word++)
        n += (uint32_t)__builtin_popcountll(bytes_get64(v->single + (size_t)word * 8));
    uint64_t bits = bytes_get64(v->single + (size_t)(i / 64) * 8);
    *is_single = bits >> i % 64 & 1;
    return n + (uint32_t)__builtin_popcountll(bits & ((UINT64_C(1) << i % 64) - 1));
}

/* Statistics of a rank that is counted: those of the last step at or before it. */
static void count_of(const struct vocab *v, uint32_t rank, struct vocab_word *word)
{
    uint32_t low = 0, high = v->n_steps;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (bytes_get32(v->step_ranks + (size_t)mid * 4) <= rank)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == 0)
        return; /* damaged: once, in one document, is safe */
    const uint8_t *step = v->steps + (size_t)(low - 1) * VOCAB_STEP_LEN;
    word->occurrences = bytes_get64(step);
    unsigned width = vocab_documents_width(word->occurrences);
    uint64_t in_step = rank - bytes_get32(v->step_ranks + (size_t)(low - 1) * 4), bit = bytes_get64(step + 8);
    if (bit <= v->documents_bits && in_step * width < v->documents_bits - bit)
        word->documents = (uint32_t)packed_at(v->documents, bit + in_step * width, width) + 1;
}

struct vocab_word vocab_at(const struct vocab *v, uint32_t i)
{
    struct vocab_word word = {.documents = 1, .occurrences = 1};
    bool is_single;
    uint32_t before = singles_before(v, i, &is_single);
    if (is_single)
        word.rank = before < v->n - v->n_counted ? v->n_counted + before + 1 : 0;
    else if (before <= i && i - before < v->n_counted)
        word.rank = (uint32_t)packed_get(v->ranks, i - before, v->rank_width) + 1;
    if (word.rank == 0 || word.rank > v->n)
        word.rank = v->n; /* damaged: the rank of some word is safe */
    if (word.rank <= v->n_counted)
        count_of(v, word.rank, &word);
    return word;
}

/* The place of the k-th bit of single that is set, from 0. */
static uint32_t find_single(const struct vocab *v, uint32_t k)
{
    uint32_t low = 0, high = (v->n + VOCAB_BITS - 1) / VOCAB_BITS;
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (bytes_get32(v->n_before + (size_t)mid * 4) <= k)
            low = mid;
        else
            high = mid;
    }
    uint32_t left = k - bytes_get32(v->n_before + (size_t)low * 4);
    for (uint32_t word = low * (VOCAB_BITS / 64); word < (v->n + 63) / 64; word++) {
        uint64_t bits = bytes_get64(v->single + (size_t)word * 8);
        uint32_t n = (uint32_t)__builtin_popcountll(bits);
        if (left >= n) {
            left -= n;
            continue;
        }
        for (; left > 0; left--)
            bits &= bits - 1;
        return word * 64 + (uint32_t)__builtin_ctzll(bits);
    }
    return v->n;
}

uint32_t vocab_of_rank(const struct vocab *v, uint32_t rank)
{
    if (rank == 0 || rank > v->n)
        return v->n;
    uint32_t i = rank <= v->n_counted ? (uint32_t)packed_get(v->entries, rank - 1, v->entry_width)
                                      : find_single(v, rank - v->n_counted - 1);
    return i < v->n ? i : v->n;
}

/* ---- checking ------------------------------------------------------------------------------------------------- */

static bool steps_descend(const struct vocab *v)
{
    bool ok = v->n_counted == 0 ? v->n_steps == 0 : v->n_steps > 0 && bytes_get32(v->step_ranks) == 1;
    uint64_t bit = 0;
    for (uint32_t i = 0; ok && i < v->n_steps; i++) {
        uint32_t rank = bytes_get32(v->step_ranks + (size_t)i * 4);
        uint32_t next = i + 1 < v->n_steps ? bytes_get32(v->step_ranks + (size_t)(i + 1) * 4) : v->n_counted + 1;
        const uint8_t *step = v->steps + (size_t)i * VOCAB_STEP_LEN;
        uint64_t occurrences = bytes_get64(step);
        ok = rank < next && occurrences > 1 && bytes_get64(step + 8) == bit &&
             (i + 1 == v->n_steps || occurrences > bytes_get64(step + VOCAB_STEP_LEN));
        bit += (uint64_t)(next - rank) * vocab_documents_width(occurrences);
    }
    return ok && bit == v->documents_bits;
}

static bool counts_ascend(const struct vocab *v)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < v->n; i++) {
        if (i % VOCAB_BITS == 0 && bytes_get32(v->n_before + (size_t)(i / VOCAB_BITS) * 4) != n)
            return false;
        n += v->single[i / 8] >> i % 8 & 1;
    }
    return n == v->n - v->n_counted;
}

enum status vocab_check(const struct vocab *v, struct err *err)
{
    char before[VOCAB_WORD_MAX];
    size_t before_len = 0;
    const uint8_t *behind = v->blob;
    struct vocab_cursor c;
    bool ok = steps_descend(v) && counts_ascend(v);
    vocab_seek(&c, v, 0);
    while (ok && vocab_next(&c)) {
        struct vocab_word word = vocab_at(v, c.i);
        if (c.i % VOCAB_BLOCK == 0)
            ok = block_begin(v, c.i / VOCAB_BLOCK) == behind &&
                 key_of(v, c.i / VOCAB_BLOCK) == vocab_key(c.bytes, c.len);
        behind = c.at;
        ok = ok && c.len > 0 && vocab_of_rank(v, word.rank) == c.i && compare(before, before_len, c.bytes, c.len) < 0 &&
             word.documents <= word.occurrences;
        memcpy(before, c.bytes, c.len);
        before_len = c.len;
    }
    return ok && behind == blob_end(v) ? ST_OK : file_damaged(&v->map, "its words are out of order", err);
}
