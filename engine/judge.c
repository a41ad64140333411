/* judge.c - see judge.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/judge.h"

#include <stdlib.h>
#include <string.h>

#include "engine/coincide.h"
#include "engine/filter.h"
#include "engine/needs.h"
#include "engine/windows.h"
#include "lib/array.h"
#include "lib/etdc.h"
#include "lib/scan.h"

struct unit_state {
    int leaf;              /* plan_only_leaf: a single word, judged by the inverted index; otherwise -1 */
    struct cursor *cursor; /* of that word, while documents ascend; otherwise NULL */
    size_t matches;        /* in the document judged last */
    double frequency;
    struct needs needs; /* in the segment's arena */
    bool is_local; /* windows_suit */
    bool ends_open; /* a match may end with a word that is none of its leaves, as far as the field goes */
    bool wants_windows;
    struct windows *windows; /* of it in the segment's long documents, in its arena; NULL: those are matched whole */
};

struct judge {
    const struct plan *plan;
    struct matcher *matcher;
    struct unit_state *units;
    bool may_coincide; /* spans of two units may be identical */
    bool counts_only;  /* frequencies need not be told */
    bool docs_only;    /* matches need not be counted; beneath a NOT they never are */

    struct arena arena; /* of the segment */
    const struct segment *segment;
    struct postings *postings;
    bool any_order; /* of the documents to come */
    uint32_t doc;
    bool has_words, has_begun; /* of the document: words is filled in; the matcher is at all of it */
    struct match_doc words;
    struct match_doc part; /* of it, given to the matcher instead */
    struct segment_break *store_breaks;
    size_t cap_store_breaks;
    struct match_break *breaks;
    size_t cap_breaks;

    struct judge_hit *hits;
    size_t n_hits;
    struct judge_place *places;
    size_t n_places, cap_places;
    uint64_t checked;
};

/* ---- set-up ------------------------------------------------------------------------------------------------------ */

enum status judge_new(const struct plan *plan, const struct match_stop *stop, struct judge **out, struct err *err)
{
    struct judge *j = calloc(1, sizeof *j);
    if (j == NULL)
        return err_nomem(err);
    bool ok = true;
    j->plan = plan;
    j->matcher = matcher_new(plan, stop);
    j->units = calloc(plan->n_units + 1, sizeof *j->units);
    j->hits = calloc(plan->n_units + 1, sizeof *j->hits);
    j->may_coincide = coincide_may(plan, &ok);
    if (!ok || j->matcher == NULL || j->units == NULL || j->hits == NULL) {
        judge_free(j);
        return err_nomem(err);
    }
    for (size_t i = 0; i < plan->n_units; i++) {
        j->units[i].leaf = plan_only_leaf(plan->units[i]->unit);
        j->units[i].ends_open = coincide_ends_open(plan->units[i]->unit);
        j->units[i].is_local = windows_suit(plan->units[i]->unit);
    }
    *out = j;
    return ST_OK;
}

void judge_free(struct judge *j)
{
    if (j == NULL)
        return;
    matcher_free(j->matcher);
    arena_release(&j->arena);
    free(j->units);
    free(j->hits);
    free(j->places);
    free(j->breaks);
    free(j->store_breaks);
    free(j);
}

bool judge_may_coincide(const struct judge *j)
{
    return j->may_coincide;
}

static void want_docs_only(struct judge *j, bool docs_only)
{
    j->docs_only = docs_only;
    matcher_first_only(j->matcher, docs_only);
}

void judge_documents_only(struct judge *j)
{
    want_docs_only(j, true);
}

void judge_counts_only(struct judge *j)
{
    j->counts_only = true;
}

static enum status bind_leaves(struct judge *j, struct err *err)
{
    uint32_t max_rank = vocab_size(segment_vocab(j->segment));
    for (unsigned i = 0; i < j->plan->n_leaves; i++) {
        size_t n;
        const uint32_t *ranks = postings_ranks(j->postings, i, &n);
        enum status status = matcher_bind(j->matcher, i, ranks, n, max_rank, err);
        if (status != ST_OK)
            return status;
    }
    return matcher_bound(j->matcher, err);
}

/* ---- what a segment may hold ------------------------------------------------------------------------------------- */

