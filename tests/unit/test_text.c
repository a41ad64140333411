/* test_text.c - store: any stretch of any text comes back as it went in, whatever the text, also of segments that were
 * merged; and prose takes little room. SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/store_help.h"

#include "store/parts.h"
#include "store/residual.h"
#include "store/text.h"

/* ---- documents made to be awkward -------------------------------------------------------------------------------- */

enum { N_KINDS = 12 };

static void repeat(struct buf *out, const char *piece, size_t n)
{
    while (n-- > 0)
        buf_adds(out, piece);
}

/* The number-th text of a seed. To be released. */
static struct buf make_text(uint64_t seed, uint32_t number)
{
    struct buf b = BUF_INIT;
    uint64_t own = seed * 7919 + number;
    (void)help_random(&own, 2);
    uint32_t n = help_random(&own, 3000);
    switch (number % N_KINDS) {
    case 0:
        break; /* empty */
    case 1:
        repeat(&b, " ", n * 40);
        break;
    case 2:
        help_add_text(&b, &own, n * 4);
        break;
    case 3:
        repeat(&b, "a", 70000);
        break; /* a word over several blocks */
    case 4:
        repeat(&b, "½¼", n);
        break; /* characters that are two words */
    case 5:
        repeat(&b, "Ünïcödé ÄLLES Straße ", n);
        break;
    case 6:
        repeat(&b, "日本語、", n);
        break;
    case 7:
        repeat(&b, "\x01x\x02Y", n);
        break; /* separators that are no common ones */
    case 8:
        buf_adds(&b, "x");
        break;
    case 9:
        buf_adds(&b, "one");
        repeat(&b, "~", RESIDUAL_PIECE_MAX - 3 + n % 6);
        buf_adds(&b, "Two");
        repeat(&b, "É", RESIDUAL_PIECE_MAX / 2 - 3 + n % 6);
        break;
    case 10:
        repeat(&b, "\xEF\xB7\xBA", n);
        break; /* one character of several words */
    default:
        help_add_text(&b, &own, n % 50);
        break;
    }
    assert_true(buf_ok(&b));
    return b;
}

static void add_text(struct chunk *chunk, uint64_t seed, uint32_t number)
{
    struct err err = {0};
    struct buf text = make_text(seed, number);
    char path[32];
    (void)snprintf(path, sizeof path, "%u.txt", number);
    struct document doc = {.path = path,
                           .path_len = strlen(path),
                           .text = text.data == NULL ? "" : text.data,
                           .text_len = text.len,
                           .title = number % 5 == 0 ? "A title, apart" : NULL,
                           .title_len = number % 5 == 0 ? 14 : 0,
                           .date = DOCUMENT_NO_DATE};
    HELP_OK(chunk_add(chunk, &doc, &err));
    buf_release(&text);
}

enum { N_DOCS = 150, CHUNK_DOCS = 40 };

