/* match_windows.c - at the root, single words near each other: "..."~k of any number, NEAR and BEFORE of two that have
 * no word in common; see match_state.h.
 *
 * The occurrences of all words in text order are events. A window ends with an event and reaches back to where each
 * word has occurred as often as it is wanted: to the least of the places remembered for each. It is a minimal span when
 * it begins behind the one before. Two words are NEAR in just the windows of "a b"~k, and a is BEFORE b in those that
 * end with b.
 *
 *     "a b c"~2     a . c a b . c
 *                           3         the least of a 3, b 4, c 2 is 2:   2-4
 *                               6     the least of a 3, b 4, c 6 is 3:   3-6
 *
 * In a long text only what is around the rarest word is looked at. SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/array.h"
#include "lib/match_state.h"

/* ---- choosing ---------------------------------------------------------------------------------------------------- */

/* One more time the word of a leaf; false when that cannot be. */
static bool add_word(const struct matcher *m, struct windows *w, unsigned leaf)
{
    const struct leaf_state *state = &m->leaves[leaf];
    unsigned kind = 0;
    while (kind < w->n_kinds && w->leaves[kind] != leaf)
        kind++;
    if (w->n_places == SCAN_WORDS || kind == SCAN_KINDS || state->n_ranks != 1)
        return false;
    w->n_places++;
    w->times[kind]++;
    if (kind < w->n_kinds)
        return true;
    w->n_kinds++;
    w->leaves[kind] = leaf;
    if (kind == 0 || state->ranks[0] > w->rarest)
        w->rarest = state->ranks[0];
    return scan_words_add(&w->words, state->ranks[0], kind);
}

void match_bind_windows(struct matcher *m, const struct plan_span *span)
{
    struct span_state *state = &m->spans[span->number];
    struct windows *w = &state->windows;
    bool fit = !span->title && (span->kind == PLAN_UNORDERED || state->is_word_pair);
    *w = (struct windows){.ordered = span->kind == PLAN_BEFORE};
    for (size_t i = 0; fit && i < span->sequence.n; i++)
        fit = add_word(m, w, span->sequence.slots[i].leaf);
    for (size_t i = 0; fit && i < span->n_children; i++)
        fit = !span->children[i]->title && add_word(m, w, span->children[i]->sequence.slots[0].leaf);
    w->longest = w->n_places + span->distance;
    w->once = w->n_kinds == w->n_places;
    w->near = scan_near_of(&w->words, w->longest > 1 ? w->longest - 1 : 1, w->ordered);
    state->is_windows = fit;
}

/* ---- windows ----------------------------------------------------------------------------------------------------- */

enum { PAGE = 4 * SCAN_EVENTS_LEAST };

/* Places are told plus one, so that 0 is none. */
struct window_run {
    const struct windows *w;
    uint32_t last[SCAN_WORDS]; /* of each kind as many as it is wanted, the latest first */
    uint8_t begin[SCAN_KINDS]; /* where those of a kind begin */
    uint32_t first;            /* where the window before began */
    struct scan_event before;  /* of two words: the last event */
    struct match_span spans[PAGE];
};

static void begin_run(struct window_run *run, const struct windows *w)
{
    run->w = w;
    run->first = 0;
    run->before = (struct scan_event){0, SCAN_KINDS};
    memset(run->last, 0, sizeof run->last);
    for (unsigned kind = 0, n = 0; kind < w->n_kinds; n += w->times[kind++])
        run->begin[kind] = (uint8_t)n;
}

/* The minimal spans that end with one of the events are written, without branches: which events end one nobody
 * foresees. Of two words they are the neighbours. */
static size_t step_two(struct window_run *run, const struct scan_event *events, size_t n)
{
    const uint32_t least_kind = run->w->ordered, longest = run->w->longest;
    struct scan_event before = run->before;
    size_t n_spans = 0;
    for (size_t i = 0; i < n; i++) {
        const struct scan_event e = events[i];
        run->spans[n_spans] = (struct match_span){before.pos, e.pos};
        n_spans += ((e.kind ^ before.kind) == 1) & (e.pos - before.pos < longest) & (e.kind >= least_kind);
        before = e;
    }
    run->before = before;
    return n_spans;
}

/* Never a branch, whatever a compiler thinks. */
static inline uint32_t choose(bool first, uint32_t a, uint32_t b)
{
    return b ^ ((a ^ b) & -(uint32_t)first);
}

static size_t step_three(struct window_run *run, const struct scan_event *events, size_t n)
{
    const uint32_t longest = run->w->longest;
    uint32_t a = run->last[0], b = run->last[1], c = run->last[2], before = run->first;
    size_t n_spans = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t place = events[i].pos + 1, kind = events[i].kind;
        a = choose(kind == 0, place, a);
        b = choose(kind == 1, place, b);
        c = choose(kind == 2, place, c);
        uint32_t first = a < b ? a : b;
        first = first < c ? first : c;
        run->spans[n_spans] = (struct match_span){first - 1, place - 1};
        n_spans += (first > before) & (place - first < longest);
        before = first;
    }
    run->last[0] = a;
    run->last[1] = b;
    run->last[2] = c;
    run->first = before;
    return n_spans;
}

