/* phrase.c - see phrase.h.
 *
 *     blocks      | ........ | ........ | ........ |
 *     phrase               ab c d                        its last pair, c d, begins in the second block: there it is
 *     looked at           [          )                   looked for, from last_off bytes before the block on
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/phrase.h"

#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/etdc.h"

/* Rows of the last pairs; those before do not reach into the block where the last one begins. Each pair has one; of
 * more, as many are taken as leave hardly a block by chance. */
static void find_rows(struct phrase *p, const struct postings_word *words, size_t n)
{
    enum { ENOUGH_ROWS = 6 };
    _Static_assert((int)ENOUGH_ROWS <= (int)SEGMENT_PAIRS, "there is room for as many");
    uint32_t rows[SEGMENT_PAIRS][SEGMENT_PAIR_ROWS];
    size_t n_rows[SEGMENT_PAIRS], n_pairs = n - 1 < SEGMENT_PAIRS ? n - 1 : SEGMENT_PAIRS;
    words += n - 1 - n_pairs;
    for (size_t i = 0; i < n_pairs; i++)
        n_rows[i] = segment_pair_rows(p->segment, words[i].rank, words[i + 1].rank, rows[i]);
    for (size_t k = 0; k < SEGMENT_PAIR_ROWS; k++)
        for (size_t i = n_pairs; i-- > 0 && (k == 0 || p->n_rows < ENOUGH_ROWS);)
            if (k < n_rows[i])
                p->rows[p->n_rows++] = rows[i][k];
}

static bool find_bigrams(struct phrase *p, const struct postings_word *words, size_t n, struct arena *arena)
{
    struct segment_bigram found;
    for (size_t i = 0; i + 1 < n; i++) {
        if (!segment_bigram(p->segment, words[i].rank, words[i + 1].rank, &found))
            continue;
        if (p->bigrams == NULL)
            p->bigrams = arena_alloc(arena, (n - 1) * sizeof *p->bigrams);
        if (p->bigrams == NULL)
            return false;
        p->bigrams[p->n_bigrams++] = found;
    }
    p->is_bigram = n == 2 && p->n_bigrams == 1;
    return true;
}

struct phrase *phrase_new(const struct segment *segment, const struct postings_word *words, size_t n,
                          struct arena *arena)
{
    struct phrase *p = arena_calloc(arena, 1, sizeof *p);
    if (p == NULL)
        return NULL;
    p->code = arena_alloc(arena, n * ETDC_MAX_BYTES);
    if (p->code == NULL)
        return NULL;
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        if (i + 2 == n)
            p->last_off = len;
        len += etdc_put(p->code + len, words[i].rank);
    }
    p->segment = segment;
    p->words = words;
    p->n_words = n;
    p->codes = segment_codes(segment);
    p->needle = scan_needle_of(p->code, len);
    find_rows(p, words, n);
    p->n_ranks = n < PHRASE_RANKS ? n : PHRASE_RANKS;
    for (size_t i = 0; i < p->n_ranks; i++)
        p->ranks[i] = words[n - p->n_ranks + i].rank;
    return find_bigrams(p, words, n, arena) ? p : NULL;
}

enum status phrase_find_blocks(struct phrase *p, struct arena *arena, struct err *err)
{
    size_t n = ((size_t)p->codes.n_blocks + 63) / 64;
    if (p->bits != NULL)
        return ST_OK;
    uint64_t *bits = arena_alloc(arena, (n + 1) * sizeof *bits);
    if (bits == NULL)
        return err_nomem(err);
    bits[n] = 0;
    segment_blocks_with(p->segment, p->rows, p->n_rows, bits);
    p->bits = bits;
    return ST_OK;
}

static bool has_block(const struct phrase *p, uint64_t block)
{
    if (p->bits != NULL)
        return p->bits[block / 64] >> block % 64 & 1;
    for (size_t i = 0; i < p->n_rows; i++)
        if (!segment_block_has(p->segment, p->rows[i], (uint32_t)block))
            return false;
    return true;
}

/* ---- one document ------------------------------------------------------------------------------------------------ */

/* First block >= block that may hold it, or `end`, which is at most the number of blocks. */
static uint64_t next_block(const struct phrase *p, uint64_t block, uint64_t end)
{
    while (p->bits == NULL && block < end && !has_block(p, block))
        block++;
    if (p->bits == NULL || block >= end)
        return block < end ? block : end;
    uint64_t i = block / 64, word = p->bits[i] & ~UINT64_C(0) << block % 64;
    while (word == 0) {
        if (++i * 64 >= end)
            return end;
        word = p->bits[i];
    }
    block = i * 64 + (uint64_t)__builtin_ctzll(word);
    return block < end ? block : end;
}

