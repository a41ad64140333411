/* chunk.c - one thread's run of documents into its own scratch files; see build.h.
 *
 * Words go through the chunk's table (wordtab.h): a document's distinct ones are those whose stamp is not yet its
 * number. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "store/chunk_writer.h"
#include "store/dir.h"
#include "store/places.h"
#include "store/scratch.h"

_Static_assert((int)WORDTAB_BATCH_BYTES >= TOKEN_BYTES_MAX, "a batch holds any word");

/* ---- scratch files -------------------------------------------------------------------------------------------- */

char *chunk_path(const struct chunk_done *done, enum chunk_file file)
{
    static const char *const kinds[CHUNK_FILES] = {"ids", "postings", "docs", "names", "places", "text"};
    return dir_path("%s.%s", done->prefix, kinds[file]);
}

void chunk_done_release(struct chunk_done *done)
{
    free(done->prefix);
    free(done->blocks);
    *done = (struct chunk_done){0};
}

enum status chunk_done_remove(struct chunk_done *done, struct err *err)
{
    enum status status = ST_OK;
    for (enum chunk_file file = 0; file < CHUNK_FILES && done->prefix != NULL && status == ST_OK; file++) {
        char *path = chunk_path(done, file);
        status = path == NULL ? err_nomem(err) : dir_remove(path, err);
        free(path);
    }
    return status;
}

static enum status create_file(struct chunk *c, enum chunk_file file, struct err *err)
{
    struct chunk_writer *w = c->writer;
    char *path = chunk_path(&c->done, file);
    if (path == NULL)
        return err_nomem(err);
    enum status status;
    if (file == CHUNK_TEXT)
        status = text_create(&w->text, path, c->build->options.deflate_level, err);
    else
        status = file_create(&w->files[file], path, NULL, err);
    free(path);
    return status;
}

static void free_writer(struct chunk_writer *w)
{
    if (w == NULL)
        return;
    tokenizer_free(w->tokenizer);
    for (size_t i = 0; i < CHUNK_FILES; i++)
        file_release(&w->files[i]);
    text_writer_release(&w->text);
    free(w->distinct);
    free(w->places);
    free(w->breaks);
    buf_release(&w->bytes);
    free(w);
}

static enum status start(struct chunk *c, uint64_t number, struct err *err)
{
    c->done.prefix = dir_path("%s/%llu", c->build->scratch, (unsigned long long)number);
    c->writer = calloc(1, sizeof *c->writer);
    if (c->done.prefix == NULL || c->writer == NULL)
        return err_nomem(err);
    c->writer->tokenizer = tokenizer_new();
    enum status status = c->writer->tokenizer == NULL ? err_nomem(err) : ST_OK;
    for (enum chunk_file file = 0; file < CHUNK_FILES && status == ST_OK; file++)
        status = create_file(c, file, err);
    return status;
}

enum status chunk_new(struct build *build, uint64_t number, struct chunk **out, struct err *err)
{
    *out = NULL;
    struct chunk *c = calloc(1, sizeof *c);
    if (c == NULL)
        return err_nomem(err);
    c->build = build;
    enum status status = start(c, number, err);
    if (status == ST_OK)
        *out = c;
    else
        chunk_free(c);
    return status;
}

void chunk_free(struct chunk *chunk)
{
    if (chunk == NULL)
        return;
    free_writer(chunk->writer);
    (void)chunk_done_remove(&chunk->done, NULL); /* what stays is swept with the scratch folder */
    chunk_done_release(&chunk->done);
    wordtab_release(&chunk->words);
    free(chunk);
}

/* ---- the words of a document ---------------------------------------------------------------------------------- */

static void put_numbers(struct file_writer *file, const uint32_t *numbers, size_t n)
{
    uint8_t *room = file_room(file, WORDTAB_BATCH * SCRATCH_NUMBER_MAX), *to = room;
    if (room == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        to += scratch_put_number(to, numbers[i]);
    file_advance(file, (size_t)(to - room));
}

bool chunk_count_words(struct chunk *c, const uint32_t *numbers, size_t n)
{
    struct chunk_writer *w = c->writer;
    uint32_t doc = c->done.n_docs + 1;
    if (!ARRAY_RESERVE(w->distinct, w->distinct_cap, w->n_distinct + n))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct wordtab_word *word = &c->words.words[numbers[i]];
        if (word->doc != doc) {
            word->doc = doc;
            word->in_doc = 0;
            w->distinct[w->n_distinct++] = numbers[i];
        }
        word->in_doc++;
    }
    put_numbers(&w->files[CHUNK_IDS], numbers, n);
    return true;
}

/* Counts the words that wait in the batch. */
static bool flush_words(struct chunk *c)
{
    struct wordtab_batch *batch = &c->writer->batch;
    bool ok = wordtab_add_batch(&c->words, batch) && chunk_count_words(c, batch->numbers, batch->n);
    batch->n = 0;
    return ok;
}

