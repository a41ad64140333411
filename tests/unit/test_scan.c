/* test_scan.c - End-Tagged Dense Code and finding in it, against a walk word by word.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/etdc.h"
#include "lib/scan.h"
#include "lib/scan_kernels.h"

static const uint32_t edges[] = {0,           1,       127,         128,         129,       16511, 16512, 16513,
                                 2113663, 2113664, 2113665, 99999999, ETDC_MAX_RANK};

static void test_codes_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < BASE_COUNT(edges); i++) {
        uint8_t code[ETDC_MAX_BYTES];
        size_t len = etdc_put(code, edges[i]);
        for (size_t k = 0; k < len; k++)
            assert_int_equal(code[k] >> 7, k + 1 == len);
        const uint8_t *p = code;
        uint32_t rank = 0;
        assert_true(etdc_get(&p, code + len, &rank));
        assert_int_equal(rank, edges[i]);
        assert_ptr_equal(p, code + len);
        p = code;
        assert_false(etdc_get(&p, code + len - 1, &rank));
    }
}

static uint32_t seed = 12345;

static uint32_t rnd(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)seed * below) >> 32);
}

/* Ranks of one, two and three bytes that share bytes with each other. */
static uint32_t random_rank(void)
{
    static const uint32_t ranks[] = {1, 2, 3, 128 + 1, 128 + 2, 128 + 128 * 2 + 1, 16512 + 1, 16512 + 16384 * 2 + 129};
    return ranks[rnd(BASE_COUNT(ranks))];
}

enum { MOST_WORDS = 2000 };
struct words {
    uint32_t ranks[MOST_WORDS];
    size_t n;
    uint8_t bytes[MOST_WORDS * ETDC_MAX_BYTES + 1 + SCAN_READABLE];
    struct scan_text text;
};

/* One in so many is a boundary, 0: none; of the others one of `few` is of those words, the rest is filled in. */
static void make_text(struct words *w, size_t n, uint32_t boundaries, uint32_t few)
{
    memset(w->bytes, 0, sizeof w->bytes);
    w->n = n;
    uint8_t *p = w->bytes;
    *p++ = 0x80;
    w->text.begin = p;
    for (size_t i = 0; i < n; i++) {
        w->ranks[i] = rnd(few) == 0 ? random_rank() : 9 + rnd(2) * 300;
        if (boundaries > 0 && rnd(boundaries) == 0)
            w->ranks[i] = 0;
        p += etdc_put(p, w->ranks[i]);
    }
    w->text.end = p;
}

static void make_words(struct words *w, size_t n)
{
    make_text(w, n, 0, 1);
}

static void check_phrase(const struct words *w, const uint32_t *phrase, size_t len)
{
    uint8_t code[8 * ETDC_MAX_BYTES] = {0};
    size_t code_len = 0;
    for (size_t i = 0; i < len; i++)
        code_len += etdc_put(code + code_len, phrase[i]);
    struct scan_needle needle = scan_needle_of(code, code_len);
    struct scan_positions found = {0};
    assert_true(scan_find(w->text, &needle, 1000, &found));
    assert_int_equal(scan_count(w->text, &needle), found.n);
    size_t n = 0;
    for (size_t i = 0; i + len <= w->n; i++) {
        if (memcmp(w->ranks + i, phrase, len * sizeof *phrase) == 0) {
            assert_true(n < found.n);
            assert_int_equal(found.items[n++], 1000 + i);
        }
    }
    assert_int_equal(n, found.n);
    free(found.items);
}

static void test_phrases(void **state)
{
    (void)state;
    static struct words w;
    for (int round = 0; round < 2000; round++) {
        make_words(&w, rnd(600));
        uint32_t phrase[8];
        size_t len = 1 + rnd(4);
        for (size_t i = 0; i < len; i++)
            phrase[i] = random_rank();
        check_phrase(&w, phrase, len);
        if (w.n >= len) /* one that is there */
            check_phrase(&w, w.ranks + rnd((uint32_t)(w.n - len + 1)), len);
    }
}

