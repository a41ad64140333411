/* parse.c - the grammar of queries: recursive descent over lexemes (lib/lex.h) to the tree of lib/query.h. It looks
 * into no phrase (lib/parse_phrase.c). Governed by doc/query.md. SPDX-License-Identifier: GPL-2.0-or-later
 *
 *     or      := and { OR and }
 *     and     := unary { [ AND ] unary }            punctuation between operands is passed over
 *     unary   := ( NOT | - ) unary | near
 *     near    := primary { NEAR/k primary }         and the other operators of the family, left to right
 *     primary := atom | quoted | ( or ) | title: ( atom | quoted | ( or ) ) | filter
 */
#include "lib/query.h"

#include <string.h>

#include "lib/date.h"
#include "lib/glob.h"
#include "lib/lex.h"
#include "lib/utf8.h"

struct parser {
    struct lexer lx;
    struct lexeme look; /* the next one, not yet taken */
    unsigned depth;     /* open parentheses and NOTs */
};

/* What the parser makes of a node: where its AND or NOT stands is asked when it turns up inside a NEAR. */
struct node {
    struct query query; /* first, so that one is found by the other */
    size_t op;          /* AND, NOT: offset of the operator, or of the second operand when it is implied */
    bool implied;       /* AND without the word */
    unsigned links;     /* NEAR family: how many of them nest to the left, this one included; otherwise 0 */
};

/* The operands of an AND or OR under construction. */
struct operands {
    struct query **items;
    size_t n, cap;
    size_t op;
    bool implied;
};

static struct query *parse_or(struct parser *p);

static struct query *fail_no_memory(struct parser *p)
{
    (void)lex_nomem(&p->lx);
    return NULL;
}

static bool advance(struct parser *p)
{
    return lex_next(&p->lx, &p->look);
}

static struct query *new_node(struct parser *p, enum query_kind kind, size_t start)
{
    struct node *node = arena_calloc(p->lx.arena, 1, sizeof *node);
    if (node == NULL)
        return fail_no_memory(p);
    node->query.kind = kind;
    node->query.column = start + 1;
    return &node->query;
}

static bool enter(struct parser *p, size_t at)
{
    if (++p->depth > QUERY_MAX_DEPTH)
        return lex_fail(&p->lx, ST_TOO_BROAD, at, "the query is nested more than %d deep", QUERY_MAX_DEPTH);
    return true;
}

/* Messages. */

static struct lex_piece look_piece(const struct parser *p)
{
    return lex_piece(&p->lx, p->look.start, p->look.end);
}

static const char *kind_name(enum query_kind kind)
{
    switch (kind) {
    case QUERY_NEAR:
        return "NEAR";
    case QUERY_BEFORE:
        return "BEFORE";
    case QUERY_NOTNEAR:
        return "NOTNEAR";
    case QUERY_SENTENCE:
        return "SENTENCE";
    case QUERY_PARAGRAPH:
        return "PARAGRAPH";
    case QUERY_PATH:
        return "path:";
    case QUERY_EXT:
        return "ext:";
    case QUERY_SINCE:
        return "since:";
    case QUERY_UNTIL:
        return "until:";
    default:
        return "title:";
    }
}

static const char *const operand = "expected a word, a phrase in quotes or a group in parentheses";

/* Says what stands where an operand should. */
static struct query *fail_operand(struct parser *p)
{
    size_t at = p->look.start;
    struct lex_piece found = look_piece(p);
    bool numbered = strchr(found.text, '/') != NULL;
    if (p->look.kind == LEX_END && strspn(p->lx.text, " ") == p->lx.len)
        (void)lex_fail(&p->lx, ST_BAD_QUERY, at, "the query is empty, %s", operand);
    else if (p->look.kind == LEX_END)
        (void)lex_fail(&p->lx, ST_BAD_QUERY, at, "the query ends here, %s", operand);
    else if (p->look.kind == LEX_PUNCTUATION)
        (void)lex_fail(&p->lx, ST_BAD_QUERY, at, "found '%s', which holds no word, %s", found.text, operand);
    else if (p->look.kind == LEX_CLOSE)
        (void)lex_fail(&p->lx, ST_BAD_QUERY, at, "found ')', %s", operand);
    else
        (void)lex_fail(&p->lx, ST_BAD_QUERY, at, "found the operator '%s', %s (in %squotes it is %s)", found.text,
                       operand, numbered ? "" : "lower case or ", numbered ? "text" : "a word");
    return NULL;
}

