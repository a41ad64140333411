/* segment.h - reading one immutable segment: a folder of parts, each mapped, each with its reader.
 *
 * Documents are numbered from 0 (Xapian's number less one). Everything here is read-only and may be shared by threads,
 * except the Xapian handles: reader r uses segment_db(seg, r) and nobody else does. All pointers are borrowed from the
 * mapped files for the life of the snapshot. Decoders are safe on any bytes: what is damaged inside a part gives
 * ST_DAMAGED, never a read past its end. Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SEGMENT_H
#define VERBATIM_SEGMENT_H

#include "lib/base.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "store/document.h"
#include "store/tally.h"
#include "store/vocab.h"

struct segment;
struct shim_db;

/* Verifies every byte: ST_DAMAGED. */
enum status segment_verify_bytes(const struct segment *s, struct err *err);
/* Bytes of the texts of documents [0, doc), dead ones included. */
uint64_t segment_text_before(const struct segment *s, uint32_t doc);

uint32_t segment_docs(const struct segment *s); /* dead ones included */
const char *segment_id(const struct segment *s);
size_t segment_number(const struct segment *s); /* its place among the snapshot's, from 0 */
const struct vocab *segment_vocab(const struct segment *s);
struct shim_db *segment_db(const struct segment *s, unsigned reader);
bool segment_is_dead(const struct segment *s, uint32_t doc);
uint32_t segment_dead_docs(const struct segment *s);
/* What the dead documents take away from the statistics of the i-th word of the vocabulary. */
void segment_dead_stats(const struct segment *s, uint32_t i, uint32_t *documents, uint64_t *occurrences);
/* The tombstones themselves, borrowed; none are zeroed. */
struct tombs;
const struct tombs *segment_tombs(const struct segment *s);

/* A document's words. Positions count from 0 in each of the two fields. A title that is kept apart has its own codes;
 * one that is a heading is a range of the body. */
struct segment_words {
    const uint8_t *body, *body_end;   /* codes (lib/etdc.h); the byte before body is readable and has its top bit set */
    const uint8_t *title, *title_end; /* codes of a title kept apart (the same holds before it), or both NULL */
    uint32_t n_body, n_title;         /* words in each; n_title is 0 without a separate title */
    uint32_t heading_pos, heading_words; /* the title as a range of the body; heading_words 0 when it is not one */
};
/* At least SEGMENT_READABLE bytes behind the end of any document's codes are readable (not meaningful), for SIMD. */
enum { SEGMENT_READABLE = 64 };
enum status segment_words(const struct segment *s, uint32_t doc, struct segment_words *out, struct err *err);

/* As segment_words, but fills in only where codes are and n_title, and reads next to nothing, of the words nothing.
 * False for what is not right, of which segment_words says more; segment_fields_begin, whether codes begin there. */
bool segment_fields(const struct segment *s, uint32_t doc, struct segment_words *out);
bool segment_fields_begin(const struct segment_words *w);
void segment_prefetch_fields(const struct segment_words *w); /* hints that they will be wanted soon */

/* How long a document is, without reading its words: those of both fields. */
struct segment_length {
    uint32_t words;
    bool has_title; /* kept apart, or a heading of the body */
};
enum status segment_length(const struct segment *s, uint32_t doc, struct segment_length *out, struct err *err);

/* Hints that a document's words will be wanted soon: first its record, then, once that is in the cache, its words. */
void segment_prefetch_record(const struct segment *s, uint32_t doc);
void segment_prefetch_words(const struct segment *s, uint32_t doc);
void segment_prefetch_start(const struct segment *s, uint32_t doc); /* for segment_codes_of */

/* The documents that hold the word of a rank, bit doc % 8 of byte doc / 8, dead ones included; *len bytes, a multiple
 * of 8, all readable. NULL for a word that few documents hold: its posting list is short. */
const uint8_t *segment_bitmap(const struct segment *s, uint32_t rank, size_t *len);

