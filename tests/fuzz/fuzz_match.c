/* fuzz_match.c - bytes choose a query over the words a to d, and a document of them: what the matcher finds keeps to
 * the rules of lib/match.h, to laws between queries, and for pairs of words and plain phrases to what loops find.
 *
 * The bytes before the first `|` choose the query. Those behind it are the document: letters are words, `.` ends a
 * sentence, `/` a paragraph, `#` a title kept apart, `=` a heading. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/etdc.h"
#include "lib/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS = 64, LETTERS = 4, LARGEST_RANK = 20000 };
static const uint32_t rank_of[LETTERS] = {1, 200, LARGEST_RANK, 5}; /* codes of one, two and three bytes */

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* ---- the document ------------------------------------------------------------------------------------------------ */

struct field {
    char words[WORDS]; /* 0 to 3 */
    uint32_t n;
    uint8_t code[WORDS * ETDC_MAX_BYTES + 1 + 64];
    size_t code_len;
};

struct subject {
    struct field body, title;
    struct match_break breaks[WORDS];
    size_t n_breaks;
    struct match_doc doc;
};

static enum status give_breaks(void *arg, const struct match_break **breaks, size_t *n, struct err *err)
{
    const struct subject *s = arg;
    (void)err;
    *breaks = s->breaks;
    *n = s->n_breaks;
    return ST_OK;
}

static void add_break(struct subject *s, bool paragraph)
{
    if (s->body.n == 0)
        return;
    if (s->n_breaks > 0 && s->breaks[s->n_breaks - 1].pos == s->body.n)
        s->n_breaks--;
    s->breaks[s->n_breaks++] = (struct match_break){s->body.n, paragraph};
}

static void read_byte(struct subject *s, uint8_t byte)
{
    if (byte == '.' || byte == '/') {
        add_break(s, byte == '/');
    } else if (byte == '#' && s->title.n == 0 && s->doc.heading_words == 0) {
        s->title = s->body;
        s->body.n = 0;
        s->n_breaks = 0;
    } else if (byte == '=' && s->title.n == 0) {
        s->doc.heading_words = s->body.n;
    } else if (byte != ' ' && s->body.n < WORDS - 1) {
        s->body.words[s->body.n++] = (char)((byte - 'a') & (LETTERS - 1));
    }
}

static void encode(struct field *field)
{
    field->code[0] = 0x80;
    field->code_len = 1;
    for (uint32_t i = 0; i < field->n; i++)
        field->code_len += etdc_put(field->code + field->code_len, rank_of[(int)field->words[i]]);
}

static void read_subject(struct subject *s, const uint8_t *data, size_t size)
{
    memset(s, 0, sizeof *s);
    for (size_t i = 0; i < size; i++)
        read_byte(s, data[i]);
    if (s->n_breaks > 0 && s->breaks[s->n_breaks - 1].pos == s->body.n)
        s->n_breaks--;
    encode(&s->body);
    encode(&s->title);
    s->doc.body = s->body.code + 1;
    s->doc.body_end = s->body.code + s->body.code_len;
    s->doc.n_body = s->body.n;
    s->doc.n_title = s->title.n;
    if (s->title.n > 0) {
        s->doc.title = s->title.code + 1;
        s->doc.title_end = s->title.code + s->title.code_len;
    }
    s->doc.breaks = give_breaks;
    s->doc.breaks_arg = s;
}

/* ---- the query --------------------------------------------------------------------------------------------------- */

struct choices {
    const uint8_t *at, *end;
};

static unsigned choose(struct choices *c, unsigned n)
{
    return c->at < c->end ? *c->at++ % n : 0;
}

static const unsigned distances[] = {0, 1, 2, 3, 5, 9, 30, 1000};

static unsigned choose_distance(struct choices *c)
{
    return distances[choose(c, BASE_COUNT(distances))];
}

/* A word; sometimes a pattern, which give_words makes stand for several. */
static void add_word(struct choices *c, struct buf *out)
{
    unsigned n = choose(c, 5 * LETTERS);
    buf_addf(out, "%c%s", "abcd"[n % LETTERS], n < LETTERS ? "*" : "");
}

static void add_item(struct choices *c, struct buf *out)
{
    switch (choose(c, 9)) {
    case 0:
        buf_adds(out, "* ");
        break;
    case 1:
        buf_addf(out, "...%u ", choose(c, 9));
        break;
    case 2:
        buf_adds(out, "(");
        add_word(c, out);
        buf_adds(out, choose(c, 2) ? "|* " : "|");
        add_word(c, out);
        buf_adds(out, ") ");
        break;
    default:
        break;
    }
    add_word(c, out);
    buf_adds(out, " ");
}

