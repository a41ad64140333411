/* build.c - gathering chunks and publishing a generation; see build.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/build.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/array.h"
#include "store/build_parts.h"
#include "store/dir.h"

#define DEFAULT_BUDGET ((size_t)160 << 20)
/* Beside the table itself: what ranking and recoding take for each word, document, posting and block of text. */
enum { WORD_BYTES = 64, DOC_BYTES = 8, BLOCK_BYTES = 16, CHUNK_BYTES = 256, POSTING_BYTES = 3 };
#define MOST_DOCS UINT64_C(2000000000)    /* in a segment */
#define MOST_STRINGS ((size_t)2000000000) /* bytes of words in a segment */

/* ---- beginning ------------------------------------------------------------------------------------------------ */

static enum status find_last(void *context, const char *name, struct err *err)
{
    uint64_t *last = context;
    struct names_parsed parsed = names_parse(name);
    (void)err;
    if (parsed.kind != NAMES_FOREIGN && parsed.generation > *last)
        *last = parsed.generation;
    return ST_OK;
}

/* One more than any that has left a name behind: nothing that a reader may hold is ever written over. */
static enum status choose_generation(struct build *b, struct err *err)
{
    uint64_t last = 0, current;
    struct err ignored;
    enum status status = dir_each(b->index_dir, find_last, &last, err);
    if (manifest_current(b->index_dir, &current, &ignored) == ST_OK && current > last)
        last = current;
    if (status == ST_OK && last >= NAMES_MAX_GENERATION)
        status = err_set(err, ST_CREATE, "%s: its generations are used up; build it in a new folder", b->index_dir);
    b->generation = last + 1;
    return status;
}

static enum status open_numbers(struct build *b, struct err *err)
{
    free(b->numbers_path);
    b->numbers_path = dir_path("%s/numbers-%zu", b->scratch, b->n_segments);
    if (b->numbers_path == NULL)
        return err_nomem(err);
    b->n_numbers = 0;
    return file_create(&b->numbers, b->numbers_path, NULL, err);
}

static enum status begin(struct build *b, const char *index_dir, struct err *err)
{
    b->index_dir = strdup(index_dir);
    b->language = strdup(b->options.language != NULL ? b->options.language : "en");
    b->options.language = NULL; /* the caller's */
    if (b->index_dir == NULL || b->language == NULL)
        return err_nomem(err);
    enum status status = choose_generation(b, err);
    if (status != ST_OK)
        return status;
    char *scratch = dir_path("%s/scratch-%08" PRIu64, index_dir, b->generation);
    status = scratch == NULL ? err_nomem(err) : dir_make(scratch, err);
    if (status != ST_OK) {
        free(scratch);
        return status;
    }
    b->scratch = scratch; /* ours to remove from here on */
    return open_numbers(b, err);
}

enum status build_begin(const char *index_dir, const struct build_options *options, struct build **out, struct err *err)
{
    *out = NULL;
    struct build *b = calloc(1, sizeof *b);
    if (b == NULL)
        return err_nomem(err);
    if (options != NULL)
        b->options = *options;
    if (b->options.memory_budget == 0)
        b->options.memory_budget = DEFAULT_BUDGET;
    enum status status = begin(b, index_dir, err);
    if (status == ST_OK)
        *out = b;
    else
        build_free(b);
    return status;
}

/* ---- gathering ------------------------------------------------------------------------------------------------ */

/* Bytes that joining so many words takes. */
static size_t words_memory(const struct wordtab *words)
{
    return wordtab_memory(words) + words->n * WORD_BYTES;
}

static size_t gathered_memory(const struct build *b)
{
    size_t n_blocks = 0, n_postings = 0;
    for (size_t i = 0; i < b->n_chunks; i++) {
        n_blocks += b->chunks[i].n_blocks;
        n_postings += b->chunks[i].n_postings;
    }
    return words_memory(&b->words) + (size_t)b->n_docs * DOC_BYTES + n_blocks * BLOCK_BYTES +
           b->n_chunks * CHUNK_BYTES + n_postings * POSTING_BYTES;
}

static bool is_full(const struct build *b)
{
    return gathered_memory(b) >= b->options.memory_budget ||
           (b->options.segment_docs > 0 && b->n_docs >= b->options.segment_docs);
}

