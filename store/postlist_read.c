/* postlist_read.c - reading posting lists on, those of postlist.h and those of rare words (holders.h). Whatever their
 * bytes are, nothing outside of them is read, but for the spare ones. SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/bytes.h"
#include "store/packed.h"
#include "store/postlist.h"
#include "store/segment.h"

/* ---- finding ---------------------------------------------------------------------------------------------------- */

static uint64_t offs_len(uint32_t n, uint64_t len)
{
    return packed_len(((uint64_t)n + 1) * packed_width(len));
}

uint64_t postlists_size(uint32_t n, uint64_t len)
{
    return len < UINT64_C(1) << PACKED_WIDTH_MAX ? len + POSTLIST_SPARE + offs_len(n, len) : UINT64_MAX;
}

void postlists_open(struct postlists *l, const uint8_t *at, uint32_t n, uint64_t len, uint32_t n_docs)
{
    *l = (struct postlists){.lists = at, .offs = at + len + POSTLIST_SPARE, .len = len, .n = n, .n_docs = n_docs};
    l->width = packed_width(len);
}

static bool open_row(struct segment_holders *h, const uint8_t *p, const uint8_t *end, uint32_t n)
{
    size_t len = postlist_row_len(h->n_docs);
    if ((size_t)(end - p) < len)
        return false;
    h->bits = p;
    h->n_words = (uint32_t)(len / 8);
    h->word = bytes_get64(p);
    tally_open(&h->tally, n, p + len, end);
    return true;
}

static bool open_list(struct segment_holders *h, const uint8_t *p, const uint8_t *end, uint32_t n)
{
    h->width = postlist_width(n, h->n_docs);
    uint64_t low_len = postlist_low_len(n, h->width), high_len = postlist_high_len(n, h->width, h->n_docs);
    if (low_len + high_len > (uint64_t)(end - p))
        return false;
    h->low = p;
    h->high = p + low_len;
    h->n = n;
    h->n_words = (uint32_t)((high_len + 7) / 8);
    h->word = bytes_get64(h->high);
    tally_open(&h->tally, n, h->high + high_len, end);
    return true;
}

void postlists_find(const struct postlists *l, uint32_t i, struct segment_holders *out)
{
    uint64_t off = packed_get(l->offs, i, l->width), next = packed_get(l->offs, (uint64_t)i + 1, l->width), head;
    *out = (struct segment_holders){.n_docs = l->n_docs};
    if (off > next || next > l->len)
        return;
    const uint8_t *p = l->lists + off, *end = l->lists + next;
    if (!bytes_get_varint(&p, end, &head) || head / 2 > l->n_docs)
        return;
    if (!(head % 2 != 0 ? open_row : open_list)(out, p, end, (uint32_t)(head / 2)))
        *out = (struct segment_holders){.n_docs = l->n_docs};
}

/* ---- one document after the other ------------------------------------------------------------------------------- */

static bool seek_row(struct segment_holders *h, uint32_t doc)
{
    uint64_t rest = h->word;
    if (doc / 64 > h->at_word) {
        h->at_word = doc / 64;
        rest = h->word = bytes_get64(h->bits + (size_t)h->at_word * 8);
    }
    if (doc / 64 == h->at_word)
        rest &= ~UINT64_C(0) << doc % 64;
    while (rest == 0 && h->at_word + 1 < h->n_words)
        rest = h->word = bytes_get64(h->bits + (size_t)++h->at_word * 8);
    h->doc = h->at_word * 64 + (uint32_t)(rest != 0 ? __builtin_ctzll(rest) : 0);
    return rest != 0;
}

static bool next_word(struct segment_holders *h)
{
    if (h->at_word + 1 >= h->n_words)
        return false;
    h->word = bytes_get64(h->high + (size_t)++h->at_word * 8);
    return true;
}

/* Passes over words of which all postings are before a document: whose zeroes, one for each step of 1 << width
 * documents, do not come to its own. */
static void pass_words(struct segment_holders *h, uint32_t doc)
{
    for (;;) {
        uint32_t n = (uint32_t)__builtin_popcountll(h->word);
        if ((uint64_t)(h->at_word + 1) * 64 - (h->at + n) >= doc >> h->width || !next_word(h))
            return;
        h->at += n;
    }
}