static void build_texts(const char *dir, uint64_t seed)
{
    struct err err = {0};
    struct build *build;
    struct manifest m = {.language = "en"};
    HELP_OK(build_begin(dir, NULL, &build, &err));
    for (uint32_t first = 0; first < N_DOCS; first += CHUNK_DOCS) {
        struct chunk *chunk;
        HELP_OK(chunk_new(build, first, &chunk, &err));
        for (uint32_t i = first; i < first + CHUNK_DOCS && i < N_DOCS; i++)
            add_text(chunk, seed, i);
        HELP_OK(chunk_finish(chunk, &err));
        HELP_OK(build_append(build, chunk, &err));
    }
    HELP_OK(build_publish(build, &m, &err));
    build_free(build);
    manifest_release(&m);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static void check_stretch(const struct segment *s, uint32_t doc, struct text_cache *cache, const struct buf *truth,
                          uint32_t off, uint32_t len)
{
    struct err err = {0};
    struct buf got = BUF_INIT;
    HELP_OK(segment_text(s, doc, off, len, cache, &got, &err));
    size_t want = off >= truth->len ? 0 : len < truth->len - off ? len : truth->len - off;
    assert_int_equal(got.len, want);
    if (want > 0)
        assert_memory_equal(got.data, truth->data + off, want);
    buf_release(&got);
}

/* Documents of a segment against their numbers, each as a whole and in stretches, forwards, backwards and in turn with
 * others. */
static void check_texts(const struct segment *s, uint64_t seed, const uint32_t *numbers, size_t n)
{
    struct text_cache *cache = text_cache_new();
    uint64_t own = seed;
    assert_non_null(cache);
    assert_int_equal(segment_docs(s), n);
    for (uint32_t doc = 0; doc < n; doc++) {
        struct buf truth = make_text(seed, numbers[doc]);
        check_stretch(s, doc, cache, &truth, 0, UINT32_MAX);
        for (uint32_t i = 0; i < 20 && truth.len > 0; i++) {
            uint32_t off = help_random(&own, (uint32_t)truth.len), len = help_random(&own, i % 4 == 0 ? 40000 : 300);
            check_stretch(s, doc, cache, &truth, off, len);
            if (i % 5 == 4) {
                uint32_t other = help_random(&own, (uint32_t)n);
                struct buf text = make_text(seed, numbers[other]);
                check_stretch(s, other, cache, &text, help_random(&own, 2000), 50);
                buf_release(&text);
            }
        }
        buf_release(&truth);
    }
    text_cache_free(cache);
}

static void test_stretches(void **state)
{
    struct err err = {0};
    char *dir = help_path(state, "index");
    uint32_t numbers[N_DOCS];
    for (uint32_t i = 0; i < N_DOCS; i++)
        numbers[i] = i;
    assert_int_equal(dir_make(dir, &err), ST_OK);
    build_texts(dir, 3);
    struct snapshot *snap;
    HELP_OK(snapshot_check(dir, &err));
    HELP_OK(snapshot_open(dir, 0, true, &snap, &err));
    check_texts(snapshot_segment(snap, 0), 3, numbers, N_DOCS);
    snapshot_unref(snap);
    free(dir);
}

/* ---- merging ----------------------------------------------------------------------------------------------------- */

struct merged {
    const struct segment *from;
    const uint32_t *dead;
    size_t n_dead;
};

static void add_merged(struct chunk *chunk, void *arg)
{
    const struct merged *m = arg;
    struct err err = {0};
    HELP_OK(chunk_merge(chunk, m->from, 0, segment_docs(m->from), m->dead, m->n_dead, &err));
}

static void check_merge(void **state, uint64_t seed, uint32_t dead_of_16)
{
    struct err err = {0};
    char *from_dir = help_path(state, "from"), *to_dir = help_path(state, "to");
    uint32_t dead[N_DOCS], living[N_DOCS];
    size_t n_dead = 0, n_living = 0;
    for (uint32_t i = 0; i < N_DOCS; i++)
        if (help_random(&seed, 16) < dead_of_16)
            dead[n_dead++] = i;
        else
            living[n_living++] = i;
    HELP_OK(dir_make(from_dir, &err));
    HELP_OK(dir_make(to_dir, &err));
    build_texts(from_dir, 4);
    struct snapshot *from, *to;
    HELP_OK(snapshot_open(from_dir, 0, true, &from, &err));
    struct merged merged = {snapshot_segment(from, 0), dead, n_dead};
    help_build_chunk(to_dir, add_merged, &merged);
    HELP_OK(snapshot_check(to_dir, &err));
    HELP_OK(snapshot_open(to_dir, 0, true, &to, &err));
    check_texts(snapshot_segment(to, 0), 4, living, n_living);
    snapshot_unref(from);
    snapshot_unref(to);
    HELP_OK(dir_remove(from_dir, &err));
    HELP_OK(dir_remove(to_dir, &err));
    free(from_dir);
    free(to_dir);
}

static void test_merging(void **state)
{
    check_merge(state, 1, 0);
    check_merge(state, 2, 1);
    check_merge(state, 3, 4);
    check_merge(state, 4, 12);
}

/* ---- size -------------------------------------------------------------------------------------------------------- */

static void add_document(struct chunk *chunk, void *arg)
{
    const struct document *doc = arg;
    struct err err = {0};
    HELP_OK(chunk_add(chunk, doc, &err));
}

/* 500 words drawn at random, plain and with capitals: zlib alone takes 40% of this text. */
static void test_prose_takes_little(void **state)
{
    struct err err = {0};
    char *dir = help_path(state, "index");
    struct buf text = BUF_INIT;
    uint64_t seed = 9;
    while (text.len < 400000) {
        uint32_t word = help_random(&seed, 500);
        buf_addc(&text, (char)((help_random(&seed, 12) == 0 ? 'A' : 'a') + word % 26));
        buf_addf(&text, "%c%c", (int)('a' + word / 26), (int)('a' + word * word % 26));
        buf_addf(&text, "%c%c", (int)('a' + word * 7 % 26), (int)('a' + word % 5));
        buf_adds(&text, help_random(&seed, 9) == 0 ? ", " : " ");
    }
    HELP_OK(dir_make(dir, &err));
    struct document doc = {
        .path = "p", .path_len = 1, .text = text.data, .text_len = text.len, .date = DOCUMENT_NO_DATE};
    help_build_chunk(dir, add_document, &doc);
    struct snapshot *snap;
    struct segment_part parts[32];
    uint64_t bytes = 0;
    HELP_OK(snapshot_open(dir, 0, true, &snap, &err));
    size_t n = segment_parts(snapshot_segment(snap, 0), parts, BASE_COUNT(parts));
    for (size_t i = 0; i < n && i < BASE_COUNT(parts); i++)
        bytes += strcmp(parts[i].name, "text") == 0 ? parts[i].bytes : 0;
    assert_in_range(bytes, 1000, text.len / 12);
    snapshot_unref(snap);
    buf_release(&text);
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {HELP_TEST(test_stretches), HELP_TEST(test_merging),
                                       HELP_TEST(test_prose_takes_little)};
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
