/* hint.c - see hint.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/hint.h"

#include <string.h>

#include "client/nearest.h"
#include "lib/query.h"
#include "lib/utf8.h"
#include "queryd/piece.h"

void hint_no_source(const struct cli *cli, enum status status)
{
    if (cli->index_dir != NULL && status == ST_NOT_FOUND)
        term_hint("  make an index:   verbatim-indexer --index %s FOLDER...", cli->index_dir);
    if (cli->index_dir != NULL || cli->socket != NULL)
        return;
    term_hint("  make an index:   verbatim-indexer --index ~/.verbatim FOLDER...");
    term_hint("  search in it:    verbatim search --index ~/.verbatim WORDS");
    term_hint("  or serve it:     verbatim-queryd --index ~/.verbatim &");
}

/* ---- nothing found ---- */

static bool contains(const struct buf *text, const char *part)
{
    return text->len > 0 && memmem(text->data, text->len, part, strlen(part)) != NULL;
}

/* None of the marks that open a phrase. */
static bool has_no_quotes(const struct buf *argument)
{
    static const char *const marks[] = {"\"", "\u201c", "\u201e", "\u00ab", "\u2018"};
    for (size_t i = 0; i < BASE_COUNT(marks); i++)
        if (contains(argument, marks[i]))
            return false;
    return true;
}

/* Whether what stands at a column has no AND in front of it. */
static bool is_beside(const struct buf *argument, size_t column)
{
    size_t at = column - 1;
    while (at > 0 && strchr(" (", argument->data[at - 1]) != NULL)
        at--;
    if (at < 4 || memcmp(argument->data + at - 3, "AND", 3) != 0)
        return true;
    return strchr(" )", argument->data[at - 4]) == NULL;
}

/* Whether a child of an AND is words that stand right behind the words of the one before. */
static bool follows_words(const struct query *q, size_t i, const struct buf *argument)
{
    return i > 0 && q->children[i - 1]->kind == QUERY_PHRASE && q->children[i]->kind == QUERY_PHRASE &&
           is_beside(argument, q->children[i]->column);
}

/* Whether there are words side by side, which may have been a phrase; nesting is bounded by the parser. */
static bool has_words_in_a_row(const struct query *q, const struct buf *argument)
{
    for (size_t i = 0; i < q->n_children; i++)
        if ((q->kind == QUERY_AND && follows_words(q, i, argument)) || has_words_in_a_row(q->children[i], argument))
            return true;
    return false;
}

/* Whether the query is nothing but words side by side, and can be shown between single quotes. */
static bool is_bare_words(const struct query *q, const struct buf *argument)
{
    if (q->kind != QUERY_AND || contains(argument, "'"))
        return false;
    for (size_t i = 0; i < q->n_children; i++) {
        const struct query *child = q->children[i];
        if (child->kind != QUERY_PHRASE || child->slots.n != 1 || child->slots.items[0].kind != SLOT_WORD)
            return false;
        if (i > 0 && !follows_words(q, i, argument))
            return false;
    }
    return true;
}

/* Where a phrase may have lost its quotes to the shell; an operator or a filter beside a word has none to lose. */
static void hint_quotes(const struct cli *cli, const struct query *q, const struct buf *argument)
{
    if (!has_no_quotes(argument) || !has_words_in_a_row(q, argument))
        return;
    if (is_bare_words(q, argument))
        term_hint("a shell eats one layer of quotes: verbatim %s '\"%.*s\"'", cli->command->name, (int)argument->len,
                  argument->data);
    else
        term_hint("a shell eats one layer of quotes: verbatim %s '\"seize the moment\"'", cli->command->name);
}

void hint_nothing(const struct cli *cli, const struct buf *argument, const struct term *term, struct source *source)
{
    struct arena arena = ARENA_INIT;
    struct query *query;
    struct err err = {0};
    bool is_query = cli->command->is_query || cli->command->verb == CLI_WORDS;
    if (is_query && query_parse(argument->data, argument->len, &arena, &query, &err) == ST_OK) {
        if (term->is_terminal)
            nearest_say(source, query);
        if (cli->command->is_query)
            hint_quotes(cli, query, argument);
    }
    arena_release(&arena);
}

/* ---- errors ---- */

enum { SHOWN_BYTES_MAX = 160 };

/* The query, and a caret below a place in it, a byte from 1. */
static void point_at(const struct buf *argument, size_t column)
{
    char spaces[SHOWN_BYTES_MAX + 1];
    size_t n = 0;
    if (argument->len > SHOWN_BYTES_MAX || column < 1 || column > argument->len + 1)
        return;
    for (size_t i = 0; i + 1 < column; i++)
        if (((unsigned char)argument->data[i] & 0xc0) != 0x80)
            n++;
    memset(spaces, ' ', n);
    term_hint("  %.*s", (int)argument->len, argument->len > 0 ? argument->data : "");
    term_hint("  %.*s^", (int)n, spaces);
}

/* The value of "name=NUMBER " if the text begins with it, which it then moves behind; else 0. */
static uint32_t take_place(const char *name, const char **text, size_t *len)
{
    size_t n = strlen(name);
    uint32_t v = 0;
    if (*len <= n || memcmp(*text, name, n) != 0)
        return 0;
    struct piece whole = piece_next(text, len), number = {whole.text + n, whole.len - n};
    piece_skip_spaces(text, len);
    return piece_number(&number, UINT32_MAX, &v) ? v : 0;
}

void hint_error(const struct cli *cli, const struct buf *argument, const struct reply *reply)
{
    size_t len;
    const char *text = reply_line(reply, &len);
    for (int i = 0; i < 3; i++) { /* ERR CODE WORD */
        (void)piece_next(&text, &len);
        piece_skip_spaces(&text, &len);
    }
    uint32_t column = take_place("column=", &text, &len);
    (void)take_place("offset=", &text, &len);
    if (cli->command->verb == CLI_TEXT || column == 0) {
        term_say("%.*s", (int)len, text);
        return;
    }
    term_say("column %u: %.*s", (unsigned)column, (int)len, text);
    point_at(argument, column);
}
