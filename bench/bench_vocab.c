/* bench_vocab.c - times what is done with a vocabulary, that of an index's first segment: nanoseconds a word, processor
 * time, of 20,000 words drawn evenly with a fixed seed. Three rounds, of which the first warms up.
 *
 *     bench_vocab INDEX
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "store/snapshot.h"

enum { N_DRAWN = 20000, N_ROUNDS = 3, COMMON = 4000 };

struct drawn {
    char bytes[VOCAB_WORD_MAX];
    size_t len;
    uint32_t rank;
};

static double now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void draw(const struct vocab *v, struct drawn *words)
{
    uint64_t state = 1;
    for (size_t i = 0; i < N_DRAWN; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint32_t entry = (uint32_t)((state >> 32) * vocab_size(v) >> 32);
        words[i].len = vocab_bytes(v, entry, words[i].bytes);
        words[i].rank = vocab_at(v, entry).rank;
    }
}

static void tell(const char *what, double began, double n)
{
    printf("%s %.1f\n", what, (now_ns() - began) / n);
}

/* The words of ranks, of which those beyond most begin again at 1. */
static uint64_t read_ranks(const struct vocab *v, const struct drawn *words, uint32_t most)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < N_DRAWN; i++) {
        char bytes[VOCAB_WORD_MAX];
        sum += vocab_bytes(v, vocab_of_rank(v, 1 + (words[i].rank - 1) % most), bytes);
        sum += (unsigned char)bytes[0];
    }
    return sum;
}

/* Returns a sum of what was read, so that reading is not left out. */
static uint64_t run(const struct vocab *v, const struct drawn *words)
{
    uint64_t sum = 0;
    double began = now_ns();
    for (size_t i = 0; i < N_DRAWN; i++)
        sum += (uint64_t)vocab_find(v, words[i].bytes, words[i].len);
    tell("find", began, N_DRAWN);
    began = now_ns();
    for (size_t i = 0; i < N_DRAWN; i++)
        sum += vocab_at(v, (uint32_t)vocab_find(v, words[i].bytes, words[i].len)).documents;
    tell("find, with counts", began, N_DRAWN);
    began = now_ns();
    sum += read_ranks(v, words, COMMON);
    tell("word of a common rank", began, N_DRAWN);
    began = now_ns();
    sum += read_ranks(v, words, vocab_size(v));
    tell("word of any rank", began, N_DRAWN);
    began = now_ns();
    struct vocab_cursor c;
    vocab_seek(&c, v, 0);
    while (vocab_next(&c))
        sum += c.len + (unsigned char)c.bytes[0];
    tell("next", began, vocab_size(v));
    return sum;
}

int main(int argc, char **argv)
{
    static struct drawn words[N_DRAWN];
    struct snapshot *snap;
    struct err err = {0};
    if (argc != 2) {
        fprintf(stderr, "usage: bench_vocab INDEX\n");
        return 64;
    }
    if (snapshot_open(argv[1], 0, false, &snap, &err) != ST_OK) {
        fprintf(stderr, "bench_vocab: %s\n", err.text);
        return 1;
    }
    const struct vocab *v = snapshot_segments(snap) > 0 ? segment_vocab(snapshot_segment(snap, 0)) : NULL;
    if (v == NULL || vocab_size(v) == 0) {
        fprintf(stderr, "bench_vocab: %s: no words\n", argv[1]);
        snapshot_unref(snap);
        return 1;
    }
    draw(v, words);
    uint64_t sum = 0;
    for (int round = 0; round < N_ROUNDS; round++)
        sum += run(v, words);
    printf("(%u words; sum %llu)\n", vocab_size(v), (unsigned long long)sum);
    snapshot_unref(snap);
    return 0;
}