static size_t step_any(struct window_run *run, const struct scan_event *events, size_t n)
{
    const struct windows *w = run->w;
    size_t n_spans = 0;
    for (size_t i = 0; i < n; i++) {
        const struct scan_event *e = &events[i];
        uint32_t *last = run->last + run->begin[e->kind];
        for (size_t k = w->times[e->kind] - 1u; k > 0; k--)
            last[k] = last[k - 1];
        *last = e->pos + 1;
        uint32_t first = run->last[0];
        for (size_t k = 1; k < w->n_places; k++)
            first = run->last[k] < first ? run->last[k] : first;
        run->spans[n_spans] = (struct match_span){first - 1, e->pos};
        n_spans += (first > run->first) & (e->pos + 1 - first < w->longest);
        run->first = first;
    }
    return n_spans;
}

static size_t step(struct window_run *run, const struct scan_event *events, size_t n)
{
    const struct windows *w = run->w;
    if (w->n_kinds == w->n_places && w->n_places == 2)
        return step_two(run, events, n);
    if (w->n_kinds == w->n_places && w->n_places == 3)
        return step_three(run, events, n);
    return step_any(run, events, n);
}

/* ---- a document -------------------------------------------------------------------------------------------------- */

/* What becomes of spans: they are counted, or listed. */
struct sink {
    struct ways *ways; /* NULL: they are counted */
    bool first_only;   /* one is enough */
    bool sum_up;       /* how tight they are is wanted */
    size_t n;
    double tightness;
};

static bool pour(struct matcher *m, const struct windows *w, const struct match_span *spans, size_t n,
                 struct sink *sink)
{
    if (sink->ways == NULL) {
        sink->n += n;
        for (size_t i = 0; sink->sum_up && i < n; i++)
            sink->tightness += match_tightness(spans[i].last - spans[i].first + 1 - (uint32_t)w->n_places);
        return match_step(m);
    }
    for (size_t i = 0; i < n; i++)
        if (spans[i].first >= m->lo && spans[i].last <= m->hi &&
            !way_add(m, sink->ways, (struct way){.first = spans[i].first, .last = spans[i].last}))
            return false;
    return match_step(m);
}

static bool has_enough(const struct sink *sink)
{
    return sink->first_only && sink->n > 0;
}

static bool walk(struct matcher *m, struct window_run *run, struct scan_text text, struct scan_cursor cursor,
                 struct sink *sink)
{
    struct scan_event events[PAGE];
    size_t room = sink->first_only ? SCAN_EVENTS_LEAST : PAGE;
    while (cursor.at < text.end && !has_enough(sink)) {
        size_t n = scan_events(text, &run->w->words, &cursor, events, room);
        if (!pour(m, run->w, run->spans, step(run, events, n), sink))
            return false;
    }
    return true;
}

/* What lies further than `longest` from every occurrence of the rarest word is in no window that counts; of what is not
 * seen there no window that is seen depends. */
static bool walk_around(struct matcher *m, struct window_run *run, struct scan_text text, uint32_t base,
                        struct sink *sink)
{
    uint8_t code[ETDC_MAX_BYTES];
    struct scan_needle needle = scan_needle_of(code, etdc_put(code, run->w->rarest));
    m->hits.n = 0;
    if (!scan_find_hits(text, &needle, base, &m->hits)) {
        match_fail(m, err_nomem(m->err));
        return false;
    }
    for (size_t i = 0, n; i < m->hits.n && !has_enough(sink); i += n) {
        struct scan_cursor cursor;
        n = m->hits.n - i;
        struct scan_text stretch = scan_stretch(text, m->hits.items + i, &n, run->w->longest, &cursor);
        if (!walk(m, run, stretch, cursor, sink))
            return false;
    }
    return true;
}

static bool search(struct matcher *m, struct window_run *run, struct scan_text text, uint32_t base, struct sink *sink)
{
    if (run->w->rarest >= SCAN_RARE_RANK && text.end - text.begin >= SCAN_LONG_TEXT)
        return walk_around(m, run, text, base, sink);
    return walk(m, run, text, (struct scan_cursor){text.begin, base}, sink);
}

/* No window reaches over the gap between title and body. */
static void search_both(struct matcher *m, const struct plan_span *span, struct sink *sink)
{
    const struct match_doc *doc = m->doc;
    struct window_run run;
    begin_run(&run, &m->spans[span->number].windows);
    bool ok = doc->n_title == 0 || search(m, &run, (struct scan_text){doc->title, doc->title_end}, 0, sink);
    if (ok && !has_enough(sink))
        (void)search(m, &run, (struct scan_text){doc->body, doc->body_end}, m->base, sink);
}

size_t match_count_near(const struct match_doc *doc, const struct scan_near *near, size_t enough)
{
    size_t n = 0;
    if (doc->n_title > 0)
        n = scan_count_near((struct scan_text){doc->title, doc->title_end}, near, enough);
    return n < enough ? n + scan_count_near((struct scan_text){doc->body, doc->body_end}, near, enough) : n;
}

void match_count_windows(struct matcher *m, const struct plan_span *span, size_t *n, double *tightness)
{
    const struct scan_near *near = tightness == NULL ? matcher_near(m, span) : NULL;
    struct sink sink = {.first_only = m->first_only, .sum_up = tightness != NULL};
    if (near != NULL) {
        *n = match_count_near(m->doc, near, m->first_only ? 1 : SIZE_MAX);
        return;
    }
    search_both(m, span, &sink);
    *n = sink.n;
    if (tightness != NULL)
        *tightness = sink.tightness;
}

void match_windows(struct matcher *m, const struct plan_span *span, struct ways *out)
{
    struct sink sink = {.ways = out};
    search_both(m, span, &sink);
}
