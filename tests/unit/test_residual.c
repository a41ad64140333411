/* test_residual.c - store: a text is the same again, made of its words and of what it has beyond them.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/store_help.h"

#include "lib/token.h"
#include "lib/utf8.h"
#include "store/residual.h"

/* ---- spelling ---------------------------------------------------------------------------------------------------- */

static void test_spellings(void **state)
{
    static const struct {
        const char *word, *spelling;
        enum residual_class class;
    } cases[] = {
        {"peace", "peace", RESIDUAL_SAME},
        {"peace", "Peace", RESIDUAL_TITLE},
        {"peace", "PEACE", RESIDUAL_UPPER},
        {"peace", "pEACE", RESIDUAL_LITERAL},
        {"a", "A", RESIDUAL_TITLE},
        {"4th", "4th", RESIDUAL_SAME},
        {"4th", "4TH", RESIDUAL_UPPER},
        {"iphone", "iPhone", RESIDUAL_LITERAL},
        {"мир", "Мир", RESIDUAL_TITLE},
        {"мир", "МИР", RESIDUAL_UPPER},
        {"ειρηνη", "ΕΙΡΗΝΗ", RESIDUAL_UPPER},
        {"uber", "über", RESIDUAL_LITERAL},
        {"strasse", "straße", RESIDUAL_LITERAL},
        {"日", "日", RESIDUAL_SAME},
        {"km2", "km²", RESIDUAL_LITERAL},
        {"ⰱ", "Ⰱ", RESIDUAL_LITERAL}, /* a pair above U+2000 */
    };
    (void)state;
    for (size_t i = 0; i < BASE_COUNT(cases); i++) {
        char room[RESIDUAL_SPELLING_MAX];
        const char *word = cases[i].word, *spelling = cases[i].spelling;
        struct residual_token token = residual_word(" ", 1, word, strlen(word), spelling, strlen(spelling));
        assert_int_equal(token.class, cases[i].class);
        if (token.class == RESIDUAL_LITERAL)
            continue;
        token.spelling = NULL;
        residual_spell(&token, word, strlen(word), room);
        assert_int_equal(token.spelling_len, strlen(spelling));
        assert_memory_equal(token.spelling, spelling, token.spelling_len);
    }
}

/* ---- blocks ------------------------------------------------------------------------------------------------------ */

/* Texts in one block, and their words. */
struct written {
    struct buf text, words; /* words: each NUL-terminated */
    size_t n_tokens, n_words, n_ends;
    uint8_t bytes[RESIDUAL_BYTES];
    size_t len;
};

static void add_char(struct buf *text, uint64_t *seed)
{
    static const int32_t often[] = {' ', ' ', ' ', 'a', 'B', '.', '\n', 0xe9, 0xdf, 0xbd, 0x3a3, 0x439, 0xfdfa, 0xad};
    int32_t cp = often[help_random(seed, BASE_COUNT(often))];
    if (help_random(seed, 4) == 0)
        cp = 1 + (int32_t)help_random(seed, 0xd7ff);
    char bytes[4];
    buf_add(text, bytes, utf8_encode(bytes, cp));
}

/* Adds a text's tokens; false when the block is full. */
static bool put_text(struct written *w, struct residual_block *block, const char *text, size_t len)
{
    struct tokenizer *tokenizer = tokenizer_new();
    struct token word;
    size_t done = 0;
    bool fits = true;
    tokenizer_begin(tokenizer, text, len, NULL);
    while (fits && tokenizer_next(tokenizer, &word)) {
        size_t start = word.start > done ? word.start : done, end = word.end > start ? word.end : start;
        struct residual_token token =
            residual_word(text + done, start - done, word.word, word.word_len, text + start, end - start);
        fits = residual_put(block, &token);
        done = fits ? end : done;
        w->n_words += fits;
        if (fits) {
            buf_add(&w->words, word.word, word.word_len);
            buf_addc(&w->words, '\0');
        }
    }
    struct residual_token end = residual_mark(RESIDUAL_END, text + done, len - done);
    fits = fits && residual_put(block, &end);
    buf_add(&w->text, text, fits ? len : done);
    w->n_ends += fits;
    tokenizer_free(tokenizer);
    return fits;
}

static struct written *write_block(uint64_t seed, uint32_t longest)
{
    struct written *w = calloc(1, sizeof *w);
    struct residual_block *block = calloc(1, sizeof *block);
    struct buf text = BUF_INIT;
    bool fits = true;
    assert_true(w != NULL && block != NULL);
    for (int i = 0; fits && i < 2000; i++) {
        buf_clear(&text);
        for (uint32_t n = help_random(&seed, longest); n > 0; n--)
            add_char(&text, &seed);
        fits = put_text(w, block, text.len > 0 ? text.data : "", text.len);
    }
    w->n_tokens = block->n_tokens;
    assert_int_equal(block->text_len, w->text.len);
    w->len = residual_finish(block, w->bytes);
    assert_true(w->len <= sizeof w->bytes && block->n_tokens == 0);
    buf_release(&text);
    free(block);
    return w;
}

static void free_block(struct written *w)
{
    buf_release(&w->text);
    buf_release(&w->words);
    free(w);
}

