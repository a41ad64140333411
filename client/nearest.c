/* nearest.c - see nearest.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/nearest.h"

#include <stdlib.h>
#include <string.h>

#include "client/term.h"
#include "lib/token.h"
#include "queryd/piece.h"

enum { WORDS_MAX = 8, NEAR_MAX = 20, NEAR_SHOWN = 5 };

struct near_word {
    struct piece word;
    uint32_t documents;
};

struct near_list {
    struct near_word items[NEAR_MAX];
    size_t n;
};

/* ---- the words of the query ---- */

struct word_set {
    struct piece items[WORDS_MAX];
    size_t n;
};

static void add_word(struct word_set *set, const struct slot *slot)
{
    if (set->n == WORDS_MAX || slot->whole != NULL)
        return;
    for (size_t i = 0; i < set->n; i++)
        if (set->items[i].len == slot->text_len && memcmp(set->items[i].text, slot->text, slot->text_len) == 0)
            return;
    set->items[set->n++] = (struct piece){slot->text, slot->text_len};
}

/* Nesting is bounded by the parser, here and below. */
static void add_slots(struct word_set *set, const struct slot_list *slots)
{
    for (size_t i = 0; i < slots->n; i++) {
        const struct slot *slot = &slots->items[i];
        if (slot->kind == SLOT_WORD)
            add_word(set, slot);
        for (size_t c = 0; slot->kind == SLOT_CHOICE && c < slot->n_choices; c++)
            add_slots(set, &slot->choices[c]);
    }
}

static void add_query(struct word_set *set, const struct query *q)
{
    if (q->kind == QUERY_NOT)
        return;
    if (q->kind == QUERY_PHRASE || q->kind == QUERY_UNORDERED)
        add_slots(set, &q->slots);
    for (size_t i = 0; i < q->n_children; i++)
        add_query(set, q->children[i]);
}

/* ---- what is near to one ---- */

static void add_near(struct near_list *list, const struct piece *item)
{
    const char *equals = item->len > 0 ? memrchr(item->text, '=', item->len) : NULL;
    if (equals == NULL || list->n == NEAR_MAX)
        return;
    struct near_word *near = &list->items[list->n];
    near->word = (struct piece){item->text, (size_t)(equals - item->text)};
    struct piece number = {equals + 1, item->len - near->word.len - 1};
    list->n += piece_number(&number, UINT32_MAX, &near->documents);
}

/* "words<TAB>WORD~N (COUNT): word=documents word=documents ...": the one row of that name. It has the words in most
 * documents when there are too many for it. */
static void read_rows(const struct reply *reply, struct near_list *list)
{
    static const char name[] = "words\t";
    const char *row = reply->rows.len > 0 ? memmem(reply->rows.data, reply->rows.len, name, sizeof name - 1) : NULL;
    if (row == NULL)
        return;
    size_t len = reply->rows.len - (size_t)(row - reply->rows.data);
    const char *newline = memchr(row, '\n', len), *colon = memmem(row, len, "): ", 3);
    if (newline == NULL || colon == NULL || colon > newline)
        return;
    const char *text = colon + 2;
    len = (size_t)(newline - text);
    for (;;) {
        piece_skip_spaces(&text, &len);
        struct piece item = piece_next(&text, &len);
        if (item.len == 0)
            return;
        add_near(list, &item);
    }
}

/* The words within so many edits; 0: the word itself, if the index has it. False when there was no answer. */
static bool find_near(struct source *source, const struct piece *word, int edits, struct reply *reply,
                      struct near_list *list)
{
    struct buf line = BUF_INIT;
    struct err err = {0};
    *list = (struct near_list){.n = 0};
    buf_addf(&line, "explain %.*s", (int)word->len, word->text);
    if (edits > 0)
        buf_addf(&line, "~%d", edits);
    bool answered =
        buf_ok(&line) && source_ask(source, line.data, line.len, reply, &err) == ST_OK && reply->code == REPLY_OK;
    if (answered)
        read_rows(reply, list);
    buf_release(&line);
    return answered;
}

/* Most documents first, ties in the order of the reply, which their addresses in it tell. */
static int by_documents(const void *a, const void *b)
{
    const struct near_word *x = a, *y = b;
    if (x->documents != y->documents)
        return x->documents > y->documents ? -1 : 1;
    return (x->word.text > y->word.text) - (x->word.text < y->word.text);
}

static void say_near(const struct piece *word, struct near_list *list)
{
    struct buf line = BUF_INIT;
    qsort(list->items, list->n, sizeof list->items[0], by_documents);
    for (size_t i = 0; i < list->n && i < NEAR_SHOWN; i++)
        buf_addf(&line, "%s%.*s", i == 0 ? "" : ", ", (int)list->items[i].word.len, list->items[i].word.text);
    if (buf_ok(&line))
        term_hint("  %.*s is not in the index; near to it: %.*s", (int)word->len, word->text, (int)line.len, line.data);
    buf_release(&line);
}

/* Short words are near to too many. */
static void look_for(struct source *source, const struct piece *word, struct reply *reply)
{
    enum { LONG_ENOUGH_FOR_1 = 3, LONG_ENOUGH_FOR_2 = 5 };
    struct near_list list;
    if (!find_near(source, word, 0, reply, &list) || list.n > 0)
        return;
    if (word->len >= LONG_ENOUGH_FOR_1)
        (void)find_near(source, word, 1, reply, &list);
    if (list.n == 0 && word->len >= LONG_ENOUGH_FOR_2)
        (void)find_near(source, word, 2, reply, &list);
    if (list.n > 0)
        say_near(word, &list);
}

void nearest_say(struct source *source, const struct query *query)
{
    static const char lines[] = "set format lines";
    struct word_set set = {.n = 0};
    struct reply reply = {0};
    struct err err = {0};
    term_hint("nothing found");
    add_query(&set, query);
    bool answers = source_ask(source, lines, sizeof lines - 1, &reply, &err) == ST_OK;
    for (size_t i = 0; i < set.n && answers; i++)
        look_for(source, &set.items[i], &reply);
    reply_release(&reply);
}
