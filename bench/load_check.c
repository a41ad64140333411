/* load_check.c - see load_check.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench/load_check.h"

#include <stdlib.h>
#include <string.h>

#include "lib/array.h"

static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3); /* FNV-1a */
    return hash;
}

static uint64_t number_at(const char *p, const char *end)
{
    uint64_t v = 0;
    for (; p < end && *p >= '0' && *p <= '9'; p++)
        v = v * 10 + (uint64_t)(*p - '0');
    return v;
}

static bool begins(const char *p, const char *end, const char *word)
{
    size_t len = strlen(word);
    return (size_t)(end - p) >= len && memcmp(p, word, len) == 0;
}

static void read_key(struct load_reply *r, const char *p, const char *end)
{
    if (begins(p, end, "ms="))
        return;
    if (begins(p, end, "generation="))
        r->generation = number_at(p + strlen("generation="), end);
    if (begins(p, end, "complete="))
        r->whole = begins(p, end, "complete=yes");
    r->hash = hash_bytes(r->hash, p, (size_t)(end - p));
}

static void read_status(struct load_reply *r, const char *line, size_t len)
{
    const char *end = line + len, *p = line;
    *r = (struct load_reply){.hash = UINT64_C(0xcbf29ce484222325), .whole = true};
    if (begins(p, end, "OK "))
        r->rows_left = number_at(p + 3, end);
    else
        r->code = begins(p, end, "ERR ") ? (unsigned)number_at(p + 4, end) : 999;
    while (p < end) {
        const char *space = memchr(p, ' ', (size_t)(end - p));
        const char *stop = space != NULL ? space : end;
        read_key(r, p, stop);
        p = stop < end ? stop + 1 : end;
    }
}

bool load_reply_line(struct load_reply *r, const char *line, size_t len, bool raw)
{
    if (raw) {
        *r = (struct load_reply){.hash = 0};
        return true;
    }
    if (!r->in_rows) {
        read_status(r, line, len);
    } else {
        if (!begins(line, line + len, "ms_")) /* explain's times */
            r->hash = hash_bytes(r->hash, line, len) * 31;
        r->rows_left--;
    }
    r->in_rows = r->rows_left > 0;
    return !r->in_rows;
}

struct answer {
    uint64_t generation, hash;
};

struct answers {
    struct answer *items;
    size_t n, cap;
};

struct load_answers {
    size_t n;
    struct answers *queries;
};

struct load_answers *load_answers_new(size_t n_queries)
{
    struct load_answers *a = calloc(1, sizeof *a);
    struct answers *queries = calloc(n_queries, sizeof *queries);
    if (a == NULL || queries == NULL) {
        free(a);
        free(queries);
        return NULL;
    }
    *a = (struct load_answers){n_queries, queries};
    return a;
}

void load_answers_free(struct load_answers *a)
{
    for (size_t i = 0; i < a->n; i++)
        free(a->queries[i].items);
    free(a->queries);
    free(a);
}

bool load_answers_agree(struct load_answers *a, size_t query, const struct load_reply *r)
{
    struct answers *known = &a->queries[query];
    if (!r->whole || r->code == 503 || r->code == 504)
        return true;
    for (size_t i = known->n; i-- > 0;)
        if (known->items[i].generation == r->generation)
            return known->items[i].hash == r->hash;
    if (!ARRAY_RESERVE(known->items, known->cap, known->n + 1))
        abort();
    known->items[known->n++] = (struct answer){r->generation, r->hash};
    return true;
}