/* Reads a block from its beginning and compares; notes the place and the bytes before each token. */
static void read_block(const struct written *w, const struct residual *r, struct residual_at *ats, size_t *offs)
{
    struct residual_at at = residual_begin(r);
    struct residual_token token;
    const char *word = w->words.data;
    size_t off = 0, n = 0;
    for (; at.token < r->n_tokens; n++) {
        char room[RESIDUAL_SPELLING_MAX];
        ats[n] = at;
        offs[n] = off;
        assert_true(residual_next(r, &at, &token));
        if (token.class < RESIDUAL_PIECE) {
            residual_spell(&token, word, strlen(word), room);
            word += strlen(word) + 1;
        }
        assert_true(token.before_len + token.spelling_len <= w->text.len - off);
        assert_memory_equal(token.before, w->text.data + off, token.before_len);
        off += token.before_len;
        if (token.spelling_len > 0)
            assert_memory_equal(token.spelling, w->text.data + off, token.spelling_len);
        off += token.spelling_len;
    }
    ats[n] = at;
    offs[n] = off;
    assert_int_equal(off, w->text.len);
    assert_int_equal(n, w->n_tokens);
    assert_false(residual_next(r, &at, &token));
}

/* Whatever way one gets to a token, it is the same place. */
static void check_places(const struct residual *r, const struct residual_at *ats, const size_t *offs, uint64_t seed)
{
    struct residual_token token;
    size_t n_words = 0, n_ends = 0, step_off;
    for (size_t i = 0; i < r->n_tokens; i++) {
        struct residual_at at = residual_begin(r), next = ats[i];
        assert_true(residual_next(r, &next, &token));
        n_words += token.class < RESIDUAL_PIECE;
        if (token.class == RESIDUAL_END) {
            assert_true(residual_skip_ends(r, &at, ++n_ends));
            assert_true(at.token == i + 1 && at.literal == ats[i + 1].literal);
        }
        size_t from = help_random(&seed, (uint32_t)i + 1);
        at = ats[from];
        assert_true(residual_skip_to(r, &at, i));
        assert_ptr_equal(at.literal, ats[i].literal);
        assert_int_equal(residual_words(r, 0, from) + residual_words(r, from, i + 1), n_words);
        size_t step = residual_step(r, offs[i], &step_off);
        assert_true(step % RESIDUAL_STEP == 0 && step_off == offs[step] && step_off <= offs[i]);
        assert_int_equal(residual_step_off(r, step), step_off);
        assert_true(step + RESIDUAL_STEP > i);
    }
    struct residual_at at = residual_begin(r);
    assert_false(residual_skip_ends(r, &at, n_ends + 1));
}

static void test_blocks(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct written *w = write_block(seed, seed % 3 == 0 ? 5 : seed % 3 == 1 ? 300 : 20000);
        struct residual r;
        assert_true(residual_open(&r, w->bytes, w->len));
        assert_int_equal(r.n_tokens, w->n_tokens);
        assert_int_equal(residual_words(&r, 0, r.n_tokens), w->n_words);
        struct residual_at *ats = calloc(r.n_tokens + 1, sizeof *ats);
        size_t *offs = calloc(r.n_tokens + 1, sizeof *offs);
        assert_true(ats != NULL && offs != NULL);
        read_block(w, &r, ats, offs);
        check_places(&r, ats, offs, seed);
        free(ats);
        free(offs);
        free_block(w);
    }
}

/* ---- damage ------------------------------------------------------------------------------------------------------ */

/* Whatever the bytes, reading ends and stays inside of them. */
static void read_anyhow(const uint8_t *bytes, size_t len, uint64_t *seed)
{
    struct residual r;
    struct residual_token token;
    size_t off, sum = 0;
    uint8_t *own = malloc(len + 1); /* a sanitizer sees what is read behind */
    assert_non_null(own);
    memcpy(own, bytes, len);
    if (residual_open(&r, own, len)) {
        struct residual_at at = residual_begin(&r), behind = at;
        while (residual_next(&r, &at, &token)) {
            for (size_t i = 0; i < token.before_len; i++)
                sum += (unsigned char)token.before[i];
            for (size_t i = 0; i < token.spelling_len && token.spelling != NULL; i++)
                sum += (unsigned char)token.spelling[i];
        }
        sum += residual_skip_ends(&r, &behind, help_random(seed, 100));
        behind = residual_begin(&r);
        sum += residual_skip_to(&r, &behind, help_random(seed, (uint32_t)r.n_tokens + 1));
        sum += residual_step(&r, help_random(seed, RESIDUAL_TEXT), &off) + off;
    }
    assert_true(sum < SIZE_MAX);
    free(own);
}

static void test_any_bytes(void **state)
{
    (void)state;
    uint64_t seed = 77;
    struct written *w = write_block(5, 300);
    for (int i = 0; i < 3000; i++) {
        size_t at = help_random(&seed, i % 2 == 0 ? 64 : (uint32_t)w->len);
        uint8_t before = w->bytes[at];
        w->bytes[at] = (uint8_t)help_random(&seed, 256);
        read_anyhow(w->bytes, i % 3 == 0 ? help_random(&seed, (uint32_t)w->len) : w->len, &seed);
        w->bytes[at] = before;
    }
    for (int i = 0; i < 3000; i++) {
        uint8_t bytes[64];
        for (size_t k = 0; k < sizeof bytes; k++)
            bytes[k] = (uint8_t)help_random(&seed, 256);
        read_anyhow(bytes, help_random(&seed, sizeof bytes), &seed);
    }
    free_block(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_any_bytes),
    };
    return cmocka_run_group_tests_name("residual", tests, NULL, NULL);
}
