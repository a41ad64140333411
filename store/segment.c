/* segment.c - see segment.h for what it answers, segment_open.h for opening it.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/segment.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "shim/shim.h"
#include "store/dir.h"
#include "store/segment_open.h"
#include "store/words.h"

/* ---- opening -------------------------------------------------------------------------------------------------- */

/* Bytes of codes, without what is readable behind them. */
static uint64_t words_len(const struct segment *s)
{
    return s->words.body_len < SEGMENT_READABLE ? 0 : s->words.body_len - SEGMENT_READABLE;
}

static enum status open_part(struct segment *s, enum parts_kind kind, const char *path, struct err *err)
{
    switch (kind) {
    case PARTS_WORDS:
        return file_map(&s->words, path, WORDS_KIND, err);
    case PARTS_VOCAB:
        return vocab_open(&s->vocab, path, err);
    case PARTS_DOCS:
        return docs_open(&s->docs, path, err);
    case PARTS_PLACES:
        return places_open(&s->places, path, err);
    case PARTS_TEXT:
        return text_open(&s->text, path, err);
    case PARTS_HOLDERS: /* the vocabulary stands before it in the list */
        return holders_open(&s->holders, path, s->entry.docs, vocab_size(&s->vocab), err);
    case PARTS_PAIRS: /* words stand before it in the list */
        return pairs_open(&s->pairs, path, words_len(s), s->entry.docs, err);
    case PARTS_BLOCKS:
        return blocks_open(&s->blocks, path, err);
    case PARTS_STEMS: /* so does vocab */
        return stems_open(&s->stems, path, vocab_size(&s->vocab), err);
    case PARTS_BIGRAMS:
        return bigrams_open(&s->bigrams, path, s->entry.docs, err);
    default: /* terms are opened once for each reader */
        return ST_OK;
    }
}

static const struct file_map *part_map(const struct segment *s, enum parts_kind kind)
{
    const struct file_map *maps[PARTS_COUNT] = {
        [PARTS_WORDS] = &s->words,       [PARTS_VOCAB] = &s->vocab.map, [PARTS_DOCS] = &s->docs.map,
        [PARTS_PLACES] = &s->places.map, [PARTS_TEXT] = &s->text.map,   [PARTS_HOLDERS] = &s->holders.map,
        [PARTS_PAIRS] = &s->pairs.map,   [PARTS_STEMS] = &s->stems.map, [PARTS_BLOCKS] = &s->blocks.map,
        [PARTS_BIGRAMS] = &s->bigrams.map,
    };
    return maps[kind];
}

/* A part must be the very file that the list means, not one of another segment. */
static enum status check_seal(const struct segment *s, enum parts_kind kind, struct err *err)
{
    const struct file_map *map = part_map(s, kind);
    if (map == NULL)
        return ST_OK;
    struct file_seal seal = file_map_seal(map), want = s->parts.seals[kind];
    if (seal.len != want.len || seal.crc != want.crc)
        return file_damaged(map, "it is not the file that its segment lists", err);
    return ST_OK;
}

static enum status open_parts(struct segment *s, struct err *err)
{
    enum status status = parts_read(s->dir, s->entry.id, &s->parts, err);
    for (enum parts_kind kind = 0; status == ST_OK && kind < PARTS_COUNT; kind++) {
        char *path = dir_path("%s/%s", s->dir, parts_names[kind]);
        status = path == NULL ? err_nomem(err) : open_part(s, kind, path, err);
        if (status == ST_OK)
            status = check_seal(s, kind, err);
        free(path);
    }
    return status;
}

/* Xapian does not mind a file that was cut short until it reads there. */
static enum status check_terms_len(const struct segment *s, const char *path, struct err *err)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return err_sys(err, errno == ENOENT ? ST_NOT_FOUND : ST_IO, errno, "%s: cannot look at it", path);
    if (st.st_size < 0 || (uint64_t)st.st_size != s->parts.seals[PARTS_TERMS].len)
        return err_set(err, ST_DAMAGED, "%s: damaged: it has another length than its segment lists", path);
    return ST_OK;
}