static void add_leaf(struct choices *c, struct buf *out)
{
    unsigned kind = choose(c, 8), n = 2 + choose(c, 3);
    if (kind == 7)
        buf_adds(out, "title:");
    if (kind < 3) {
        add_word(c, out);
        return;
    }
    buf_adds(out, "\"");
    for (unsigned i = 0; i < n; i++)
        if (kind == 6)
            buf_addf(out, "%c ", "abcd"[choose(c, LETTERS)]);
        else
            add_item(c, out);
    buf_adds(out, kind == 6 || choose(c, 4) ? "\"" : "* \"");
    if (kind == 6)
        buf_addf(out, "~%u", choose_distance(c));
}

static void add_operand(struct choices *c, unsigned depth, struct buf *out)
{
    static const char *const plain[] = {" SENTENCE ", " PARAGRAPH ", " OR "};
    static const char *const far[] = {" NEAR/", " NEAR/", " BEFORE/", " NOTNEAR/"};
    unsigned kind = depth == 0 ? 0 : choose(c, 10);
    if (kind < 3) {
        add_leaf(c, out);
        return;
    }
    buf_adds(out, "(");
    add_operand(c, depth - 1, out);
    if (kind < 6)
        buf_adds(out, plain[kind - 3]);
    else
        buf_addf(out, "%s%u ", far[kind - 6], choose_distance(c));
    add_operand(c, depth - 1, out);
    buf_adds(out, ")");
}

/* ---- one query on one document ----------------------------------------------------------------------------------- */

struct found {
    struct match_span spans[2 * WORDS];
    size_t n;
    bool known; /* false: refused, or a boolean query */
};

static bool occurs(const struct subject *s, char word)
{
    return memchr(s->body.words, word, s->body.n) != NULL || memchr(s->title.words, word, s->title.n) != NULL;
}

/* The words that a leaf stands for, as a range of letters: a pattern, for all from its letter on. */
static void letters_of(const struct plan_leaf *leaf, char *from, char *to)
{
    *from = (char)(leaf->text[0] - 'a');
    *to = leaf->kind == SLOT_PATTERN ? LETTERS - 1 : *from;
}

static void give_words(struct plan *plan, struct arena *arena)
{
    struct err err;
    for (size_t i = 0; i < plan->n_leaves; i++) {
        struct plan_leaf *leaf = &plan->leaves[i];
        char from, to;
        letters_of(leaf, &from, &to);
        leaf->words = arena_calloc(arena, LETTERS, sizeof *leaf->words);
        require(leaf->words != NULL);
        for (char word = from; word <= to; word++)
            leaf->words[leaf->n_words++] = (struct plan_word){&"abcd"[(int)word], 1, 1, 1, NULL};
    }
    require(plan_contend(plan, &err) == ST_OK);
}

static int compare_ranks(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void bind(struct matcher *m, const struct plan *plan, const struct subject *s)
{
    struct err err;
    for (unsigned i = 0; i < plan->n_leaves; i++) {
        uint32_t ranks[LETTERS];
        size_t n = 0;
        char from, to;
        letters_of(&plan->leaves[i], &from, &to);
        for (char word = from; word <= to; word++)
            if (occurs(s, word))
                ranks[n++] = rank_of[(int)word];
        qsort(ranks, n, sizeof *ranks, compare_ranks);
        require(matcher_bind(m, i, ranks, n, LARGEST_RANK, &err) == ST_OK);
    }
    require(matcher_bound(m, &err) == ST_OK);
}

/* Spans ascend, none contains another, each lies in one field. */
static void check_spans(const struct subject *s, const struct found *f)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct match_span *span = &f->spans[i];
        uint32_t first, last;
        bool title = match_in_title(&s->doc, span->first, &first);
        require(match_in_title(&s->doc, span->last, &last) == title);
        require(first <= last && last < (title ? s->title.n : s->body.n));
        require(i == 0 || (span->first > span[-1].first && span->last > span[-1].last));
    }
}

static void check_counts(struct matcher *m, const struct plan_span *unit, size_t n)
{
    struct err err;
    size_t counted, in_title;
    double tightness;
    require(matcher_count(m, unit, &counted, &tightness, &err) == ST_OK);
    require(counted == n && tightness <= (double)n && (tightness > 0) == (n > 0));
    require(matcher_count_title(m, unit, &in_title, &err) == ST_OK && in_title <= n);
}

static void check_words(struct matcher *m, const struct plan_span *unit, const struct found *f)
{
    struct err err;
    for (size_t i = 0; i < f->n; i++) {
        const uint32_t *words;
        size_t n;
        require(matcher_words(m, unit, f->spans[i], &words, &n, &err) == ST_OK && n > 0);
        for (size_t k = 0; k < n; k++)
            require(words[k] >= f->spans[i].first && words[k] <= f->spans[i].last &&
                    (k == 0 || words[k] > words[k - 1]));
    }
}