static void test_sets(void **state)
{
    (void)state;
    static struct words w;
    make_words(&w, 500);
    uint64_t bits[4] = {0};
    bits[0] |= 1u << 2;
    bits[129 / 64] |= UINT64_C(1) << 129 % 64;
    struct scan_positions found = {0};
    assert_true(scan_find_set(w.text, bits, 256, 7, &found));
    size_t n = 0;
    for (size_t i = 0; i < w.n; i++)
        if (w.ranks[i] == 2 || w.ranks[i] == 129)
            assert_int_equal(found.items[n++], 7 + i);
    assert_int_equal(n, found.n);
    free(found.items);
}

/* ---- several words at once --------------------------------------------------------------------------------------- */

/* As many words as n of random kinds, or each of its own; kind_of[i]: the kind of ranks[i] of a text, or -1. */
static void make_kinds_of(struct scan_words *words, const struct words *w, size_t n, bool own, int *kind_of)
{
    uint32_t ranks[SCAN_WORDS];
    *words = (struct scan_words){0};
    while (words->n < n) {
        uint32_t rank = random_rank();
        bool again = false;
        for (size_t i = 0; i < words->n; i++)
            again |= ranks[i] == rank;
        if (again)
            continue;
        ranks[words->n] = rank;
        assert_true(scan_words_add(words, rank, words->n < 2 || own ? (unsigned)words->n : rnd(SCAN_KINDS)));
    }
    for (size_t i = 0; i < w->n; i++) {
        kind_of[i] = -1;
        for (size_t k = 0; k < n; k++)
            if (w->ranks[i] == ranks[k])
                kind_of[i] = words->items[k].kind;
    }
}

static void make_kinds(struct scan_words *words, const struct words *w, size_t n, int *kind_of)
{
    make_kinds_of(words, w, n, false, kind_of);
}

/* Events of words [from, to) of a text, the positions of which begin at 70. */
static void check_events(const struct scan_kernel *kernel, struct scan_text text, struct scan_cursor cursor,
                         const struct scan_words *words, const int *kind_of, size_t from, size_t to)
{
    struct scan_event page[2 * SCAN_EVENTS_LEAST];
    size_t at = from;
    while (cursor.at < text.end) {
        size_t n = kernel->find_events(text, words, &cursor, page, SCAN_EVENTS_LEAST + rnd(SCAN_EVENTS_LEAST + 1));
        for (size_t i = 0; i < n; i++, at++) {
            while (at < to && kind_of[at] < 0)
                at++;
            assert_true(at < to);
            assert_int_equal(page[i].pos, 70 + at);
            assert_int_equal(page[i].kind, kind_of[at]);
        }
    }
    for (; at < to; at++)
        assert_true(kind_of[at] < 0);
}

static size_t kernels(const struct scan_kernel **all)
{
    size_t n = 0;
    all[n++] = &scan_kernel_plain;
#if defined(__x86_64__)
    if (scan_kernel() != &scan_kernel_plain)
        all[n++] = &scan_kernel_avx2;
    if (scan_kernel() == &scan_kernel_avx512)
        all[n++] = &scan_kernel_avx512;
#endif
    return n;
}

static void test_events(void **state)
{
    (void)state;
    static struct words w;
    const struct scan_kernel *all[3];
    size_t n_kernels = kernels(all);
    int kind_of[BASE_COUNT(w.ranks)];
    for (int round = 0; round < 2000; round++) {
        struct scan_words words;
        make_words(&w, rnd(600));
        make_kinds(&words, &w, 1 + rnd(5), kind_of);
        for (size_t i = 0; i < n_kernels; i++)
            check_events(all[i], w.text, (struct scan_cursor){w.text.begin, 70}, &words, kind_of, 0, w.n);
    }
}

/* Of all stretches around a word together: every word near enough to one of its hits lies in one, and positions are
 * those in the text. */