static enum status begin_unit(struct judge *j, size_t i, struct err *err)
{
    struct unit_state *unit = &j->units[i];
    unit->cursor = NULL;
    unit->windows = NULL;
    unit->wants_windows = false;
    enum status status =
        needs_find(j->plan->units[i]->unit, j->postings, j->segment, &j->arena, &unit->needs, err);
    if (status == ST_OK && unit->leaf >= 0 && !j->any_order)
        status = cursor_open(j->postings, (unsigned)unit->leaf, &unit->cursor, err);
    return status;
}

struct phrase *judge_only_phrase(struct judge *j)
{
    const struct plan_node *root = j->plan->root;
    const struct unit_state *unit = root->kind == PLAN_UNIT ? &j->units[root->number] : NULL;
    return unit != NULL ? needs_only_phrase(&unit->needs) : NULL;
}

struct matcher *judge_only_passing(struct judge *j, const struct plan_span **unit)
{
    const struct plan_node *root = j->plan->root;
    *unit = root->unit;
    bool passing = root->kind == PLAN_UNIT && j->units[root->number].needs.n == 0 &&
                   matcher_needs_codes(j->matcher, root->unit);
    return passing ? j->matcher : NULL;
}

/* A pair of words whose documents the segment keeps; NULL otherwise. */
static struct segment_bigram *only_bigram(const struct unit_state *unit)
{
    const struct phrase *only = needs_only_phrase(&unit->needs);
    return only != NULL && only->is_bigram ? only->bigrams : NULL;
}

static bool judged_by_list(const struct judge *j, const struct unit_state *unit)
{
    return !j->any_order && only_bigram(unit) != NULL;
}

enum status judge_find_blocks(struct judge *j, struct err *err)
{
    enum status status = ST_OK;
    for (size_t i = 0; i < j->plan->n_units; i++)
        if (status == ST_OK && !judged_by_list(j, &j->units[i]))
            status = needs_find_blocks(&j->units[i].needs, &j->arena, err);
    return status;
}

void judge_want_windows(struct judge *j)
{
    for (size_t i = 0; i < j->plan->n_units; i++) {
        struct unit_state *unit = &j->units[i];
        unit->wants_windows = unit->is_local && !unit->needs.is_phrase && unit->leaf < 0;
    }
}

/* The unit's windows when a document is long and there are some; made when first wanted. Without memory for them
 * documents are matched whole. */
static const struct windows *windows_of(struct judge *j, unsigned number, uint32_t doc, struct segment_long *d)
{
    struct unit_state *unit = &j->units[number];
    if ((!unit->wants_windows && unit->windows == NULL) || !segment_long(j->segment, doc, d))
        return NULL;
    if (unit->wants_windows)
        unit->windows = windows_make(j->plan->units[number]->unit, j->postings, j->segment, &j->arena);
    unit->wants_windows = false;
    return unit->windows;
}

/* What is judged by a list, that list tells soon enough. */
static bool unit_may_match(struct judge *j, unsigned number, uint32_t doc)
{
    struct segment_long d;
    const struct unit_state *unit = &j->units[number];
    if (judged_by_list(j, unit))
        return true;
    const struct windows *windows = windows_of(j, number, doc, &d);
    if (windows != NULL && !windows_are_in(windows, &d))
        return false;
    return needs_may_be_in(&unit->needs, doc);
}

static bool node_may_match(struct judge *j, const struct plan_node *node, uint32_t doc)
{
    if (node->kind == PLAN_UNIT)
        return unit_may_match(j, node->number, doc);
    if (node->kind != PLAN_AND && node->kind != PLAN_OR)
        return true;
    bool either = node->kind == PLAN_OR;
    for (size_t i = 0; i < node->n_children; i++)
        if (node_may_match(j, node->children[i], doc) == either)
            return either;
    return !either;
}

bool judge_may_match(struct judge *j, uint32_t doc)
{
    return node_may_match(j, j->plan->root, doc);
}

enum status judge_segment(struct judge *j, const struct segment *segment, struct postings *p, bool any_order,
                          struct err *err)
{
    j->segment = segment;
    j->postings = p;
    j->any_order = any_order;
    arena_clear(&j->arena);
    enum status status = ST_OK;
    for (size_t i = 0; status == ST_OK && i < j->plan->n_units; i++)
        status = begin_unit(j, i, err);
    return status == ST_OK ? bind_leaves(j, err) : status;
}

/* ---- a document's words ------------------------------------------------------------------------------------------ */

