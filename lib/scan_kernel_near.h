/* scan_kernel_near.h - the loop of scan.c for words near each other; the end of scan_kernel.h.
 *
 * The masks of a window (scan_kernel_words.h), a bit a byte, are pressed together: to a bit a word, and to a bit an
 * occurrence of either. Where the second kind of mask changes, one word stands behind the other; of those pairs count
 * the ones that end within reach of any occurrence, for the one before them is the nearest.
 *
 *     words       . a . . b . . . b a . . . .      (the first word on the left)
 *     either        a     b       b a              pressed:  a b b a
 *     spread by 2     1 1   1 1     1 1 1          pressed:  0 0 0 1
 *     changes                                                0 1 0 1
 *     counted                                                0 0 0 1
 *
 * Nothing is branched on that nobody foresees. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SCAN_KERNEL_NEAR_H
#define VERBATIM_SCAN_KERNEL_NEAR_H

enum { NEAR_AHEAD = 768 }; /* bytes ahead that are fetched */

/* The last occurrence so far. */
struct kernel_last {
    uint32_t since; /* words behind it, or `reach` for so many and more */
    uint64_t is_b;
};

/* The bits that are at most `reach` behind one that is set, by the first n shifts: 2, 4, or all. */
__attribute__((always_inline)) static inline uint64_t spread_behind(uint64_t mask, const uint8_t *shifts, unsigned n)
{
    mask <<= 1;
    mask |= mask << shifts[0];
    mask |= mask << shifts[1];
    if (n > 2) {
        mask |= mask << shifts[2];
        mask |= mask << shifts[3];
    }
    if (n > 4) {
        mask |= mask << shifts[4];
        mask |= mask << shifts[5];
    }
    return mask;
}

/* The words behind the last occurrence after a window. */
static inline uint32_t since_last(uint32_t since, uint32_t reach, uint64_t words, uint64_t starts)
{
    since = words != 0 ? 0 : since;
    since += (uint32_t)__builtin_popcountll(starts) - kernel_width(words);
    return since < reach ? since : reach;
}

/* The words of a window that end pairs. */
__attribute__((always_inline)) static inline uint64_t pairs_in_window(struct kernel_window w, uint64_t a, uint64_t b,
                                                                      const struct scan_near *near, unsigned n_shifts,
                                                                      struct kernel_last *last)
{
    uint64_t either = a | b, words = kernel_press(either, w.starts), kinds = kernel_press(b, either);
    uint64_t close = spread_behind(words, near->shifts, n_shifts) | kernel_low(near->reach - last->since);
    uint64_t changes = kinds ^ (kinds << 1 | last->is_b);
    last->is_b = (uint64_t)(b > a) | (last->is_b & (uint64_t)(either == 0));
    last->since = since_last(last->since, near->reach, words, w.starts);
    return changes & kernel_press(close, words) & (near->ordered ? kinds : ~UINT64_C(0));
}

/* short_words: both are of one byte. sparse: most windows have neither. */
__attribute__((always_inline)) static inline size_t count_near_of(struct scan_text text, const struct scan_near *near,
                                                                  size_t enough, bool short_words, bool sparse,
                                                                  unsigned n_shifts)
{
    const struct scan_word a = near->words.items[0], b = near->words.items[1];
    struct kernel_last last = {near->reach, 0};
    uint8_t copy[COPY_SIZE];
    size_t n = 0;
    for (const uint8_t *at = text.begin; at < text.end && n < enough; at += SCAN_WINDOW) {
        __builtin_prefetch(at + NEAR_AHEAD);
        struct kernel_window w = window_at(at, text.end, copy);
        uint64_t as = short_words ? kernel_same(w.at, a.code[0]) & w.starts : word_in_window(w, &a);
        uint64_t bs = short_words ? kernel_same(w.at, b.code[0]) & w.starts : word_in_window(w, &b);
        if (sparse && (as | bs) == 0)
            last.since = since_last(last.since, near->reach, 0, w.starts);
        else
            n += (size_t)__builtin_popcountll(pairs_in_window(w, as, bs, near, n_shifts, &last));
    }
    return n;
}

/* Words up to which the last occurrence of each is within reach: where all are, there they stand near each other. */
static bool has_near(struct scan_text text, const struct scan_near *near)
{
    uint32_t since[SCAN_KINDS];
    uint8_t copy[COPY_SIZE];
    for (size_t i = 0; i < near->words.n; i++)
        since[i] = near->reach;
    for (const uint8_t *at = text.begin; at < text.end; at += SCAN_WINDOW) {
        __builtin_prefetch(at + NEAR_AHEAD);
        struct kernel_window w = window_at(at, text.end, copy);
        uint64_t all = ~UINT64_C(0);
        for (size_t i = 0; i < near->words.n; i++) {
            uint64_t words = kernel_press(word_in_window(w, &near->words.items[i]), w.starts);
            all &= words | spread_behind(words, near->shifts, SCAN_SHIFTS) | kernel_low(near->reach - since[i]);
            since[i] = since_last(since[i], near->reach, words, w.starts);
        }
        if (all != 0)
            return true;
    }
    return false;
}

static size_t count_near_all(struct scan_text text, const struct scan_near *near, size_t enough)
{
    if (near->words.n > 2)
        return has_near(text, near);
    bool short_words = near->words.items[0].len == 1 && near->words.items[1].len == 1;
    if (near->is_sparse)
        return short_words ? count_near_of(text, near, enough, true, true, SCAN_SHIFTS)
                           : count_near_of(text, near, enough, false, true, SCAN_SHIFTS);
    if (near->n_shifts <= 2 && short_words)
        return count_near_of(text, near, enough, true, false, 2);
    if (near->n_shifts <= 4 && short_words)
        return count_near_of(text, near, enough, true, false, 4);
    return count_near_of(text, near, enough, false, false, SCAN_SHIFTS);
}

/* Where windows with the rare word are, and those close to them, the text is looked at. */
static size_t count_near_rare(struct scan_text text, const struct scan_near *near, size_t enough)
{
    const size_t close = (size_t)near->close * SCAN_WINDOW;
    const struct scan_word rare = near->words.items[near->rare];
    struct scan_text run = {text.begin, text.begin};
    uint8_t copy[COPY_SIZE];
    size_t n = 0;
    for (const uint8_t *at = text.begin; at < text.end && n < enough; at += SCAN_WINDOW) {
        __builtin_prefetch(at + NEAR_AHEAD);
        if (word_in_window(window_at(at, text.end, copy), &rare) == 0)
            continue;
        const uint8_t *from = (size_t)(at - text.begin) > close ? at - close : text.begin;
        if (from > run.end) {
            n += count_near_all(run, near, enough - n);
            run.begin = from;
        }
        run.end = (size_t)(text.end - at) > close + SCAN_WINDOW ? at + close + SCAN_WINDOW : text.end;
    }
    return n < enough ? n + count_near_all(run, near, enough - n) : n;
}

static size_t count_near(struct scan_text text, const struct scan_near *near, size_t enough)
{
    enough = near->words.n > 2 ? 1 : enough;
    bool is_long = text.end - text.begin >= SCAN_LONG_TEXT;
    return near->has_rare && is_long ? count_near_rare(text, near, enough) : count_near_all(text, near, enough);
}

#endif
