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

struct kernel_window {
    const uint8_t *at;
    uint64_t tops, starts; /* bytes that end words; bytes that begin one that is in the text */
};

enum { COPY_SIZE = 1 + SCAN_WINDOW + 2 * ETDC_MAX_BYTES };

/* A window whose loads, at most ETDC_MAX_BYTES - 1 bytes further on, would go past what is readable is copied. */
static inline struct kernel_window window_at(const uint8_t *at, const uint8_t *end, uint8_t *copy)
{
    struct kernel_window w = {.at = at};
    if (end - at < ETDC_MAX_BYTES) {
        memset(copy, 0, COPY_SIZE);
        memcpy(copy, at - 1, 1 + (size_t)(end - at) + ETDC_MAX_BYTES);
        w.at = copy + 1;
    }
    w.tops = kernel_tops(w.at);
    w.starts = kernel_tops(w.at - 1);
    if (end - at < SCAN_WINDOW)
        w.starts &= (UINT64_C(1) << (end - at)) - 1;
    return w;
}

static inline uint64_t word_in_window(struct kernel_window w, const struct scan_word *word)
{
    uint64_t mask = kernel_same(w.at, word->code[0]) & w.starts;
    if (word->len > 1)
        mask &= kernel_same(w.at + 1, word->code[1]);
    if (word->len > 2)
        mask &= kernel_same(w.at + 2, word->code[2]);
    if (word->len > 3)
        mask &= kernel_same(w.at + 3, word->code[3]);
    return mask;
}

static inline struct kernel_events events_of(uint64_t mask, unsigned kind)
{
    return (struct kernel_events){mask, mask & -(uint64_t)(kind & 1), mask & -(uint64_t)(kind >> 1 & 1),
                                  mask & -(uint64_t)(kind >> 2 & 1)};
}

static inline struct kernel_events add_events(struct kernel_events a, struct kernel_events b)
{
    return (struct kernel_events){a.any | b.any, a.one | b.one, a.two | b.two, a.four | b.four};
}

/* few: the number of words, 2 or 3, of kinds 0, 1, and 2; or 0: any number of any kinds. */
static inline struct kernel_events events_in_window(struct kernel_window w, const struct scan_words *words,
                                                    unsigned few)
{
    const struct scan_word *word = words->items;
    struct kernel_events e = {0};
    for (size_t i = 0; few == 0 && i < words->n; i++)
        e = add_events(e, events_of(word_in_window(w, &word[i]), word[i].kind));
    if (few > 0)
        e = add_events(events_of(word_in_window(w, &word[0]), 0), events_of(word_in_window(w, &word[1]), 1));
    if (few > 2)
        e = add_events(e, events_of(word_in_window(w, &word[2]), 2));
    return e;
}

__attribute__((always_inline)) static inline size_t find_events_of(struct scan_text text,
                                                                   const struct scan_words *words, unsigned few,
                                                                   struct scan_cursor *cursor, struct scan_event *out,
                                                                   size_t room)
{
    uint8_t copy[COPY_SIZE];
    const uint8_t *at = cursor->at;
    uint32_t pos = cursor->pos;
    size_t n = 0;
    for (; at < text.end && room - n >= SCAN_WINDOW; at += SCAN_WINDOW) {
        struct kernel_window w = window_at(at, text.end, copy);
        struct kernel_events e = events_in_window(w, words, few);
        kernel_put(e, few == 2 ? 1 : few == 3 ? 2 : 3, w.tops, pos, out + n);
        n += (size_t)__builtin_popcountll(e.any);
        pos += (uint32_t)__builtin_popcountll(w.tops);
    }
    cursor->at = at;
    cursor->pos = pos;
    return n;
}

static size_t find_events(struct scan_text text, const struct scan_words *words, struct scan_cursor *cursor,
                          struct scan_event *out, size_t room)
{
    bool in_order = words->n == 2 || words->n == 3;
    for (size_t i = 0; i < words->n && in_order; i++)
        in_order = words->items[i].kind == i;
    if (in_order && words->n == 2)
        return find_events_of(text, words, 2, cursor, out, room);
    if (in_order)
        return find_events_of(text, words, 3, cursor, out, room);
    return find_events_of(text, words, 0, cursor, out, room);
}

#endif