/* Whether a chunk could make the segment too large. Its words are mostly known already, so this errs a little. */
static bool might_overflow(const struct build *b, const struct chunk *chunk)
{
    return b->n_chunks > 0 && (gathered_memory(b) + words_memory(&chunk->words) > b->options.memory_budget ||
                               b->n_docs + chunk->done.n_docs > MOST_DOCS ||
                               b->words.strings_len + chunk->words.strings_len > MOST_STRINGS);
}

/* Forgets the chunks that have become a segment. */
static enum status forget_chunks(struct build *b, struct err *err)
{
    enum status status = ST_OK;
    for (size_t i = 0; i < b->n_chunks; i++) {
        if (status == ST_OK)
            status = chunk_done_remove(&b->chunks[i], err);
        chunk_done_release(&b->chunks[i]);
    }
    b->n_chunks = 0;
    b->n_docs = 0;
    wordtab_release(&b->words);
    return status;
}

static enum status write_segment(struct build *b, struct err *err)
{
    struct file_seal seal;
    wordtab_settle(&b->words);
    enum status status = file_finish(&b->numbers, &seal, err);
    if (status == ST_OK && !ARRAY_RESERVE(b->segments, b->segments_cap, b->n_segments + 1))
        status = err_nomem(err);
    if (status == ST_OK)
        status = join_segment(b, &b->segments[b->n_segments], err);
    if (status != ST_OK)
        return status;
    b->n_segments++;
    status = forget_chunks(b, err);
    return status == ST_OK ? open_numbers(b, err) : status;
}

/* The first chunk's table becomes the segment's: it may be the largest. */
static void take_words(struct build *b, struct chunk *chunk)
{
    wordtab_release(&b->words);
    b->words = chunk->words;
    chunk->words = (struct wordtab){0};
    for (uint32_t n = 0; n < b->words.n; n++)
        file_put(&b->numbers, &n, sizeof n);
}

static void add_counts(struct build *b, const struct wordtab_word *from, const struct wordtab_batch *batch)
{
    for (size_t i = 0; i < batch->n; i++) {
        struct wordtab_word *to = &b->words.words[batch->numbers[i]];
        to->documents += from[i].documents;
        to->occurrences += from[i].occurrences;
    }
}

/* Joins the chunk's words to the segment's table, noting which became which. */
static enum status append_words(struct build *b, struct chunk *chunk, struct err *err)
{
    b->n_numbers += chunk->words.n;
    if (b->n_chunks == 0) {
        take_words(b, chunk);
        return ST_OK;
    }
    struct wordtab_batch batch;
    for (size_t first = 0; first < chunk->words.n; first += batch.n) {
        batch.n = 0;
        while (batch.n < WORDTAB_BATCH && first + batch.n < chunk->words.n) {
            size_t len;
            const char *bytes = wordtab_bytes(&chunk->words, first + batch.n, &len);
            wordtab_put(&b->words, &batch, bytes, len);
        }
        if (!wordtab_add_batch(&b->words, &batch))
            return err_nomem(err);
        add_counts(b, &chunk->words.words[first], &batch);
        file_put(&b->numbers, batch.numbers, batch.n * sizeof *batch.numbers);
    }
    return ST_OK;
}

/* Takes the chunk's scratch files over. */
static enum status append_done(struct build *b, struct chunk *chunk, struct err *err)
{
    if (!ARRAY_RESERVE(b->chunks, b->chunks_cap, b->n_chunks + 1))
        return err_nomem(err);
    b->chunks[b->n_chunks++] = chunk->done;
    b->n_docs += chunk->done.n_docs;
    for (size_t i = 0; i < chunk->done.n_blocks; i++)
        b->text_len += chunk->done.blocks[i].text_len;
    chunk->done = (struct chunk_done){0};
    return ST_OK;
}

static enum status append_chunk(struct build *b, struct chunk *chunk, struct err *err)
{
    enum status status = might_overflow(b, chunk) ? write_segment(b, err) : ST_OK;
    if (status == ST_OK)
        status = append_words(b, chunk, err);
    return status == ST_OK ? append_done(b, chunk, err) : status;
}

