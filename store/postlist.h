/* postlist.h - posting lists as the segment keeps them itself: which documents hold a word (a pair of words), and how
 * often. One is a row of bits where many documents do: testing a bit costs next to nothing. Else it is a list by Elias
 * and Fano (Vigna, Quasi-succinct indices, 2013): read on at any document without reading what is before.
 *
 *     list       documents * 2 (+ 1: a row) as a varint; then
 *       a row      row_len bytes: bit d % 8 of byte d / 8 is set when document d holds it; row_len is 8 for each 64 of
 *                  n_docs, and 8
 *       a list     of each document its lowest `width` bits, low bits first, filled up to a byte; then of document
 *                  after document its other bits: the i-th one sets bit (d >> width) + i; filled up to a byte. width:
 *                  the bits of n_docs / documents less 1
 *     then       the occurrences in each, as in tally.h
 *
 * Lists of a part stand one behind the other, without gaps; POSTLIST_SPARE bytes of zero behind the last one; then for
 * each, and for their end, where it begins, in as many bits as that end has (packed.h).
 *
 * Writing: postlist_add as documents go by; once all did, postlists_put. Reading on: segment.h.
 * Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_POSTLIST_H
#define VERBATIM_POSTLIST_H

#include "lib/base.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "store/file.h"

enum { POSTLIST_SPARE = 8 };

struct segment_holders;

/* Bytes of a row. */
static inline size_t postlist_row_len(uint32_t n_docs)
{
    return ((size_t)n_docs / 64 + 1) * 8;
}

/* Bits of a document that its place in the list does not tell, and the bytes of both. */
static inline unsigned postlist_width(uint32_t n, uint32_t n_docs)
{
    return n == 0 || n >= n_docs ? 0 : 31 - (unsigned)__builtin_clz(n_docs / n);
}

static inline uint64_t postlist_low_len(uint32_t n, unsigned width)
{
    return ((uint64_t)n * width + 7) / 8;
}

static inline uint64_t postlist_high_len(uint32_t n, unsigned width, uint32_t n_docs)
{
    return ((uint64_t)n + (n_docs >> width) + 1 + 7) / 8;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

/* One being gathered; a zeroed one is empty. */
struct postlist {
    uint32_t doc, occurrences; /* counted so far in doc, which is not yet put */
    uint32_t next;             /* the first document that may come */
    struct buf bytes;          /* varints: documents passed over * 2, + 1 when another follows with occurrences - 2 */
};

void postlist_release(struct postlist *list);
/* Puts what was counted of its last document, and forgets it: once at the end, else by postlist_add. */
void postlist_put(struct postlist *list);

/* n occurrences; documents never go back. */
static inline void postlist_add(struct postlist *list, uint32_t doc, uint32_t n)
{
    if (list->doc != doc)
        postlist_put(list);
    list->doc = doc;
    list->occurrences += n;
}

/* The lists of a part, one after the other. Sticky: postlists_end tells. */
struct postlists_writer {
    struct file_writer *to; /* borrowed */
    uint32_t n_docs;
    uint64_t *offs; /* owned, as all */
    size_t n, cap;
    uint64_t len;                           /* of all lists */
    uint32_t *docs, *occurrences, *scratch; /* of the list at hand */
    size_t room;
    struct buf bytes;
    bool failed;
};

/* Writes a list, and releases it. */
void postlists_put(struct postlists_writer *w, struct postlist *list, bool is_row);
/* Writes where they begin. ST_NOMEM when memory ran out before. */
enum status postlists_end(struct postlists_writer *w, struct err *err);
void postlists_release(struct postlists_writer *w);

/* ---- reading ---------------------------------------------------------------------------------------------------- */

struct postlists {
    const uint8_t *lists, *offs; /* borrowed */
    uint64_t len;
    unsigned width;
    uint32_t n, n_docs;
};

/* Bytes that n lists of len bytes take with what is behind them; UINT64_MAX when that is no length of a file. */
uint64_t postlists_size(uint32_t n, uint64_t len);
void postlists_open(struct postlists *l, const uint8_t *at, uint32_t n, uint64_t len, uint32_t n_docs);
/* Starts reading the i-th, of n; see segment.h for reading on. A damaged one has no documents. */
void postlists_find(const struct postlists *l, uint32_t i, struct segment_holders *out);

#endif