static enum status open_dbs(struct segment *s, unsigned n_readers, struct err *err)
{
    char *path = dir_path("%s/%s", s->dir, parts_names[PARTS_TERMS]);
    s->dbs = calloc(n_readers == 0 ? 1 : n_readers, sizeof *s->dbs);
    enum status status = path == NULL || s->dbs == NULL ? err_nomem(err) : check_terms_len(s, path, err);
    while (status == ST_OK && s->n_readers < n_readers) {
        status = shim_db_open(path, &s->dbs[s->n_readers], err);
        s->n_readers += status == ST_OK;
    }
    free(path);
    /* What Xapian makes of damaged bytes is anything, a revision that is not there for one; the sum tells. */
    struct err damage = {0};
    if ((status == ST_IO || status == ST_INTERNAL) && segment_verify_lists(s, &damage) == ST_DAMAGED) {
        status = ST_DAMAGED;
        if (err != NULL)
            *err = damage;
    }
    return status;
}

/* What the manifest, the list and the parts say must be about the same segment. */
static enum status check_counts(const struct segment *s, struct err *err)
{
    const struct manifest_segment *entry = &s->entry;
    if (s->parts.crc != entry->checksum || s->parts.docs != entry->docs || s->parts.words != entry->words)
        return err_set(err, ST_DAMAGED, "%s/segment: damaged: it is not the one that the generation names", s->dir);
    if (s->docs.n != entry->docs)
        return file_damaged(&s->docs.map, "it has another number of documents than its segment", err);
    if (s->words.body_len < SEGMENT_READABLE)
        return file_damaged(&s->words, "too short to be whole", err);
    return ST_OK;
}

static enum status open_all(struct segment *s, const char *index_dir, unsigned n_readers, struct err *err)
{
    enum status status = open_parts(s, err);
    if (status == ST_OK)
        status = check_counts(s, err);
    if (status == ST_OK && s->entry.dead_docs > 0)
        status = tombs_open(&s->tombs, index_dir, &s->entry, vocab_size(&s->vocab), err);
    if (status == ST_OK)
        status = open_dbs(s, n_readers, err);
    return status;
}

enum status segment_open(const char *index_dir, const struct manifest_segment *entry, unsigned n_readers,
                         struct segment **out, struct err *err)
{
    *out = NULL;
    struct segment *s = calloc(1, sizeof *s);
    if (s == NULL)
        return err_nomem(err);
    s->entry = *entry;
    s->dir = dir_path("%s/seg-%s", index_dir, entry->id);
    enum status status = s->dir == NULL ? err_nomem(err) : open_all(s, index_dir, n_readers, err);
    if (status == ST_OK)
        *out = s;
    else
        segment_close(s);
    return status;
}

void segment_close(struct segment *s)
{
    if (s == NULL)
        return;
    for (unsigned i = 0; i < s->n_readers; i++)
        shim_db_close(s->dbs[i]);
    free(s->dbs);
    file_map_release(&s->words);
    vocab_release(&s->vocab);
    docs_release(&s->docs);
    places_release(&s->places);
    text_release(&s->text);
    holders_release(&s->holders);
    pairs_release_map(&s->pairs);
    blocks_release_map(&s->blocks);
    bigrams_release(&s->bigrams);
    stems_release(&s->stems);
    tombs_release(&s->tombs);
    free(s->dir);
    free(s);
}

/* ---- answering ------------------------------------------------------------------------------------------------ */

uint32_t segment_docs(const struct segment *s)
{
    return s->docs.n;
}

uint64_t segment_text_before(const struct segment *s, uint32_t doc)
{
    struct docs_record r;
    return docs_get(&s->docs, doc, &r, NULL) == ST_OK ? r.text_off : s->text.text_len;
}

const char *segment_id(const struct segment *s)
{
    return s->entry.id;
}

size_t segment_number(const struct segment *s)
{
    return s->number;
}

const struct vocab *segment_vocab(const struct segment *s)
{
    return &s->vocab;
}