enum status build_append(struct build *build, struct chunk *chunk, struct err *err)
{
    enum status status = chunk->done.n_docs > 0 ? append_chunk(build, chunk, err) : ST_OK;
    chunk_free(chunk);
    return status == ST_OK && is_full(build) ? write_segment(build, err) : status;
}

/* ---- publishing ----------------------------------------------------------------------------------------------- */

static enum status fill_manifest(const struct build *b, struct manifest *m, struct err *err)
{
    struct manifest_segment *all = arena_calloc(&m->arena, m->n_segments + b->n_segments + 1, sizeof *all);
    if (all == NULL)
        return err_nomem(err);
    if (m->n_segments > 0)
        memcpy(all, m->segments, m->n_segments * sizeof *all);
    if (b->n_segments > 0)
        memcpy(all + m->n_segments, b->segments, b->n_segments * sizeof *all);
    m->generation = b->generation;
    m->published = (int64_t)time(NULL);
    m->segments = all;
    m->n_segments += b->n_segments;
    return ST_OK;
}

uint64_t build_generation(const struct build *build)
{
    return build->generation;
}

uint64_t build_text(const struct build *build)
{
    return build->text_len;
}

enum status build_flush(struct build *build, struct err *err)
{
    return build->n_chunks > 0 ? write_segment(build, err) : ST_OK;
}

/* A segment was synced when it was written. */
static enum status sync_ours(void *context, const char *name, struct err *err)
{
    const struct build *b = context;
    struct names_parsed parsed = names_parse(name);
    bool is_file = parsed.kind == NAMES_GENERATION || parsed.kind == NAMES_TOMBS || parsed.kind == NAMES_FILES;
    if (!is_file || parsed.generation != b->generation)
        return ST_OK;
    char *path = dir_path("%s/%s", b->index_dir, name);
    enum status status = path == NULL ? err_nomem(err) : file_sync(path, err);
    free(path);
    return status;
}

enum status build_publish(struct build *build, struct manifest *manifest, struct err *err)
{
    enum status status = build_flush(build, err);
    if (status == ST_OK)
        status = fill_manifest(build, manifest, err);
    if (status == ST_OK)
        status = manifest_write(build->index_dir, manifest, err);
    if (status == ST_OK)
        status = dir_each(build->index_dir, sync_ours, build, err);
    if (status == ST_OK)
        status = dir_sync(build->index_dir, err); /* names of new segments included */
    return status == ST_OK ? manifest_publish(build->index_dir, build->generation, err) : status;
}

/* ---- the end -------------------------------------------------------------------------------------------------- */

static enum status remove_ours(void *context, const char *name, struct err *err)
{
    const struct build *b = context;
    struct names_parsed parsed = names_parse(name);
    bool may_be = parsed.kind == NAMES_SEGMENT || parsed.kind == NAMES_GENERATION || parsed.kind == NAMES_TOMBS ||
                  parsed.kind == NAMES_FILES;
    if (!may_be || parsed.generation != b->generation)
        return ST_OK;
    char *path = dir_path("%s/%s", b->index_dir, name);
    enum status status = path == NULL ? err_nomem(err) : dir_remove(path, err);
    free(path);
    return status;
}

/* Whether it was published is asked of `current`: publishing may fail behind the rename. When it cannot be known,
 * everything stays; a later sweep decides. */
static void remove_unpublished(struct build *b)
{
    uint64_t current;
    struct err ignored;
    enum status status = manifest_current(b->index_dir, &current, &ignored);
    if (status == ST_NOT_FOUND || (status == ST_OK && current != b->generation))
        (void)dir_each(b->index_dir, remove_ours, b, &ignored);
}

void build_free(struct build *build)
{
    if (build == NULL)
        return;
    struct err ignored;
    file_release(&build->numbers);
    (void)forget_chunks(build, &ignored);
    if (build->scratch != NULL) {
        (void)dir_remove(build->scratch, &ignored);
        remove_unpublished(build);
    }
    free(build->chunks);
    free(build->segments);
    free(build->numbers_path);
    free(build->scratch);
    free(build->language);
    free(build->index_dir);
    free(build);
}
