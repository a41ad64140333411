/* lines.h - the small text files of an index: a fact a line, its words separated by TAB, the last line a checksum.
 *
 *     verbatim TITLE 1                 what it is and the version of the format
 *     keyword<TAB>word<TAB>...
 *     crc<TAB>89abcdef                 CRC-32 of all bytes before this line
 *
 * Inside a word, control bytes, TAB, newline and backslash stand as \xHH. Reading is strict: what this module would not
 * have written is refused, with the file and the line. It does not know what the facts are.
 * Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_LINES_H
#define VERBATIM_LINES_H

#include "lib/base.h"
#include "lib/buf.h"
#include "lib/err.h"

enum { LINES_MAX_WORDS = 9, LINES_MAX_BYTES = 64 << 20, LINES_SEAL_LEN = 13 /* the last line */ };
enum { LINES_ANY_VERSION = 0 };

/* ---- writing: into a buf, in order ---------------------------------------------------------------------------- */

void lines_begin(struct buf *out, const char *title, unsigned version);
void lines_word(struct buf *out, const char *word); /* a keyword, or a word after one, escaped */
void lines_number(struct buf *out, uint64_t number);
void lines_hex(struct buf *out, uint32_t number);
void lines_end(struct buf *out); /* of the line */
/* Appends the last line and returns its sum. */
uint32_t lines_seal(struct buf *out);

/* ---- reading -------------------------------------------------------------------------------------------------- */

struct lines {
    const char *path; /* borrowed, for messages */
    char *text;       /* owned */
    size_t len, at;
    unsigned number; /* of the current line, from 1 */
    uint32_t crc;
    char *words[LINES_MAX_WORDS]; /* of the current line, in text, NUL-terminated */
    size_t n_words;
};

/* Reads a whole file and checks its first and its last line. ST_VERSION for another version, unless any will do. */
enum status lines_open(struct lines *l, const char *path, const char *title, unsigned version, struct err *err);
/* Steps to the next line; ST_END behind the last fact. */
enum status lines_next(struct lines *l, struct err *err);
/* Whether the current line is a keyword with so many words after it. */
bool lines_is(const struct lines *l, const char *keyword, size_t n_words);
/* Takes the line that must come next. */
enum status lines_expect(struct lines *l, const char *keyword, size_t n_words, struct err *err);
/* The i-th word after the keyword. */
enum status lines_get_number(const struct lines *l, size_t i, uint64_t max, uint64_t *out, struct err *err);
enum status lines_get_hex(const struct lines *l, size_t i, uint32_t *out, struct err *err);
const char *lines_get_word(const struct lines *l, size_t i);
/* "PATH:LINE: damaged: WHY", ST_DAMAGED. */
enum status lines_damaged(const struct lines *l, const char *why, struct err *err);
void lines_release(struct lines *l); /* safe on a zeroed one */

#endif