/* Primaries. */

static const char *slot_name(enum slot_kind kind)
{
    static const char *const names[] = {"word", "pattern", "fuzzy word", "stem", "*", "gap", "choice"};
    return names[kind];
}

/* "..."~k holds words only. */
static bool check_unordered(struct parser *p, const struct query *q)
{
    for (size_t i = 0; i < q->slots.n; i++) {
        const struct slot *slot = &q->slots.items[i];
        if (slot->kind != SLOT_WORD)
            return lex_fail(&p->lx, ST_BAD_QUERY, slot->column - 1,
                            "a phrase with ~%u after it takes plain words only, found a %s: take it out, or join "
                            "phrases with NEAR/%u",
                            q->distance, slot_name(slot->kind), q->distance);
    }
    return true;
}

/* A phrase that names no word. */
static struct query *fail_wordless(struct parser *p, const struct lexeme *at, const struct slot_list *slots)
{
    struct lex_piece found = lex_piece(&p->lx, at->start, at->end);
    if (slots->n == 0)
        (void)lex_fail(&p->lx, ST_BAD_QUERY, at->start, "found %s, which holds no word: put one inside", found.text);
    else if (at->kind == LEX_ATOM)
        (void)lex_fail(&p->lx, ST_BAD_QUERY, at->start,
                       "found '%s' alone: a * stands for a word only inside quotes, as in \"a * b\", and for a part of "
                       "a word, as in negotiat*",
                       found.text);
    else
        (void)lex_fail(&p->lx, ST_BAD_QUERY, at->start,
                       "found %s, where any word will do: put at least one word inside", found.text);
    return NULL;
}

/* An atom or a quoted phrase. */
static struct query *parse_words(struct parser *p)
{
    struct lexeme at = p->look;
    bool quoted = at.kind == LEX_QUOTED;
    struct phrase_span span = {quoted ? at.inner : at.start, quoted ? at.inner_end : at.end, quoted, at.stems,
                               p->depth};
    struct query *q = new_node(p, QUERY_PHRASE, at.start);
    if (q == NULL || !parse_phrase(&p->lx, &span, &q->slots))
        return NULL;
    if (!parse_phrase_has_word(&q->slots))
        return fail_wordless(p, &at, &q->slots);
    if (at.number != LEX_NO_NUMBER) {
        q->distance = (unsigned)at.number;
        if (!check_unordered(p, q))
            return NULL;
        if (q->slots.n > 1)
            q->kind = QUERY_UNORDERED;
        else
            q->distance = 0; /* one word is in order */
    }
    return advance(p) ? q : NULL;
}

static struct query *parse_group(struct parser *p)
{
    size_t open = p->look.start;
    if (!enter(p, open) || !advance(p))
        return NULL;
    struct query *q = parse_or(p);
    if (q == NULL)
        return NULL;
    if (p->look.kind != LEX_CLOSE) {
        (void)lex_fail(&p->lx, ST_BAD_QUERY, open, "the parenthesis that opens here is never closed: add )");
        return NULL;
    }
    p->depth--;
    return advance(p) ? q : NULL;
}

static struct query *parse_title(struct parser *p)
{
    struct lexeme field = p->look;
    struct query *q = new_node(p, QUERY_TITLE, field.start);
    if (q == NULL || !lex_operand(&p->lx, &p->look))
        return NULL;
    bool group = p->look.kind == LEX_OPEN;
    if (!group && p->look.kind != LEX_ATOM && p->look.kind != LEX_QUOTED) {
        (void)lex_fail(&p->lx, ST_BAD_QUERY, p->look.start,
                       "title: needs a word, a phrase in quotes or a group in parentheses right after the colon");
        return NULL;
    }
    q->children = arena_alloc(p->lx.arena, sizeof(struct query *));
    if (q->children == NULL)
        return fail_no_memory(p);
    q->n_children = 1;
    q->children[0] = group ? parse_group(p) : parse_words(p);
    return q->children[0] != NULL ? q : NULL;
}

