/* lex.h - a query to lexemes, and what is common to the parser's parts: parentheses, operators, fields, quotes and bare
 * atoms. It knows no grammar (lib/parse.c) and looks into no phrase (lib/parse_phrase.c). For the parser and printer
 * only; others use lib/query.h. Governed by doc/query.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_LEX_H
#define VERBATIM_LEX_H

#include "lib/arena.h"
#include "lib/base.h"
#include "lib/err.h"
#include "lib/query.h"
#include "lib/token.h"

/* One parse. Sticky: the first failure stays in status and *err; all offsets are bytes from 0, columns from 1. */
struct lexer {
    const char *raw;  /* the query as given; borrowed */
    const char *text; /* the same length, in the arena, each control byte a space; NUL-terminated */
    size_t len;
    size_t pos; /* where the next lexeme is looked for */
    struct arena *arena;
    struct tokenizer *tokenizer;
    enum status status;
    struct err *err; /* may be NULL */
};

enum lex_kind {
    LEX_END,
    LEX_OPEN,  /* ( */
    LEX_CLOSE, /* ) */
    LEX_AND,
    LEX_OR,
    LEX_NOT,
    LEX_NEGATE,     /* a - right before an operand */
    LEX_NEAR,       /* any operator of the NEAR family: query_kind and number */
    LEX_FIELD,      /* a field's name and colon: query_kind. The value is asked for with lex_value or lex_operand */
    LEX_QUOTED,     /* "...", its suffix and punctuation glued to it */
    LEX_ATOM,       /* a run without spaces that has a word or a * */
    LEX_PUNCTUATION /* one that has neither */
};

enum { LEX_NO_NUMBER = -1 };

struct lexeme {
    enum lex_kind kind;
    size_t start, end;          /* of all of it */
    size_t inner, inner_end;    /* QUOTED: what the quotes enclose */
    enum query_kind query_kind; /* NEAR, FIELD */
    int number;                 /* NEAR: the distance; QUOTED: that of its suffix ~k, or LEX_NO_NUMBER */
    bool stems;                 /* QUOTED: a ~ stands before it */
};

/* Starts on a query of at most QUERY_MAX_BYTES; false when memory ran out. lex_release is needed either way. */
bool lex_init(struct lexer *lx, const char *text, size_t len, struct arena *arena, struct err *err);
void lex_release(struct lexer *lx);

/* The next lexeme; false on failure. */
bool lex_next(struct lexer *lx, struct lexeme *out);

/* The same right after `title:`, where operators and fields are plain words. */
bool lex_operand(struct lexer *lx, struct lexeme *out);

/* The value right after the colon of a filter: bare up to a space or `)`, or quoted. *value is in the arena, of
 * *value_len bytes and NUL-terminated. A backslash before a quote mark is taken off; `\xHH` of a control byte or one
 * that is not ASCII, which is how rows show it, becomes that byte; other backslashes stay, for globs have them too. */
bool lex_value(struct lexer *lx, const char **value, size_t *value_len);

/* Bytes of the white space (Unicode's, not control bytes) or of the quote mark that opens or closes at text, or 0. */
size_t lex_space(const char *text, size_t len);
size_t lex_quote_mark(const char *text, size_t len);

/* The same at an offset of the query; its end is none. */
size_t lex_space_at(const struct lexer *lx, size_t off);

/* Whether a word character stands at off: a letter, mark or digit. Characters that vanish inside words are passed. */
bool lex_word_at(const struct lexer *lx, size_t off);

/* Bytes that the escape at off takes (a backslash and what it makes plain), or 0: a backslash before anything else is
 * punctuation. Before a dot it takes the whole run of dots. */
size_t lex_escape_at(const struct lexer *lx, size_t off);

/* Reads decimal digits at off, none after limit; returns their count. *number is at most max + 1. */
size_t lex_number_at(const struct lexer *lx, size_t off, size_t limit, int max, int *number);

/* Fails at an offset; always false, so that a failure is one line. Formats like printf. */
bool lex_fail(struct lexer *lx, enum status status, size_t off, const char *fmt, ...) BASE_PRINTF(4, 5);
bool lex_nomem(struct lexer *lx);

/* A piece of the query for a message: at most 40 bytes, cut on characters, no controls. */
struct lex_piece {
    char text[48];
};
struct lex_piece lex_piece(const struct lexer *lx, size_t start, size_t end);

/* lib/parse_phrase.c: the slots of a quoted phrase or bare atom, text[start, end). depth is that of the query around.
 * Gaps at the ends are gone; no slots is no failure. */
struct phrase_span {
    size_t start, end;
    bool quoted;
    bool stems; /* every word is a stem */
    unsigned depth;
};
bool parse_phrase(struct lexer *lx, const struct phrase_span *span, struct slot_list *out);

/* Whether something in it must be a word: a phrase of nothing but * and gaps names none. */
bool parse_phrase_has_word(const struct slot_list *slots);

#endif