static enum status load_breaks(void *arg, const struct match_break **breaks, size_t *n, struct err *err)
{
    struct judge *j = arg;
    size_t found = 0;
    enum status status = segment_breaks(j->segment, j->doc, &j->store_breaks, &j->cap_store_breaks, &found, err);
    if (status != ST_OK)
        return status;
    if (!ARRAY_RESERVE(j->breaks, j->cap_breaks, found))
        return err_nomem(err);
    for (size_t i = 0; i < found; i++)
        j->breaks[i] = (struct match_break){j->store_breaks[i].pos, j->store_breaks[i].paragraph};
    *breaks = j->breaks;
    *n = found;
    return ST_OK;
}

static enum status load_record(struct judge *j, struct err *err)
{
    if (j->has_words)
        return ST_OK;
    struct segment_words w;
    enum status status = segment_words(j->segment, j->doc, &w, err);
    if (status != ST_OK)
        return status;
    j->words = (struct match_doc){.body = w.body,
                                  .body_end = w.body_end,
                                  .title = w.title,
                                  .title_end = w.title_end,
                                  .n_body = w.n_body,
                                  .n_title = w.n_title,
                                  .heading_pos = w.heading_pos,
                                  .heading_words = w.heading_words,
                                  .breaks = load_breaks,
                                  .breaks_arg = j};
    j->has_words = true;
    return ST_OK;
}

static enum status load_words(struct judge *j, struct err *err)
{
    enum status status = load_record(j, err);
    if (status == ST_OK && !j->has_begun)
        matcher_begin(j->matcher, &j->words);
    j->has_begun = status == ST_OK;
    return status;
}

/* ---- parts of a document ----------------------------------------------------------------------------------------- */

/* Counts a unit's matches in a range of words of one field as if that were the document. */
static enum status count_part(struct judge *j, const struct plan_node *node, const uint8_t *begin, const uint8_t *end,
                              size_t *n, double *frequency, struct err *err)
{
    const struct unit_state *unit = &j->units[node->number];
    size_t found;
    double tightness;
    if (begin >= end)
        return ST_OK;
    size_t n_words = unit->ends_open ? scan_count_words((struct scan_text){begin, end}) : (size_t)(end - begin);
    j->part = (struct match_doc){.body = begin, .body_end = end, .n_body = (uint32_t)n_words};
    j->has_begun = false;
    matcher_begin(j->matcher, &j->part);
    enum status status = matcher_count(j->matcher, node->unit, &found, j->counts_only ? NULL : &tightness, err);
    *n += status == ST_OK ? found : 0;
    *frequency += status == ST_OK && !j->counts_only ? tightness : 0;
    return status;
}

/* Of a window, as far as it is in [begin, end), all words of a field. */
static enum status count_window(struct judge *j, const struct plan_node *node, const uint8_t *from, const uint8_t *to,
                                const uint8_t *begin, const uint8_t *end, struct err *err)
{
    struct unit_state *unit = &j->units[node->number];
    from = from > begin ? from : begin;
    to = to < end ? to : end;
    while (from > begin && from < end && !(from[-1] & 0x80))
        from--;
    while (to < end && to > begin && !(to[-1] & 0x80))
        to++;
    return count_part(j, node, from, to, &unit->matches, &unit->frequency, err);
}

static bool has_enough(const struct judge *j, const struct unit_state *unit)
{
    return j->docs_only && unit->matches > 0;
}

static enum status count_windows(struct judge *j, const struct plan_node *node, const struct segment_long *doc,
                                 struct err *err)
{
    struct unit_state *unit = &j->units[node->number];
    struct windows_walk walk = {.windows = unit->windows, .doc = doc};
    const uint8_t *codes = segment_codes(j->segment).begin;
    struct window window;
    unit->matches = 0;
    unit->frequency = 0;
    enum status status = load_record(j, err);
    while (status == ST_OK && !has_enough(j, unit) && windows_next(&walk, &window)) {
        const struct match_doc *w = &j->words;
        status = count_window(j, node, codes + window.begin, codes + window.end, w->body, w->body_end, err);
        if (status == ST_OK && w->n_title > 0)
            status = count_window(j, node, codes + window.begin, codes + window.end, w->title, w->title_end, err);
    }
    return status;
}

/* ---- judging ----------------------------------------------------------------------------------------------------- */

