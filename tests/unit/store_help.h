/* store_help.h - what the tests of store/ share: a folder to work in, documents made up from a seed, and building an
 * index of them. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_STORE_HELP_H
#define VERBATIM_STORE_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/buf.h"
#include "store/build.h"
#include "store/dir.h"
#include "store/lock.h"
#include "store/snapshot.h"

#define HELP_OK(call)                                                                                                  \
    do {                                                                                                               \
        enum status help_status = (call);                                                                              \
        if (help_status != ST_OK)                                                                                      \
            fail_msg("%s: status %d: %s", #call, (int)help_status, err.text);                                          \
    } while (0)

/* ---- a folder ------------------------------------------------------------------------------------------------- */

static inline int help_setup(void **state)
{
    const char *tmp = getenv("TMPDIR");
    char *folder = dir_path("%s/verbatim-test-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    *state = folder == NULL ? NULL : mkdtemp(folder);
    return *state == NULL ? -1 : 0;
}

static inline int help_teardown(void **state)
{
    struct err err;
    (void)dir_remove(*state, &err);
    free(*state);
    return 0;
}

#define HELP_TEST(test) cmocka_unit_test_setup_teardown(test, help_setup, help_teardown)

/* "FOLDER/NAME", to be freed. */
static inline char *help_path(void **state, const char *name)
{
    char *path = dir_path("%s/%s", (const char *)*state, name);
    assert_non_null(path);
    return path;
}

/* The whole file, to be released. */
static inline struct buf help_read(const char *path)
{
    struct buf b = BUF_INIT;
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n;
    do {
        char *room = buf_reserve(&b, 4096);
        assert_non_null(room);
        n = fread(room, 1, 4096, f);
        b.len += n;
    } while (n > 0);
    assert_int_equal(fclose(f), 0);
    return b;
}

static inline void help_write(const char *path, const void *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

/* ---- chance --------------------------------------------------------------------------------------------------- */

static inline uint32_t help_random(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*seed >> 33) % below);
}

/* ---- documents ------------------------------------------------------------------------------------------------ */

struct help_doc {
    struct document doc; /* what it points to is below */
    struct buf path, text, title;
    struct document_column *columns;
    uint32_t *block_ends;
};

static inline void help_add_word(struct buf *out, uint64_t *seed)
{
    static const char *const words[] = {"the",    "of",    "Peace", "treaty",        "négociation", "日本", "ΣΊΣΥΦΟΣ",
                                        "straße", "don't", "1,000", "naïve",         "can’t",       "ไทย",  "U.S.",
                                        "moment", "seize", "a",     "anschlußfähig", "über",        "o"};
    uint32_t kind = help_random(seed, 100);
    if (kind < 70)
        buf_adds(out, words[help_random(seed, BASE_COUNT(words)) * help_random(seed, 2)]);
    else if (kind < 98)
        buf_addf(out, "w%u", help_random(seed, kind < 90 ? 50 : 5000));
    else
        for (uint32_t n = help_random(seed, 200); n > 0; n--)
            buf_addc(out, (char)('a' + help_random(seed, 26)));
}

static inline void help_add_space(struct buf *out, uint64_t *seed)
{
    static const char *const spaces[] = {" ", " ", " ", " ", ", ", "\n", ". ", "\n\n", " — ", "!\r\n", "  ", "? "};
    buf_adds(out, spaces[help_random(seed, BASE_COUNT(spaces))]);
}

static inline void help_add_text(struct buf *out, uint64_t *seed, uint32_t n_words)
{
    while (n_words-- > 0) {
        help_add_word(out, seed);
        help_add_space(out, seed);
    }
}

/* Columns that go up and down, some lines without any. */
static inline void help_add_columns(struct help_doc *d, uint64_t *seed)
{
    size_t cap = 0;
    for (size_t off = help_random(seed, 9); off < d->text.len; off += 1 + help_random(seed, 60)) {
        assert_true(ARRAY_RESERVE(d->columns, cap, d->doc.n_columns + 1));
        d->columns[d->doc.n_columns++] = (struct document_column){(uint32_t)off, 1 + help_random(seed, 3000)};
    }
    d->doc.columns = d->columns;
}

static inline void help_add_blocks(struct help_doc *d, uint64_t *seed)
{
    size_t cap = 0;
    for (size_t off = help_random(seed, 90); off < d->text.len; off += 1 + help_random(seed, 300)) {
        assert_true(ARRAY_RESERVE(d->block_ends, cap, d->doc.n_block_ends + 1));
        d->block_ends[d->doc.n_block_ends++] = (uint32_t)off;
    }
    d->doc.block_ends = d->block_ends;
    d->doc.blocks_only = help_random(seed, 2) == 0;
}

static inline void help_add_title(struct help_doc *d, uint64_t *seed)
{
    uint32_t kind = help_random(seed, 3);
    if (kind == 0)
        return;
    if (kind == 1) { /* apart; now and then one without words */
        help_add_text(&d->title, seed, help_random(seed, 6));
        buf_addc(&d->title, '-');
        d->doc.title = d->title.data;
        d->doc.title_len = d->title.len;
        return;
    }
    const char *end = d->text.len == 0 ? NULL : memchr(d->text.data, '\n', d->text.len);
    d->doc.title = d->text.data == NULL ? "" : d->text.data;
    d->doc.title_len = end == NULL ? 0 : (size_t)(end - d->text.data);
    d->doc.title_in_text = true;
    d->doc.title_end = (uint32_t)d->doc.title_len;
}

