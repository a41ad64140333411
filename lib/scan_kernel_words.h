/* scan_kernel_words.h - the loops of scan.c that look for several words at once; the end of scan_kernel.h.
 *
 * A window of bytes becomes bit masks: where words begin (behind a top bit), and where each word wanted stands, its
 * bytes compared each at its distance. What is asked of words is then asked of masks:
 *
 *     text      31 85 | 12 07 9a | 83 | 12 07 9a | 83 |
 *     starts     1  0    1  0  0    1    1  0  0    1
 *     12 07 9a   0  0    1  0  0    0    1  0  0    0
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SCAN_KERNEL_WORDS_H
#define VERBATIM_SCAN_KERNEL_WORDS_H

#define KERNEL_ALL (~UINT64_C(0) >> (64 - KERNEL_WIDTH))

/* A window whose loads, at most ETDC_MAX_BYTES - 1 bytes further on, would go past what is readable is copied. */
struct kernel_window {
    const uint8_t *at;
    uint64_t tops, starts;
    uint8_t copy[1 + KERNEL_WIDTH + 2 * ETDC_MAX_BYTES];
};

static inline void open_window(struct kernel_window *w, const uint8_t *at, const uint8_t *end)
{
    w->at = at;
    if (KERNEL_WIDTH + ETDC_MAX_BYTES > SCAN_READABLE && end - at < ETDC_MAX_BYTES) {
        memset(w->copy, 0, sizeof w->copy);
        memcpy(w->copy, at - 1, 1 + (size_t)(end - at) + ETDC_MAX_BYTES);
        w->at = w->copy + 1;
    }
    w->tops = kernel_tops(w->at);
    w->starts = kernel_tops(w->at - 1);
    if (end - at < KERNEL_WIDTH)
        w->starts &= (UINT64_C(1) << (end - at)) - 1;
}

static inline uint64_t word_in_window(const struct kernel_window *w, const struct scan_word *word)
{
    uint64_t mask = kernel_same(w->at, word->code[0]);
    for (size_t i = 1; i < word->len; i++)
        mask &= kernel_same(w->at + i, word->code[i]);
    return mask & w->starts;
}

/* A mask of each kind. */
static inline void kinds_in_window(const struct kernel_window *w, const struct scan_words *words, uint64_t *kinds)
{
    for (size_t i = 0; i < words->n; i++)
        kinds[words->items[i].kind] |= word_in_window(w, &words->items[i]);
}

static inline struct kernel_events events_in_window(const struct kernel_window *w, const struct scan_words *words)
{
    if (words->n == 2) { /* the commonest case: two words, of kinds 0 and 1 */
        uint64_t a = word_in_window(w, &words->items[0]), b = word_in_window(w, &words->items[1]);
        return (struct kernel_events){.any = a | b, .bits = {b}, .tops = w->tops};
    }
    struct kernel_events e = {.tops = w->tops};
    for (size_t i = 0; i < words->n; i++) {
        uint64_t mask = word_in_window(w, &words->items[i]);
        e.any |= mask;
        for (unsigned bit = 0; bit < 3; bit++)
            e.bits[bit] |= mask & -(uint64_t)(words->items[i].kind >> bit & 1);
    }
    return e;
}

static size_t find_events(struct scan_text text, const struct scan_words *words, struct scan_cursor *cursor,
                          struct scan_event *out, size_t room)
{
    const uint8_t *at = cursor->at;
    uint32_t pos = cursor->pos;
    size_t n = 0;
    struct kernel_window w;
    for (; at < text.end && room - n >= KERNEL_WIDTH; at += KERNEL_WIDTH) {
        open_window(&w, at, text.end);
        struct kernel_events e = events_in_window(&w, words);
        kernel_put(&e, pos, out + n);
        n += (size_t)__builtin_popcountll(e.any);
        pos += (uint32_t)__builtin_popcountll(w.tops);
    }
    cursor->at = at;
    cursor->pos = pos;
    return n;
}

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
    bool over = __builtin_add_overflow(moved, ~starts & KERNEL_ALL, &sum);
    *carry = KERNEL_WIDTH == 64 ? (some >> 63 | over) : sum >> (KERNEL_WIDTH & 63) & 1;
    return sum & starts;
}

/* Shift-and over words (Baeza-Yates and Gonnet, "A new approach to text searching", 1992), all words of a window at
 * once: a word continues an occurrence if it has its kind and the word before continues one. */
static size_t find_sequence(struct scan_text text, struct scan_sequence *sequence, struct scan_cursor *cursor,
                            struct scan_hit *out, size_t room)
{
    const uint8_t *at = cursor->at;
    uint32_t pos = cursor->pos;
    size_t n = 0;
    struct kernel_window w;
    for (; at < text.end && room - n >= KERNEL_WIDTH; at += KERNEL_WIDTH) {
        uint64_t kinds[SCAN_KINDS] = {0}, begun = 0;
        open_window(&w, at, text.end);
        kinds_in_window(&w, &sequence->words, kinds);
        uint64_t some = sequence->kinds[0] == SCAN_ANY_WORD ? w.starts : kinds[sequence->kinds[0]];
        for (size_t i = 1; i < sequence->n; i++) {
            uint64_t carry = sequence->begun >> i & 1;
            some = next_words(some, w.starts, &carry);
            begun |= carry << i;
            if (sequence->kinds[i] != SCAN_ANY_WORD)
                some &= kinds[sequence->kinds[i]];
        }
        sequence->begun = begun;
        for (; some != 0; some &= some - 1) {
            uint64_t before = (some & -some) - 1;
            out[n++] = (struct scan_hit){(uint32_t)(at - text.begin) + (uint32_t)__builtin_ctzll(some),
                                         pos + (uint32_t)__builtin_popcountll(w.tops & before)};
        }
        pos += (uint32_t)__builtin_popcountll(w.tops);
    }
    cursor->at = at;
    cursor->pos = pos;
    return n;
}

#endif