/* The next block in [*block, end) that may hold it, or false; *block moves behind the run of blocks that do, *first is
 * the run's first. */
static bool next_run(const struct phrase *p, uint64_t *block, uint64_t end, uint64_t *first)
{
    *block = next_block(p, *block, end);
    *first = *block;
    while (*block < end && has_block(p, *block))
        ++*block;
    return *first < *block;
}

/* Blocks [*from, *to) are those of a document. */
static bool blocks_of(const struct phrase *p, uint32_t doc, uint64_t *begin, uint64_t *end, uint64_t *from,
                      uint64_t *to)
{
    if (!segment_codes_of(p->segment, doc, begin, end) || *begin == *end)
        return false;
    *from = *begin / SEGMENT_BLOCK;
    *to = (*end - 1) / SEGMENT_BLOCK + 1;
    return true;
}

bool phrase_may_be_in(const struct phrase *p, uint32_t doc)
{
    uint64_t begin, end, from, to, first;
    return blocks_of(p, doc, &begin, &end, &from, &to) && next_run(p, &from, to, &first);
}

/* The codes in which phrases that belong to blocks [first, last) lie, cut to [begin, end). */
static struct scan_text text_of(const struct phrase *p, uint64_t first, uint64_t last, uint64_t begin, uint64_t end)
{
    uint64_t from = first * SEGMENT_BLOCK, to = last * SEGMENT_BLOCK;
    from = from > begin + p->last_off ? from - p->last_off : begin;
    to += p->needle.len - 1 - p->last_off;
    return (struct scan_text){p->codes.begin + from, p->codes.begin + (to < end ? to : end)};
}

size_t phrase_count(const struct phrase *p, uint32_t doc)
{
    uint64_t begin, end, block, to, first;
    size_t n = 0;
    if (!blocks_of(p, doc, &begin, &end, &block, &to))
        return 0;
    while (next_run(p, &block, to, &first)) {
        struct scan_text text = text_of(p, first, block, begin, end);
        if (text.begin < text.end)
            n += scan_count(text, &p->needle);
    }
    return n;
}

/* ---- all documents ----------------------------------------------------------------------------------------------- */

enum { FOUND_ENOUGH = 64, BLOCKS_AT_ONCE = 4096, LINE_LEN = 64 };

void phrase_walk_release(struct phrase_walk *w)
{
    free(w->hits.items);
    free(w->found);
    *w = (struct phrase_walk){0};
}

/* Whether a document of the block is one of docs. A phrase that belongs to the block may begin before it, in the
 * document that reaches into the block. */
static bool has_doc(const struct phrase_walk *w, uint64_t block)
{
    uint32_t first, last;
    segment_docs_of(w->phrase->segment, block, &first, &last);
    for (uint32_t doc = first; doc <= last; doc++)
        if (w->docs[doc / 64] >> doc % 64 & 1)
            return true;
    return false;
}

/* First document >= doc with its bit set, or n. */
static uint32_t next_doc(const uint64_t *docs, uint32_t doc, uint32_t n)
{
    if (doc >= n)
        return n;
    size_t i = doc / 64;
    uint64_t word = docs[i] & ~UINT64_C(0) << doc % 64;
    while (word == 0) {
        if (++i * 64 >= n)
            return n;
        word = docs[i];
    }
    doc = (uint32_t)(i * 64) + (uint32_t)__builtin_ctzll(word);
    return doc < n ? doc : n;
}

static void look_for_doc(struct phrase_walk *w)
{
    const struct segment *s = w->phrase->segment;
    uint32_t doc = next_doc(w->docs, w->next_doc, segment_docs(s));
    w->docs_ahead[w->at_doc++ % PHRASE_AHEAD] = doc;
    w->next_doc = doc + 1;
    segment_prefetch_start(s, doc);
}

/* The next document whose bit is set; where the words of some behind it begin is on its way. */
static bool take_doc(struct phrase_walk *w, uint32_t *doc)
{
    uint32_t n_docs = segment_docs(w->phrase->segment);
    for (size_t i = 0; w->at_doc < PHRASE_AHEAD && i < PHRASE_AHEAD; i++)
        look_for_doc(w);
    *doc = w->docs_ahead[w->at_doc % PHRASE_AHEAD];
    if (*doc < n_docs)
        look_for_doc(w);
    return *doc < n_docs;
}

/* The next block to look at, of the documents that have their bit set. Two of them may share one. */
static uint64_t next_of_docs(struct phrase_walk *w)
{
    uint32_t doc;
    for (;;) {
        uint64_t begin, end, from, block = w->is_short ? w->next : next_block(w->phrase, w->next, w->end);
        if (block < w->end)
            return block;
        if (!take_doc(w, &doc))
            return w->phrase->codes.n_blocks;
        w->n_offered++;
        if (!blocks_of(w->phrase, doc, &begin, &end, &from, &w->end))
            continue;
        w->next = from > w->next ? from : w->next;
        w->is_short = w->phrase->bits == NULL && w->end - from <= PHRASE_SHORT;
    }
}

