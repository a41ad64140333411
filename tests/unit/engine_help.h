/* engine_help.h - what the tests of engine/ share: an index of short documents, of words that are in most of them, in
 * some, and in few; queries made up and asked. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_ENGINE_HELP_H
#define VERBATIM_ENGINE_HELP_H

#include "store_help.h"

#include "engine/expand.h"
#include "engine/judge.h"

enum { HELP_DOCS = 4000 };

/* From one in every document to one in a few. */
static inline void help_add_rare_or_common(struct buf *out, uint64_t *seed)
{
    uint32_t kind = help_random(seed, 100);
    if (kind < 50)
        buf_addf(out, "a%u ", help_random(seed, 12));
    else if (kind < 80)
        buf_addf(out, "b%u ", help_random(seed, 90));
    else if (kind < 97)
        buf_addf(out, "c%u ", help_random(seed, 900));
    else
        buf_addf(out, "d%u ", help_random(seed, 4000));
}

static inline void help_add_short_docs(struct chunk *chunk, void *arg)
{
    (void)arg;
    struct err err = {0};
    uint64_t seed = 5;
    for (uint32_t i = 0; i < HELP_DOCS; i++) {
        struct buf text = BUF_INIT;
        char path[32];
        int len = snprintf(path, sizeof path, "doc%u", i);
        for (uint32_t k = help_random(&seed, 60); k > 0; k--)
            help_add_rare_or_common(&text, &seed);
        struct document doc = {.path = path,
                               .path_len = (size_t)len,
                               .text = text.data,
                               .text_len = text.len,
                               .title = i % 5 == 0 ? "a1 b2 a3" : NULL,
                               .title_len = i % 5 == 0 ? 8 : 0,
                               .date = DOCUMENT_NO_DATE};
        HELP_OK(chunk_add(chunk, &doc, &err));
        buf_release(&text);
    }
}

static inline void help_build_short(const char *dir)
{
    help_build_chunk(dir, help_add_short_docs, NULL);
}

/* A pattern of words, each %u in it a number from `least` on, of `below` different ones. */
static inline void help_add_shape(struct buf *out, uint64_t *seed, const char *shape, uint32_t least, uint32_t below)
{
    for (; *shape != '\0'; shape++) {
        if (shape[0] == '%' && shape[1] == 'u') {
            buf_addf(out, "%u", least + help_random(seed, below));
            shape++;
        } else {
            buf_addc(out, *shape);
        }
    }
}

/* A phrase of two to four of n words. */
static inline void help_add_phrase(struct buf *out, uint64_t *seed, const char *const *words, size_t n, uint32_t least,
                                   uint32_t below)
{
    buf_addc(out, '"');
    for (uint32_t left = 2 + help_random(seed, 3); left > 0; left--) {
        help_add_shape(out, seed, words[help_random(seed, (uint32_t)n)], least, below);
        buf_addc(out, ' ');
    }
    buf_addc(out, '"');
    buf_addc(out, '\0');
}

static inline enum status help_never_stop(void *arg, struct err *err)
{
    (void)arg;
    (void)err;
    return ST_OK;
}

/* A query on the first segment, every document of which may be judged. */
struct help_asked {
    struct arena arena;
    struct plan *plan;
    struct postings *postings;
    struct judge *judge;
};

static inline void help_ask(struct help_asked *a, const struct snapshot *snap, const char *text)
{
    struct err err = {0};
    struct query *query;
    *a = (struct help_asked){.arena = ARENA_INIT};
    HELP_OK(query_parse(text, strlen(text), &a->arena, &query, &err));
    HELP_OK(plan_make(query, &a->arena, &a->plan, &err));
    HELP_OK(expand_plan(a->plan, snap, NULL, &a->arena, &err));
    HELP_OK(plan_contend(a->plan, &err));
    HELP_OK(postings_open(a->plan, snapshot_segment(snap, 0), 0, &a->postings, &err));
    HELP_OK(judge_new(a->plan, NULL, &a->judge, &err));
    HELP_OK(judge_segment(a->judge, snapshot_segment(snap, 0), a->postings, true, &err));
}

static inline void help_ask_no_more(struct help_asked *a)
{
    judge_free(a->judge);
    postings_close(a->postings);
    arena_release(&a->arena);
}

#endif