static void test_stretches(void **state)
{
    (void)state;
    static struct words w;
    int kind_of[BASE_COUNT(w.ranks)];
    for (int round = 0; round < 2000; round++) {
        make_words(&w, 1 + rnd(600));
        uint32_t rank = rnd(2) ? w.ranks[rnd((uint32_t)w.n)] : random_rank(), reach = rnd(12);
        uint8_t code[ETDC_MAX_BYTES];
        struct scan_needle needle = scan_needle_of(code, etdc_put(code, rank));
        struct scan_hits hits = {0};
        struct scan_words words;
        assert_true(scan_find_hits(w.text, &needle, 70, &hits));
        make_kinds(&words, &w, 3, kind_of);
        const uint8_t *end = w.text.begin;
        for (size_t i = 0, n; i < hits.n; i += n) {
            struct scan_cursor cursor;
            n = hits.n - i;
            struct scan_text stretch = scan_stretch(w.text, hits.items + i, &n, reach, &cursor);
            assert_true(n >= 1 && n <= hits.n - i && stretch.begin >= end && stretch.end <= w.text.end);
            assert_ptr_equal(cursor.at, stretch.begin);
            size_t from = cursor.pos - 70, first = hits.items[i].pos - 70, last = hits.items[i + n - 1].pos - 70;
            assert_true(from <= (first > reach ? first - reach : 0));
            size_t to = from; /* words that begin before the end of the stretch; a first one cut off does not count */
            for (const uint8_t *p = stretch.begin; p < stretch.end; p++)
                to += p[-1] >> 7;
            to += !(stretch.begin[-1] >> 7);
            assert_true(to > last && (to > last + reach || to == w.n));
            from += !(stretch.begin[-1] >> 7);
            check_events(scan_kernel(), stretch, cursor, &words, kind_of, from, to);
            end = stretch.end;
        }
        free(hits.items);
    }
}

static bool stands_at(const struct words *w, const struct scan_sequence *sequence, const int *kind_of, size_t at)
{
    for (size_t i = 0; i < sequence->n; i++)
        if (sequence->kinds[i] == SCAN_ANY_WORD ? w->ranks[at + i] == 0 : sequence->kinds[i] != kind_of[at + i])
            return false;
    return true;
}

static void check_count(const struct scan_kernel *kernel, const struct words *w, const struct scan_sequence *sequence,
                        const int *kind_of)
{
    size_t n = 0, enough = rnd(20);
    for (size_t at = 0; at + sequence->n <= w->n; at++)
        n += stands_at(w, sequence, kind_of, at);
    assert_int_equal(kernel->count_sequence(w->text, sequence, SIZE_MAX), n);
    size_t some = kernel->count_sequence(w->text, sequence, enough);
    assert_true(some <= n && (some == n || some >= enough));
}

static void check_sequence(const struct scan_kernel *kernel, const struct words *w, struct scan_sequence sequence,
                           const int *kind_of)
{
    struct scan_cursor cursor = {w->text.begin, 70};
    struct scan_hit page[2 * SCAN_EVENTS_LEAST];
    size_t at = 0;
    while (cursor.at < w->text.end) {
        size_t n = kernel->find_sequence(w->text, &sequence, &cursor, page,
                                         SCAN_EVENTS_LEAST + rnd(SCAN_EVENTS_LEAST + 1));
        for (size_t i = 0; i < n; i++, at++) {
            while (at + sequence.n <= w->n && !stands_at(w, &sequence, kind_of, at))
                at++;
            assert_true(at + sequence.n <= w->n);
            assert_int_equal(page[i].pos, 70 + at + sequence.n - 1);
            const uint8_t *p = w->text.begin + page[i].off;
            uint32_t rank = 0;
            assert_true(p[-1] >> 7 && etdc_get(&p, w->text.end, &rank));
            assert_int_equal(rank, w->ranks[at + sequence.n - 1]);
        }
    }
    for (; at + sequence.n <= w->n; at++)
        assert_false(stands_at(w, &sequence, kind_of, at));
}

