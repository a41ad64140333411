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

struct words {
    uint32_t ranks[600];
    size_t n;
    uint8_t bytes[600 * ETDC_MAX_BYTES + 1 + SCAN_READABLE];
    struct scan_text text;
};

static void make_words(struct words *w, size_t n)
{
    memset(w->bytes, 0, sizeof w->bytes);
    w->n = n;
    uint8_t *p = w->bytes;
    *p++ = 0x80;
    w->text.begin = p;
    for (size_t i = 0; i < n; i++) {
        w->ranks[i] = random_rank();
        p += etdc_put(p, w->ranks[i]);
    }
    w->text.end = p;
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

/* Of two words, every occurrence of the one that is near one of the other's is found, in order, and only those. */
static void test_around(void **state)
{
    (void)state;
    static struct words w;
    for (int round = 0; round < 2000; round++) {
        make_words(&w, rnd(600));
        uint32_t a = random_rank(), b = random_rank(), reach = rnd(30);
        uint8_t code_a[ETDC_MAX_BYTES], code_b[ETDC_MAX_BYTES];
        struct scan_needle needle_a = scan_needle_of(code_a, etdc_put(code_a, a));
        struct scan_needle needle_b = scan_needle_of(code_b, etdc_put(code_b, b));
        struct scan_hits hits = {0};
        struct scan_positions found = {0};
        if (a == b)
            continue;
        assert_true(scan_find_hits(w.text, &needle_a, 50, &hits));
        assert_true(scan_find_around(w.text, &needle_b, hits.items, hits.n, reach, &found));
        size_t n_hits = 0, n = 0;
        for (size_t i = 0; i < w.n; i++) {
            if (w.ranks[i] == a)
                assert_int_equal(hits.items[n_hits++].pos, 50 + i);
            if (w.ranks[i] != b)
                continue;
            bool is_near = false;
            for (size_t k = 0; k < w.n; k++)
                is_near |= w.ranks[k] == a && (k > i ? k - i : i - k) <= reach + 1;
            bool is_found = n < found.n && found.items[n] == 50 + i;
            assert_true(is_found || !is_near);
            n += is_found;
        }
        assert_int_equal(n, found.n);
        assert_int_equal(n_hits, hits.n);
        free(hits.items);
        free(found.items);
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

/* Neighbours of two words of one byte, against a walk over the words. */
static void check_near(const uint32_t *ranks, size_t n, const uint8_t *text, size_t len, uint32_t distance,
                       bool ordered)
{
    struct scan_near near = {.distance = distance, .ordered = ordered};
    size_t want = 0, before = n;
    double tightness = 0;
    for (size_t i = 0; i < n; i++) {
        if (ranks[i] != 1 && ranks[i] != 2)
            continue;
        if (before < n && ranks[i] != ranks[before] && i - before - 1 <= distance && !(ordered && ranks[i] == 1)) {
            want++;
            tightness += 1.0 / (double)(i - before);
        }
        before = i;
    }
    scan_count_near((struct scan_text){text, text + len}, 0x81, 0x82, &near);
    assert_int_equal(near.n, want);
    assert_true(near.tightness == tightness);
}

static void test_near(void **state)
{
    (void)state;
    for (int round = 0; round < 3000; round++) {
        uint32_t ranks[200];
        uint8_t bytes[1 + sizeof ranks + SCAN_READABLE];
        size_t n = rnd(200), len = 0;
        memset(bytes, 0x81, sizeof bytes); /* also behind the end */
        for (size_t i = 0; i < n; i++) {
            ranks[i] = rnd(3) > 0 ? 1 + rnd(4) : 1 + rnd(100000);
            len += etdc_put(bytes + 1 + len, ranks[i]);
        }
        check_near(ranks, n, bytes + 1, len, rnd(12), rnd(2) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_codes_come_back), cmocka_unit_test(test_phrases),
                                       cmocka_unit_test(test_around), cmocka_unit_test(test_sets),
                                       cmocka_unit_test(test_near)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
