/* segment_verify.c - reading every byte of a segment to see that it is whole; see segment_open.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/etdc.h"
#include "shim/shim.h"
#include "store/dir.h"
#include "store/segment_open.h"
#include "store/words.h"

static enum status verify_terms(const struct segment *s, bool deep, struct err *err)
{
    char *path = dir_path("%s/%s", s->dir, parts_names[PARTS_TERMS]);
    struct file_seal seal, want = s->parts.seals[PARTS_TERMS];
    enum status status = path == NULL ? err_nomem(err) : file_seal_of(path, &seal, err);
    if (status == ST_OK && (seal.len != want.len || seal.crc != want.crc))
        status = err_set(err, ST_DAMAGED, "%s: damaged: its bytes have another checksum or length", path);
    if (status == ST_OK && deep)
        status = shim_db_check(path, err);
    free(path);
    return status;
}

static enum status verify_sums(const struct segment *s, bool deep, struct err *err)
{
    const struct file_map *maps[] = {&s->words,    &s->vocab.map, &s->docs.map,    &s->places.map,
                                     &s->text.map, &s->tombs.map, &s->holders.map, &s->pairs.map,
                                     &s->stems.map, &s->blocks.map,  &s->bigrams.map};
    enum status status = verify_terms(s, deep, err);
    for (size_t i = 0; status == ST_OK && i < BASE_COUNT(maps); i++)
        if (maps[i]->base != NULL)
            status = file_map_verify(maps[i], err);
    return status;
}

enum status segment_verify_lists(const struct segment *s, struct err *err)
{
    return verify_terms(s, false, err);
}

/* ---- whether the parts agree ----------------------------------------------------------------------------------- */

static bool codes_are(const struct segment *s, const uint8_t *p, const uint8_t *end, uint32_t n)
{
    uint32_t rank, found = 0;
    for (; p < end; found++)
        if (!etdc_get(&p, end, &rank) || rank == 0 || rank > vocab_size(&s->vocab))
            return false;
    return found == n;
}

static enum status check_doc(const struct segment *s, uint32_t doc, uint64_t *words, struct err *err)
{
    struct segment_words w;
    struct segment_doc names;
    struct segment_place place;
    uint32_t at;
    enum status status = segment_words(s, doc, &w, err);
    if (status == ST_OK &&
        (!codes_are(s, w.body, w.body_end, w.n_body) || !codes_are(s, w.title, w.title_end, w.n_title) ||
         w.heading_words > w.n_body || w.heading_pos > w.n_body - w.heading_words))
        status = file_damaged(&s->words, "a document has other words than its record says", err);
    if (status == ST_OK)
        status = segment_doc(s, doc, &names, err);
    if (status == ST_OK && !segment_is_dead(s, doc))
        status = segment_find(s, names.path, names.path_len, &at, err);
    if (status == ST_NOT_FOUND)
        status = file_damaged(&s->docs.map, "a document that is not found by its path", err);
    if (status == ST_OK)
        status = segment_place_of_pos(s, doc, UINT32_MAX, &place, err);
    *words += (uint64_t)w.n_body + w.n_title;
    return status;
}

/* Documents follow each other without gaps or overlaps in the words and in the text. */
static enum status check_order(const struct segment *s, struct err *err)
{
    uint64_t words_off = 0, text_off = 0, words_end = docs_start(&s->docs, s->docs.n);
    for (uint32_t doc = 0; doc < s->docs.n; doc++) {
        struct docs_record r;
        enum status status = docs_get(&s->docs, doc, &r, err);
        if (status != ST_OK)
            return status;
        if (bytes_get16(s->docs.lengths + (size_t)doc * DOCS_LENGTH_LEN) != docs_length_of(&r))
            return file_damaged(&s->docs.map, "a document has another length than its record says", err);
        if (r.words_off != words_off || r.text_off != text_off)
            return file_damaged(&s->docs.map, "documents are out of order", err);
        words_off += docs_boundaries(&r) + (uint64_t)r.title_len + r.body_len;
        text_off += r.text_len;
    }
    if (words_off != words_end || words_end + SEGMENT_READABLE != s->words.body_len || text_off != s->text.text_len)
        return file_damaged(&s->docs.map, "documents do not fill words and text", err);
    return ST_OK;
}