static void match(const struct plan *plan, const struct subject *s, struct found *f)
{
    struct matcher *m = matcher_new(plan, NULL);
    const struct match_span *spans;
    struct err err;
    require(m != NULL);
    bind(m, plan, s);
    matcher_begin(m, &s->doc);
    enum status status = matcher_unit(m, plan->root->unit, &spans, &f->n, &err);
    require(status == ST_OK || status == ST_TOO_BROAD);
    f->known = status == ST_OK;
    if (f->known) {
        require(f->n <= BASE_COUNT(f->spans));
        if (f->n > 0)
            memcpy(f->spans, spans, f->n * sizeof *spans);
        check_spans(s, f);
        check_counts(m, plan->root->unit, f->n);
        check_words(m, plan->root->unit, f);
    }
    matcher_free(m);
}

/* Refused queries, and those that are boolean at their root, are not known. */
static struct found find(const struct subject *s, const struct buf *query)
{
    struct arena arena = ARENA_INIT;
    struct query *q;
    struct plan *plan;
    struct err err;
    struct found f = {.n = 0};
    require(buf_ok(query));
    enum status status = query_parse(query->data, query->len, &arena, &q, &err);
    require(status == ST_OK || status == ST_TOO_BROAD);
    if (status == ST_OK && plan_make(q, &arena, &plan, &err) == ST_OK && plan->root->kind == PLAN_UNIT) {
        give_words(plan, &arena);
        match(plan, s, &f);
    }
    arena_release(&arena);
    return f;
}

static struct found find_pair(const struct subject *s, const char *a, const char *operator, int k, const char *b)
{
    struct buf query = BUF_INIT;
    buf_addf(&query, "%s %s", a, operator);
    if (k >= 0)
        buf_addf(&query, "/%d", k);
    buf_addf(&query, " %s", b);
    struct found f = find(s, &query);
    buf_release(&query);
    return f;
}

/* ---- laws -------------------------------------------------------------------------------------------------------- */

static void require_same(const struct found *a, const struct found *b)
{
    if (!a->known || !b->known)
        return;
    require(a->n == b->n && (a->n == 0 || memcmp(a->spans, b->spans, a->n * sizeof *a->spans) == 0));
}

/* Every span of a holds one of b. */
static void require_within(const struct found *a, const struct found *b)
{
    for (size_t i = 0; a->known && b->known && i < a->n; i++) {
        bool held = false;
        for (size_t k = 0; k < b->n && !held; k++)
            held = b->spans[k].first >= a->spans[i].first && b->spans[k].last <= a->spans[i].last;
        require(held);
    }
}

static void check_laws(const struct subject *s, const char *a, const char *b, unsigned k)
{
    int d = (int)k;
    struct buf query = BUF_INIT;
    buf_adds(&query, a);
    struct found left = find(s, &query);
    buf_release(&query);
    struct found near = find_pair(s, a, "NEAR", d, b), turned = find_pair(s, b, "NEAR", d, a);
    struct found before = find_pair(s, a, "BEFORE", d, b), wider = find_pair(s, a, "NEAR", d < 1000 ? d + 1 : d, b);
    struct found apart = find_pair(s, a, "NOTNEAR", d, b);
    struct found sentence = find_pair(s, a, "SENTENCE", -1, b), paragraph = find_pair(s, a, "PARAGRAPH", -1, b);
    require_same(&near, &turned);
    require_within(&before, &near);
    require_within(&near, &wider);
    require_within(&apart, &left);
    require_within(&sentence, &paragraph);
}

/* ---- what loops find --------------------------------------------------------------------------------------------- */

/* For each first word the nearest last one, or NONE. */
enum { NONE = WORDS };
struct expected {
    uint32_t last[WORDS];
};

static void expect_nothing(struct expected *e)
{
    for (size_t i = 0; i < WORDS; i++)
        e->last[i] = NONE;
}

static void expect(struct expected *e, uint32_t i, uint32_t j)
{
    uint32_t first = i < j ? i : j, last = i < j ? j : i;
    if (last < e->last[first])
        e->last[first] = last;
}

static size_t sentence_of(const struct subject *s, uint32_t pos, bool title)
{
    size_t n = 0;
    while (!title && n < s->n_breaks && s->breaks[n].pos <= pos)
        n++;
    return n;
}