static uint64_t next_of_all(struct phrase_walk *w)
{
    uint64_t n = w->phrase->codes.n_blocks, block = next_block(w->phrase, w->next, n);
    while (w->docs != NULL && block < n && !has_doc(w, block))
        block = next_block(w->phrase, block + 1, n);
    w->n_offered += block < n;
    return block;
}

static void look_ahead(struct phrase_walk *w)
{
    uint64_t block = w->by_docs ? next_of_docs(w) : next_of_all(w);
    w->ahead[w->at_ahead++ % PHRASE_AHEAD] = block;
    w->next = block + 1;
    if (block < w->phrase->codes.n_blocks)
        for (size_t i = 0; i < SEGMENT_BLOCK; i += LINE_LEN)
            __builtin_prefetch(w->phrase->codes.begin + block * SEGMENT_BLOCK + i);
}

static bool add_found(struct phrase_walk *w, uint32_t doc, size_t n)
{
    if (w->n_found > 0 && w->found[w->n_found - 1].doc == doc) {
        w->found[w->n_found - 1].n += (uint32_t)n;
        return true;
    }
    if (!ARRAY_RESERVE(w->found, w->cap_found, w->n_found + 1))
        return false;
    w->found[w->n_found++] = (struct phrase_found){doc, (uint32_t)n};
    return true;
}

static bool note_hits(struct phrase_walk *w, uint64_t base)
{
    bool ok = true;
    for (size_t i = 0; ok && i < w->hits.n; i++)
        ok = add_found(w, segment_doc_of(w->phrase->segment, base + w->hits.items[i].off), 1);
    return ok;
}

static bool find_in_block(struct phrase_walk *w, struct scan_text text)
{
    w->hits.n = 0;
    if (!scan_find_hits(text, &w->phrase->needle, 0, &w->hits))
        return false;
    if (w->hits.n == 0)
        w->n_in_turn = 0;
    return note_hits(w, (uint64_t)(text.begin - w->phrase->codes.begin));
}

/* Most blocks hold none, and most of the others are of one document: hits are only counted then. Where block after
 * block has some, it is looked at first how many documents there are. */
static bool scan_block(struct phrase_walk *w, uint64_t block)
{
    enum { MANY_IN_TURN = 4 };
    const struct phrase *p = w->phrase;
    struct scan_text text = text_of(p, block, block + 1, 0, p->codes.len);
    uint32_t first = 0, last = 0;
    w->n_scanned++;
    if (text.begin >= text.end)
        return true;
    if (w->n_in_turn >= MANY_IN_TURN)
        segment_docs_of(p->segment, block, &first, &last);
    if (first != last)
        return find_in_block(w, text);
    size_t n = scan_count(text, &p->needle);
    w->n_in_turn = n > 0 ? w->n_in_turn + 1 : 0;
    if (n == 0)
        return true;
    segment_docs_of(p->segment, block, &first, &last);
    return first == last ? add_found(w, first, n) : find_in_block(w, text);
}

/* What was told goes, but for the last, which may go on. */
static void forget_told(struct phrase_walk *w)
{
    if (w->n_found > 0) {
        w->found[0] = w->found[w->n_found - 1];
        w->n_found = 1;
    }
    w->at = 0;
}

/* Looks at blocks until some documents are found or it has looked long. */
static enum status find_more(struct phrase_walk *w, struct err *err)
{
    enum status status = ST_OK;
    forget_told(w);
    for (size_t i = 0; !w->begun && i < PHRASE_AHEAD; i++)
        look_ahead(w);
    w->begun = true;
    for (size_t i = 0; status == ST_OK && i < BLOCKS_AT_ONCE && w->n_found < FOUND_ENOUGH; i++) {
        uint64_t block = w->ahead[w->at_ahead % PHRASE_AHEAD];
        w->ended = block >= w->phrase->codes.n_blocks;
        if (w->ended)
            return ST_OK;
        look_ahead(w);
        if (!scan_block(w, block))
            status = err_nomem(err);
    }
    return status;
}

enum status phrase_next(struct phrase_walk *w, struct phrase_found *out, struct err *err)
{
    enum status status = ST_OK;
    if (!w->ended && w->at + 1 >= w->n_found)
        status = find_more(w, err);
    *out = (struct phrase_found){0};
    if (status == ST_OK && w->ended && w->at >= w->n_found)
        return ST_END;
    if (status == ST_OK && (w->ended || w->at + 1 < w->n_found))
        *out = w->found[w->at++];
    return status;
}