static enum status check_docs(const struct segment *s, struct err *err)
{
    uint64_t words = 0;
    enum status status = check_order(s, err);
    for (uint32_t doc = 0; status == ST_OK && doc < s->docs.n; doc++)
        status = check_doc(s, doc, &words, err);
    if (status == ST_OK && words != s->entry.words)
        status = file_damaged(&s->docs.map, "it has another number of words than its segment", err);
    return status;
}

static enum status check_texts(const struct segment *s, struct err *err)
{
    struct text_cache *cache = text_cache_new();
    enum status status = cache == NULL ? err_nomem(err) : text_check(&s->text, s->docs.n, err);
    for (uint32_t doc = 0; status == ST_OK && doc < s->docs.n; doc++) {
        struct text_doc d;
        status = segment_text_doc(s, doc, &d, err);
        if (status == ST_OK)
            status = text_check_doc(&s->text, &d, cache, err);
    }
    text_cache_free(cache);
    return status;
}

static struct vocab_word count_holders(struct segment_holders *holders)
{
    struct vocab_word found = {0};
    for (uint32_t doc = 0; segment_seek_holder(holders, doc); doc = holders->doc + 1) {
        found.documents++;
        found.occurrences += segment_holder_occurrences(holders);
    }
    return found;
}

static enum status count_postings(const struct segment *s, uint32_t i, struct vocab_word *found, struct err *err)
{
    char bytes[VOCAB_WORD_MAX];
    struct shim_stats stats;
    enum status status = shim_term_stats(s->dbs[0], bytes, vocab_bytes(&s->vocab, i, bytes), &stats, err);
    *found = (struct vocab_word){.documents = stats.documents, .occurrences = stats.occurrences};
    return status;
}

/* The i-th word is in as many documents, and as often, as the vocabulary says. */
static enum status check_word(const struct segment *s, uint32_t i, struct err *err)
{
    struct vocab_word word = vocab_at(&s->vocab, i), found;
    struct segment_holders holders;
    enum status status = ST_OK;
    if (segment_holders(s, word.rank, &holders))
        found = count_holders(&holders);
    else
        status = count_postings(s, i, &found, err);
    if (status == ST_OK && (found.documents != word.documents || found.occurrences != word.occurrences))
        status = file_damaged(&s->holders.map, "a word is in other documents than the vocabulary says", err);
    return status;
}

static enum status check_holders(const struct segment *s, struct err *err)
{
    enum status status = ST_OK;
    for (uint32_t i = 0; status == ST_OK && i < vocab_size(&s->vocab); i++)
        status = check_word(s, i, err);
    return status;
}

/* Every pair of a field is noted in its block and, as far as they overlap, in those of the pairs behind it. */
static bool pairs_are_noted(const struct segment *s, const uint8_t *p, const uint8_t *end)
{
    struct {
        uint32_t rows[SEGMENT_PAIR_ROWS];
        size_t n;
    } pairs[PAIRS_OVERLAP + 1];
    uint32_t before = 0, rank;
    for (uint32_t n = 0; p < end; before = rank) {
        const uint8_t *at = p;
        if (!etdc_get(&p, end, &rank))
            return false;
        if (before == 0)
            continue;
        uint8_t code[ETDC_MAX_BYTES];
        uint64_t off = (uint64_t)(at - s->words.body) - etdc_put(code, before);
        size_t slot = n++ % BASE_COUNT(pairs);
        pairs[slot].n = segment_pair_rows(s, before, rank, pairs[slot].rows);
        for (uint32_t i = 0; i < n && i < BASE_COUNT(pairs); i++)
            for (size_t k = 0; k < pairs[i].n; k++)
                if (!pairs_has(&s->pairs, pairs[i].rows[k], (uint32_t)(off / PAIRS_BLOCK)))
                    return false;
    }
    return true;
}

static enum status check_pairs(const struct segment *s, struct err *err)
{
    for (uint32_t doc = 0; doc < s->docs.n; doc++) {
        struct segment_words w;
        enum status status = segment_words(s, doc, &w, err);
        if (status != ST_OK)
            return status;
        if (!pairs_are_noted(s, w.body, w.body_end) || !pairs_are_noted(s, w.title, w.title_end) ||
            pairs_doc_of(&s->pairs, (uint64_t)(w.body_end - s->words.body) - 1) != doc)
            return file_damaged(&s->pairs.map, "it lacks a pair of words or a document", err);
    }
    return ST_OK;
}