/* The number-th document of a seed: the same whenever it is asked for. To be released. */
static inline struct help_doc help_doc(uint64_t seed, uint32_t number)
{
    struct help_doc d = {.doc = {.date = DOCUMENT_NO_DATE}};
    uint64_t own = seed * 1000003 + number;
    for (int i = 0; i < 4; i++)
        (void)help_random(&own, 2);
    uint32_t size = help_random(&own, 20);
    help_add_text(&d.text, &own, size == 0 ? 0 : size == 1 ? 3000 : help_random(&own, 60));
    buf_addf(&d.path, "folder %u/über\t%u.txt", help_random(&own, 9), number);
    if (help_random(&own, 3) == 0)
        help_add_columns(&d, &own);
    if (help_random(&own, 3) == 0)
        help_add_blocks(&d, &own);
    if (help_random(&own, 2) == 0)
        d.doc.date = (int64_t)help_random(&own, 2000000000) - 1000000000;
    assert_true(buf_ok(&d.text) && buf_ok(&d.path));
    d.doc.path = d.path.data;
    d.doc.path_len = d.path.len;
    d.doc.text = d.text.data == NULL ? "" : d.text.data;
    d.doc.text_len = d.text.len;
    d.doc.mtime = help_random(&own, 2000000000);
    d.doc.derived = help_random(&own, 3) == 0;
    help_add_title(&d, &own);
    return d;
}

static inline void help_doc_release(struct help_doc *d)
{
    buf_release(&d->path);
    buf_release(&d->text);
    buf_release(&d->title);
    free(d->columns);
    free(d->block_ends);
}

/* ---- building ------------------------------------------------------------------------------------------------- */

struct help_plan {
    const char *index_dir;
    uint64_t seed;
    uint32_t n_docs, chunk_docs;
    unsigned n_threads;
    struct build_options options;
    /* while building */
    struct build *build;
    struct chunk **chunks;
    unsigned thread;
};

/* One thread's share of the chunks: every n_threads-th. */
static inline void *help_build_chunks(void *context)
{
    const struct help_plan *plan = context;
    struct err err = {0};
    uint32_t n_chunks = (plan->n_docs + plan->chunk_docs - 1) / plan->chunk_docs;
    for (uint32_t c = plan->thread; c < n_chunks; c += plan->n_threads) {
        if (chunk_new(plan->build, c, &plan->chunks[c], &err) != ST_OK)
            return NULL;
        uint32_t end = (c + 1) * plan->chunk_docs < plan->n_docs ? (c + 1) * plan->chunk_docs : plan->n_docs;
        for (uint32_t i = c * plan->chunk_docs; i < end; i++) {
            struct help_doc d = help_doc(plan->seed, i);
            enum status status = chunk_add(plan->chunks[c], &d.doc, &err);
            help_doc_release(&d);
            if (status != ST_OK)
                return NULL;
        }
        if (chunk_finish(plan->chunks[c], &err) != ST_OK)
            return NULL;
    }
    return context;
}

static inline void help_run_threads(const struct help_plan *plan)
{
    pthread_t threads[8];
    struct help_plan plans[8];
    for (unsigned t = 0; t < plan->n_threads; t++) {
        plans[t] = *plan;
        plans[t].thread = t;
        assert_int_equal(pthread_create(&threads[t], NULL, help_build_chunks, &plans[t]), 0);
    }
    for (unsigned t = 0; t < plan->n_threads; t++) {
        void *result;
        assert_int_equal(pthread_join(threads[t], &result), 0);
        assert_non_null(result);
    }
}

/* Builds an index and publishes it. */
static inline void help_build(struct help_plan plan)
{
    struct err err = {0};
    struct lock lock;
    struct manifest manifest = {.language = "en"};
    uint32_t n_chunks = (plan.n_docs + plan.chunk_docs - 1) / plan.chunk_docs;
    HELP_OK(lock_take(plan.index_dir, true, 0, &lock, &err));
    HELP_OK(lock_sweep(plan.index_dir, &err));
    HELP_OK(build_begin(plan.index_dir, &plan.options, &plan.build, &err));
    plan.chunks = calloc(n_chunks + 1, sizeof(struct chunk *));
    assert_non_null(plan.chunks);
    help_run_threads(&plan);
    for (uint32_t c = 0; c < n_chunks; c++)
        HELP_OK(build_append(plan.build, plan.chunks[c], &err));
    HELP_OK(build_publish(plan.build, &manifest, &err));
    build_free(plan.build);
    manifest_release(&manifest);
    free(plan.chunks);
    HELP_OK(lock_sweep(plan.index_dir, &err));
    lock_release(&lock);
}

/* Builds an index of one chunk, whose documents are added by a function, and publishes it. */
static inline void help_build_chunk(const char *dir, void (*add)(struct chunk *chunk, void *arg), void *arg)
{
    struct err err = {0};
    struct lock lock;
    struct build *build;
    struct chunk *chunk;
    struct manifest manifest = {.language = "en"};
    HELP_OK(lock_take(dir, true, 0, &lock, &err));
    HELP_OK(build_begin(dir, NULL, &build, &err));
    HELP_OK(chunk_new(build, 0, &chunk, &err));
    add(chunk, arg);
    HELP_OK(chunk_finish(chunk, &err));
    HELP_OK(build_append(build, chunk, &err));
    HELP_OK(build_publish(build, &manifest, &err));
    build_free(build);
    manifest_release(&manifest);
    lock_release(&lock);
}

#endif
