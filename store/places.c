/* places.c - see places.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/places.h"

#include "lib/array.h"
#include "lib/bytes.h"
#include "store/coding.h"

enum { PLACE_LEN = 16, RUN_LEN = 8 };

/* ---- writing -------------------------------------------------------------------------------------------------- */

/* The column that a byte would have if the entry before went on. */
static int64_t column_after(struct document_column before, uint32_t text)
{
    return (int64_t)before.column + ((int64_t)text - (int64_t)before.text);
}

/* Puts the runs into codes and a pair for each into runs. */
static void put_columns(const struct document_column *columns, size_t n, struct buf *runs, struct buf *codes)
{
    for (size_t i = 0; i < n; i++) {
        if (i % PLACES_RUN == 0) {
            coding_put32(runs, columns[i].text);
            coding_put32(runs, (uint32_t)codes->len);
            coding_put_varint(codes, columns[i].column);
        } else {
            int64_t drift = (int64_t)columns[i].column - column_after(columns[i - 1], columns[i].text);
            coding_put_varint(codes, columns[i].text - columns[i - 1].text);
            coding_put_varint(codes, coding_zigzag(drift));
        }
    }
}

static void put_places(const struct segment_place *places, size_t n, struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        coding_put32(out, places[i].pos);
        coding_put32(out, places[i].off);
        coding_put32(out, places[i].line);
        coding_put32(out, places[i].line_off);
    }
}

static void put_breaks(const struct segment_break *breaks, size_t n, struct buf *out)
{
    uint32_t before = 0;
    for (size_t i = 0; i < n; before = breaks[i++].pos)
        coding_put_varint(out, (uint64_t)(breaks[i].pos - before) << 1 | breaks[i].paragraph);
}

void places_put(const struct places_entry *entry, struct buf *out)
{
    struct buf runs = BUF_INIT, codes = BUF_INIT;
    put_columns(entry->columns, entry->n_columns, &runs, &codes);
    coding_put_varint(out, entry->n_places);
    coding_put_varint(out, entry->n_columns);
    coding_put_varint(out, codes.len);
    coding_put_varint(out, entry->n_breaks);
    put_places(entry->places, entry->n_places, out);
    buf_add(out, runs.data, runs.len);
    buf_add(out, codes.data, codes.len);
    put_breaks(entry->breaks, entry->n_breaks, out);
    out->failed = out->failed || !buf_ok(&runs) || !buf_ok(&codes);
    buf_release(&runs);
    buf_release(&codes);
}

/* ---- reading -------------------------------------------------------------------------------------------------- */

struct entry_view {
    const uint8_t *places, *runs, *codes, *breaks, *end;
    uint64_t n_places, n_columns, codes_len, n_breaks;
};

enum status places_open(struct places *p, const char *path, struct err *err)
{
    return file_map(&p->map, path, PLACES_KIND, err);
}

void places_release(struct places *p)
{
    file_map_release(&p->map);
}

static enum status damaged(const struct places *p, struct err *err)
{
    return file_damaged(&p->map, "a document's places are cut short", err);
}

static enum status view_entry(const struct places *p, uint64_t off, struct entry_view *v, struct err *err)
{
    if (off > p->map.body_len)
        return damaged(p, err);
    const uint8_t *at = p->map.body + off, *end = p->map.body + p->map.body_len;
    if (!bytes_get_varint(&at, end, &v->n_places) || !bytes_get_varint(&at, end, &v->n_columns) ||
        !bytes_get_varint(&at, end, &v->codes_len) || !bytes_get_varint(&at, end, &v->n_breaks))
        return damaged(p, err);
    uint64_t room = (uint64_t)(end - at), n_runs = v->n_columns / PLACES_RUN + (v->n_columns % PLACES_RUN != 0);
    if (v->n_places > room / PLACE_LEN || n_runs > room / RUN_LEN || v->codes_len > room || v->n_breaks > room ||
        v->n_places * PLACE_LEN + n_runs * RUN_LEN + v->codes_len > room)
        return damaged(p, err);
    v->places = at;
    v->runs = v->places + v->n_places * PLACE_LEN;
    v->codes = v->runs + n_runs * RUN_LEN;
    v->breaks = v->codes + v->codes_len;
    v->end = end;
    return ST_OK;
}

