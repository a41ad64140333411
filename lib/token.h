/* token.h - text to words: the one tokenizer that indexing, queries and excerpts share. It does not know documents,
 * files or queries. Governed by doc/query.md, "Words". SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_TOKEN_H
#define VERBATIM_TOKEN_H

#include "lib/base.h"

enum {
    TOKEN_WORD_MAX = 64, /* bytes of a folded word; a longer one is kept as prefix and hash (token_is_long) */
    TOKEN_BYTES_MAX = 96 /* room that any stored word needs, its long form included */
};

/* What ends between the word before and this one: see lib/sentence.h. A paragraph end is a sentence end too. A block
 * ends there when its offset is neither in front of the end of the word before nor behind the start of this one. */
enum token_break { TOKEN_NO_BREAK, TOKEN_SENTENCE, TOKEN_PARAGRAPH };

/* A word. Neither start nor end ever goes back from one word to the next; both may stay, and words may overlap, where a
 * character folds to several (one half: "1", "2"). A mark that stands on no letter or digit is in no word. Ignored
 * characters (soft hyphen, joiners) may be inside a word but are never its first or last. */
struct token {
    const char *word;     /* folded, valid UTF-8 in NFC; borrowed from the tokenizer until its next call;
                             TOKEN_BYTES_MAX bytes of it can be read */
    size_t word_len;      /* 1..TOKEN_BYTES_MAX */
    size_t start;         /* bytes in the text: from the word's first character ... */
    size_t end;           /* ... to behind its last one, the marks that belong to it included, kept or dropped */
    enum token_break brk; /* of the first word: TOKEN_NO_BREAK */
    bool as_folded;       /* the bytes from start to end are the word's */
};

/* How to read the text. Zeroed: plain text, where a blank line ends a paragraph. */
struct token_options {
    const uint32_t *block_ends; /* sorted byte offsets where a block ends, or NULL; borrowed while tokenizing */
    size_t n_block_ends;
    bool blocks_only; /* blank lines end nothing, only block_ends do (text whose markup was removed) */
    bool patterns;    /* the bytes TOKEN_ANY_RUN and TOKEN_ANY_CHAR count as letters that fold to themselves; a pattern
                         over TOKEN_WORD_MAX becomes a long word, which matches nothing: ask token_is_long */
};

enum { TOKEN_ANY_RUN = 0x01, TOKEN_ANY_CHAR = 0x02 };

struct tokenizer; /* about 10 KB, whatever it reads; reusable; for one thread at a time */

struct tokenizer *tokenizer_new(void); /* NULL when memory ran out */
void tokenizer_free(struct tokenizer *t);

/* Starts on a text, valid UTF-8 (other bytes separate), borrowed until the last tokenizer_next. options are copied;
 * NULL is the same as zeroed. */
void tokenizer_begin(struct tokenizer *t, const char *text, size_t len, const struct token_options *options);

/* The next word; false at the end of the text. Never fails: words of any length fit the tokenizer. A word depends on
 * nothing behind its end: a text cut there gives the same words up to it. */
bool tokenizer_next(struct tokenizer *t, struct token *token);

/* Whether a stored word is the short form of a word over TOKEN_WORD_MAX bytes: it matches only itself. Such a word
 * is a prefix of at most 32 bytes on a character, the byte TOKEN_LONG_MARK and 32 hexadecimal digits: 128-bit FNV-1a
 * (RFC 9923) of the whole word, decomposed, so that all forms of the same source text give the same. */
enum { TOKEN_LONG_MARK = 0x03 };
bool token_is_long(const char *word, size_t len);

#endif
