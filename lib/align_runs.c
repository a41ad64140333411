/* align_runs.c - runs of equal words, found by pairs of neighbours. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/align_state.h"
#include "lib/array.h"

#define NO_POS UINT32_MAX

/* Runs of fewer equal words than asked for help a chain along only when they say something. Where two long texts have
 * too many of those, and there is patience, they have to say more; of the last value hardly one is left. */
#define LEAST_VALUE 0.45F
#define MOST_VALUE 32.0F

static size_t slot_of(const struct align *a, uint32_t first, uint32_t second)
{
    uint64_t h = ((uint64_t)first << 32 | second) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(h >> 32) & (a->n_heads - 1);
}

static bool make_room(struct align *a)
{
    size_t n_heads = 16;
    while (n_heads < 2 * (size_t)a->n)
        n_heads *= 2;
    if (n_heads > a->n_heads) {
        uint32_t *heads = realloc(a->heads, n_heads * sizeof *heads);
        if (heads == NULL)
            return false;
        a->heads = heads;
        a->n_heads = n_heads;
    }
    return ARRAY_RESERVE(a->next, a->cap_next, a->n);
}

enum status align_begin(struct align *a, const uint32_t *words, uint32_t n, const float *values, uint32_t n_values,
                        const struct align_rules *rules, struct err *err)
{
    size_t side = (size_t)rules->tolerance + 1;
    free(a->cells);
    free(a->steps);
    a->cells = malloc(side * side * sizeof *a->cells);
    a->steps = malloc(side * side);
    a->words = words;
    a->n = n;
    a->values = values;
    a->n_values = n_values;
    a->rules = *rules;
    if (a->cells == NULL || a->steps == NULL || !make_room(a))
        return err_nomem(err);
    memset(a->heads, 0xff, a->n_heads * sizeof *a->heads);
    for (uint32_t i = n; i-- > 1;) {
        size_t slot = slot_of(a, words[i - 1], words[i]);
        a->next[i - 1] = a->heads[slot];
        a->heads[slot] = i - 1;
    }
    return ST_OK;
}

enum { WORK_BETWEEN_CHECKS = 1 << 16 };

enum status align_work(struct align *a, size_t n, struct err *err)
{
    a->work += n;
    if (a->work < WORK_BETWEEN_CHECKS || a->doc->stop == NULL)
        return ST_OK;
    a->work = 0;
    return a->doc->stop(a->doc->arg, err);
}

static enum status too_many(struct err *err)
{
    return err_set(err, ST_TOO_BROAD,
                   "a document shares words with the text in more than %d places: trace a shorter text",
                   ALIGN_MAX_RUNS);
}

static enum status add_run(struct align *a, uint32_t pos, uint32_t doc_pos, float least, struct err *err)
{
    const uint32_t *d = a->doc->words;
    float value = 0;
    uint32_t len = 0;
    while (pos + len < a->n && doc_pos + len < a->doc->n && a->words[pos + len] == d[doc_pos + len])
        value += a->values[a->words[pos + len++]];
    if (len < a->rules.run && value < least)
        return ST_OK;
    if (a->n_runs == ALIGN_MAX_RUNS)
        return too_many(err);
    if (!ARRAY_RESERVE(a->runs, a->cap_runs, a->n_runs + 1))
        return err_nomem(err);
    a->runs[a->n_runs++] = (struct align_run){.pos = pos, .doc_pos = doc_pos, .len = len, .value = value, .from = -1};
    return ST_OK;
}

static enum status find_runs(struct align *a, float least, struct err *err)
{
    const uint32_t *d = a->doc->words;
    enum status status = ST_OK;
    size_t work = 0;
    a->n_runs = 0;
    for (uint32_t j = 0; j + 1 < a->doc->n && status == ST_OK; j++) {
        if (++work >= WORK_BETWEEN_CHECKS) {
            status = align_work(a, work, err);
            work = 0;
        }
        if (d[j] == ALIGN_NO_WORD || d[j + 1] == ALIGN_NO_WORD)
            continue;
        for (uint32_t i = a->heads[slot_of(a, d[j], d[j + 1])]; i != NO_POS && status == ST_OK; i = a->next[i]) {
            bool begins =
                a->words[i] == d[j] && a->words[i + 1] == d[j + 1] && (i == 0 || j == 0 || a->words[i - 1] != d[j - 1]);
            work++;
            if (begins)
                status = add_run(a, i, j, least, err);
        }
    }
    return status;
}

enum status align_runs(struct align *a, struct err *err)
{
    float least = LEAST_VALUE;
    enum status status = find_runs(a, least, err);
    while (status == ST_TOO_BROAD && a->rules.patient && least < MOST_VALUE)
        status = find_runs(a, least *= 2, err);
    return status;
}
