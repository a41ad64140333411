/* scan.h - finding words and phrases in documents while they are compressed (etdc.h), with SIMD where there is some.
 * It knows codes and positions, not queries. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SCAN_H
#define VERBATIM_SCAN_H

#include "lib/base.h"
#include "lib/etdc.h"

enum { SCAN_READABLE = 64 }; /* bytes that must be readable behind the end of every text given here */

/* Whole words in code: text[begin, end) with a byte before begin that is readable and has its top bit set. */
struct scan_text {
    const uint8_t *begin, *end;
};

/* What is looked for: one or more words in code, and where in it to look first. */
struct scan_needle {
    const uint8_t *code;
    size_t len;       /* bytes, at least 1 */
    size_t rare, too; /* offsets of two bytes of the code that are checked before the rest */
};

/* ranks: those of the words, to choose the rarest; code is borrowed. */
struct scan_needle scan_needle_of(const uint8_t *code, size_t len);

/* Positions, counted from 0 at begin. */
struct scan_positions {
    uint32_t *items; /* malloc'ed; the owner frees it */
    size_t n, cap;
};

/* Appends the position, plus base, of the first word of every occurrence, overlapping ones included, in order. False
 * when memory ran out. */
bool scan_find(struct scan_text text, const struct scan_needle *needle, uint32_t base, struct scan_positions *out);

/* How many occurrences there are. */
size_t scan_count(struct scan_text text, const struct scan_needle *needle);

/* How many words there are. */
size_t scan_count_words(struct scan_text text);

/* An occurrence: where its first byte is, counted from begin, and its position. */
struct scan_hit {
    uint32_t off, pos;
};
struct scan_hits {
    struct scan_hit *items; /* malloc'ed; the owner frees it */
    size_t n, cap;
};

/* As scan_find, with the places of occurrences. */
bool scan_find_hits(struct scan_text text, const struct scan_needle *needle, uint32_t base, struct scan_hits *out);

/* How far a text was searched: from `at` on it is still to do; pos is the position of the first word that ends there or
 * behind. A search is over when `at` is the end of its text or behind it. */
struct scan_cursor {
    const uint8_t *at;
    uint32_t pos;
};

/* From this rank on a word is rare, one of some 1,000: in texts of so many bytes looking around its hits costs less
 * than one pass for all words that are looked for. */
enum { SCAN_RARE_RANK = 128, SCAN_LONG_TEXT = 1024 };

/* ---- several words at once --------------------------------------------------------------------------------------- */

/* Single words, each of a kind below SCAN_KINDS; no word twice. */
enum { SCAN_WORDS = 16, SCAN_KINDS = 8 };
struct scan_word {
    uint8_t code[ETDC_MAX_BYTES];
    uint8_t len, kind;
};
struct scan_words {
    struct scan_word items[SCAN_WORDS];
    size_t n;
};
bool scan_words_add(struct scan_words *words, uint32_t rank, unsigned kind); /* false: it is full */

/* The occurrences of all words, merged: an event a word, in text order. Fills in the next ones, as many as fit in
 * `room`, at least SCAN_EVENTS_LEAST, and returns how many. */
enum { SCAN_EVENTS_LEAST = 64 };
struct scan_event {
    uint32_t pos, kind;
};
size_t scan_events(struct scan_text text, const struct scan_words *words, struct scan_cursor *cursor,
                   struct scan_event *out, size_t room);

struct scan_kernel;

/* Words near each other, each of a kind of its own. */
enum { SCAN_SHIFTS = 6 };
struct scan_near {
    struct scan_words words;
    uint32_t reach; /* words from the first of them to the last, 1 or more */
    bool ordered;
    uint8_t shifts[SCAN_SHIFTS]; /* by which, one after the other, a bit comes to stand for `reach` of them */
    uint8_t n_shifts;            /* of them not 0 */
    bool is_sparse;              /* none of the words is among the commonest */
    bool has_rare;               /* only what is around that word is looked at in a longer text */
    uint8_t rare, close;         /* its number; windows before and behind one with it that may matter */
    const struct scan_kernel *kernel;
};
struct scan_near scan_near_of(const struct scan_words *words, uint32_t reach, bool ordered);
/* Of two words, how often one stands behind the other within reach with neither of them in between, the second behind
 * the first if ordered; with `enough` found it need not go on. Of more words, none of them ordered, 1 if somewhere all
 * stand within reach. */
size_t scan_count_near(struct scan_text text, const struct scan_near *near, size_t enough);

/* A stretch of text in which lie all words at most `reach` words away from one of the first hits (in order, of
 * positions in text); *n says of how many hits, and cursor is set to its beginning. */
struct scan_text scan_stretch(struct scan_text text, const struct scan_hit *hits, size_t *n, uint32_t reach,
                              struct scan_cursor *cursor);

/* Between fields stands a byte that is the code of rank 0, which is no word. */
enum { SCAN_BOUNDARY = 0x80 };

/* Words that follow each other: in each place one of a kind, or any word. `begun` is the search's own, 0 before. */
enum { SCAN_PLACES = 64, SCAN_ANY_WORD = SCAN_KINDS };
struct scan_sequence {
    struct scan_words words;
    uint8_t kinds[SCAN_PLACES]; /* or SCAN_ANY_WORD */
    size_t n;
    uint64_t begun;
};

/* The next occurrences, as scan_events does: the hits are of the last of its words. */
size_t scan_sequence(struct scan_text text, struct scan_sequence *sequence, struct scan_cursor *cursor,
                     struct scan_hit *out, size_t room);

/* How many there are; with `enough` found it need not go on. The text may be several fields with boundaries between
 * them, which no occurrence crosses. */
size_t scan_count_sequence(struct scan_text text, const struct scan_sequence *sequence, size_t enough);

/* ---- sets of words ----------------------------------------------------------------------------------------------- */

/* Appends base + the positions of all words whose rank has its bit set; a rank of n_bits or more is not in the set. */
bool scan_find_set(struct scan_text text, const uint64_t *bits, uint32_t n_bits, uint32_t base,
                   struct scan_positions *out);
/* As scan_find_set, with the places of occurrences. */
bool scan_find_set_hits(struct scan_text text, const uint64_t *bits, uint32_t n_bits, uint32_t base,
                        struct scan_hits *out);

#endif