static bool next_of_list(struct segment_holders *h)
{
    while (h->word == 0)
        if (!next_word(h))
            return false;
    if (h->at >= h->n)
        return false;
    uint32_t steps = h->at_word * 64 + (uint32_t)__builtin_ctzll(h->word) - h->at;
    h->word &= h->word - 1;
    h->doc = steps << h->width | (uint32_t)packed_get(h->low, h->at, h->width);
    h->at++;
    return true;
}

enum { FAR = 32 /* steps of a list's documents: as far as half a word of it goes at most */ };

static bool seek_list(struct segment_holders *h, uint32_t doc)
{
    if (h->begun && h->doc >= doc)
        return true;
    if ((doc - h->doc) >> h->width > FAR)
        pass_words(h, doc);
    do {
        if (!next_of_list(h))
            return false;
    } while (h->doc < doc);
    return true;
}

static bool seek_rare(struct segment_holders *h, uint32_t doc)
{
    while (!h->begun || h->doc < doc) {
        if (h->at >= h->n)
            return false;
        h->doc = (uint32_t)packed_get(h->low, h->at++, h->width);
        h->n_passed++;
        h->begun = true;
    }
    return true;
}

bool segment_seek_holder(struct segment_holders *h, uint32_t doc)
{
    bool found = !h->ended && doc < h->n_docs;
    if (found)
        found = h->bits != NULL ? seek_row(h, doc) : h->high != NULL ? seek_list(h, doc) : seek_rare(h, doc);
    h->begun = true;
    h->ended = !found || h->doc >= h->n_docs;
    return !h->ended;
}

static void or_row(const struct segment_holders *h, uint64_t *bits)
{
    for (uint32_t i = 0; i < h->n_words; i++)
        bits[i] |= bytes_get64(h->bits + (size_t)i * 8);
}

static void or_list(const struct segment_holders *h, uint64_t *bits)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < h->n_words; i++)
        for (uint64_t word = bytes_get64(h->high + (size_t)i * 8); word != 0 && at < h->n; word &= word - 1, at++) {
            uint32_t steps = i * 64 + (uint32_t)__builtin_ctzll(word) - at;
            uint32_t doc = steps << h->width | (uint32_t)packed_get(h->low, at, h->width);
            if (doc < h->n_docs)
                bits[doc / 64] |= UINT64_C(1) << doc % 64;
        }
}

void segment_holders_or(const struct segment_holders *h, uint64_t *bits)
{
    if (h->bits != NULL)
        or_row(h, bits);
    else if (h->high != NULL)
        or_list(h, bits);
    for (uint32_t i = h->at; h->bits == NULL && h->high == NULL && i < h->n; i++) {
        uint32_t doc = (uint32_t)packed_get(h->low, i, h->width);
        if (doc < h->n_docs)
            bits[doc / 64] |= UINT64_C(1) << doc % 64;
    }
}

/* ---- occurrences ------------------------------------------------------------------------------------------------ */

/* The number of a row's document among its documents. */
static uint32_t place_in_row(struct segment_holders *h)
{
    for (; h->n_words_passed < h->at_word; h->n_words_passed++)
        h->at += (uint32_t)__builtin_popcountll(bytes_get64(h->bits + (size_t)h->n_words_passed * 8));
    return h->at + (uint32_t)__builtin_popcountll(h->word & ((UINT64_C(1) << h->doc % 64) - 1));
}

/* Occurrences of the next posting of a rare word, in Elias' gamma code. */
static uint32_t next_gamma(struct segment_holders *h)
{
    uint64_t code = h->gamma_at < h->gamma_end ? packed_at(h->gammas, h->gamma_at, PACKED_WIDTH_MAX) : 0;
    unsigned zeroes = code == 0 ? 0 : (unsigned)__builtin_ctzll(code);
    if (code == 0 || h->gamma_end - h->gamma_at < 2 * zeroes + 1 || zeroes > 31)
        return 1; /* damaged */
    h->gamma_at += zeroes + 1;
    uint32_t value = (uint32_t)packed_at(h->gammas, h->gamma_at, zeroes) | UINT32_C(1) << zeroes;
    h->gamma_at += zeroes;
    return value;
}

static uint32_t count_of_rare(struct segment_holders *h)
{
    if (h->gammas == NULL)
        return 1;
    for (; h->n_passed > 0; h->n_passed--)
        h->occurrences = next_gamma(h);
    return h->occurrences;
}

uint32_t segment_holder_occurrences(struct segment_holders *h)
{
    if (h->bits != NULL)
        return tally_get(&h->tally, place_in_row(h));
    return h->high != NULL ? tally_get(&h->tally, h->at - 1) : count_of_rare(h);
}
