/* ranked.c - see ranked.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/ranked.h"

#include <stdlib.h>
#include <string.h>

#include "lib/etdc.h"
#include "lib/large.h"
#include "store/vocab_part.h"

void ranked_release(struct ranked *r)
{
    free(r->by_rank);
    free(r->rank_of);
    free(r->codes);
    *r = (struct ranked){0};
}

/* ---- orders --------------------------------------------------------------------------------------------------- */

/* Of words whose first eight bytes are the same. */
static int compare_bytes(const void *a, const void *b, void *context)
{
    const struct radix_item *x = a, *y = b;
    const struct wordtab *words = context;
    size_t x_len, y_len;
    const char *x_bytes = wordtab_bytes(words, x->a, &x_len), *y_bytes = wordtab_bytes(words, y->a, &y_len);
    int order = memcmp(x_bytes, y_bytes, x_len < y_len ? x_len : y_len);
    return order != 0 ? order : (x_len > y_len) - (x_len < y_len);
}

static void sort_by_bytes(struct ranked *r, struct radix_item *scratch)
{
    struct radix_item *items = r->by_rank;
    for (uint32_t i = 0; i < r->n; i++) {
        size_t len;
        const char *bytes = wordtab_bytes(r->words, i, &len);
        items[i] = (struct radix_item){.key = vocab_key(bytes, len), .a = i};
    }
    radix_sort(items, r->n, scratch);
    for (uint32_t i = 0, end; i < r->n; i = end) {
        for (end = i + 1; end < r->n && items[end].key == items[i].key; end++)
            continue;
        if (end - i > 1)
            qsort_r(items + i, end - i, sizeof *items, compare_bytes, (void *)(uintptr_t)r->words);
    }
}

/* By falling occurrences; words that occur as often stay in byte order. */
static void sort_by_occurrences(struct ranked *r, struct radix_item *scratch)
{
    for (uint32_t i = 0; i < r->n; i++)
        r->by_rank[i] = (struct radix_item){~r->words->words[r->by_rank[i].a].occurrences, r->by_rank[i].a, i};
    radix_sort(r->by_rank, r->n, scratch);
    for (uint32_t i = 0; i < r->n; i++) {
        r->by_rank[i].key = ~r->by_rank[i].key;
        r->rank_of[r->by_rank[i].b] = i + 1;
        r->n_counted += r->by_rank[i].key > 1;
    }
}

/* ---- codes ---------------------------------------------------------------------------------------------------- */

static void make_codes(struct ranked *r)
{
    for (uint32_t i = 0; i < r->n; i++) {
        uint8_t code[ETDC_MAX_BYTES] = {0};
        (void)etdc_put(code, i + 1);
        memcpy(&r->codes[r->by_rank[i].a], code, sizeof code);
    }
}

enum status rank_words(const struct wordtab *words, struct ranked *out, struct err *err)
{
    size_t room = words->n + 1;
    struct radix_item *scratch = large_alloc(room * sizeof *scratch);
    *out = (struct ranked){.words = words, .n = (uint32_t)words->n};
    out->by_rank = large_alloc(room * sizeof *out->by_rank);
    out->rank_of = large_alloc(room * sizeof *out->rank_of);
    out->codes = large_alloc(room * sizeof *out->codes);
    bool ok = scratch != NULL && out->by_rank != NULL && out->rank_of != NULL && out->codes != NULL;
    if (ok) {
        sort_by_bytes(out, scratch);
        sort_by_occurrences(out, scratch);
        make_codes(out);
    }
    free(scratch);
    return ok ? ST_OK : err_nomem(err);
}
