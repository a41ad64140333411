/* fuzz_residual.c - any text, taken apart into words and what it has beyond them, is the same bytes again; any bytes,
 * read as a block, end and stay inside. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/token.h"
#include "lib/utf8.h"
#include "store/residual.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* The token of a word alone in a block, written and read. */
static void check_word(struct residual_block *block, const struct token *word, const char *before, size_t before_len,
                       const char *spelling, size_t len)
{
    static uint8_t bytes[RESIDUAL_BYTES];
    struct residual_token token = residual_word(before, before_len, word->word, word->word_len, spelling, len);
    require(residual_put(block, &token));
    size_t n = residual_finish(block, bytes);
    struct residual r;
    struct residual_token again;
    char room[RESIDUAL_SPELLING_MAX];
    require(residual_open(&r, bytes, n));
    struct residual_at at = residual_begin(&r);
    require(residual_next(&r, &at, &again));
    residual_spell(&again, word->word, word->word_len, room);
    require(again.before_len == before_len && memcmp(again.before, before, before_len) == 0);
    require(again.spelling_len == len && (len == 0 || memcmp(again.spelling, spelling, len) == 0));
}

static void check_text(const char *text, size_t len)
{
    struct tokenizer *t = tokenizer_new();
    struct residual_block *block = calloc(1, sizeof *block);
    struct token word;
    size_t done = 0;
    require(t != NULL && block != NULL);
    tokenizer_begin(t, text, len, NULL);
    while (tokenizer_next(t, &word)) {
        size_t start = word.start > done ? word.start : done, end = word.end > start ? word.end : start;
        if (start - done <= RESIDUAL_PIECE_MAX && end - start <= RESIDUAL_PIECE_MAX)
            check_word(block, &word, text + done, start - done, text + start, end - start);
        done = end;
    }
    tokenizer_free(t);
    free(block);
}

static void check_bytes(const uint8_t *data, size_t size)
{
    struct residual r;
    struct residual_token token;
    size_t off;
    if (!residual_open(&r, data, size))
        return;
    struct residual_at at = residual_begin(&r);
    for (size_t n = 0; residual_next(&r, &at, &token); n++)
        require(n < r.n_tokens && token.before_len + token.spelling_len <= size + 8);
    at = residual_begin(&r);
    (void)residual_skip_ends(&r, &at, size / 2);
    at = residual_begin(&r);
    (void)residual_skip_to(&r, &at, r.n_tokens);
    require(residual_step(&r, size, &off) < r.n_tokens && off <= size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_text((const char *)data, utf8_invalid_at((const char *)data, size));
    check_bytes(data, size);
    return 0;
}