struct shim_db *segment_db(const struct segment *s, unsigned reader)
{
    return reader < s->n_readers ? s->dbs[reader] : NULL;
}

bool segment_is_dead(const struct segment *s, uint32_t doc)
{
    return tombs_has(&s->tombs, doc);
}

uint32_t segment_dead_docs(const struct segment *s)
{
    return s->tombs.dead_docs;
}

const struct tombs *segment_tombs(const struct segment *s)
{
    return &s->tombs;
}

void segment_dead_stats(const struct segment *s, uint32_t i, uint32_t *documents, uint64_t *occurrences)
{
    tombs_stats(&s->tombs, i, documents, occurrences);
}

enum status segment_words(const struct segment *s, uint32_t doc, struct segment_words *out, struct err *err)
{
    struct docs_record r;
    *out = (struct segment_words){0};
    enum status status = docs_get(&s->docs, doc, &r, err);
    if (status != ST_OK)
        return status;
    bool apart = r.n_title > 0;
    uint64_t room = words_len(s), n_boundaries = docs_boundaries(&r);
    if (r.words_off > room || n_boundaries + r.title_len + r.body_len > room - r.words_off)
        return file_damaged(&s->docs.map, "a document's words are outside of the segment", err);
    const uint8_t *p = s->words.body + r.words_off;
    out->body = p + n_boundaries + r.title_len;
    out->body_end = out->body + r.body_len;
    if (apart) {
        out->title = p + 1;
        out->title_end = out->title + r.title_len;
    }
    if (p[0] != WORDS_BOUNDARY || out->body[-1] != WORDS_BOUNDARY)
        return file_damaged(&s->words, "a document does not begin where it should", err);
    out->n_body = r.n_body;
    out->n_title = r.n_title;
    out->heading_pos = r.heading_pos;
    out->heading_words = r.heading_words;
    return ST_OK;
}

bool segment_fields(const struct segment *s, uint32_t doc, struct segment_words *out)
{
    uint64_t begin, end, before_body = 1;
    if (!segment_codes_of(s, doc, &begin, &end))
        return false;
    const uint8_t *p = s->words.body + begin;
    *out = (struct segment_words){.body_end = s->words.body + end,
                                  .n_title = (uint32_t)docs_field(&s->docs, doc, DOCS_N_TITLE)};
    if (out->n_title > 0) {
        uint64_t len = docs_field(&s->docs, doc, DOCS_TITLE_LEN);
        out->title = p + 1;
        out->title_end = p + 1 + len;
        before_body += len + 1;
    }
    if (before_body > end - begin)
        return false;
    out->body = p + before_body;
    return true;
}

bool segment_fields_begin(const struct segment_words *w)
{
    return w->body[-1] == WORDS_BOUNDARY && (w->n_title == 0 || w->title[-1] == WORDS_BOUNDARY);
}

enum status segment_length(const struct segment *s, uint32_t doc, struct segment_length *out, struct err *err)
{
    return docs_get_length(&s->docs, doc, out, err);
}

void segment_prefetch_record(const struct segment *s, uint32_t doc)
{
    docs_prefetch(&s->docs, doc);
}

void segment_prefetch_start(const struct segment *s, uint32_t doc)
{
    docs_prefetch_start(&s->docs, doc);
}

enum { LINE_LEN = 64, LINES_PREFETCHED = 20, FEW_LINES = 12 };

void segment_prefetch_fields(const struct segment_words *w)
{
    const uint8_t *at = w->body;
    for (size_t i = 0; i < FEW_LINES; i++)
        __builtin_prefetch(at + i * LINE_LEN);
}

void segment_prefetch_words(const struct segment *s, uint32_t doc)
{
    uint64_t begin, end;
    if (!segment_codes_of(s, doc, &begin, &end))
        return;
    for (size_t i = 0; i < LINES_PREFETCHED && begin + i * LINE_LEN < end; i++)
        __builtin_prefetch(s->words.body + begin + i * LINE_LEN);
}