static void test_sequences(void **state)
{
    (void)state;
    static struct words w;
    const struct scan_kernel *all[3];
    size_t n_kernels = kernels(all);
    int kind_of[BASE_COUNT(w.ranks)];
    for (int round = 0; round < 2000; round++) {
        struct scan_sequence sequence = {.n = rnd(10) > 0 ? 1 + rnd(5) : 1 + rnd(SCAN_PLACES)};
        bool around_one = rnd(4) == 0;
        make_text(&w, rnd(600), 12, 1);
        make_kinds(&sequence.words, &w, around_one ? 2 : 1 + rnd(5), kind_of);
        for (size_t i = 0; i < sequence.n; i++)
            sequence.kinds[i] = rnd(3) > 0 && sequence.n < 6 ? (uint8_t)rnd((uint32_t)sequence.words.n > 1 ? 2 : 1)
                                                             : SCAN_ANY_WORD;
        if (around_one)
            sequence = (struct scan_sequence){sequence.words, {0, SCAN_ANY_WORD, 1}, 3, 0};
        for (size_t i = 0; i < n_kernels; i++) {
            check_sequence(all[i], &w, sequence, kind_of);
            check_count(all[i], &w, &sequence, kind_of);
        }
    }
}

/* How often a word of one kind stands next behind one of the other, at most reach words further on. */
static size_t count_pairs(const struct words *w, const int *kind_of, uint32_t reach, bool ordered)
{
    size_t n = 0, before = SIZE_MAX;
    for (size_t i = 0; i < w->n; i++) {
        if (kind_of[i] < 0)
            continue;
        if (before < i && i - before <= reach && kind_of[before] != kind_of[i] && (!ordered || kind_of[i] == 1))
            n++;
        before = i;
    }
    return n;
}

static bool has_all(const struct words *w, const int *kind_of, uint32_t reach, unsigned n_kinds)
{
    for (size_t first = 0; first < w->n; first++) {
        unsigned kinds = 0;
        for (size_t i = first; i < w->n && i - first <= reach; i++)
            kinds |= kind_of[i] >= 0 ? 1u << kind_of[i] : 0;
        if (kinds == (1u << n_kinds) - 1)
            return true;
    }
    return false;
}

static void check_near(const struct scan_kernel *kernel, const struct words *w, const struct scan_words *words,
                       const int *kind_of, bool ordered)
{
    static const uint32_t reaches[] = {1, 2, 3, 5, 6, 11, 21, 32, 33, 63, 64, 65, 100, 1001};
    for (size_t i = 0; i < BASE_COUNT(reaches); i++) {
        struct scan_near near = scan_near_of(words, reaches[i], ordered);
        size_t n = words->n == 2 ? count_pairs(w, kind_of, reaches[i], ordered)
                                 : has_all(w, kind_of, reaches[i], (unsigned)words->n);
        assert_int_equal(kernel->count_near(w->text, &near, SIZE_MAX), n);
        assert_int_equal(kernel->count_near(w->text, &near, 1) > 0, n > 0);
    }
}

/* Words that stand densely, and some that are rare among others, in short texts and in long ones. */
static void test_near(void **state)
{
    (void)state;
    static struct words w;
    const struct scan_kernel *all[3];
    size_t n_kernels = kernels(all);
    int kind_of[BASE_COUNT(w.ranks)];
    for (int round = 0; round < 600; round++) {
        struct scan_words words;
        make_text(&w, rnd(rnd(2) ? MOST_WORDS : 90), 0, rnd(2) ? 1 : 1 + rnd(300));
        for (size_t n = 2; n <= 5; n++) {
            make_kinds_of(&words, &w, n, true, kind_of);
            for (size_t i = 0; i < n_kernels; i++)
                check_near(all[i], &w, &words, kind_of, n == 2 && rnd(2));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_codes_come_back), cmocka_unit_test(test_phrases),
                                       cmocka_unit_test(test_sets),        cmocka_unit_test(test_events),
                                       cmocka_unit_test(test_stretches),   cmocka_unit_test(test_sequences),
                                       cmocka_unit_test(test_near)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