static void put_postings(struct chunk *c)
{
    struct chunk_writer *w = c->writer;
    for (size_t i = 0; i < w->n_distinct; i++) {
        struct wordtab_word *word = &c->words.words[w->distinct[i]];
        word->documents++;
        word->occurrences += word->in_doc;
        uint8_t *room = file_room(&w->files[CHUNK_POSTINGS], SCRATCH_POSTING_MAX);
        if (room != NULL)
            file_advance(&w->files[CHUNK_POSTINGS], scratch_put_posting(room, w->distinct[i], word->in_doc));
    }
    c->done.n_postings += w->n_distinct;
}

static bool add_word(struct chunk *c, const struct token *token)
{
    struct wordtab_batch *batch = &c->writer->batch;
    wordtab_put(&c->words, batch, token->word, token->word_len);
    return batch->n < WORDTAB_BATCH || flush_words(c);
}

static bool add_break(struct chunk_writer *w, uint32_t pos, enum token_break brk)
{
    if (!ARRAY_RESERVE(w->breaks, w->breaks_cap, w->n_breaks + 1))
        return false;
    w->breaks[w->n_breaks++] = (struct segment_break){pos, brk == TOKEN_PARAGRAPH};
    return true;
}

/* The place of a word, given one before it: counts the lines in between. */
static struct segment_place next_place(struct segment_place before, const char *text, uint32_t pos, uint32_t off)
{
    struct segment_place place = {pos, off, before.line, before.line_off};
    const char *p = text + before.off, *newline;
    while ((newline = memchr(p, '\n', (size_t)(text + off - p))) != NULL) {
        p = newline + 1;
        place.line++;
        place.line_off = (uint32_t)(p - text);
    }
    return place;
}

/* A word that begins within the one before, as the 2 of one half does, is no place: who reads on from there would meet
 * the 1 once more. end is where the word before ends. */
static bool add_place(struct chunk_writer *w, const char *text, size_t end, uint32_t pos, uint32_t off)
{
    if (off < end)
        return true;
    struct segment_place last = {.line = 1};
    if (w->n_places > 0)
        last = w->places[w->n_places - 1];
    if (pos - last.pos < PLACES_STEP_WORDS && off - last.off < PLACES_STEP_BYTES)
        return true;
    if (!ARRAY_RESERVE(w->places, w->places_cap, w->n_places + 1))
        return false;
    w->places[w->n_places++] = next_place(last, text, pos, off);
    return true;
}

static void add_heading(const struct document *doc, const struct token *token, uint32_t pos, struct docs_record *r)
{
    if (token->start < doc->title_start || token->start >= doc->title_end)
        return;
    if (r->heading_words++ == 0)
        r->heading_pos = pos;
}

static enum status add_title(struct chunk *c, const struct document *doc, struct docs_record *r, struct err *err)
{
    struct token token;
    tokenizer_begin(c->writer->tokenizer, doc->title, doc->title_len, &(struct token_options){0});
    for (; tokenizer_next(c->writer->tokenizer, &token); r->n_title++)
        if (!add_word(c, &token))
            return err_nomem(err);
    return ST_OK;
}

/* Puts a word and what stands before it to the text; words of one character (as the 1 and 2 of one half) share its
 * bytes: the first has them. Returns how much of the text is done. */
static size_t add_spelling(struct chunk_writer *w, const char *text, size_t done, const struct token *token)
{
    size_t start = token->start > done ? token->start : done, end = token->end > start ? token->end : start;
    text_put_word(&w->text, text + done, start - done, token, text + start, end - start);
    return end;
}

static enum status add_body(struct chunk *c, const struct document *doc, struct docs_record *r, struct err *err)
{
    struct chunk_writer *w = c->writer;
    struct token token;
    struct token_options options = {
        .block_ends = doc->block_ends, .n_block_ends = doc->n_block_ends, .blocks_only = doc->blocks_only};
    bool has_heading = doc->title != NULL && doc->title_in_text;
    size_t done = 0; /* of the text */
    tokenizer_begin(w->tokenizer, doc->text, doc->text_len, &options);
    for (; tokenizer_next(w->tokenizer, &token); r->n_body++) {
        if (!add_word(c, &token) || !add_place(w, doc->text, done, r->n_body, (uint32_t)token.start) ||
            (token.brk != TOKEN_NO_BREAK && r->n_body > 0 && !add_break(w, r->n_body, token.brk)))
            return err_nomem(err);
        if (has_heading)
            add_heading(doc, &token, r->n_body, r);
        done = add_spelling(w, doc->text, done, &token);
    }
    text_put_end(&w->text, doc->text + done, doc->text_len - done);
    return ST_OK;
}