/* The documents that hold a common or a rare word, one after the other, and how often. Such words are not in the
 * posting lists of segment_db: ask here first. Plain values, to be read through the functions below. */
struct segment_holders {
    uint32_t doc; /* the last one found */
    bool begun, ended;
    uint32_t n_docs;                           /* of the segment */
    const uint8_t *bits;                       /* of a row of bits; NULL: it is none */
    const uint8_t *low, *high;                 /* of a list; low alone: documents of a rare word */
    unsigned width;                            /* of numbers in low, bits */
    uint32_t at, n;                            /* next posting, and the end; of a row those before n_words_passed */
    uint32_t n_words, at_word, n_words_passed; /* of bits or high, 64 bits each */
    uint64_t word;                             /* at_word; of a list what is left of it */
    struct tally tally;                        /* of a row or a list */
    const uint8_t *gammas;                     /* of a rare word; NULL: it occurs once in each */
    uint64_t gamma_at, gamma_end;              /* bits */
    uint32_t n_passed, occurrences;            /* codes not yet read up to that of doc; what the last one said */
};
/* False when the word of the rank is neither common nor rare: its list is in segment_db. */
bool segment_holders(const struct segment *s, uint32_t rank, struct segment_holders *out);
/* Goes on to the first document >= doc that holds the word, dead ones included; doc never goes back. False at the
 * end. */
bool segment_seek_holder(struct segment_holders *h, uint32_t doc);
/* Occurrences in the document found last, both fields. */
uint32_t segment_holder_occurrences(struct segment_holders *h);
/* Sets the bits of all its documents, of one that was not yet sought in; bits: for all of the segment, whole words. */
void segment_holders_or(const struct segment_holders *h, uint64_t *bits);

/* Two common words next to each other, in this order: their documents, dead ones included, and occurrences. */
struct segment_bigram {
    uint32_t documents;
    uint64_t occurrences;
    struct segment_holders holders; /* to be read from its beginning */
};
/* False when they are not among the commonest pairs. */
bool segment_bigram(const struct segment *s, uint32_t first_rank, uint32_t second_rank, struct segment_bigram *out);

/* The codes of all documents, one after the other; before the first one stands a byte that can be read. They are cut
 * into blocks of SEGMENT_BLOCK bytes, of which the part `pairs` tells what words may stand next to each other. */
enum { SEGMENT_BLOCK = 512, SEGMENT_PAIRS = 9, SEGMENT_PAIR_ROWS = 3 };
struct segment_codes {
    const uint8_t *begin;
    uint64_t len;
    uint32_t n_blocks;
};
struct segment_codes segment_codes(const struct segment *s);
/* The part of them that is one document's; false when it has none there (the index is damaged). */
bool segment_codes_of(const struct segment *s, uint32_t doc, uint64_t *begin, uint64_t *end);
/* The rows of bits, one a block, in which the word of one rank followed by that of another is noted: set in the block
 * where the pair begins, and in that of any of the SEGMENT_PAIRS - 1 pairs behind it. Others share the rows. Returns
 * how many there are, at most SEGMENT_PAIR_ROWS. */
size_t segment_pair_rows(const struct segment *s, uint32_t first_rank, uint32_t second_rank,
                         uint32_t rows[SEGMENT_PAIR_ROWS]);
/* Sets the bits of blocks that all of n rows, 1 to 16, have, and clears the others; bits: for all blocks, whole
 * words. */
void segment_blocks_with(const struct segment *s, const uint32_t *rows, size_t n, uint64_t *bits);
bool segment_block_has(const struct segment *s, uint32_t row, uint32_t block);
/* The documents [*first, *last] that have codes in a block. */
void segment_docs_of(const struct segment *s, uint64_t block, uint32_t *first, uint32_t *last);
/* The document that the code at off < len is of. */
uint32_t segment_doc_of(const struct segment *s, uint64_t off);

/* Long documents are cut into blocks of SEGMENT_LONG_BLOCK bytes of codes, of which it is known what words begin in
 * them. The blocks of all of them are numbered from 0; document after document, ascending. */