/* What the lists of a group of blocks say less what stands in the blocks, a sum for each that must come to 0. */
struct block_sums {
    const struct segment *s;
    uint64_t sums[BLOCKS_GROUP];
    uint32_t *last; /* owned; by rank: the block it was met in last, plus 1; UINT32_MAX: it is everywhere */
    uint32_t group; /* plus 1 */
};

static uint64_t mixed(uint32_t rank)
{
    uint64_t x = (rank + UINT64_C(1)) * UINT64_C(0x9e3779b97f4a7c15);
    return (x ^ x >> 31) * UINT64_C(0xd6e8feb86659fd93);
}

static void add_listed(void *arg, uint32_t rank, uint32_t block)
{
    struct block_sums *sums = arg;
    if (block < BLOCKS_GROUP)
        sums->sums[block] += mixed(rank);
    else if (rank <= vocab_size(&sums->s->vocab))
        sums->last[rank] = UINT32_MAX;
}

static bool sums_are_null(const struct block_sums *sums)
{
    for (size_t i = 0; i < BLOCKS_GROUP; i++)
        if (sums->sums[i] != 0)
            return false;
    return true;
}

/* Turns to the next group once the one before is found right. */
static bool next_group(struct block_sums *sums)
{
    if (!sums_are_null(sums))
        return false;
    memset(sums->last, 0, ((size_t)vocab_size(&sums->s->vocab) + 1) * sizeof *sums->last);
    return blocks_walk(&sums->s->blocks, sums->group++, add_listed, sums);
}

static bool blocks_are(struct block_sums *sums, const struct segment_long *d, const uint8_t *p, const uint8_t *end)
{
    uint32_t rank;
    while (p < end) {
        uint64_t off = (uint64_t)(p - sums->s->words.body);
        uint32_t block = d->first + (uint32_t)(off / BLOCKS_LEN - d->begin / BLOCKS_LEN);
        while (sums->group <= block / BLOCKS_GROUP)
            if (!next_group(sums))
                return false;
        if (!etdc_get(&p, end, &rank) || rank > vocab_size(&sums->s->vocab))
            return false;
        if (rank <= BLOCKS_EVERYWHERE || sums->last[rank] > block)
            continue;
        sums->last[rank] = block + 1;
        sums->sums[block % BLOCKS_GROUP] -= mixed(rank);
    }
    return true;
}

static bool long_doc_is(struct block_sums *sums, uint32_t i)
{
    struct segment_long d;
    struct segment_words w;
    return segment_long_at(sums->s, i, &d) && segment_words(sums->s, d.doc, &w, NULL) == ST_OK &&
           blocks_are(sums, &d, w.title, w.title_end) && blocks_are(sums, &d, w.body, w.body_end);
}

static enum status check_blocks(const struct segment *s, struct err *err)
{
    struct block_sums *sums = calloc(1, sizeof *sums);
    bool ok = true;
    if (sums != NULL)
        sums->last = calloc((size_t)vocab_size(&s->vocab) + 1, sizeof *sums->last);
    if (sums == NULL || sums->last == NULL) {
        free(sums);
        return err_nomem(err);
    }
    sums->s = s;
    for (uint32_t i = 0; ok && i < segment_long_docs(s); i++)
        ok = long_doc_is(sums, i);
    ok = ok && sums_are_null(sums);
    free(sums->last);
    free(sums);
    return ok ? ST_OK : file_damaged(&s->blocks.map, "it has other words than a block", err);
}

enum status segment_verify_bytes(const struct segment *s, struct err *err)
{
    return segment_verify(s, false, err);
}

enum status segment_verify(const struct segment *s, bool deep, struct err *err)
{
    enum status status = verify_sums(s, deep, err);
    if (status != ST_OK || !deep)
        return status;
    status = vocab_check(&s->vocab, err);
    if (status == ST_OK)
        status = stems_check(&s->stems, err);
    if (status == ST_OK && s->tombs.map.base != NULL)
        status = tombs_check(&s->tombs, vocab_size(&s->vocab), err);
    if (status == ST_OK)
        status = check_holders(s, err);
    if (status == ST_OK)
        status = check_docs(s, err);
    if (status == ST_OK)
        status = check_texts(s, err);
    if (status == ST_OK)
        status = check_pairs(s, err);
    if (status == ST_OK)
        status = bigrams_check(s, err);
    return status == ST_OK ? check_blocks(s, err) : status;
}