/* ---- the rest of a document ------------------------------------------------------------------------------------ */

enum status chunk_put_bytes(struct chunk_writer *w, enum chunk_file file, struct err *err)
{
    if (!buf_ok(&w->bytes))
        return err_nomem(err);
    file_put(&w->files[file], w->bytes.data, w->bytes.len);
    buf_clear(&w->bytes);
    return ST_OK;
}

enum status chunk_add_names(struct chunk_writer *w, const struct document *doc, struct err *err)
{
    docs_put_names(doc, &w->bytes);
    return chunk_put_bytes(w, CHUNK_NAMES, err);
}

static enum status add_places(struct chunk_writer *w, const struct document *doc, struct err *err)
{
    struct places_entry entry = {.places = w->places,
                                 .n_places = w->n_places,
                                 .columns = doc->columns,
                                 .n_columns = doc->columns == NULL ? 0 : doc->n_columns,
                                 .breaks = w->breaks,
                                 .n_breaks = w->n_breaks};
    places_put(&entry, &w->bytes);
    return chunk_put_bytes(w, CHUNK_PLACES, err);
}

static enum status check_lengths(const struct document *doc, struct err *err)
{
    if (doc->text_len > DOCUMENT_TEXT_MAX || doc->title_len > DOCUMENT_TEXT_MAX || doc->path_len > UINT16_MAX)
        return err_set(err, ST_USAGE, "%.*s: a text of %zu bytes (at most %d), a title of %zu, a path of %zu",
                       (int)(doc->path_len < 200 ? doc->path_len : 200), doc->path, doc->text_len, DOCUMENT_TEXT_MAX,
                       doc->title_len, doc->path_len);
    return ST_OK;
}

static enum status add_all(struct chunk *c, const struct document *doc, struct docs_record *r, struct err *err)
{
    struct chunk_writer *w = c->writer;
    enum status status = ST_OK;
    if (doc->title != NULL && !doc->title_in_text)
        status = add_title(c, doc, r, err);
    if (status == ST_OK)
        status = add_body(c, doc, r, err);
    if (status == ST_OK && !flush_words(c))
        status = err_nomem(err);
    if (status == ST_OK)
        status = chunk_add_names(w, doc, err);
    if (status == ST_OK)
        status = add_places(w, doc, err);
    return status;
}

struct chunk_doc chunk_begin_doc(struct chunk *chunk, const char *path, size_t path_len, uint32_t text_len)
{
    struct chunk_writer *w = chunk->writer;
    w->n_places = w->n_breaks = w->n_distinct = 0;
    return (struct chunk_doc){.record = {.text_off = w->text_off,
                                         .names_off = w->files[CHUNK_NAMES].body_len,
                                         .places_off = w->files[CHUNK_PLACES].body_len,
                                         .text_len = text_len},
                              .path_hash = docs_hash(path, path_len)};
}

void chunk_end_doc(struct chunk *chunk, struct chunk_doc *added)
{
    struct chunk_writer *w = chunk->writer;
    put_postings(chunk);
    added->n_postings = (uint32_t)w->n_distinct;
    file_put(&w->files[CHUNK_DOCS], added, sizeof *added);
    w->text_off += added->record.text_len;
    docs_raise(&chunk->done.most, &added->record);
    chunk->done.most.text_off = w->text_off;
    chunk->done.n_docs++;
    chunk->done.n_words += (uint64_t)added->record.n_body + added->record.n_title;
}

enum status chunk_add(struct chunk *chunk, const struct document *doc, struct err *err)
{
    struct chunk_doc added = chunk_begin_doc(chunk, doc->path, doc->path_len, (uint32_t)doc->text_len);
    enum status status = check_lengths(doc, err);
    if (status == ST_OK)
        status = add_all(chunk, doc, &added.record, err);
    if (status == ST_OK)
        chunk_end_doc(chunk, &added);
    return status;
}

/* ---- finishing ------------------------------------------------------------------------------------------------ */

static enum status finish_text(struct chunk *c, struct err *err)
{
    struct text_writer *text = &c->writer->text;
    enum status status = text_finish(text, &c->done.seals[CHUNK_TEXT], err);
    c->done.blocks = text->blocks;
    c->done.n_blocks = text->n_blocks;
    text->blocks = NULL;
    return status;
}

enum status chunk_finish(struct chunk *chunk, struct err *err)
{
    struct chunk_writer *w = chunk->writer;
    enum status status = finish_text(chunk, err);
    for (enum chunk_file file = 0; status == ST_OK && file < CHUNK_TEXT; file++)
        status = file_finish(&w->files[file], &chunk->done.seals[file], err);
    chunk->done.n_ids = (uint32_t)chunk->words.n;
    wordtab_settle(&chunk->words);
    free_writer(w);
    chunk->writer = NULL;
    return status;
}