enum { SEGMENT_LONG_BLOCK = 256 };
struct segment_long {
    uint32_t doc;
    uint32_t first, n;   /* its blocks */
    uint64_t begin, end; /* its codes, as segment_codes_of: the one at off is in block
                          * first + off / SEGMENT_LONG_BLOCK - begin / SEGMENT_LONG_BLOCK */
};
uint32_t segment_long_blocks(const struct segment *s);
uint32_t segment_long_docs(const struct segment *s);
bool segment_long(const struct segment *s, uint32_t doc, struct segment_long *out); /* false when it is not long */
/* The i-th of segment_long_docs; false when it is damaged. */
bool segment_long_at(const struct segment *s, uint32_t i, struct segment_long *out);
/* Sets the bits of the blocks in which the word of a rank may begin; bits: for all of them, whole words. */
void segment_long_blocks_with(const struct segment *s, uint32_t rank, uint64_t *bits);

/* The words of a stem. Most begin with it: whether the i-th of the vocabulary, of len bytes, which does, has it. The
 * others, and some that have another (whoever asks stems them again), as indexes into the vocabulary, which a damaged
 * index may not have: fills in at most cap of them from number `first` on, returns how many. */
bool segment_stem_is_prefix(const struct segment *s, uint32_t i, size_t len, size_t stem_len);
size_t segment_stem_words(const struct segment *s, const char *stem, size_t len, uint32_t first, uint32_t *words,
                          size_t cap);

struct segment_doc {
    const char *path;
    size_t path_len;
    const char *title; /* NULL when it has none */
    size_t title_len;
    int64_t date, mtime; /* as in struct document */
    bool derived;        /* the same */
    uint32_t text_len;   /* bytes */
};
enum status segment_doc(const struct segment *s, uint32_t doc, struct segment_doc *out, struct err *err);

/* Finds a live document by its path; ST_NOT_FOUND. */
enum status segment_find(const struct segment *s, const char *path, size_t path_len, uint32_t *doc, struct err *err);

/* A place in a document's text from which to read on: the word at position pos of the body starts at byte off, which is
 * in line `line` (from 1), whose first byte is line_off. */
struct segment_place {
    uint32_t pos, off, line, line_off;
};
/* The last known place at or before a word position. A document's beginning {0, 0, 1, 0} always counts (the first
 * word may then start behind off). */
enum status segment_place_of_pos(const struct segment *s, uint32_t doc, uint32_t pos, struct segment_place *out,
                                 struct err *err);
/* The same for a line. */
enum status segment_place_of_line(const struct segment *s, uint32_t doc, uint32_t line, struct segment_place *out,
                                  struct err *err);
/* Column in the source file (from 1, bytes) of a byte of the text, given the offset of its line's first byte. */
enum status segment_column(const struct segment *s, uint32_t doc, uint32_t off, uint32_t line_off, uint32_t *column,
                           struct err *err);

/* Positions of the body at which a new sentence begins (paragraph: that also begins a paragraph), ascending, appended
 * to an array that grows (array.h); position 0 is not listed. */
struct segment_break {
    uint32_t pos;
    bool paragraph;
};
enum status segment_breaks(const struct segment *s, uint32_t doc, struct segment_break **breaks, size_t *cap, size_t *n,
                           struct err *err);

/* Reads text: appends bytes [off, off + len) of a document, cut at its end, to out. The cache keeps the last block,
 * unpacked as far as was asked for, and belongs to one thread. */
struct text_cache;
struct text_cache *text_cache_new(void); /* NULL when memory ran out */
void text_cache_free(struct text_cache *c);
enum status segment_text(const struct segment *s, uint32_t doc, uint32_t off, uint32_t len, struct text_cache *cache,
                         struct buf *out, struct err *err);

/* Bytes of each part, for people: fills at most cap names and sizes, returns how many parts there are. */
struct segment_part {
    const char *name;
    uint64_t bytes;
};
size_t segment_parts(const struct segment *s, struct segment_part *out, size_t cap);

#endif
