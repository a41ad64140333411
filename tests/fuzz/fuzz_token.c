/* fuzz_token.c - any bytes through the tokenizer: words lie in the text, ascend and fit (a character such as a half may
 * hold two); a word folds to itself. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/token.h"
#include "lib/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* A folded word, read again, is that one word. */
static void check_stable(struct tokenizer *again, const struct token *token)
{
    if (token_is_long(token->word, token->word_len))
        return;
    char word[TOKEN_BYTES_MAX];
    struct token found;
    require(token->word_len <= sizeof word);
    memcpy(word, token->word, token->word_len);
    tokenizer_begin(again, word, token->word_len, &(struct token_options){0});
    require(tokenizer_next(again, &found));
    require(found.word_len == token->word_len && memcmp(found.word, word, found.word_len) == 0);
    require(!tokenizer_next(again, &found));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t len = utf8_invalid_at((const char *)data, size);
    struct tokenizer *t = tokenizer_new(), *again = tokenizer_new();
    struct token token;
    size_t start = 0, end = 0;
    require(t != NULL && again != NULL);
    tokenizer_begin(t, (const char *)data, len, &(struct token_options){0});
    while (tokenizer_next(t, &token)) {
        require(token.start >= start && token.start < token.end && token.end >= end && token.end <= len);
        require(token.word_len >= 1 && token.word_len <= TOKEN_BYTES_MAX);
        require(utf8_invalid_at(token.word, token.word_len) == token.word_len);
        start = token.start;
        end = token.end;
        check_stable(again, &token);
    }
    tokenizer_free(t);
    tokenizer_free(again);
    return 0;
}