/* The value of since: or until:. */
static bool set_time(struct parser *p, struct query *q, const char *value, size_t len, size_t at)
{
    struct date_span span;
    struct lex_piece found = lex_piece(&p->lx, at, p->lx.pos);
    switch (date_parse(value, len, &span)) {
    case DATE_BAD_FORM:
        return lex_fail(&p->lx, ST_BAD_QUERY, at, "found '%s', expected a date as YYYY-MM-DD, YYYY-MM or YYYY",
                        found.text);
    case DATE_NO_SUCH:
        return lex_fail(&p->lx, ST_BAD_QUERY, at, "there is no date '%s', expected one as YYYY-MM-DD, YYYY-MM or YYYY",
                        found.text);
    case DATE_OK:
        break;
    }
    q->time = q->kind == QUERY_SINCE ? span.first : span.last;
    return true;
}

/* Reading a value adds and drops no bracket, so that the n-th of the glob is the n-th of the text at `at`. */
static bool set_glob(struct parser *p, struct query *q, const char *glob, size_t len, size_t at)
{
    size_t open = glob_open_bracket(glob, len);
    q->text = glob;
    if (open == len)
        return true;
    for (size_t i = 0; i <= open; i++)
        if (glob[i] == '[')
            at += strcspn(p->lx.text + at, "[") + 1;
    return lex_fail(&p->lx, ST_BAD_QUERY, at - 1,
                    "the bracket that opens here is never closed: add ], or put a backslash before it");
}

static struct query *parse_filter(struct parser *p)
{
    struct query *q = new_node(p, p->look.query_kind, p->look.start);
    size_t at = p->look.end, len;
    const char *value;
    if (q == NULL || !lex_value(&p->lx, &value, &len))
        return NULL;
    for (; q->kind == QUERY_EXT && value[0] == '.'; len--)
        value++;
    if (len == 0) {
        (void)lex_fail(&p->lx, ST_BAD_QUERY, at, "%s needs a value right after the colon", kind_name(q->kind));
        return NULL;
    }
    if (q->kind == QUERY_EXT)
        q->text = value;
    else if (!(q->kind == QUERY_PATH ? set_glob(p, q, value, len, at) : set_time(p, q, value, len, at)))
        return NULL;
    return advance(p) ? q : NULL;
}

static struct query *parse_primary(struct parser *p)
{
    switch (p->look.kind) {
    case LEX_ATOM:
    case LEX_QUOTED:
        return parse_words(p);
    case LEX_OPEN:
        return parse_group(p);
    case LEX_FIELD:
        return p->look.query_kind == QUERY_TITLE ? parse_title(p) : parse_filter(p);
    default:
        return fail_operand(p);
    }
}

/* The NEAR family. */

static bool fail_inside(struct parser *p, size_t at, const char *what, enum query_kind op, const char *hint)
{
    return lex_fail(&p->lx, ST_BAD_QUERY, at, "%s cannot stand inside an operand of %s: %s", what, kind_name(op), hint);
}

static bool is_of_documents(const struct query *q)
{
    return q->kind == QUERY_NOT || q->kind == QUERY_PATH || q->kind == QUERY_EXT || q->kind == QUERY_SINCE ||
           q->kind == QUERY_UNTIL;
}