static enum status count_unit(struct judge *j, const struct plan_node *node, bool *matched, struct err *err)
{
    struct unit_state *unit = &j->units[node->number];
    struct segment_long doc;
    enum status status = ST_OK;
    if (unit->cursor != NULL) {
        *matched = cursor_seek(unit->cursor, j->doc, &status, err) == j->doc;
        unit->matches = *matched ? cursor_occurrences(unit->cursor) : 0;
        unit->frequency = (double)unit->matches;
    } else if (judged_by_list(j, unit)) {
        struct segment_holders *holders = &only_bigram(unit)->holders;
        *matched = segment_seek_holder(holders, j->doc) && holders->doc == j->doc;
        unit->matches = *matched ? segment_holder_occurrences(holders) : 0;
        unit->frequency = (double)unit->matches;
    } else if (unit->needs.is_phrase) {
        unit->matches = needs_count(&unit->needs, j->doc, j->docs_only);
        unit->frequency = (double)unit->matches;
        *matched = unit->matches > 0;
        j->checked++;
    } else if (windows_of(j, node->number, j->doc, &doc) != NULL) {
        status = count_windows(j, node, &doc, err);
        *matched = status == ST_OK && unit->matches > 0;
    } else {
        status = load_words(j, err);
        if (status == ST_OK)
            status = matcher_count(j->matcher, node->unit, &unit->matches, j->counts_only ? NULL : &unit->frequency,
                                   err);
        *matched = status == ST_OK && unit->matches > 0;
    }
    if (*matched)
        j->hits[j->n_hits++] = (struct judge_hit){node->number, unit->matches, unit->frequency};
    return status;
}

static enum status judge_node(struct judge *j, const struct plan_node *node, bool *matched, struct err *err);

/* What a branch that does not hold has hit does not count. */
static enum status judge_and(struct judge *j, const struct plan_node *node, bool *matched, struct err *err)
{
    size_t hits = j->n_hits;
    *matched = true;
    for (size_t i = 0; i < node->n_children && *matched; i++) {
        enum status status = judge_node(j, node->children[i], matched, err);
        if (status != ST_OK)
            return status;
    }
    if (!*matched)
        j->n_hits = hits;
    return ST_OK;
}

static enum status judge_or(struct judge *j, const struct plan_node *node, bool *matched, struct err *err)
{
    *matched = false;
    for (size_t i = 0; i < node->n_children && !(*matched && j->docs_only); i++) {
        bool one;
        enum status status = judge_node(j, node->children[i], &one, err);
        if (status != ST_OK)
            return status;
        *matched |= one;
    }
    return ST_OK;
}

static enum status judge_node(struct judge *j, const struct plan_node *node, bool *matched, struct err *err)
{
    size_t hits = j->n_hits;
    enum status status;
    switch (node->kind) {
    case PLAN_AND: return judge_and(j, node, matched, err);
    case PLAN_OR: return judge_or(j, node, matched, err);
    case PLAN_FILTER: return filter_match(node->filter, j->segment, j->doc, matched, err);
    case PLAN_UNIT: return count_unit(j, node, matched, err);
    case PLAN_NOT: break;
    }
    bool docs_only = j->docs_only;
    want_docs_only(j, true);
    status = judge_node(j, node->children[0], matched, err);
    want_docs_only(j, docs_only);
    *matched = !*matched;
    j->n_hits = hits;
    return status;
}

static enum status collect_places(struct judge *j, struct err *err);

/* Matches of all units hit; where spans of two may be identical and are not looked at, those of one of them. */
static uint64_t matches_of_hits(const struct judge *j)
{
    uint64_t sum = 0, most = 0;
    for (size_t i = 0; i < j->n_hits; i++) {
        sum += j->hits[i].matches;
        most = j->hits[i].matches > most ? j->hits[i].matches : most;
    }
    return j->may_coincide ? most : sum;
}

enum status judge_doc(struct judge *j, uint32_t doc, struct judge_verdict *out, struct err *err)
{
    j->doc = doc;
    j->has_words = j->has_begun = false;
    j->n_hits = 0;
    *out = (struct judge_verdict){0};
    enum status status = judge_node(j, j->plan->root, &out->matched, err);
    j->checked += j->has_words;
    if (status != ST_OK || !out->matched)
        return status;
    out->hits = j->hits;
    out->n_hits = j->n_hits;
    if (j->n_hits > 1 && j->may_coincide && !j->docs_only) {
        status = collect_places(j, err);
        out->matches = j->n_places;
        return status;
    }
    out->matches = matches_of_hits(j);
    return ST_OK;
}