bool segment_stem_is_prefix(const struct segment *s, uint32_t i, size_t len, size_t stem_len)
{
    unsigned lacks = i < s->stems.n ? stems_lacks(&s->stems, i) : STEMS_ODD;
    return lacks != STEMS_ODD && stem_len + lacks == len;
}

size_t segment_stem_words(const struct segment *s, const char *stem, size_t len, uint32_t first, uint32_t *words,
                          size_t cap)
{
    uint32_t from, to;
    size_t n = 0;
    stems_find(&s->stems, stem, len, &from, &to);
    for (uint32_t pair = from + (first < to - from ? first : to - from); pair < to && n < cap; pair++)
        words[n++] = stems_entry(&s->stems, pair);
    return n;
}

const uint8_t *segment_bitmap(const struct segment *s, uint32_t rank, size_t *len)
{
    *len = postlist_row_len(s->docs.n);
    return holders_row(&s->holders, rank);
}

bool segment_holders(const struct segment *s, uint32_t rank, struct segment_holders *out)
{
    return holders_find(&s->holders, rank, out);
}

bool segment_bigram(const struct segment *s, uint32_t first_rank, uint32_t second_rank, struct segment_bigram *out)
{
    return first_rank < BIGRAMS_WORDS && second_rank < BIGRAMS_WORDS &&
           bigrams_find(&s->bigrams, first_rank, second_rank, out);
}

struct segment_codes segment_codes(const struct segment *s)
{
    return (struct segment_codes){s->words.body, words_len(s), s->pairs.n_blocks};
}

bool segment_codes_of(const struct segment *s, uint32_t doc, uint64_t *begin, uint64_t *end)
{
    if (doc >= s->docs.n)
        return false;
    *begin = docs_start(&s->docs, doc);
    *end = docs_start(&s->docs, doc + 1);
    return *begin <= *end && *end <= words_len(s);
}

_Static_assert((int)SEGMENT_BLOCK == PAIRS_BLOCK && (int)SEGMENT_PAIRS == PAIRS_OVERLAP + 1 &&
                   (int)SEGMENT_PAIR_ROWS == PAIRS_HASHES, "as in pairs.h");

size_t segment_pair_rows(const struct segment *s, uint32_t first_rank, uint32_t second_rank,
                         uint32_t rows[SEGMENT_PAIR_ROWS])
{
    uint64_t hash = pairs_hash(pairs_code(first_rank), pairs_code(second_rank));
    (void)s;
    for (unsigned i = 0; i < PAIRS_HASHES; i++)
        rows[i] = pairs_row_of(hash, i);
    return PAIRS_HASHES;
}

void segment_blocks_with(const struct segment *s, const uint32_t *rows, size_t n, uint64_t *bits)
{
    pairs_and(&s->pairs, rows, n, bits);
}

bool segment_block_has(const struct segment *s, uint32_t row, uint32_t block)
{
    return pairs_has(&s->pairs, row, block);
}

void segment_docs_of(const struct segment *s, uint64_t block, uint32_t *first, uint32_t *last)
{
    pairs_docs_of(&s->pairs, block, first, last);
}

uint32_t segment_doc_of(const struct segment *s, uint64_t off)
{
    return pairs_doc_of(&s->pairs, off);
}

_Static_assert((int)SEGMENT_LONG_BLOCK == BLOCKS_LEN && SEGMENT_BLOCK % SEGMENT_LONG_BLOCK == 0, "as in blocks.h");

uint32_t segment_long_blocks(const struct segment *s)
{
    return s->blocks.n_blocks;
}

uint32_t segment_long_docs(const struct segment *s)
{
    return s->blocks.n_long;
}

/* The blocks of a document must be as many as its codes reach into: nothing else finds its words in them. */
static bool find_long(const struct segment *s, uint32_t doc, uint32_t first, uint32_t n, struct segment_long *out)
{
    out->doc = doc;
    out->first = first;
    out->n = n;
    return segment_codes_of(s, doc, &out->begin, &out->end) && out->begin < out->end &&
           (out->end - 1) / BLOCKS_LEN - out->begin / BLOCKS_LEN + 1 == n;
}