/* kind: 0 NEAR, 1 BEFORE, 2 SENTENCE. */
static void expect_pairs(const struct subject *s, bool title, int kind, uint32_t k, const char words[2],
                         struct expected *e)
{
    const struct field *f = title ? &s->title : &s->body;
    for (uint32_t i = 0; i < f->n; i++)
        for (uint32_t j = 0; j < f->n; j++) {
            uint32_t apart = i < j ? j - i : i - j;
            if (i == j || f->words[i] != words[0] || f->words[j] != words[1])
                continue;
            if (kind == 2 ? sentence_of(s, i, title) == sentence_of(s, j, title)
                          : apart - 1 <= k && (kind == 0 || i < j))
                expect(e, i, j);
        }
}

static void expect_apart(const struct field *f, uint32_t k, const char words[2], struct expected *e)
{
    for (uint32_t i = 0; i < f->n; i++) {
        bool alone = f->words[i] == words[0];
        for (uint32_t j = 0; j < f->n && alone; j++)
            alone = i == j || f->words[j] != words[1] || (i < j ? j - i : i - j) - 1 > k;
        if (alone)
            expect(e, i, i);
    }
}

static void expect_phrase(const struct field *f, const char *words, uint32_t n, struct expected *e)
{
    for (uint32_t i = 0; i + n <= f->n; i++)
        if (memcmp(f->words + i, words, n) == 0)
            expect(e, i, i + n - 1);
}

/* Compares with the minimal ones of the spans expected, title first. */
static void require_expected(const struct subject *s, const struct found *found, const struct expected fields[2])
{
    size_t at = 0;
    for (int field = 0; field < 2 && found->known; field++) {
        for (uint32_t i = 0; i < WORDS; i++) {
            bool minimal = fields[field].last[i] != NONE;
            for (uint32_t j = i + 1; j < WORDS && minimal; j++)
                minimal = fields[field].last[j] > fields[field].last[i];
            if (!minimal)
                continue;
            uint32_t first = NONE, last = NONE;
            require(at < found->n && match_in_title(&s->doc, found->spans[at].first, &first) == (field == 0));
            (void)match_in_title(&s->doc, found->spans[at++].last, &last);
            require(first == i && last == fields[field].last[i]);
        }
    }
    require(!found->known || at == found->n);
}

static void check_pair(const struct subject *s, struct choices *c)
{
    static const char *const operators[] = {"NEAR", "BEFORE", "SENTENCE", "NOTNEAR"};
    int kind = (int)choose(c, BASE_COUNT(operators));
    unsigned k = choose_distance(c);
    char words[2] = {(char)choose(c, LETTERS), (char)choose(c, LETTERS)};
    char a[2] = {"abcd"[(int)words[0]]}, b[2] = {"abcd"[(int)words[1]]};
    struct expected fields[2];
    for (int field = 0; field < 2; field++) {
        expect_nothing(&fields[field]);
        if (kind == 3)
            expect_apart(field == 0 ? &s->title : &s->body, k, words, &fields[field]);
        else
            expect_pairs(s, field == 0, kind, k, words, &fields[field]);
    }
    struct found found = find_pair(s, a, operators[kind], kind == 2 ? -1 : (int)k, b);
    require(found.known);
    require_expected(s, &found, fields);
}

static void check_phrase(const struct subject *s, struct choices *c)
{
    char words[8];
    uint32_t n = 1 + choose(c, sizeof words);
    struct buf query = BUF_INIT;
    buf_adds(&query, "\"");
    for (uint32_t i = 0; i < n; i++) {
        words[i] = (char)choose(c, LETTERS);
        buf_addf(&query, "%c ", "abcd"[(int)words[i]]);
    }
    buf_adds(&query, "\"");
    struct expected fields[2];
    expect_nothing(&fields[0]);
    expect_nothing(&fields[1]);
    expect_phrase(&s->title, words, n, &fields[0]);
    expect_phrase(&s->body, words, n, &fields[1]);
    struct found found = find(s, &query);
    require(found.known);
    require_expected(s, &found, fields);
    buf_release(&query);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct subject s;
    const uint8_t *bar = size > 0 ? memchr(data, '|', size) : NULL;
    size_t n = bar != NULL ? (size_t)(bar - data) : size;
    struct choices c = {data, data + n};
    read_subject(&s, data + n + (bar != NULL), size - n - (bar != NULL));
    check_pair(&s, &c);
    check_phrase(&s, &c);
    struct buf a = BUF_INIT, b = BUF_INIT;
    unsigned k = choose_distance(&c);
    add_operand(&c, 2, &a);
    add_operand(&c, 2, &b);
    buf_addc(&a, '\0');
    buf_addc(&b, '\0');
    require(buf_ok(&a) && buf_ok(&b));
    check_laws(&s, a.data, b.data, k);
    buf_release(&a);
    buf_release(&b);
    return 0;
}
