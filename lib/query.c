/* query.c - printing, comparing and quoting queries; parsing is lib/parse.c. Governed by doc/query.md.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/query.h"

#include <string.h>

#include "lib/date.h"
#include "lib/lex.h"
#include "lib/token.h"
#include "lib/utf8.h"

/* How tightly a printed query binds; an operand that binds less than its place asks for stands in parentheses. */
enum binding { BIND_OR, BIND_AND, BIND_NOT, BIND_NEAR, BIND_PRIMARY };

/* The operator's name if it is of the NEAR family, else NULL. */
static const char *near_name(enum query_kind kind)
{
    static const char *const names[] = {
        [QUERY_NEAR] = "NEAR",         [QUERY_BEFORE] = "BEFORE",       [QUERY_NOTNEAR] = "NOTNEAR",
        [QUERY_SENTENCE] = "SENTENCE", [QUERY_PARAGRAPH] = "PARAGRAPH",
    };
    return kind < BASE_COUNT(names) ? names[kind] : NULL;
}

static enum binding binding_of(const struct query *q)
{
    if (near_name(q->kind) != NULL)
        return BIND_NEAR;
    return q->kind == QUERY_OR    ? BIND_OR
           : q->kind == QUERY_AND ? BIND_AND
           : q->kind == QUERY_NOT ? BIND_NOT
                                  : BIND_PRIMARY;
}

bool query_is_positional(const struct query *q)
{
    if (q->kind != QUERY_OR && q->kind != QUERY_TITLE)
        return near_name(q->kind) != NULL || q->kind == QUERY_PHRASE || q->kind == QUERY_UNORDERED;
    for (size_t i = 0; i < q->n_children; i++)
        if (!query_is_positional(q->children[i]))
            return false;
    return true;
}

/* Comparing. */

static bool slots_equal(const struct slot_list *a, const struct slot_list *b);

static bool slot_equal(const struct slot *a, const struct slot *b)
{
    if (a->kind != b->kind || a->text_len != b->text_len || a->edits != b->edits || a->gap != b->gap ||
        a->n_choices != b->n_choices)
        return false;
    if (a->text_len > 0 && memcmp(a->text, b->text, a->text_len) != 0)
        return false;
    for (size_t i = 0; i < a->n_choices; i++)
        if (!slots_equal(&a->choices[i], &b->choices[i]))
            return false;
    return true;
}

static bool slots_equal(const struct slot_list *a, const struct slot_list *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!slot_equal(&a->items[i], &b->items[i]))
            return false;
    return true;
}

bool query_equal(const struct query *a, const struct query *b)
{
    if (a->kind != b->kind || a->n_children != b->n_children || a->distance != b->distance || a->time != b->time)
        return false;
    if ((a->text == NULL) != (b->text == NULL) || (a->text != NULL && strcmp(a->text, b->text) != 0))
        return false;
    for (size_t i = 0; i < a->n_children; i++)
        if (!query_equal(a->children[i], b->children[i]))
            return false;
    return slots_equal(&a->slots, &b->slots);
}

/* Printing phrases. */

static void print_pattern(const struct slot *slot, struct buf *out)
{
    for (size_t i = 0; i < slot->text_len; i++) {
        char c = slot->text[i];
        buf_addc(out, c == TOKEN_ANY_RUN ? '*' : c == TOKEN_ANY_CHAR ? '?' : c);
    }
}

static void print_slots(const struct slot_list *slots, char between, struct buf *out);

static void print_choice(const struct slot *slot, struct buf *out)
{
    for (size_t i = 0; i < slot->n_choices; i++) {
        buf_addc(out, i == 0 ? '(' : '|');
        print_slots(&slot->choices[i], ' ', out);
    }
    buf_addc(out, ')');
}

static void print_slot(const struct slot *slot, struct buf *out)
{
    switch (slot->kind) {
    case SLOT_WORD:
        if (slot->whole != NULL)
            buf_adds(out, slot->whole);
        else
            buf_add(out, slot->text, slot->text_len);
        break;
    case SLOT_PATTERN:
        print_pattern(slot, out);
        break;
    case SLOT_FUZZY:
        buf_add(out, slot->text, slot->text_len);
        buf_addf(out, "~%u", slot->edits);
        break;
    case SLOT_STEM:
        buf_addc(out, '~');
        buf_add(out, slot->text, slot->text_len);
        break;
    case SLOT_ANY:
        buf_addc(out, '*');
        break;
    case SLOT_GAP:
        buf_addf(out, "...%u", slot->gap);
        break;
    case SLOT_CHOICE:
        print_choice(slot, out);
        break;
    }
}

static void print_slots(const struct slot_list *slots, char between, struct buf *out)
{
    for (size_t i = 0; i < slots->n; i++) {
        if (i > 0)
            buf_addc(out, between);
        print_slot(&slots->items[i], out);
    }
}

/* Whether a slot prints with a ? at its end, which counts only outside quotes. */
static bool ends_in_question(const struct slot *slot)
{
    return slot->kind == SLOT_PATTERN && slot->text[slot->text_len - 1] == TOKEN_ANY_CHAR;
}

/* One slot stands bare, unless it is a choice; so do several of a bare atom that quotes would change: who-w?n? */
static void print_phrase(const struct query *q, struct buf *out)
{
    bool bare = q->slots.n == 1 && q->slots.items[0].kind != SLOT_CHOICE;
    for (size_t i = 0; i < q->slots.n; i++)
        bare |= ends_in_question(&q->slots.items[i]);
    if (!bare)
        buf_addc(out, '"');
    print_slots(&q->slots, bare ? '-' : ' ', out);
    if (!bare)
        buf_addc(out, '"');
}

