/* match_where.c - where in a document things are: fields, occurrences of leaves, sentences; see match_state.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lib/array.h"
#include "lib/match_state.h"

/* Joint positions of a field, or of the title only, that pos is in. */
void match_field(const struct matcher *m, bool title, uint32_t pos, uint32_t *lo, uint32_t *hi)
{
    if (pos < m->doc->n_title) {
        *lo = 0;
        *hi = m->doc->n_title;
    } else if (title) {
        *lo = m->base + m->doc->heading_pos;
        *hi = *lo + m->doc->heading_words;
    } else {
        *lo = m->base;
        *hi = m->base + m->doc->n_body;
    }
}

static int compare_positions(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Each rank is looked for alone while they are few; a few more while all of them are rare. */
bool match_leaf_is_few(const struct leaf_state *leaf)
{
    return leaf->n_ranks <= MATCH_FEW_RANKS || (leaf->n_ranks <= MATCH_FEW_RARE && leaf->ranks[0] >= MATCH_RARE);
}

static bool find_ranks(struct leaf_state *leaf, struct scan_text text, uint32_t base)
{
    if (text.begin == text.end)
        return true;
    if (!match_leaf_is_few(leaf))
        return scan_find_set(text, leaf->bits, leaf->n_bits, base, &leaf->found);
    size_t before = leaf->found.n;
    for (size_t i = 0; i < leaf->n_ranks; i++) {
        uint8_t code[ETDC_MAX_BYTES];
        struct scan_needle needle = scan_needle_of(code, etdc_put(code, leaf->ranks[i]));
        needle.code = code;
        if (!scan_find(text, &needle, base, &leaf->found))
            return false;
    }
    if (leaf->n_ranks > 1 && leaf->found.n > before)
        qsort(leaf->found.items + before, leaf->found.n - before, sizeof *leaf->found.items, compare_positions);
    return true;
}

static int compare_hits(const void *a, const void *b)
{
    const struct scan_hit *x = a, *y = b;
    return (x->pos > y->pos) - (x->pos < y->pos);
}

bool match_leaf_hits(const struct leaf_state *leaf, struct scan_text text, uint32_t base, struct scan_hits *out)
{
    if (!match_leaf_is_few(leaf))
        return scan_find_set_hits(text, leaf->bits, leaf->n_bits, base, out);
    size_t before = out->n;
    for (size_t i = 0; i < leaf->n_ranks; i++) {
        uint8_t code[ETDC_MAX_BYTES];
        struct scan_needle needle = scan_needle_of(code, etdc_put(code, leaf->ranks[i]));
        if (!scan_find_hits(text, &needle, base, out))
            return false;
    }
    if (leaf->n_ranks > 1 && out->n > before)
        qsort(out->items + before, out->n - before, sizeof *out->items, compare_hits);
    return true;
}

size_t slice_lower(struct slice s, uint32_t pos)
{
    size_t lo = 0, hi = s.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (s.items[mid] < pos)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static struct slice cut(struct slice s, uint32_t lo, uint32_t hi)
{
    size_t from = slice_lower(s, lo);
    size_t to = hi == UINT32_MAX ? s.n : slice_lower(s, hi + 1);
    return (struct slice){s.items + from, to > from ? to - from : 0};
}

struct slice match_leaf(struct matcher *m, unsigned number, bool title)
{
    struct leaf_state *leaf = &m->leaves[number];
    if (leaf->found_in != m->doc_number) {
        leaf->found.n = 0;
        leaf->found_in = m->doc_number;
        if (!find_ranks(leaf, (struct scan_text){m->doc->title, m->doc->title_end}, 0) ||
            !find_ranks(leaf, (struct scan_text){m->doc->body, m->doc->body_end}, m->base))
            match_fail(m, err_nomem(m->err));
    }
    struct slice found = {leaf->found.items, leaf->found.n};
    if (found.n == 0)
        return (struct slice){0};
    if (title) {
        uint32_t lo, hi;
        match_field(m, true, m->doc->n_title > 0 ? 0 : m->base, &lo, &hi);
        found = hi > lo ? cut(found, lo, hi - 1) : (struct slice){0};
    }
    return found.n > 0 && (m->lo > 0 || m->hi < UINT32_MAX) ? cut(found, m->lo, m->hi) : found;
}

/* ---- sentences --------------------------------------------------------------------------------------------------- */

static bool load_breaks(struct matcher *m)
{
    const struct match_break *breaks = NULL;
    size_t n = 0;
    if (m->has_breaks)
        return true;
    if (m->doc->breaks != NULL)
        match_fail(m, m->doc->breaks(m->doc->breaks_arg, &breaks, &n, m->err));
    struct breaks *sentences = &m->breaks[false], *paragraphs = &m->breaks[true];
    sentences->n = sentences->at = paragraphs->n = paragraphs->at = 0;
    if (!ARRAY_RESERVE(sentences->items, sentences->cap, n) || !ARRAY_RESERVE(paragraphs->items, paragraphs->cap, n))
        match_fail(m, err_nomem(m->err));
    for (size_t i = 0; m->status == ST_OK && i < n; i++) {
        sentences->items[sentences->n++] = breaks[i].pos;
        paragraphs->items[paragraphs->n] = breaks[i].pos;
        paragraphs->n += breaks[i].paragraph;
    }
    m->has_breaks = m->status == ST_OK;
    return m->has_breaks;
}

/* The first break behind pos; mostly one of the next ones. */
static size_t break_behind(struct breaks *breaks, uint32_t pos)
{
    enum { NEXT_ONES = 8 };
    size_t from = 0, to = breaks->n, at = breaks->at;
    if (at == 0 || breaks->items[at - 1] <= pos) {
        for (size_t i = 0; i < NEXT_ONES && at < to && breaks->items[at] <= pos; i++)
            at++;
        from = at;
    }
    while (from < to && breaks->items[from] <= pos) {
        size_t mid = from + (to - from) / 2;
        if (breaks->items[mid] <= pos)
            from = mid + 1;
        else
            to = mid;
    }
    return breaks->at = from;
}

bool match_sentence(struct matcher *m, bool paragraph, uint32_t joint, uint32_t *lo, uint32_t *hi)
{
    uint32_t pos;
    if (match_in_title(m->doc, joint, &pos)) {
        *lo = 0;
        *hi = m->doc->n_title - 1;
        return true;
    }
    if (!load_breaks(m))
        return false;
    struct breaks *breaks = &m->breaks[paragraph];
    size_t next = break_behind(breaks, pos);
    *lo = m->base + (next > 0 ? breaks->items[next - 1] : 0);
    *hi = m->base + (next < breaks->n ? breaks->items[next] : m->doc->n_body) - 1;
    return true;
}
