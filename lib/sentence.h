/* sentence.h - where sentences and paragraphs of plain text end, seen from the characters between two words. It does
 * not find words and knows no markup. Governed by doc/query.md, "Words". SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The rules, a small part of UAX #29 (Unicode Text Segmentation), chosen to be told in a few lines:
 *
 * - A sentence ends behind . ! ? ... (also as one character) and their kin in other scripts, any number of them and of
 *   closing quotes and brackets after them, where white space follows. So "..." before a space ends a sentence,
 *   "3.14" and "example.org" do not. Behind the full-width and half-width stops of Chinese and Japanese no space is
 *   needed.
 * - One dot right behind an abbreviation of the table in sentence.c, or behind an initial, ends nothing. A few of the
 *   table ("no", "fig") count only before a number. An initial is a word of one letter that no apostrophe joins to the
 *   word before: the parts of "U.S." and "p.m." are, the end of "can't." is not.
 * - A paragraph ends at a line of nothing but white space; LF ends a line, a CR before it is white space. */
#ifndef VERBATIM_SENTENCE_H
#define VERBATIM_SENTENCE_H

#include "lib/base.h"
#include "lib/token.h"

/* What a dot right behind a word means. */
enum sentence_word {
    SENTENCE_PLAIN,       /* may be the end */
    SENTENCE_ABBREVIATED, /* part of the word */
    SENTENCE_NUMBERED     /* part of the word when a number follows */
};

/* About the folded word in front of a dot; gap is the text between it and the word before, empty when there is none. */
enum sentence_word sentence_word(const char *word, size_t word_len, const char *gap, size_t gap_len);

/* What ends in the gap, the valid UTF-8 text from the end of one word to the start of the next; it may be empty.
 * abbreviated: a dot that is the first in it belongs to the word before. blank_lines: they end paragraphs. */
enum token_break sentence_break(const char *gap, size_t len, bool abbreviated, bool blank_lines);

#endif
