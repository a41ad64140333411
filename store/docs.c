/* docs.c - see docs.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/docs.h"

#include <string.h>
#include <zlib.h>

#include "lib/bytes.h"
#include "store/coding.h"

enum { HAS_TITLE = 1, HAS_DATE = 2, IS_DERIVED = 4 };
enum { LENGTH_MAX = 0x7fff, LENGTH_TITLE = 0x8000 };

/* ---- writing -------------------------------------------------------------------------------------------------- */

void docs_put_head(uint8_t head[DOCS_HEAD_LEN], uint32_t n, uint64_t names_len)
{
    memset(head, 0, DOCS_HEAD_LEN);
    bytes_put32(head, n);
    bytes_put64(head + 8, names_len);
}

void docs_put_record(uint8_t record[DOCS_RECORD_LEN], const struct docs_record *r)
{
    const uint64_t offsets[] = {r->text_off, r->names_off, r->places_off};
    const uint32_t numbers[] = {r->title_len,     r->n_title,  r->n_body,  r->heading_pos,
                                r->heading_words, r->text_len, r->path_len};
    for (size_t i = 0; i < BASE_COUNT(offsets); i++)
        bytes_put64(record + 8 * i, offsets[i]);
    for (size_t i = 0; i < BASE_COUNT(numbers); i++)
        bytes_put32(record + 24 + 4 * i, numbers[i]);
}

void docs_put_start(uint8_t start[DOCS_START_LEN], uint64_t words_off)
{
    bytes_put32(start, (uint32_t)words_off);
    start[4] = (uint8_t)(words_off >> 32);
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

/* ---- reading -------------------------------------------------------------------------------------------------- */

enum status docs_open(struct docs *d, const char *path, struct err *err)
{
    *d = (struct docs){0};
    enum status status = file_map(&d->map, path, DOCS_KIND, err);
    if (status != ST_OK)
        return status;
    uint64_t rest = d->map.body_len - DOCS_HEAD_LEN;
    if (d->map.body_len >= DOCS_HEAD_LEN) {
        d->n = bytes_get32(d->map.body);
        d->names_len = bytes_get64(d->map.body + 8);
    }
    uint64_t tables = (uint64_t)d->n * (DOCS_RECORD_LEN + DOCS_START_LEN + DOCS_HASH_LEN + DOCS_LENGTH_LEN) +
                      DOCS_START_LEN;
    if (d->map.body_len < DOCS_HEAD_LEN || rest < tables || rest - tables != d->names_len) {
        status = file_damaged(&d->map, "its tables do not fill it", err);
        docs_release(d);
        return status;
    }
    d->records = d->map.body + DOCS_HEAD_LEN;
    d->starts = d->records + (size_t)d->n * DOCS_RECORD_LEN;
    d->hashes = d->starts + ((size_t)d->n + 1) * DOCS_START_LEN;
    d->lengths = d->hashes + (size_t)d->n * DOCS_HASH_LEN;
    d->names = d->lengths + (size_t)d->n * DOCS_LENGTH_LEN;
    file_map_want(&d->map);
    return ST_OK;
}

void docs_release(struct docs *d)
{
    file_map_release(&d->map);
    *d = (struct docs){0};
}

enum status docs_get(const struct docs *d, uint32_t doc, struct docs_record *out, struct err *err)
{
    if (doc >= d->n)
        return err_set(err, ST_NOT_FOUND, "%s: no document %u (there are %u)", d->map.path, doc, d->n);
    const uint8_t *p = d->records + (size_t)doc * DOCS_RECORD_LEN;
    *out = (struct docs_record){
        .words_off = docs_start(d, doc),
        .text_off = bytes_get64(p),
        .names_off = bytes_get64(p + 8),
        .places_off = bytes_get64(p + 16),
        .title_len = bytes_get32(p + 24),
        .n_title = bytes_get32(p + 28),
        .n_body = bytes_get32(p + 32),
        .heading_pos = bytes_get32(p + 36),
        .heading_words = bytes_get32(p + 40),
        .text_len = bytes_get32(p + 44),
        .path_len = bytes_get32(p + 48),
    };
    uint64_t body = out->words_off + (out->n_title > 0 ? 2u : 1u) + out->title_len, end = docs_start(d, doc + 1);
    if (body > end || end - body > UINT32_MAX)
        return file_damaged(&d->map, "a document's words end before they begin", err);
    out->body_len = (uint32_t)(end - body);
    return ST_OK;
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

enum status docs_get_names(const struct docs *d, uint32_t doc, struct segment_doc *out, struct err *err)
{
    struct docs_record r;
    *out = (struct segment_doc){.date = DOCUMENT_NO_DATE};
    enum status status = docs_get(d, doc, &r, err);
    if (status != ST_OK)
        return status;
    if (r.names_off > d->names_len || r.path_len > d->names_len - r.names_off)
        return file_damaged(&d->map, "a name outside of it", err);
    out->path = (const char *)d->names + r.names_off;
    out->path_len = r.path_len;
    out->text_len = r.text_len;
    if (!get_behind_path(d->names + r.names_off + r.path_len, d->names + d->names_len, out)) {
        *out = (struct segment_doc){.date = DOCUMENT_NO_DATE};
        return file_damaged(&d->map, "a title or date outside of it", err);
    }
    return ST_OK;
}

/* Index of the first pair whose hash is not less. */
static uint32_t first_hash(const struct docs *d, uint32_t hash)
{
    uint32_t low = 0, high = d->n;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (bytes_get32(d->hashes + (size_t)mid * DOCS_HASH_LEN) < hash)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

enum status docs_find(const struct docs *d, const char *path, size_t len, uint32_t *at, uint32_t *doc, struct err *err)
{
    uint32_t hash = docs_hash(path, len);
    if (*at == 0)
        *at = first_hash(d, hash);
    for (; *at < d->n; ++*at) {
        const uint8_t *pair = d->hashes + (size_t)*at * DOCS_HASH_LEN;
        struct segment_doc names;
        if (bytes_get32(pair) != hash)
            break;
        *doc = bytes_get32(pair + 4);
        enum status status = docs_get_names(d, *doc, &names, err);
        if (status != ST_OK)
            return status == ST_NOT_FOUND ? file_damaged(&d->map, "a path of no document", err) : status;
        if (names.path_len == len && memcmp(names.path, path, len) == 0) {
            ++*at;
            return ST_OK;
        }
    }
    return err_set(err, ST_NOT_FOUND, "%.*s: no such document", (int)(len < 300 ? len : 300), path);
}
