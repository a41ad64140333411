/* match_pair.c - NEAR and BEFORE of two single words at the root, the commonest proximity query; see match_state.h.
 *
 * Nothing lies between the two words of a minimal span: it is a pair of neighbours, of different words, in the merged
 * order of their occurrences. And only occurrences near one of the rarer word's matter.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/array.h"
#include "lib/match_state.h"

bool match_is_word_pair(const struct plan *plan, const struct plan_span *span)
{
    if (span->kind != PLAN_NEAR && span->kind != PLAN_BEFORE)
        return false;
    const struct plan_span *a = span->children[0], *b = span->children[1];
    return plan_is_word(a) && plan_is_word(b) &&
           !plan_leaves_share(plan, a->sequence.slots[0].leaf, b->sequence.slots[0].leaf);
}

static void merge(struct matcher *m, const struct plan_span *span, struct slice a, struct slice b, struct ways *out)
{
    bool ordered = span->kind == PLAN_BEFORE;
    for (size_t i = 0, k = 0; i < a.n && k < b.n && match_step(m);) {
        bool a_first = a.items[i] < b.items[k];
        uint32_t first = a_first ? a.items[i++] : b.items[k++];
        uint32_t next = a_first ? b.items[k] : a.items[i];
        bool neighbours = a_first ? i == a.n || a.items[i] > next : k == b.n || b.items[k] > next;
        if (neighbours && (a_first || !ordered) && next - first - 1 <= span->distance &&
            !way_add(m, out, (struct way){.first = first, .last = next}))
            return;
    }
}

/* Adds the occurrences of both words in one field: all of the rarer one's, of the other those that are near. */
static bool find_both(struct matcher *m, const struct plan_span *span, struct scan_text text, uint32_t base,
                      unsigned rarer)
{
    const struct scan_needle *rare = &m->spans[span->children[rarer]->number].needle;
    const struct scan_needle *other = &m->spans[span->children[!rarer]->number].needle;
    m->hits.n = 0;
    if (!scan_find_hits(text, rare, base, &m->hits) ||
        !scan_find_around(text, other, m->hits.items, m->hits.n, span->distance, &m->near))
        return false;
    if (!ARRAY_RESERVE(m->codes.items, m->codes.cap, m->codes.n + m->hits.n))
        return false;
    for (size_t i = 0; i < m->hits.n; i++)
        m->codes.items[m->codes.n++] = m->hits.items[i].pos;
    return true;
}

static bool is_code_pair(const struct matcher *m, const struct plan_span *span)
{
    for (size_t i = 0; i < 2; i++)
        if (!m->spans[span->children[i]->number].is_code || span->children[i]->title)
            return false;
    return true;
}

void match_word_pair(struct matcher *m, const struct plan_span *span, struct ways *out)
{
    unsigned leaves[2] = {span->children[0]->sequence.slots[0].leaf, span->children[1]->sequence.slots[0].leaf};
    if (!is_code_pair(m, span)) {
        struct slice a = match_leaf(m, leaves[0], span->children[0]->title);
        merge(m, span, a, match_leaf(m, leaves[1], span->children[1]->title), out);
        return;
    }
    unsigned rarer = m->leaves[leaves[1]].ranks[0] > m->leaves[leaves[0]].ranks[0];
    m->codes.n = m->near.n = 0;
    bool ok = m->doc->n_title == 0 ||
              find_both(m, span, (struct scan_text){m->doc->title, m->doc->title_end}, 0, rarer);
    if (!ok || !find_both(m, span, (struct scan_text){m->doc->body, m->doc->body_end}, m->base, rarer)) {
        match_fail(m, err_nomem(m->err));
        return;
    }
    struct slice found[2];
    found[rarer] = (struct slice){m->codes.items, m->codes.n};
    found[!rarer] = (struct slice){m->near.items, m->near.n};
    merge(m, span, found[0], found[1], out);
}

bool match_count_word_pair(const struct matcher *m, const struct plan_span *span, size_t *n, double *tightness)
{
    if (!m->spans[span->number].is_word_pair || !is_code_pair(m, span))
        return false;
    const struct scan_needle *a = &m->spans[span->children[0]->number].needle;
    const struct scan_needle *b = &m->spans[span->children[1]->number].needle;
    if (a->len > 1 || b->len > 1)
        return false;
    struct scan_near near = {.distance = span->distance, .ordered = span->kind == PLAN_BEFORE};
    if (m->doc->n_title > 0)
        scan_count_near((struct scan_text){m->doc->title, m->doc->title_end}, *a->code, *b->code, &near);
    scan_count_near((struct scan_text){m->doc->body, m->doc->body_end}, *a->code, *b->code, &near);
    *n = near.n;
    *tightness = near.tightness;
    return true;
}
