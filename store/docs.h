/* docs.h - the part `docs`: a record per document, names, and finding a document by its path.
 *
 *     n:32 0:32 names_len:64 width:8 of the starts, width:8 of each docs_field 0[39]       64 bytes
 *     n + 1 records, packed (packed.h)           the fields in their order, each in its width; the last one says where
 *                                                the documents end, and is otherwise zeroes
 *     n + 1 starts, packed                       in the body of `words`: the boundary before a document's first word;
 *                                                the last one is behind all documents
 *     first of each bucket, packed               a place among the docs below: documents are in 2^docs_bucket_bits
 *                                                buckets by the first bits of docs_hash of their path
 *     n docs, packed                             by bucket, then ascending
 *     n lengths of 16 bits                       words of both fields, 32767 for so many or more; + 32768 when it
 *                                                has a title
 *     names, names_len bytes: for each document
 *         path_len:varint path  flags:8  [title_len:varint title]  [date:varint]  mtime:varint
 *         flags: 1 it has a title, 2 it has a date, 4 its text is not that of the file
 *         both times are seconds since 1970, zigzag-coded
 *
 * It does not know what stands at the offsets it keeps. Governed by doc/index-format.md.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_DOCS_H
#define VERBATIM_DOCS_H

#include "lib/base.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "store/document.h"
#include "store/file.h"
#include "store/packed.h"
#include "store/segment.h"

#define DOCS_KIND "docs"
enum { DOCS_HEAD_LEN = 64, DOCS_LENGTH_LEN = 2 };

/* What a record holds, as in docs_record: what a candidate needs, then the rest. */
enum docs_field {
    DOCS_TITLE_LEN,
    DOCS_N_TITLE,
    DOCS_N_BODY,
    DOCS_HEADING_POS,
    DOCS_HEADING_WORDS,
    DOCS_TEXT_OFF,
    DOCS_NAMES_OFF,
    DOCS_PLACES_OFF,
    DOCS_FIELDS
};

struct docs_record {
    uint64_t words_off;  /* in the body of `words`: the boundary before its first word (stored apart) */
    uint64_t text_off;   /* in the text of all documents */
    uint64_t names_off;  /* in names: its path */
    uint64_t places_off; /* in the body of `places` */
    uint32_t title_len;  /* bytes of the codes of a title kept apart */
    uint32_t n_title, n_body; /* words in it, and in the body */
    uint32_t heading_pos, heading_words;
    uint32_t body_len, text_len; /* not in the file: they follow from the record behind */
};

/* Bytes in `words` that end what stands before its fields. */
static inline uint32_t docs_boundaries(const struct docs_record *r)
{
    return r->n_title > 0 ? 2 : 1;
}

/* How records are laid out. */
struct docs_layout {
    uint8_t widths[DOCS_FIELDS];  /* bits */
    uint16_t begins[DOCS_FIELDS]; /* the bit of the record at which a field begins */
    uint16_t record_bits;
    uint8_t start_width; /* of the starts, which stand apart */
};

/* ---- writing -------------------------------------------------------------------------------------------------- */

/* Makes most's words and places of headings no smaller than those of r. */
void docs_raise(struct docs_record *most, const struct docs_record *r);
/* A layout for records of which no field is greater than that of most. */
struct docs_layout docs_layout_for(const struct docs_record *most);
void docs_put_head(uint8_t head[DOCS_HEAD_LEN], uint32_t n, uint64_t names_len, const struct docs_layout *layout);
void docs_put_record(struct packed_writer *w, const struct docs_layout *layout, const struct docs_record *r);
void docs_put_names(const struct document *doc, struct buf *out);
uint16_t docs_length_of(const struct docs_record *r);
uint32_t docs_hash(const char *path, size_t len);
/* Writes what finds documents by path. hashes, ascending: docs_hash in the high half, the document in the low one. */
void docs_put_buckets(struct file_writer *w, const uint64_t *hashes, uint32_t n);

/* ---- reading -------------------------------------------------------------------------------------------------- */

struct docs {
    struct file_map map;
    uint32_t n;
    struct docs_layout layout;
    unsigned bucket_bits, doc_width;
    const uint8_t *records, *starts, *buckets, *by_bucket, *lengths, *names;
    uint64_t names_len;
};

enum status docs_open(struct docs *d, const char *path, struct err *err);
void docs_release(struct docs *d);
enum status docs_get(const struct docs *d, uint32_t doc, struct docs_record *out, struct err *err);
/* Where its words begin; of n, where those of all end. */
static inline uint64_t docs_start(const struct docs *d, uint32_t doc)
{
    return packed_get(d->starts, doc, d->layout.start_width);
}
/* One field of a record; doc is one of the segment's. */
static inline uint64_t docs_field(const struct docs *d, uint32_t doc, enum docs_field field)
{
    uint64_t bit = (uint64_t)doc * d->layout.record_bits + d->layout.begins[field];
    return packed_at(d->records, bit, d->layout.widths[field]);
}
/* Hints that a record will be wanted soon, or docs_start alone. */
void docs_prefetch(const struct docs *d, uint32_t doc);
static inline void docs_prefetch_start(const struct docs *d, uint32_t doc)
{
    __builtin_prefetch(d->starts + (uint64_t)doc * d->layout.start_width / 8);
}
/* Without a look at its record, unless it is very long. */
enum status docs_get_length(const struct docs *d, uint32_t doc, struct segment_length *out, struct err *err);
enum status docs_get_names(const struct docs *d, uint32_t doc, struct segment_doc *out, struct err *err);
/* The next document of a path; *at is 0 for the first call. ST_NOT_FOUND when there is no more. */
enum status docs_find(const struct docs *d, const char *path, size_t len, uint32_t *at, uint32_t *doc, struct err *err);

#endif
