/* words.h - the part `words`: every document as the sequence of its words, in codes that can be searched.
 *
 *     for each document: 0x80 codes of a title kept apart 0x80 codes of the body, or without such a title
 *                        0x80 codes of the body
 *     SEGMENT_READABLE bytes 0x80
 *
 * A code is End-Tagged Dense (lib/etdc.h) of a word's rank (vocab_part.h). 0x80 is the code of rank 0, which is no
 * word: a string of codes of words never crosses it, and every field has a top bit before its first byte.
 * Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_WORDS_H
#define VERBATIM_WORDS_H

#define WORDS_KIND "words"
enum { WORDS_BOUNDARY = 0x80 };

#endif
