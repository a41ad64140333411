/* text_words.c - see text_words.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/text_words.h"

#include <string.h>

void text_words_turn_to(struct text_words *w, struct text_words_source source)
{
    for (uint16_t i = 0; i < w->n_sources; i++)
        if (w->sources[i].body == source.body && w->sources[i].crc == source.crc) {
            w->source = i;
            return;
        }
    if (w->n_sources == TEXT_WORDS_SOURCES) {
        memset(w->slots, 0, sizeof w->slots);
        w->n_sources = 0;
    }
    w->source = w->n_sources;
    w->sources[w->n_sources++] = source;
}

const char *text_words_find(struct text_words *w, const struct vocab *vocab, uint32_t rank, char room[VOCAB_WORD_MAX],
                            size_t *len)
{
    uint32_t i = vocab_of_rank(vocab, rank);
    if (i >= vocab_size(vocab))
        return NULL;
    *len = vocab_bytes(vocab, i, room);
    if (*len > TEXT_WORDS_LEN)
        return room;
    struct text_word *slot = &w->slots[rank % TEXT_WORDS_SLOTS];
    slot->rank = rank;
    slot->source = w->source;
    slot->len = (uint8_t)*len;
    memcpy(slot->bytes, room, *len);
    return slot->bytes;
}