static void print_unordered(const struct query *q, struct buf *out)
{
    buf_addc(out, '"');
    print_slots(&q->slots, ' ', out);
    buf_addf(out, "\"~%u", q->distance);
}

/* Printing filters. */

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Whether a bare value would end early or begin as a quoted one. */
static bool needs_quotes(const char *text)
{
    size_t len = strlen(text);
    if (lex_quote_mark(text, len) > 0 || strchr(text, ')') != NULL)
        return true;
    for (size_t i = 0; i < len; i++)
        if (lex_space(text + i, len - i) > 0)
            return true;
    return false;
}

/* A value: control bytes and those that are not UTF-8 as \xHH, which is how rows show them in paths. */
static void print_value(const char *text, struct buf *out)
{
    bool quoted = needs_quotes(text);
    if (quoted)
        buf_addc(out, '"');
    for (size_t len = strlen(text), taken; len > 0; text += taken, len -= taken) {
        int32_t cp;
        taken = utf8_decode(text, len, &cp);
        if (cp < 0 || is_control(*text)) {
            buf_addf(out, "\\x%02x", (unsigned)(unsigned char)*text);
            continue;
        }
        if (*text == '\\' && text[1] == '\\')
            taken = 2;
        if (quoted && *text == '"')
            buf_addc(out, '\\');
        buf_add(out, text, taken);
    }
    if (quoted)
        buf_addc(out, '"');
}

static void print_day(const char *field, int64_t time, struct buf *out)
{
    char day[DATE_TEXT];
    date_format(date_from_time(time), day);
    buf_adds(out, field);
    buf_adds(out, day);
}

/* Printing trees. */

static void print_in(const struct query *q, enum binding place, struct buf *out)
{
    bool parentheses = binding_of(q) < place;
    if (parentheses)
        buf_addc(out, '(');
    query_print(q, out);
    if (parentheses)
        buf_addc(out, ')');
}

static void print_joined(const struct query *q, const char *word, enum binding place, struct buf *out)
{
    for (size_t i = 0; i < q->n_children; i++) {
        if (i > 0)
            buf_adds(out, word);
        print_in(q->children[i], place, out);
    }
}

static void print_near(const struct query *q, struct buf *out)
{
    bool has_distance = q->kind != QUERY_SENTENCE && q->kind != QUERY_PARAGRAPH;
    print_in(q->children[0], BIND_NEAR, out);
    buf_addf(out, " %s", near_name(q->kind));
    if (has_distance)
        buf_addf(out, "/%u", q->distance);
    buf_addc(out, ' ');
    print_in(q->children[1], BIND_PRIMARY, out);
}

/* title: takes a word, a phrase or parentheses, but no other prefix. */
static void print_title(const struct query *child, struct buf *out)
{
    bool plain = child->kind == QUERY_PHRASE || child->kind == QUERY_UNORDERED;
    buf_adds(out, plain ? "title:" : "title:(");
    query_print(child, out);
    if (!plain)
        buf_addc(out, ')');
}

void query_print(const struct query *q, struct buf *out)
{
    switch (q->kind) {
    case QUERY_AND:
        print_joined(q, " AND ", BIND_NOT, out);
        break;
    case QUERY_OR:
        print_joined(q, " OR ", BIND_AND, out);
        break;
    case QUERY_NOT:
        buf_adds(out, "NOT ");
        print_in(q->children[0], BIND_NOT, out);
        break;
    case QUERY_NEAR:
    case QUERY_BEFORE:
    case QUERY_NOTNEAR:
    case QUERY_SENTENCE:
    case QUERY_PARAGRAPH:
        print_near(q, out);
        break;
    case QUERY_PHRASE:
        print_phrase(q, out);
        break;
    case QUERY_UNORDERED:
        print_unordered(q, out);
        break;
    case QUERY_TITLE:
        print_title(q->children[0], out);
        break;
    case QUERY_PATH:
        buf_adds(out, "path:");
        print_value(q->text, out);
        break;
    case QUERY_EXT:
        buf_adds(out, "ext:");
        print_value(q->text, out);
        break;
    case QUERY_SINCE:
        print_day("since:", q->time, out);
        break;
    case QUERY_UNTIL:
        print_day("until:", q->time, out);
        break;
    }
}

/* Quoting. */

/* Bytes at text that need a backslash: a special character, or a run of dots. */
static size_t special_len(const char *text, size_t len)
{
    size_t dots = 0;
    while (dots < len && text[dots] == '.')
        dots++;
    if (dots > 1)
        return dots;
    if (len >= 3 && memcmp(text, "\u2026", 3) == 0)
        return 3;
    return *text != '\0' && strchr("\"*?|~\\", *text) != NULL;
}

void query_quote(const char *text, size_t len, struct buf *out)
{
    buf_addc(out, '"');
    for (size_t at = 0, taken; at < len; at += taken) {
        taken = special_len(text + at, len - at);
        if (taken > 0) {
            buf_addc(out, '\\');
            buf_add(out, text + at, taken);
            continue;
        }
        bool crlf = text[at] == '\r' && at + 1 < len && text[at + 1] == '\n';
        taken = crlf ? 2 : 1;
        buf_addc(out, is_control(text[at]) ? ' ' : text[at]);
    }
    buf_addc(out, '"');
}
