/* text_words.h - words of ranks looked up lately: what a text is made of are mostly the same few thousand.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_TEXT_WORDS_H
#define VERBATIM_TEXT_WORDS_H

#include "lib/base.h"
#include "store/vocab.h"

enum { TEXT_WORDS_SLOTS = 8192, TEXT_WORDS_LEN = 25, TEXT_WORDS_SOURCES = 16 };

/* Zeroed it is empty. */
struct text_words {
    struct text_word {
        uint32_t rank; /* 0: none */
        uint16_t source;
        uint8_t len;
        char bytes[TEXT_WORDS_LEN];
    } slots[TEXT_WORDS_SLOTS];
    struct text_words_source {
        const uint8_t
            *body; /* where a file of the segment is mapped, and its sum: others may be mapped there in turn */
        uint32_t crc;
    } sources[TEXT_WORDS_SOURCES];
    uint16_t n_sources, source; /* the one that is asked for */
};

/* The ranks asked for from now on are those of a segment. */
void text_words_turn_to(struct text_words *w, struct text_words_source source);
/* What text_words_get does when the word is not there. */
const char *text_words_find(struct text_words *w, const struct vocab *vocab, uint32_t rank, char room[VOCAB_WORD_MAX],
                            size_t *len);

/* The word of a rank if it is at hand, else NULL; TEXT_WORDS_LEN bytes of it can be read. */
static inline const struct text_word *text_words_at_hand(const struct text_words *w, uint32_t rank)
{
    const struct text_word *slot = &w->slots[rank % TEXT_WORDS_SLOTS];
    return slot->rank == rank && slot->source == w->source && rank != 0 ? slot : NULL;
}

/* The word of a rank, borrowed until the next call or in room; NULL when there is none. */
static inline const char *text_words_get(struct text_words *w, const struct vocab *vocab, uint32_t rank,
                                         char room[VOCAB_WORD_MAX], size_t *len)
{
    const struct text_word *slot = text_words_at_hand(w, rank);
    if (slot == NULL)
        return text_words_find(w, vocab, rank, room, len);
    *len = slot->len;
    return slot->bytes;
}

#endif