void judge_take_found(struct judge *j, uint32_t doc, size_t n, double frequency, struct judge_verdict *out)
{
    unsigned number = j->plan->root->number;
    j->doc = doc;
    j->has_words = j->has_begun = false;
    j->units[number].matches = n;
    j->hits[0] = (struct judge_hit){number, n, frequency};
    j->n_hits = 1;
    *out = (struct judge_verdict){.matched = true, .matches = n, .hits = j->hits, .n_hits = 1};
}

/* What a title has of a unit that is local does not depend on what is around it. */
static enum status count_in_title(struct judge *j, unsigned unit, size_t *n, struct err *err)
{
    const struct match_doc *w = &j->words;
    const uint8_t *begin = w->title, *end = w->title_end;
    double frequency = 0;
    if (w->n_title == 0) {
        begin = etdc_skip(w->body, w->body_end, w->heading_pos);
        end = begin != NULL ? etdc_skip(begin, w->body_end, w->heading_words) : NULL;
        end = end != NULL ? end : w->body_end;
        begin = begin != NULL ? begin : w->body_end;
    }
    return count_part(j, j->plan->units[unit], begin, end, n, &frequency, err);
}

enum status judge_title_matches(struct judge *j, unsigned unit, size_t *n, struct err *err)
{
    *n = 0;
    enum status status = load_record(j, err);
    uint32_t words = j->words.n_title > 0 ? j->words.n_title : j->words.heading_words;
    if (status != ST_OK || words < j->plan->units[unit]->unit->least_words)
        return status;
    if (j->units[unit].is_local)
        return count_in_title(j, unit, n, err);
    status = load_words(j, err);
    return status == ST_OK ? matcher_count_title(j->matcher, j->plan->units[unit]->unit, n, err) : status;
}

/* ---- places ------------------------------------------------------------------------------------------------------ */

static int compare_places(const void *a, const void *b)
{
    const struct judge_place *x = a, *y = b;
    if (x->span.first != y->span.first)
        return x->span.first < y->span.first ? -1 : 1;
    if (x->span.last != y->span.last)
        return x->span.last < y->span.last ? -1 : 1;
    return (x->unit > y->unit) - (x->unit < y->unit);
}

static void sort_places_once(struct judge *j)
{
    if (j->n_places < 2)
        return;
    qsort(j->places, j->n_places, sizeof *j->places, compare_places);
    size_t n = 1;
    for (size_t i = 1; i < j->n_places; i++) {
        const struct match_span *last = &j->places[n - 1].span, *next = &j->places[i].span;
        if (last->first != next->first || last->last != next->last)
            j->places[n++] = j->places[i];
    }
    j->n_places = n;
}

/* Of the units hit in the document judged last. */
static enum status collect_places(struct judge *j, struct err *err)
{
    j->n_places = 0;
    enum status status = load_words(j, err);
    for (size_t i = 0; i < j->n_hits && status == ST_OK; i++) {
        unsigned unit = j->hits[i].unit;
        const struct match_span *spans;
        size_t n;
        status = matcher_unit(j->matcher, j->plan->units[unit]->unit, &spans, &n, err);
        if (status != ST_OK)
            break;
        if (!ARRAY_RESERVE(j->places, j->cap_places, j->n_places + n))
            return err_nomem(err);
        for (size_t k = 0; k < n; k++)
            j->places[j->n_places++] = (struct judge_place){spans[k], unit};
    }
    if (j->n_hits > 1)
        sort_places_once(j);
    return status;
}

enum status judge_places(struct judge *j, uint32_t doc, const struct judge_place **places, size_t *n, struct err *err)
{
    struct judge_verdict verdict;
    enum status status = judge_doc(j, doc, &verdict, err);
    if (status == ST_OK)
        status = collect_places(j, err);
    *places = j->places;
    *n = status == ST_OK ? j->n_places : 0;
    return status;
}

enum status judge_words(struct judge *j, const struct judge_place *place, const uint32_t **words, size_t *n,
                        struct err *err)
{
    return matcher_words(j->matcher, j->plan->units[place->unit]->unit, place->span, words, n, err);
}

const struct match_doc *judge_match_doc(const struct judge *j)
{
    return &j->words;
}

uint64_t judge_checked(const struct judge *j)
{
    return j->checked;
}