/* AND, NOT and filters are of documents, not of places. */
static bool check_operand(struct parser *p, const struct query *q, enum query_kind op)
{
    const struct node *node = (const struct node *)q;
    switch (q->kind) {
    case QUERY_AND:
        for (size_t i = 0; i < 2; i++) /* that AND joins them is not what to mend */
            if (is_of_documents(q->children[i]))
                return check_operand(p, q->children[i], op);
        if (node->implied)
            return fail_inside(p, node->op, "words side by side mean AND, which", op,
                               "put them in quotes, or write NEAR between them");
        return fail_inside(p, node->op, "AND", op, "write NEAR, or join two such searches with AND");
    case QUERY_NOT:
        return fail_inside(p, node->op, "NOT", op, "write NOTNEAR, or put NOT before the whole");
    case QUERY_PATH:
    case QUERY_EXT:
    case QUERY_SINCE:
    case QUERY_UNTIL:
        return fail_inside(p, q->column - 1, kind_name(q->kind), op, "put the filter at the end of the query");
    case QUERY_OR:
    case QUERY_TITLE:
        for (size_t i = 0; i < q->n_children; i++)
            if (!check_operand(p, q->children[i], op))
                return false;
        return true;
    default:
        return true; /* the NEAR family's own operands were checked when it was made */
    }
}

static struct query *parse_right(struct parser *p, enum query_kind op)
{
    if (p->look.kind == LEX_NOT || p->look.kind == LEX_NEGATE) {
        (void)fail_inside(p, p->look.start, "NOT", op, "write NOTNEAR, or put NOT before the whole");
        return NULL;
    }
    struct query *right = parse_primary(p);
    return right != NULL && check_operand(p, right, op) ? right : NULL;
}

static struct query *join_near(struct parser *p, const struct lexeme *op, struct query *left, struct query *right)
{
    struct query *q = new_node(p, op->query_kind, left->column - 1);
    struct query **children = arena_alloc(p->lx.arena, 2 * sizeof *children);
    if (q == NULL || children == NULL)
        return fail_no_memory(p);
    children[0] = left;
    children[1] = right;
    q->children = children;
    q->n_children = 2;
    q->distance = (unsigned)op->number;
    ((struct node *)q)->links = ((const struct node *)left)->links + 1;
    return q;
}

/* A chain of n operators is n - 1 deep: its left operands count as if they stood in parentheses. */
static bool check_chain(struct parser *p, const struct query *left)
{
    if (p->depth + ((const struct node *)left)->links <= QUERY_MAX_DEPTH)
        return true;
    return lex_fail(&p->lx, ST_TOO_BROAD, p->look.start,
                    "the query is nested more than %d deep (each %s of a chain counts)", QUERY_MAX_DEPTH,
                    kind_name(p->look.query_kind));
}

static struct query *parse_near(struct parser *p)
{
    struct query *left = parse_primary(p);
    while (left != NULL && p->look.kind == LEX_NEAR) {
        struct lexeme op = p->look;
        if (!check_chain(p, left) || !check_operand(p, left, op.query_kind) || !advance(p))
            return NULL;
        struct query *right = parse_right(p, op.query_kind);
        left = right == NULL ? NULL : join_near(p, &op, left, right);
    }
    return left;
}

/* Boolean operators. */

static struct query *parse_unary(struct parser *p)
{
    size_t start = p->look.start;
    if (p->look.kind != LEX_NOT && p->look.kind != LEX_NEGATE)
        return parse_near(p);
    struct query *q = new_node(p, QUERY_NOT, start);
    if (q == NULL || !enter(p, start) || !advance(p))
        return NULL;
    if (p->look.kind == LEX_NEAR && p->look.query_kind == QUERY_NEAR) {
        (void)lex_fail(&p->lx, ST_BAD_QUERY, start, "found NOT NEAR: write NOTNEAR between two operands");
        return NULL;
    }
    q->children = arena_alloc(p->lx.arena, sizeof(struct query *));
    if (q->children == NULL)
        return fail_no_memory(p);
    ((struct node *)q)->op = start;
    q->n_children = 1;
    q->children[0] = parse_unary(p);
    p->depth--;
    return q->children[0] != NULL ? q : NULL;
}

static bool add_operand(struct parser *p, struct operands *list, struct query *q)
{
    if (list->n == list->cap) {
        size_t cap = list->cap == 0 ? 4 : list->cap * 2;
        struct query **items = arena_alloc(p->lx.arena, cap * sizeof *items);
        if (items == NULL)
            return lex_nomem(&p->lx);
        if (list->n > 0)
            memcpy(items, list->items, list->n * sizeof *items);
        list->items = items;
        list->cap = cap;
    }
    list->items[list->n++] = q;
    return true;
}