bool segment_long(const struct segment *s, uint32_t doc, struct segment_long *out)
{
    uint32_t first, n;
    return blocks_of_doc(&s->blocks, doc, &first, &n) && find_long(s, doc, first, n, out);
}

bool segment_long_at(const struct segment *s, uint32_t i, struct segment_long *out)
{
    uint32_t first, n;
    uint32_t doc = blocks_at(&s->blocks, i, &first, &n);
    return find_long(s, doc, first, n, out);
}

void segment_long_blocks_with(const struct segment *s, uint32_t rank, uint64_t *bits)
{
    blocks_or(&s->blocks, rank, bits);
}

enum status segment_doc(const struct segment *s, uint32_t doc, struct segment_doc *out, struct err *err)
{
    return docs_get_names(&s->docs, doc, out, err);
}

enum status segment_find(const struct segment *s, const char *path, size_t path_len, uint32_t *doc, struct err *err)
{
    uint32_t at = 0;
    for (;;) {
        enum status status = docs_find(&s->docs, path, path_len, &at, doc, err);
        if (status != ST_OK || !segment_is_dead(s, *doc))
            return status;
    }
}

enum status segment_place_of_pos(const struct segment *s, uint32_t doc, uint32_t pos, struct segment_place *out,
                                 struct err *err)
{
    struct docs_record r;
    enum status status = docs_get(&s->docs, doc, &r, err);
    return status == ST_OK ? places_of_pos(&s->places, r.places_off, pos, out, err) : status;
}

enum status segment_place_of_line(const struct segment *s, uint32_t doc, uint32_t line, struct segment_place *out,
                                  struct err *err)
{
    struct docs_record r;
    enum status status = docs_get(&s->docs, doc, &r, err);
    return status == ST_OK ? places_of_line(&s->places, r.places_off, line, out, err) : status;
}

enum status segment_column(const struct segment *s, uint32_t doc, uint32_t off, uint32_t line_off, uint32_t *column,
                           struct err *err)
{
    struct docs_record r;
    enum status status = docs_get(&s->docs, doc, &r, err);
    return status == ST_OK ? places_column(&s->places, r.places_off, off, line_off, column, err) : status;
}

enum status segment_breaks(const struct segment *s, uint32_t doc, struct segment_break **breaks, size_t *cap, size_t *n,
                           struct err *err)
{
    struct docs_record r;
    enum status status = docs_get(&s->docs, doc, &r, err);
    return status == ST_OK ? places_breaks(&s->places, r.places_off, breaks, cap, n, err) : status;
}

enum status segment_text_doc(const struct segment *s, uint32_t doc, struct text_doc *out, struct err *err)
{
    struct docs_record r;
    struct segment_words w;
    enum status status = docs_get(&s->docs, doc, &r, err);
    if (status == ST_OK)
        status = segment_words(s, doc, &w, err);
    if (status == ST_OK)
        *out = (struct text_doc){doc, r.text_off, r.text_len, w.body, w.body_end, &s->vocab};
    return status;
}

enum status segment_text(const struct segment *s, uint32_t doc, uint32_t off, uint32_t len, struct text_cache *cache,
                         struct buf *out, struct err *err)
{
    struct text_doc d;
    enum status status = segment_text_doc(s, doc, &d, err);
    if (status != ST_OK || off >= d.len)
        return status;
    uint32_t rest = d.len - off;
    return text_read(&s->text, &d, off, len < rest ? len : rest, cache, out, err);
}

size_t segment_parts(const struct segment *s, struct segment_part *out, size_t cap)
{
    size_t n = 0;
    for (; n < PARTS_COUNT; n++)
        if (n < cap)
            out[n] = (struct segment_part){parts_names[n], s->parts.seals[n].len};
    if (n < cap)
        out[n] = (struct segment_part){"segment", s->parts.len};
    n++;
    if (s->entry.dead_docs > 0) {
        if (n < cap)
            out[n] = (struct segment_part){"tombstones", s->tombs.map.len};
        n++;
    }
    return n;
}