static struct segment_place get_place(const struct entry_view *v, uint64_t i)
{
    const uint8_t *p = v->places + i * PLACE_LEN;
    return (struct segment_place){bytes_get32(p), bytes_get32(p + 4), bytes_get32(p + 8), bytes_get32(p + 12)};
}

static bool is_at_or_before_pos(struct segment_place place, uint32_t pos)
{
    return place.pos <= pos;
}

/* A place inside a line is behind the line's first byte. */
static bool is_at_or_before_line(struct segment_place place, uint32_t line)
{
    return place.line < line || (place.line == line && place.off == place.line_off);
}

static enum status last_place(const struct places *p, uint64_t off, uint32_t bound,
                              bool (*is_before)(struct segment_place, uint32_t), struct segment_place *out,
                              struct err *err)
{
    struct entry_view v;
    *out = (struct segment_place){.line = 1};
    enum status status = view_entry(p, off, &v, err);
    if (status != ST_OK)
        return status;
    uint64_t low = 0, high = v.n_places;
    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        if (is_before(get_place(&v, mid), bound))
            low = mid + 1;
        else
            high = mid;
    }
    if (low > 0)
        *out = get_place(&v, low - 1);
    return ST_OK;
}

enum status places_of_pos(const struct places *p, uint64_t off, uint32_t pos, struct segment_place *out,
                          struct err *err)
{
    return last_place(p, off, pos, is_at_or_before_pos, out, err);
}

enum status places_of_line(const struct places *p, uint64_t off, uint32_t line, struct segment_place *out,
                           struct err *err)
{
    return last_place(p, off, line, is_at_or_before_line, out, err);
}

/* Number of runs whose first entry is at or before a byte. */
static uint64_t runs_up_to(const struct entry_view *v, uint32_t text)
{
    uint64_t low = 0, high = (uint64_t)(v->codes - v->runs) / RUN_LEN;
    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        if (bytes_get32(v->runs + mid * RUN_LEN) <= text)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Finds the last entry of a run that is at or before a byte; false when the run is cut short. */
static bool find_in_run(const struct entry_view *v, uint64_t run, uint32_t text, struct document_column *found)
{
    uint32_t at = bytes_get32(v->runs + run * RUN_LEN + 4);
    uint64_t n = v->n_columns - run * PLACES_RUN, value, step, drift;
    const uint8_t *end = v->codes + v->codes_len, *p = v->codes + (at < v->codes_len ? at : v->codes_len);
    if (!bytes_get_varint(&p, end, &value))
        return false;
    *found = (struct document_column){bytes_get32(v->runs + run * RUN_LEN), (uint32_t)value};
    for (uint64_t i = 1; i < n && i < PLACES_RUN; i++) {
        if (!bytes_get_varint(&p, end, &step) || !bytes_get_varint(&p, end, &drift))
            return false;
        if (step > text - found->text)
            break;
        uint32_t next = found->text + (uint32_t)step;
        uint32_t next_column = (uint32_t)(column_after(*found, next) + coding_unzigzag(drift));
        *found = (struct document_column){next, next_column};
    }
    return true;
}

enum status places_column(const struct places *p, uint64_t off, uint32_t text, uint32_t line_off, uint32_t *column,
                          struct err *err)
{
    struct entry_view v;
    struct document_column found;
    *column = text - line_off + 1;
    enum status status = view_entry(p, off, &v, err);
    if (status != ST_OK)
        return status;
    uint64_t runs = runs_up_to(&v, text);
    if (runs == 0)
        return ST_OK;
    if (!find_in_run(&v, runs - 1, text, &found))
        return damaged(p, err);
    if (found.text >= line_off)
        *column = found.column + (text - found.text);
    return ST_OK;
}

enum status places_breaks(const struct places *p, uint64_t off, struct segment_break **breaks, size_t *cap, size_t *n,
                          struct err *err)
{
    struct entry_view v;
    enum status status = view_entry(p, off, &v, err);
    if (status != ST_OK)
        return status;
    if (!ARRAY_RESERVE(*breaks, *cap, *n + (size_t)v.n_breaks))
        return err_nomem(err);
    uint64_t pos = 0, code;
    const uint8_t *at = v.breaks;
    for (uint64_t i = 0; i < v.n_breaks; i++) {
        if (!bytes_get_varint(&at, v.end, &code))
            return damaged(p, err);
        pos += code >> 1;
        (*breaks)[(*n)++] = (struct segment_break){(uint32_t)pos, (code & 1) != 0};
    }
    return ST_OK;
}