/* Adds an operand; one of the same kind, which stood in parentheses, gives its own. */
static bool add_flat(struct parser *p, struct operands *list, struct query *q, enum query_kind kind)
{
    if (q == NULL || q->kind != kind)
        return q != NULL && add_operand(p, list, q);
    if (list->op == 0) {
        list->op = ((const struct node *)q)->op;
        list->implied = ((const struct node *)q)->implied;
    }
    for (size_t i = 0; i < q->n_children; i++)
        if (!add_operand(p, list, q->children[i]))
            return false;
    return true;
}

static struct query *join_operands(struct parser *p, const struct operands *list, enum query_kind kind)
{
    if (list->n == 1)
        return list->items[0];
    struct query *q = new_node(p, kind, list->items[0]->column - 1);
    if (q == NULL)
        return NULL;
    q->children = list->items;
    q->n_children = list->n;
    ((struct node *)q)->op = list->op;
    ((struct node *)q)->implied = list->implied;
    return q;
}

/* Passes over punctuation, which must not be an operator's operand nor, where `alone` says so, all there is. */
static bool skip_punctuation(struct parser *p, bool alone)
{
    struct lexeme first = p->look;
    while (p->look.kind == LEX_PUNCTUATION)
        if (!advance(p))
            return false;
    enum lex_kind next = p->look.kind;
    bool ends = next == LEX_END || next == LEX_CLOSE;
    bool binary = next == LEX_AND || next == LEX_OR || next == LEX_NEAR;
    if (first.kind != LEX_PUNCTUATION || !(binary || (alone && ends)))
        return true;
    return lex_fail(&p->lx, ST_BAD_QUERY, first.start, "found '%s', which holds no word, %s",
                    lex_piece(&p->lx, first.start, first.end).text, operand);
}

static bool starts_operand(enum lex_kind kind)
{
    return kind == LEX_OPEN || kind == LEX_NOT || kind == LEX_NEGATE || kind == LEX_FIELD || kind == LEX_QUOTED ||
           kind == LEX_ATOM;
}

static struct query *parse_and(struct parser *p)
{
    struct operands list = {0};
    for (;;) {
        if (!add_flat(p, &list, parse_unary(p), QUERY_AND) || !skip_punctuation(p, false))
            return NULL;
        bool explicit = p->look.kind == LEX_AND;
        if (!explicit && !starts_operand(p->look.kind))
            return join_operands(p, &list, QUERY_AND);
        if (list.op == 0) {
            list.op = p->look.start;
            list.implied = !explicit;
        }
        if (explicit && !advance(p))
            return NULL;
    }
}

static struct query *parse_or(struct parser *p)
{
    struct operands list = {0};
    if (!skip_punctuation(p, true))
        return NULL;
    for (;;) {
        if (!add_flat(p, &list, parse_and(p), QUERY_OR))
            return NULL;
        if (p->look.kind != LEX_OR)
            return join_operands(p, &list, QUERY_OR);
        if (!advance(p))
            return NULL;
    }
}

static struct query *parse_all(struct parser *p)
{
    struct query *q = advance(p) ? parse_or(p) : NULL;
    if (q == NULL || p->look.kind == LEX_END)
        return q;
    (void)lex_fail(&p->lx, ST_BAD_QUERY, p->look.start,
                   "found '%s', but no parenthesis is open here: take it out, or put it in quotes", look_piece(p).text);
    return NULL;
}

enum status query_parse(const char *text, size_t len, struct arena *arena, struct query **out, struct err *err)
{
    struct parser p = {0};
    *out = NULL;
    if (len > QUERY_MAX_BYTES)
        return err_at(err, ST_TOO_BROAD, QUERY_MAX_BYTES + 1, "a query is at most %d bytes long", QUERY_MAX_BYTES);
    size_t valid = utf8_invalid_at(text, len);
    if (valid < len)
        return err_at(err, ST_BAD_QUERY, valid + 1, "the query is not valid UTF-8 here");
    if (lex_init(&p.lx, text, len, arena, err))
        *out = parse_all(&p);
    lex_release(&p.lx);
    return p.lx.status;
}
