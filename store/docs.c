/* docs.c - see docs.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/docs.h"

#include <string.h>
#include <zlib.h>

#include "lib/bytes.h"
#include "store/coding.h"

enum { HAS_TITLE = 1, HAS_DATE = 2, IS_DERIVED = 4 };
enum { WIDTHS_AT = 17 }; /* in the head; of the starts before */
enum { LENGTH_MAX = 0x7fff, LENGTH_TITLE = 0x8000 };

/* ---- writing -------------------------------------------------------------------------------------------------- */

static void place_fields(struct docs_layout *layout)
{
    layout->record_bits = 0;
    for (size_t i = 0; i < DOCS_FIELDS; i++) {
        layout->begins[i] = layout->record_bits;
        layout->record_bits = (uint16_t)(layout->record_bits + layout->widths[i]);
    }
}

static uint32_t greater(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

void docs_raise(struct docs_record *most, const struct docs_record *r)
{
    most->n_title = greater(most->n_title, r->n_title);
    most->n_body = greater(most->n_body, r->n_body);
    most->heading_pos = greater(most->heading_pos, r->heading_pos);
    most->heading_words = greater(most->heading_words, r->heading_words);
}

static void list_fields(const struct docs_record *r, uint64_t fields[DOCS_FIELDS])
{
    fields[DOCS_TITLE_LEN] = r->title_len;
    fields[DOCS_N_TITLE] = r->n_title;
    fields[DOCS_N_BODY] = r->n_body;
    fields[DOCS_HEADING_POS] = r->heading_pos;
    fields[DOCS_HEADING_WORDS] = r->heading_words;
    fields[DOCS_TEXT_OFF] = r->text_off;
    fields[DOCS_NAMES_OFF] = r->names_off;
    fields[DOCS_PLACES_OFF] = r->places_off;
}

struct docs_layout docs_layout_for(const struct docs_record *most)
{
    struct docs_layout layout;
    uint64_t fields[DOCS_FIELDS];
    list_fields(most, fields);
    for (size_t i = 0; i < DOCS_FIELDS; i++)
        layout.widths[i] = (uint8_t)packed_width(fields[i]);
    layout.start_width = (uint8_t)packed_width(most->words_off);
    place_fields(&layout);
    return layout;
}

void docs_put_head(uint8_t head[DOCS_HEAD_LEN], uint32_t n, uint64_t names_len, const struct docs_layout *layout)
{
    memset(head, 0, DOCS_HEAD_LEN);
    bytes_put32(head, n);
    bytes_put64(head + 8, names_len);
    head[WIDTHS_AT - 1] = layout->start_width;
    memcpy(head + WIDTHS_AT, layout->widths, sizeof layout->widths);
}

void docs_put_record(struct packed_writer *w, const struct docs_layout *layout, const struct docs_record *r)
{
    uint64_t fields[DOCS_FIELDS];
    list_fields(r, fields);
    for (size_t i = 0; i < DOCS_FIELDS; i++)
        packed_put(w, fields[i], layout->widths[i]);
}

uint16_t docs_length_of(const struct docs_record *r)
{
    uint32_t words = r->n_body + r->n_title;
    bool has_title = r->n_title > 0 || r->heading_words > 0;
    return (uint16_t)((words < LENGTH_MAX ? words : LENGTH_MAX) | (has_title ? LENGTH_TITLE : 0));
}

void docs_put_names(const struct document *doc, struct buf *out)
{
    bool has_date = doc->date != DOCUMENT_NO_DATE;
    coding_put_varint(out, doc->path_len);
    buf_add(out, doc->path, doc->path_len);
    int title = doc->title != NULL ? HAS_TITLE : 0, date = has_date ? HAS_DATE : 0;
    buf_addc(out, (char)(title | date | (doc->derived ? IS_DERIVED : 0)));
    if (doc->title != NULL) {
        coding_put_varint(out, doc->title_len);
        buf_add(out, doc->title, doc->title_len);
    }
    if (has_date)
        coding_put_varint(out, coding_zigzag(doc->date));
    coding_put_varint(out, coding_zigzag(doc->mtime));
}

uint32_t docs_hash(const char *path, size_t len)
{
    return (uint32_t)crc32_z(0, (const unsigned char *)path, len);
}

/* So many that a bucket has two to four documents. */
static unsigned bucket_bits(uint32_t n)
{
    return n < 4 ? 0 : packed_width(n) - 2;
}

/* The bucket of a hash; as 64 bits because there may be but one. */
static uint32_t bucket_of(uint32_t hash, unsigned bits)
{
    return (uint32_t)((uint64_t)hash >> (32 - bits));
}

void docs_put_buckets(struct file_writer *w, const uint64_t *hashes, uint32_t n)
{
    struct packed_writer p = {.to = w};
    unsigned bits = bucket_bits(n), width = packed_width(n);
    uint32_t at = 0;
    for (uint32_t bucket = 0; bucket <= UINT32_C(1) << bits; bucket++) {
        while (at < n && bucket_of((uint32_t)(hashes[at] >> 32), bits) < bucket)
            at++;
        packed_put(&p, at, width);
    }
    packed_end(&p);
    for (uint32_t i = 0; i < n; i++)
        packed_put(&p, (uint32_t)hashes[i], width);
    packed_end(&p);
}

/* ---- reading -------------------------------------------------------------------------------------------------- */

static bool set_tables(struct docs *d)
{
    const uint8_t *head = d->map.body;
    if (d->map.body_len < DOCS_HEAD_LEN)
        return false;
    d->n = bytes_get32(head);
    d->names_len = bytes_get64(head + 8);
    d->bucket_bits = bucket_bits(d->n);
    d->doc_width = packed_width(d->n);
    memcpy(d->layout.widths, head + WIDTHS_AT, sizeof d->layout.widths);
    d->layout.start_width = head[WIDTHS_AT - 1];
    if (d->layout.start_width > PACKED_WIDTH_MAX)
        return false;
    for (size_t i = 0; i < DOCS_FIELDS; i++)
        if (d->layout.widths[i] > (i < DOCS_TEXT_OFF ? 32 : PACKED_WIDTH_MAX))
            return false;
    place_fields(&d->layout);
    uint64_t records = packed_len(((uint64_t)d->n + 1) * d->layout.record_bits);
    uint64_t starts = packed_len(((uint64_t)d->n + 1) * d->layout.start_width);
    uint64_t buckets = packed_len(((UINT64_C(1) << d->bucket_bits) + 1) * d->doc_width);
    uint64_t by_bucket = packed_len((uint64_t)d->n * d->doc_width);
    uint64_t tables = records + starts + buckets + by_bucket + (uint64_t)d->n * DOCS_LENGTH_LEN;
    uint64_t rest = d->map.body_len - DOCS_HEAD_LEN;
    d->records = head + DOCS_HEAD_LEN;
    if (rest < tables || rest - tables != d->names_len)
        return false;
    d->starts = d->records + records;
    d->buckets = d->starts + starts;
    d->by_bucket = d->buckets + buckets;
    d->lengths = d->by_bucket + by_bucket;
    d->names = d->lengths + (size_t)d->n * DOCS_LENGTH_LEN;
    return true;
}

enum status docs_open(struct docs *d, const char *path, struct err *err)
{
    *d = (struct docs){0};
    enum status status = file_map(&d->map, path, DOCS_KIND, err);
    if (status != ST_OK)
        return status;
    if (!set_tables(d)) {
        status = file_damaged(&d->map, "its tables do not fill it", err);
        docs_release(d);
        return status;
    }
    file_map_want(&d->map);
    return ST_OK;
}

void docs_release(struct docs *d)
{
    file_map_release(&d->map);
    *d = (struct docs){0};
}

static enum status no_document(const struct docs *d, uint32_t doc, struct err *err)
{
    return err_set(err, ST_NOT_FOUND, "%s: no document %u (there are %u)", d->map.path, doc, d->n);
}

enum status docs_get(const struct docs *d, uint32_t doc, struct docs_record *out, struct err *err)
{
    if (doc >= d->n)
        return no_document(d, doc, err);
    *out = (struct docs_record){
        .words_off = docs_start(d, doc),
        .text_off = docs_field(d, doc, DOCS_TEXT_OFF),
        .names_off = docs_field(d, doc, DOCS_NAMES_OFF),
        .places_off = docs_field(d, doc, DOCS_PLACES_OFF),
        .title_len = (uint32_t)docs_field(d, doc, DOCS_TITLE_LEN),
        .n_title = (uint32_t)docs_field(d, doc, DOCS_N_TITLE),
        .n_body = (uint32_t)docs_field(d, doc, DOCS_N_BODY),
        .heading_pos = (uint32_t)docs_field(d, doc, DOCS_HEADING_POS),
        .heading_words = (uint32_t)docs_field(d, doc, DOCS_HEADING_WORDS),
    };
    uint64_t words_end = docs_start(d, doc + 1), text_end = docs_field(d, doc + 1, DOCS_TEXT_OFF);
    uint64_t before_body = out->words_off + docs_boundaries(out) + out->title_len;
    out->body_len = (uint32_t)(words_end - before_body);
    out->text_len = (uint32_t)(text_end - out->text_off);
    if (words_end < before_body || words_end - before_body > UINT32_MAX || text_end < out->text_off ||
        text_end - out->text_off > DOCUMENT_TEXT_MAX)
        return file_damaged(&d->map, "documents are out of order", err);
    return ST_OK;
}

void docs_prefetch(const struct docs *d, uint32_t doc)
{
    const uint8_t *record = d->records + (uint64_t)doc * d->layout.record_bits / 8;
    if (doc >= d->n)
        return;
    __builtin_prefetch(d->starts + (uint64_t)doc * d->layout.start_width / 8);
    __builtin_prefetch(record);
    __builtin_prefetch(record + d->layout.record_bits / 8);
}

enum status docs_get_length(const struct docs *d, uint32_t doc, struct segment_length *out, struct err *err)
{
    struct docs_record r;
    uint16_t length = doc < d->n ? bytes_get16(d->lengths + (size_t)doc * DOCS_LENGTH_LEN) : LENGTH_MAX;
    *out = (struct segment_length){length & LENGTH_MAX, length & LENGTH_TITLE};
    if (out->words < LENGTH_MAX)
        return ST_OK;
    enum status status = docs_get(d, doc, &r, err);
    if (status == ST_OK)
        out->words = r.n_body + r.n_title;
    return status;
}

/* Reads what stands behind the path. */
static bool get_behind_path(const uint8_t *p, const uint8_t *end, struct segment_doc *out)
{
    uint64_t len, value;
    if (p == end)
        return false;
    uint8_t flags = *p++;
    out->derived = flags & IS_DERIVED;
    if (flags & HAS_TITLE) {
        if (!bytes_get_varint(&p, end, &len) || len > (uint64_t)(end - p))
            return false;
        out->title = (const char *)p;
        out->title_len = (size_t)len;
        p += len;
    }
    if (flags & HAS_DATE) {
        if (!bytes_get_varint(&p, end, &value))
            return false;
        out->date = coding_unzigzag(value);
    }
    if (!bytes_get_varint(&p, end, &value))
        return false;
    out->mtime = coding_unzigzag(value);
    return true;
}

/* Reads the path and what stands behind it. */
static bool get_names(const uint8_t *p, const uint8_t *end, struct segment_doc *out)
{
    uint64_t len;
    if (!bytes_get_varint(&p, end, &len) || len > (uint64_t)(end - p))
        return false;
    out->path = (const char *)p;
    out->path_len = (size_t)len;
    return get_behind_path(p + len, end, out);
}

enum status docs_get_names(const struct docs *d, uint32_t doc, struct segment_doc *out, struct err *err)
{
    *out = (struct segment_doc){.date = DOCUMENT_NO_DATE};
    if (doc >= d->n)
        return no_document(d, doc, err);
    uint64_t off = docs_field(d, doc, DOCS_NAMES_OFF);
    uint64_t text_off = docs_field(d, doc, DOCS_TEXT_OFF), text_end = docs_field(d, doc + 1, DOCS_TEXT_OFF);
    out->text_len = (uint32_t)(text_end - text_off);
    if (off > d->names_len || text_end < text_off || text_end - text_off > DOCUMENT_TEXT_MAX ||
        !get_names(d->names + off, d->names + d->names_len, out)) {
        *out = (struct segment_doc){.date = DOCUMENT_NO_DATE};
        return file_damaged(&d->map, "a path, title or date outside of it", err);
    }
    return ST_OK;
}

/* Where a bucket begins among the documents by bucket; a damaged one is as if it were the last. */
static uint32_t bucket_begin(const struct docs *d, uint32_t bucket)
{
    uint32_t at = (uint32_t)packed_get(d->buckets, bucket, d->doc_width);
    return at < d->n ? at : d->n;
}

enum status docs_find(const struct docs *d, const char *path, size_t len, uint32_t *at, uint32_t *doc, struct err *err)
{
    uint32_t bucket = bucket_of(docs_hash(path, len), d->bucket_bits), end = bucket_begin(d, bucket + 1);
    if (*at == 0)
        *at = bucket_begin(d, bucket);
    while (*at < end) {
        struct segment_doc names;
        *doc = (uint32_t)packed_get(d->by_bucket, (*at)++, d->doc_width);
        enum status status = docs_get_names(d, *doc, &names, err);
        if (status != ST_OK)
            return status == ST_NOT_FOUND ? file_damaged(&d->map, "a path of no document", err) : status;
        if (names.path_len == len && memcmp(names.path, path, len) == 0)
            return ST_OK;
    }
    return err_set(err, ST_NOT_FOUND, "%.*s: no such document", (int)(len < 300 ? len : 300), path);
}
