/* scan_kernel_sequence.h - the loops of scan.c for words that follow each other, as masks of a window; part of
 * scan_kernel.h.
 *
 * Shift-and over words (Baeza-Yates and Gonnet, "A new approach to text searching", 1992), all words of a window at
 * once: a word continues an occurrence if it has its kind and the word before continues one. A carry a place: in one
 * word of bits they would all wait for the last. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SCAN_KERNEL_SEQUENCE_H
#define VERBATIM_SCAN_KERNEL_SEQUENCE_H

/* From the beginnings of some words to those of the next ones: each bit, moved by one and added to the bytes at which
 * no word begins, is carried over them to where one does. *carry: over the end of the window before, and of this one.
 *
 *     starts     1 0 0 1 1 0       (the first byte on the left)
 *     some       1 0 0 0 1 0
 *     moved      0 1 0 0 0 1
 *     + ~starts  0 1 1 0 0 1   =   0 0 0 1 0 0 | 1     the fourth, and the first of the next window
 */
static inline uint64_t next_words(uint64_t some, uint64_t starts, uint64_t *carry)
{
    uint64_t moved = some << 1 | *carry, sum;
    bool over = __builtin_add_overflow(moved, ~starts, &sum);
    *carry = some >> 63 | over;
    return sum & starts;
}

/* The last words of the occurrences that end in a window. */
static inline uint64_t sequence_in_window(struct kernel_window w, const struct scan_sequence *sequence, uint64_t *carry)
{
    uint64_t kinds[SCAN_KINDS + 1] = {0};
    kinds[SCAN_ANY_WORD] = w.starts & ~kernel_same(w.at, SCAN_BOUNDARY);
    for (size_t i = 0; i < sequence->words.n; i++)
        kinds[sequence->words.items[i].kind] |= word_in_window(w, &sequence->words.items[i]);
    uint64_t some = kinds[sequence->kinds[0]];
    for (size_t i = 1; i < sequence->n; i++)
        some = next_words(some, w.starts, &carry[i]) & kinds[sequence->kinds[i]];
    return some;
}

static size_t find_sequence(struct scan_text text, struct scan_sequence *sequence, struct scan_cursor *cursor,
                            struct scan_hit *out, size_t room)
{
    uint64_t carry[SCAN_PLACES];
    uint8_t copy[COPY_SIZE];
    const uint8_t *at = cursor->at;
    uint32_t pos = cursor->pos;
    size_t n = 0;
    for (size_t i = 0; i < sequence->n; i++)
        carry[i] = sequence->begun >> i & 1;
    for (; at < text.end && room - n >= SCAN_WINDOW; at += SCAN_WINDOW) {
        struct kernel_window w = window_at(at, text.end, copy);
        for (uint64_t some = sequence_in_window(w, sequence, carry); some != 0; some &= some - 1) {
            uint64_t before = (some & -some) - 1;
            out[n++] = (struct scan_hit){(uint32_t)(at - text.begin) + (uint32_t)__builtin_ctzll(some),
                                         pos + (uint32_t)__builtin_popcountll(w.tops & before)};
        }
        pos += (uint32_t)__builtin_popcountll(w.tops);
    }
    sequence->begun = 0;
    for (size_t i = 0; i < sequence->n; i++)
        sequence->begun |= carry[i] << i;
    cursor->at = at;
    cursor->pos = pos;
    return n;
}

/* Two words and any one between them: by far the most frequent sequence. */
static size_t count_around_one(struct scan_text text, const struct scan_sequence *sequence, size_t enough)
{
    const struct scan_word first = sequence->words.items[0], last = sequence->words.items[1];
    uint64_t carry = 0, carry_any = 0;
    uint8_t copy[COPY_SIZE];
    size_t n = 0;
    for (const uint8_t *at = text.begin; at < text.end && n < enough; at += SCAN_WINDOW) {
        struct kernel_window w = window_at(at, text.end, copy);
        uint64_t any = w.starts & ~kernel_same(w.at, SCAN_BOUNDARY);
        any &= next_words(word_in_window(w, &first), w.starts, &carry);
        n += (size_t)__builtin_popcountll(next_words(any, w.starts, &carry_any) & word_in_window(w, &last));
    }
    return n;
}

static bool is_around_one(const struct scan_sequence *s)
{
    return s->n == 3 && s->words.n == 2 && s->kinds[0] == s->words.items[0].kind && s->kinds[1] == SCAN_ANY_WORD &&
           s->kinds[2] == s->words.items[1].kind && s->kinds[0] != s->kinds[2];
}

static size_t count_sequence(struct scan_text text, const struct scan_sequence *sequence, size_t enough)
{
    uint64_t carry[SCAN_PLACES] = {0};
    uint8_t copy[COPY_SIZE];
    size_t n = 0;
    if (is_around_one(sequence))
        return count_around_one(text, sequence, enough);
    for (const uint8_t *at = text.begin; at < text.end && n < enough; at += SCAN_WINDOW)
        n += (size_t)__builtin_popcountll(sequence_in_window(window_at(at, text.end, copy), sequence, carry));
    return n;
}

#endif
