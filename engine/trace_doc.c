/* trace_doc.c - a document's words as numbers of the text's words, and which are variants of each other.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "engine/trace_state.h"
#include "lib/array.h"
#include "lib/etdc.h"

static inline uint32_t number_of_rank(const struct tracer *t, uint32_t rank)
{
    if (rank < TRACE_DIRECT)
        return t->direct[rank] - 1; /* 0, no word, becomes ALIGN_NO_WORD */
    size_t slot = rank * UINT32_C(0x9e3779b1) & (t->n_ranks - 1);
    for (; t->ranks[slot] != 0; slot = (slot + 1) & (t->n_ranks - 1))
        if ((uint32_t)(t->ranks[slot] >> 32) == rank)
            return (uint32_t)t->ranks[slot] - 1;
    return ALIGN_NO_WORD;
}

enum { WORDS_BETWEEN_CHECKS = 1 << 18 };

static enum status read_doc(struct tracer *t, uint32_t doc, uint32_t *n, struct err *err)
{
    struct segment_words words;
    enum status status = segment_words(t->segment, doc, &words, err);
    if (status != ST_OK)
        return status;
    if (!ARRAY_RESERVE(t->doc_words, t->cap_doc_words, words.n_body + 1) ||
        !ARRAY_RESERVE(t->doc_ranks, t->cap_doc_ranks, words.n_body + 1))
        return err_nomem(err);
    const uint8_t *p = words.body;
    uint32_t rank, i = 0, until = 0;
    while (i == until && i < words.n_body && status == ST_OK) {
        until = words.n_body - i > WORDS_BETWEEN_CHECKS ? i + WORDS_BETWEEN_CHECKS : words.n_body;
        for (; i < until && etdc_get(&p, words.body_end, &rank); i++) {
            t->doc_ranks[i] = rank;
            t->doc_words[i] = number_of_rank(t, rank);
        }
        status = trace_check_stop(t, err);
    }
    *n = i;
    return status;
}

/* ---- variants ---------------------------------------------------------------------------------------------------- */

enum { VARIANT_LEAST = 4, ONE_CHARACTER = 4 }; /* characters of the shorter word; bytes of a character at most */

/* Whether a byte is inside a character. */
static bool goes_on(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t characters(const char *p, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += !goes_on(p[i]);
    return n;
}

bool trace_varies(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (bytes[i] >= '0' && bytes[i] <= '9')
            return false;
    return characters(bytes, len) >= VARIANT_LEAST;
}

/* Whether one edit turns a into b: what is left between their common beginning and end is one character at most. */
static bool within_one_edit(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t least = a_len < b_len ? a_len : b_len, begin = 0, end = 0;
    while (begin < least && a[begin] == b[begin])
        begin++;
    while (begin > 0 && ((begin < a_len && goes_on(a[begin])) || (begin < b_len && goes_on(b[begin]))))
        begin--;
    while (end < least - begin && a[a_len - end - 1] == b[b_len - end - 1])
        end++;
    while (end > 0 && (goes_on(a[a_len - end]) || goes_on(b[b_len - end])))
        end--;
    return characters(a + begin, a_len - begin - end) <= 1 && characters(b + begin, b_len - begin - end) <= 1;
}

static bool near(void *arg, uint32_t pos, uint32_t doc_pos)
{
    const struct tracer *t = arg;
    const struct vocab *vocab = segment_vocab(t->segment);
    const struct trace_word *w = &t->distinct[t->words[pos]];
    uint32_t index = w->varies ? vocab_of_rank(vocab, t->doc_ranks[doc_pos]) : UINT32_MAX;
    if (index >= vocab_size(vocab))
        return false;
    char bytes[VOCAB_WORD_MAX];
    size_t len = vocab_bytes(vocab, index, bytes);
    return len <= w->len + ONE_CHARACTER && w->len <= len + ONE_CHARACTER &&
           within_one_edit(w->bytes, w->len, bytes, len) && trace_varies(bytes, len);
}

/* ---- aligning ---------------------------------------------------------------------------------------------------- */

static enum status stop(void *arg, struct err *err)
{
    return trace_check_stop(arg, err);
}

enum status trace_align(struct tracer *t, uint32_t doc, const struct align_passage **passages, size_t *n,
                        struct err *err)
{
    struct align_doc d = {.near = near, .stop = stop, .arg = t};
    *n = 0;
    enum status status = read_doc(t, doc, &d.n, err);
    d.words = t->doc_words;
    return status == ST_OK ? align_find(t->align, &d, passages, n, err) : status;
}
