/* postlist_write.c - gathering posting lists and writing them; see postlist.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "store/coding.h"
#include "store/packed.h"
#include "store/postlist.h"
#include "store/tally.h"

/* ---- gathering -------------------------------------------------------------------------------------------------- */

void postlist_release(struct postlist *list)
{
    buf_release(&list->bytes);
}

void postlist_put(struct postlist *list)
{
    uint32_t n = list->occurrences;
    if (n == 0)
        return;
    coding_put_varint(&list->bytes, (uint64_t)(list->doc - list->next) * 2 + (n > 1));
    if (n > 1)
        coding_put_varint(&list->bytes, n - 2);
    list->next = list->doc + 1;
    list->occurrences = 0;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

/* A posting takes at least a byte. */
static bool make_room(struct postlists_writer *w, size_t n)
{
    if (n <= w->room)
        return true;
    free(w->docs);
    free(w->occurrences);
    free(w->scratch);
    w->docs = malloc(n * sizeof *w->docs);
    w->occurrences = malloc(n * sizeof *w->occurrences);
    w->scratch = malloc(n * sizeof *w->scratch);
    w->room = n;
    return w->docs != NULL && w->occurrences != NULL && w->scratch != NULL;
}

/* What was gathered, as numbers. Returns how many documents. */
static uint32_t unfold(struct postlists_writer *w, const struct postlist *list)
{
    const uint8_t *p = (const uint8_t *)list->bytes.data, *end = p + list->bytes.len;
    uint64_t step, more, doc = 0;
    uint32_t n = 0;
    for (; p < end && bytes_get_varint(&p, end, &step); n++) {
        w->docs[n] = (uint32_t)(doc += step / 2);
        w->occurrences[n] = 1;
        if (step % 2 != 0 && bytes_get_varint(&p, end, &more))
            w->occurrences[n] = (uint32_t)more + 2;
        doc++;
    }
    return n;
}

static uint8_t *zeroed(struct buf *out, size_t len)
{
    char *p = buf_reserve(out, len);
    if (p == NULL)
        return NULL;
    memset(p, 0, len);
    out->len += len;
    return (uint8_t *)p;
}

static void put_row(struct postlists_writer *w, uint32_t n)
{
    uint8_t *row = zeroed(&w->bytes, postlist_row_len(w->n_docs));
    for (uint32_t i = 0; row != NULL && i < n; i++)
        row[w->docs[i] / 8] |= (uint8_t)(1u << w->docs[i] % 8);
}

static void put_list(struct postlists_writer *w, uint32_t n)
{
    unsigned width = postlist_width(n, w->n_docs);
    uint8_t *low = zeroed(&w->bytes, postlist_low_len(n, width));
    if (low != NULL)
        packed_fill(low, w->docs, n, width);
    uint8_t *high = zeroed(&w->bytes, postlist_high_len(n, width, w->n_docs));
    for (uint32_t i = 0; high != NULL && i < n; i++) {
        uint64_t bit = (uint64_t)(w->docs[i] >> width) + i;
        high[bit / 8] |= (uint8_t)(1u << bit % 8);
    }
}

void postlists_put(struct postlists_writer *w, struct postlist *list, bool is_row)
{
    if (w->failed)
        return;
    postlist_put(list);
    if (!buf_ok(&list->bytes) || !make_room(w, list->bytes.len) || !ARRAY_RESERVE(w->offs, w->cap, w->n + 1)) {
        w->failed = true;
        return;
    }
    uint32_t n = unfold(w, list);
    postlist_release(list);
    w->offs[w->n++] = w->len;
    buf_clear(&w->bytes);
    coding_put_varint(&w->bytes, (uint64_t)n * 2 + is_row);
    (is_row ? put_row : put_list)(w, n);
    tally_put(&w->bytes, w->occurrences, n, w->scratch);
    w->failed = w->failed || !buf_ok(&w->bytes);
    file_put(w->to, w->bytes.data, w->bytes.len);
    w->len += w->bytes.len;
}

enum status postlists_end(struct postlists_writer *w, struct err *err)
{
    static const uint8_t spare[POSTLIST_SPARE] = {0};
    struct packed_writer packed = {.to = w->to};
    unsigned width = packed_width(w->len);
    if (w->failed)
        return err_nomem(err);
    file_put(w->to, spare, sizeof spare);
    for (size_t i = 0; i < w->n; i++)
        packed_put(&packed, w->offs[i], width);
    packed_put(&packed, w->len, width);
    packed_end(&packed);
    return ST_OK;
}

void postlists_release(struct postlists_writer *w)
{
    free(w->offs);
    free(w->docs);
    free(w->occurrences);
    free(w->scratch);
    buf_release(&w->bytes);
    *w = (struct postlists_writer){0};
}
