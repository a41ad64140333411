/* docs.h - the part `docs`: a record per document, names, and finding a document by its path.
 *
 *     n:32 0:32 names_len:64 0[48]                          64 bytes
 *     n records of 52 bytes, in order of documents          docs_record below, what is stored of it, in this order
 *                                                           and these widths
 *     n + 1 offsets of 40 bits                              in the body of `words`: the boundary before a document's
 *                                                           first word; the last one is behind all documents
 *     n pairs {hash of path:32 doc:32}, ascending           by docs_hash, then by document
 *     n lengths of 16 bits                                  words of both fields, 32767 for so many or more;
 *                                                           + 32768 when it has a title
 *     names, names_len bytes: for each document
 *         path  flags:8  [title_len:varint title]  [date:varint]  mtime:varint
 *         flags: 1 it has a title, 2 it has a date, 4 its text is not that of the file
 *         both times are seconds since 1970, zigzag-coded
 *
 * It does not know what stands at the offsets it keeps. Governed by doc/index-format.md.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_DOCS_H
#define VERBATIM_DOCS_H

#include "lib/base.h"
#include "lib/buf.h"
#include "lib/bytes.h"
#include "lib/err.h"
#include "store/document.h"
#include "store/file.h"
#include "store/segment.h"

#define DOCS_KIND "docs"
enum { DOCS_HEAD_LEN = 64, DOCS_RECORD_LEN = 52, DOCS_HASH_LEN = 8, DOCS_LENGTH_LEN = 2, DOCS_START_LEN = 5 };

struct docs_record {
    uint64_t words_off;           /* in the body of `words`: the boundary before its first word (not stored here) */
    uint64_t text_off;            /* in the text of all documents */
    uint64_t names_off;           /* in names: its path */
    uint64_t places_off;          /* in the body of `places` */
    uint32_t title_len, body_len; /* bytes of the codes of a title kept apart, and of the body (not stored) */
    uint32_t n_title, n_body;     /* words in them */
    uint32_t heading_pos, heading_words;
    uint32_t text_len;
    uint32_t path_len;
};

/* ---- writing -------------------------------------------------------------------------------------------------- */

void docs_put_head(uint8_t head[DOCS_HEAD_LEN], uint32_t n, uint64_t names_len);
void docs_put_record(uint8_t record[DOCS_RECORD_LEN], const struct docs_record *r);
void docs_put_names(const struct document *doc, struct buf *out);
void docs_put_start(uint8_t start[DOCS_START_LEN], uint64_t words_off);
uint16_t docs_length_of(const struct docs_record *r);
uint32_t docs_hash(const char *path, size_t len);

/* ---- reading -------------------------------------------------------------------------------------------------- */

struct docs {
    struct file_map map;
    uint32_t n;
    const uint8_t *records, *starts, *hashes, *lengths, *names;
    uint64_t names_len;
};

enum status docs_open(struct docs *d, const char *path, struct err *err);
void docs_release(struct docs *d);
enum status docs_get(const struct docs *d, uint32_t doc, struct docs_record *out, struct err *err);
/* Where its words begin; of n, where those of all end. */
static inline uint64_t docs_start(const struct docs *d, uint32_t doc)
{
    const uint8_t *p = d->starts + (size_t)doc * DOCS_START_LEN;
    return bytes_get32(p) | (uint64_t)p[4] << 32;
}

/* Without a look at its record, unless it is very long. */
enum status docs_get_length(const struct docs *d, uint32_t doc, struct segment_length *out, struct err *err);
enum status docs_get_names(const struct docs *d, uint32_t doc, struct segment_doc *out, struct err *err);
/* The next document of a path; *at is 0 for the first call. ST_NOT_FOUND when there is no more. */
enum status docs_find(const struct docs *d, const char *path, size_t len, uint32_t *at, uint32_t *doc, struct err *err);

#endif
