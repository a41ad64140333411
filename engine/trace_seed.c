/* trace_seed.c - candidates: the documents that have a window of the text, which is as many words as the least run.
 * Every document with such a run is among them, unless all words of the run are common.
 *
 * A window costs its rarest word's posting list; its other words are looked up, in bitmaps or in lists read once. In a
 * document that holds them all the window's code is looked for, so that few documents without it need aligning.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "engine/trace_state.h"
#include "lib/array.h"
#include "lib/etdc.h"
#include "lib/scan.h"

enum { PAGE = 256, MOST_LISTED = 1 << 22 };

void trace_drop_lists(struct tracer *t)
{
    for (uint32_t i = 0; i < t->n_distinct; i++) {
        free(t->distinct[i].list);
        t->distinct[i].list = NULL;
    }
    t->listed = 0;
}

/* Of a common word, whose documents the segment keeps itself. */
static void read_holders(struct tracer *t, struct trace_word *w, struct segment_holders *holders)
{
    uint32_t filled = 0;
    for (uint32_t doc = 0; filled < w->postings && segment_seek_holder(holders, doc); doc = holders->doc + 1)
        w->list[filled++] = holders->doc;
    w->postings = filled;
    t->listed += filled;
}

static enum status read_list(struct tracer *t, struct trace_word *w, struct err *err)
{
    struct segment_holders holders;
    struct shim_postings *list;
    struct shim_posting page[PAGE];
    size_t n = 0, filled = 0;
    w->list = malloc((w->postings + 1) * sizeof *w->list);
    if (w->list == NULL)
        return err_nomem(err);
    if (segment_holders(t->segment, w->rank, &holders)) {
        read_holders(t, w, &holders);
        return ST_OK;
    }
    enum status status = shim_postings_open(segment_db(t->segment, t->searcher->reader), w->bytes, w->len, &list, err);
    if (status != ST_OK)
        return status;
    do {
        status = shim_postings_read(list, 0, page, PAGE, &n, err);
        for (size_t i = 0; status == ST_OK && i < n && filled < w->postings; i++)
            w->list[filled++] = page[i].doc - 1;
    } while (status == ST_OK && n > 0);
    shim_postings_free(list);
    w->postings = (uint32_t)filled;
    t->listed += filled;
    return status;
}

/* Whether a document holds the word; documents ascend while a window is looked at. */
static bool holds(struct trace_word *w, uint32_t doc)
{
    if (w->bits != NULL)
        return doc / 8 < w->bits_len && (w->bits[doc / 8] >> doc % 8 & 1) != 0;
    size_t step = 1, lo = w->at, hi = w->at;
    while (hi < w->postings && w->list[hi] < doc) {
        lo = hi + 1;
        hi += step;
        step *= 2;
    }
    hi = hi < w->postings ? hi : w->postings;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (w->list[mid] < doc)
            lo = mid + 1;
        else
            hi = mid;
    }
    w->at = lo;
    return lo < w->postings && w->list[lo] == doc;
}

/* The distinct words of a window, the one with the fewest postings first; 0 when one is not there or all are common. */
static size_t sort_window(struct tracer *t, uint32_t first, struct trace_word **words)
{
    size_t n = 0;
    bool seeds = false;
    for (uint32_t i = first; i < first + t->request.run; i++) {
        struct trace_word *w = &t->distinct[t->words[i]];
        size_t k = n;
        if (w->postings == 0)
            return 0;
        seeds = seeds || !w->common;
        while (k > 0 && words[k - 1]->postings > w->postings) {
            words[k] = words[k - 1];
            k--;
        }
        words[k] = w;
        n++;
    }
    return seeds ? n : 0;
}

enum { CODE_ROOM = TRACE_MAX_RUN * ETDC_MAX_BYTES };

static size_t encode_window(const struct tracer *t, uint32_t first, uint8_t code[CODE_ROOM])
{
    size_t len = 0;
    for (uint32_t i = first; i < first + t->request.run; i++)
        len += etdc_put(code + len, t->distinct[t->words[i]].rank);
    return len;
}

/* Looking through a document again and again costs more than aligning it once. */
enum { TRIES_MOST = 24 };

static enum status look_for_window(struct tracer *t, uint32_t doc, const struct scan_needle *needle, struct err *err)
{
    struct segment_words words;
    if (segment_is_dead(t->segment, doc))
        return ST_OK;
    enum status status = segment_words(t->segment, doc, &words, err);
    if (status != ST_OK)
        return status;
    const struct scan_text text = {words.body, words.body_end};
    if (++t->tries[doc] > TRIES_MOST || scan_count(text, needle) > 0)
        t->tries[doc] = TRACE_CANDIDATE;
    return ST_OK;
}

static enum status add_window(struct tracer *t, uint32_t first, struct err *err)
{
    struct trace_word *words[TRACE_MAX_RUN];
    size_t n = sort_window(t, first, words);
    enum status status = ST_OK;
    for (size_t i = 0; i < n && status == ST_OK; i++) {
        words[i]->at = 0;
        if (words[i]->list == NULL && (i == 0 || words[i]->bits == NULL))
            status = read_list(t, words[i], err);
    }
    if (n == 0 || status != ST_OK)
        return status;
    uint8_t code[CODE_ROOM];
    const struct scan_needle needle = scan_needle_of(code, encode_window(t, first, code));
    for (uint32_t k = 0; k < words[0]->postings && status == ST_OK; k++) {
        uint32_t doc = words[0]->list[k];
        bool all = doc < segment_docs(t->segment) && t->tries[doc] != TRACE_CANDIDATE;
        for (size_t i = 1; i < n && all; i++)
            all = holds(words[i], doc);
        if (all)
            status = look_for_window(t, doc, &needle, err);
    }
    return status;
}

enum status trace_seed(struct tracer *t, uint64_t *postings, struct err *err)
{
    size_t n_docs = segment_docs(t->segment);
    enum status status = ST_OK;
    if (!ARRAY_RESERVE(t->tries, t->cap_tries, n_docs + 1))
        return err_nomem(err);
    memset(t->tries, 0, n_docs);
    for (uint32_t i = 0; i + t->request.run <= t->n && status == ST_OK; i++) {
        status = trace_check_stop(t, err);
        if (status == ST_OK)
            status = add_window(t, i, err);
        if (t->listed > MOST_LISTED) {
            *postings += t->listed;
            trace_drop_lists(t);
        }
    }
    *postings += t->listed;
    trace_drop_lists(t);
    return status;
}
