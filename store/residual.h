/* residual.h - what a text has beyond its words: what stands between them and how each is spelled. Words are kept once,
 * as codes (words.h) of folded words (vocab.h); with them, this is the text again, byte for byte. It knows neither
 * ranks nor files: a block can be copied from one segment to another.
 *
 * A text is a row of tokens, each of them a byte, class << 5 | separator:
 *     separator   what stands before it: one of 31 common ones, or RESIDUAL_OTHER: a literal
 *     class       how the next word is spelled: as folded, first letter upper case, all upper case, or a literal;
 *                 or that this is a piece of something long and no word; or that the text ends here
 * A block is  n:varint  (n - 1) / RESIDUAL_STEP of step:16  n tokens  literals
 *     step        bytes of text that the tokens before have, RESIDUAL_STEP of them, from the step before
 *     literal     len:varint bytes, in order of tokens, a token's separator first
 * Upper case is that of Unicode for letters below U+2000, whose pairs will not change.
 *
 * Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_RESIDUAL_H
#define VERBATIM_RESIDUAL_H

#include "lib/base.h"
#include "lib/token.h"

enum residual_class {
    RESIDUAL_SAME,
    RESIDUAL_TITLE,
    RESIDUAL_UPPER,
    RESIDUAL_LITERAL,
    RESIDUAL_PIECE = 6, /* text that belongs to the next word, or to what stands before it */
    RESIDUAL_END = 7
};

enum {
    RESIDUAL_OTHER = 31,
    RESIDUAL_TEXT = 32 << 10,                            /* bytes of text in a block at most, below 64 KiB */
    RESIDUAL_ROOM = 2 * RESIDUAL_TEXT,                   /* bytes of tokens and literals at most */
    RESIDUAL_BYTES = RESIDUAL_ROOM + RESIDUAL_TEXT / 32, /* of a whole block at most */
    RESIDUAL_STEP = 256,
    RESIDUAL_PIECE_MAX = 1024, /* bytes of a literal at most */
    RESIDUAL_SPELLING_MAX = 4 * TOKEN_BYTES_MAX
};

/* The common separators by their numbers. A token that is less than RESIDUAL_OTHER is a word as folded behind one. */
struct residual_separator {
    uint8_t len;
    char bytes[8]; /* zeroes behind it */
};
extern const struct residual_separator residual_separators[RESIDUAL_OTHER];

/* A token taken apart; what it points to is borrowed. */
struct residual_token {
    enum residual_class class;
    unsigned separator; /* its number */
    const char *before; /* what stands before */
    size_t before_len;
    const char *spelling; /* of the word, or of a piece nothing; read: set for a literal only, see residual_spell */
    size_t spelling_len;
};

/* ---- writing --------------------------------------------------------------------------------------------------- */

/* A block that is being filled. Zeroed it is empty. */
struct residual_block {
    size_t n_tokens, literals_len, text_len;
    uint16_t steps[RESIDUAL_ROOM / RESIDUAL_STEP];
    size_t last_step; /* text_len at it */
    uint8_t tokens[RESIDUAL_ROOM], literals[RESIDUAL_ROOM];
};

/* The token of a word, given its folded form, which may be the spelling itself: before and spelling are at most
 * RESIDUAL_PIECE_MAX bytes. */
struct residual_token residual_word(const char *before, size_t before_len, const char *word, size_t word_len,
                                    const char *spelling, size_t spelling_len);
/* The token of class RESIDUAL_PIECE or RESIDUAL_END. */
struct residual_token residual_mark(enum residual_class class, const char *before, size_t before_len);
/* False when the block is too full for it; it then stays as it is. An empty block takes any token. */
bool residual_put(struct residual_block *block, const struct residual_token *token);
/* Writes the block out, at most RESIDUAL_BYTES, and empties it. */
size_t residual_finish(struct residual_block *block, uint8_t *out);

/* ---- reading: safe on any bytes ---------------------------------------------------------------------------------- */

struct residual {
    const uint8_t *tokens, *steps, *literals, *end; /* borrowed */
    size_t n_tokens;
};

/* A place in a block: before which token, and where its literals are. */
struct residual_at {
    size_t token;
    const uint8_t *literal;
};

bool residual_open(struct residual *r, const uint8_t *bytes, size_t len);
struct residual_at residual_begin(const struct residual *r);
/* Behind the n-th end of a text from a place on. */
bool residual_skip_ends(const struct residual *r, struct residual_at *at, size_t n);
/* Goes on to a token. */
bool residual_skip_to(const struct residual *r, struct residual_at *at, size_t token);
/* Words among the tokens [from, to), to <= n_tokens. */
size_t residual_words(const struct residual *r, size_t from, size_t to);
/* The last step at or before a byte of the block's text: its token, and in *off the byte it is at. */
size_t residual_step(const struct residual *r, size_t text, size_t *off);
/* The byte at which the step at a token is, a multiple of RESIDUAL_STEP. */
size_t residual_step_off(const struct residual *r, size_t token);
/* Takes the next token; false at the end, or where the bytes make no sense. */
bool residual_next(const struct residual *r, struct residual_at *at, struct residual_token *token);
/* Fills in the spelling of a token that is spelled after its word (at most TOKEN_BYTES_MAX bytes), in room or in the
 * word itself. */
void residual_spell(struct residual_token *token, const char *word, size_t len, char room[RESIDUAL_SPELLING_MAX]);

#endif
