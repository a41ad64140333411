/* explain.c - search_explain: the query as read, the words it stands for, what running it took; see search.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "engine/searcher.h"
#include "lib/token.h"

static void add_line(struct buf *out, size_t *n)
{
    buf_addc(out, '\n');
    ++*n;
}

static const char *kind_name(const struct query *q)
{
    switch (q->kind) {
    case QUERY_AND: return "AND";
    case QUERY_OR: return "OR";
    case QUERY_NOT: return "NOT";
    case QUERY_NEAR: return "NEAR";
    case QUERY_BEFORE: return "BEFORE";
    case QUERY_NOTNEAR: return "NOTNEAR";
    case QUERY_SENTENCE: return "SENTENCE";
    case QUERY_PARAGRAPH: return "PARAGRAPH";
    case QUERY_TITLE: return "title";
    case QUERY_UNORDERED: return "words in any order";
    case QUERY_PHRASE: return q->slots.n == 1 ? "word" : "phrase";
    default: return "filter";
    }
}

static void add_tree(const struct query *q, unsigned depth, struct buf *out, size_t *n)
{
    buf_addf(out, "tree\t%*s%s", (int)depth * 2, "", kind_name(q));
    if (q->kind == QUERY_NEAR || q->kind == QUERY_BEFORE || q->kind == QUERY_NOTNEAR)
        buf_addf(out, "/%u", q->distance);
    if (q->n_children == 0) {
        buf_addc(out, ' ');
        query_print(q, out);
    }
    add_line(out, n);
    for (size_t i = 0; i < q->n_children; i++)
        add_tree(q->children[i], depth + 1, out, n);
}

static void add_leaf_name(const struct plan_leaf *leaf, struct buf *out)
{
    if (leaf->kind == SLOT_STEM)
        buf_addc(out, '~');
    for (size_t i = 0; i < leaf->text_len; i++) {
        char c = leaf->text[i];
        if (leaf->kind == SLOT_PATTERN && (c == TOKEN_ANY_RUN || c == TOKEN_ANY_CHAR))
            c = c == TOKEN_ANY_RUN ? '*' : '?';
        buf_addc(out, (unsigned char)c < 0x20 ? ' ' : c);
    }
    if (leaf->kind == SLOT_FUZZY)
        buf_addf(out, "~%u", leaf->edits);
}

enum { WORDS_SHOWN = 20 };

/* Which words of a leaf are shown when there are too many: those in more documents than `above`, and the first so many
 * of those in just as many. */
struct shown {
    uint64_t above;
    size_t n_ties;
};

static struct shown choose(const struct plan_leaf *leaf)
{
    uint64_t most[WORDS_SHOWN]; /* descending */
    size_t n = 0;
    struct shown shown = {0, 0};
    for (size_t i = 0; i < leaf->n_words; i++) {
        uint64_t documents = leaf->words[i].documents;
        size_t at = n;
        while (at > 0 && most[at - 1] < documents)
            at--;
        if (at == WORDS_SHOWN)
            continue;
        n += n < WORDS_SHOWN;
        memmove(&most[at + 1], &most[at], (n - 1 - at) * sizeof most[0]);
        most[at] = documents;
    }
    if (leaf->n_words <= WORDS_SHOWN)
        return shown;
    shown.above = most[WORDS_SHOWN - 1];
    for (size_t i = 0; i < WORDS_SHOWN; i++)
        shown.n_ties += most[i] == shown.above;
    return shown;
}

static void add_word(const struct plan_word *word, struct buf *out)
{
    const char *mark = memchr(word->bytes, TOKEN_LONG_MARK, word->len);
    buf_addc(out, ' ');
    buf_add(out, word->bytes, mark != NULL ? (size_t)(mark - word->bytes) : word->len);
    buf_addf(out, "=%llu", (unsigned long long)word->documents);
}

static void add_leaf(const struct plan_leaf *leaf, struct buf *out, size_t *n)
{
    buf_adds(out, "words\t");
    add_leaf_name(leaf, out);
    buf_addf(out, " (%zu):", leaf->n_words);
    struct shown shown = choose(leaf);
    for (size_t i = 0; i < leaf->n_words; i++) {
        const struct plan_word *word = &leaf->words[i];
        bool tie = word->documents == shown.above && shown.n_ties > 0;
        shown.n_ties -= tie;
        if (tie || word->documents > shown.above)
            add_word(word, out);
    }
    if (leaf->n_words > WORDS_SHOWN)
        buf_adds(out, " ...");
    add_line(out, n);
}

static void add_number(const char *name, uint64_t value, struct buf *out, size_t *n)
{
    buf_addf(out, "%s\t%llu", name, (unsigned long long)value);
    add_line(out, n);
}

static void add_time(const char *name, int64_t ns, struct buf *out, size_t *n)
{
    buf_addf(out, "%s\t%.3f", name, (double)ns / 1e6);
    add_line(out, n);
}

enum status search_explain(struct searcher *s, const struct snapshot *snap, const struct search_request *req,
                           struct buf *out, size_t *n_lines, struct err *err)
{
    struct search_result result;
    struct search_request counts = *req;
    counts.page = SEARCH_COUNTS;
    *n_lines = 0;
    enum status status = search_run(s, snap, &counts, &result, err);
    if (status != ST_OK)
        return status;
    buf_adds(out, "query\t");
    query_print(req->query, out);
    add_line(out, n_lines);
    add_tree(req->query, 0, out, n_lines);
    for (size_t i = 0; i < s->plan->n_leaves; i++)
        add_leaf(&s->plan->leaves[i], out, n_lines);
    add_number("segments", snapshot_segments(snap), out, n_lines);
    add_number("candidates", result.candidates, out, n_lines);
    add_number("checked", result.checked, out, n_lines);
    add_number("docs", result.docs, out, n_lines);
    add_number("matches", result.matches, out, n_lines);
    add_time("ms_expand", s->expanded_ns, out, n_lines);
    add_time("ms_search", s->searched_ns, out, n_lines);
    return buf_ok(out) ? ST_OK : err_nomem(err);
}
