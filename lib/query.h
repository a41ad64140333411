/* query.h - the tree of a query, as parsed and as printed. It knows no index. Governed by doc/query.md.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_QUERY_H
#define VERBATIM_QUERY_H

#include "lib/arena.h"
#include "lib/base.h"
#include "lib/buf.h"
#include "lib/err.h"

/* The published limits: past one, 422 naming it and the column. */
enum {
    QUERY_MAX_BYTES = 8192,
    QUERY_MAX_DEPTH = 32,
    QUERY_MAX_DISTANCE = 1000,
    QUERY_MAX_GAP = 100,
    QUERY_MAX_EDITS = 2,
    QUERY_MAX_EXPANSION = 1024, /* words a pattern, stem or fuzzy word stands for in the whole index */
    QUERY_DEFAULT_DISTANCE = 10,
    QUERY_DEFAULT_GAP = 16
};

enum query_kind {
    /* boolean, per document */
    QUERY_AND, /* 2 or more children */
    QUERY_OR,  /* 2 or more children; stands inside the NEAR family too */
    QUERY_NOT, /* 1 child */
    /* positional, 2 children */
    QUERY_NEAR,
    QUERY_BEFORE,
    QUERY_NOTNEAR,
    QUERY_SENTENCE,
    QUERY_PARAGRAPH,
    /* positional leaves */
    QUERY_PHRASE,    /* slots in this order, not all of them ANY or GAP; a bare word is a phrase of one slot */
    QUERY_UNORDERED, /* "..."~k: 2 or more slots (words only) in any order, at most distance other words among them */
    /* 1 child: all of it in the title */
    QUERY_TITLE,
    /* filters */
    QUERY_PATH,  /* text: the glob, with the backslashes that mean something in one */
    QUERY_EXT,   /* text: the extension without its dot */
    QUERY_SINCE, /* time: first second of the day, UTC */
    QUERY_UNTIL  /* time: last second of the day, UTC */
};

enum slot_kind {
    SLOT_WORD,    /* text: a folded word as the tokenizer gives it */
    SLOT_PATTERN, /* text: folded, with TOKEN_ANY_RUN and TOKEN_ANY_CHAR bytes where * and ? stood */
    SLOT_FUZZY,   /* text: folded; edits: 1 or 2 */
    SLOT_STEM,    /* text: folded, not yet stemmed */
    SLOT_ANY,     /* exactly one word, whichever */
    SLOT_GAP,     /* 0 to gap words, whichever; never first or last in a phrase */
    SLOT_CHOICE   /* one of several sequences of slots, none empty */
};

struct slot;
struct slot_list {
    struct slot *items;
    size_t n;
};

struct slot {
    enum slot_kind kind;
    const char *text; /* WORD, PATTERN, FUZZY, STEM; NUL-terminated too */
    size_t text_len;
    const char *whole;         /* WORD with token_is_long: the folded word that text is the short form of; else NULL */
    unsigned edits;            /* FUZZY */
    unsigned gap;              /* GAP */
    struct slot_list *choices; /* CHOICE: n_choices sequences */
    size_t n_choices;
    size_t column; /* where it stands in the query, from 1 */
};

struct query {
    enum query_kind kind;
    size_t column;           /* of its first byte, from 1 */
    struct query **children; /* n_children, as the kind asks */
    size_t n_children;
    unsigned distance;      /* NEAR, BEFORE, NOTNEAR, UNORDERED: other words in between */
    struct slot_list slots; /* PHRASE, UNORDERED */
    const char *text;       /* PATH, EXT; NUL-terminated */
    int64_t time;           /* SINCE, UNTIL: seconds since 1970, UTC */
};

/* Parses len bytes of UTF-8. The tree lives in the arena; the text need not outlive the call. AND in AND and OR in OR
 * are flat, parentheses leave no node, and no path through the tree is longer than 4 * QUERY_MAX_DEPTH nodes.
 * ST_BAD_QUERY and ST_TOO_BROAD come with err->column and a sentence: what was found, what was expected, a hint. */
enum status query_parse(const char *text, size_t len, struct arena *arena, struct query **out, struct err *err);

/* Appends the query in its canonical form, which parses to the same tree (columns aside). */
void query_print(const struct query *q, struct buf *out);

/* Whether two trees are the same, columns aside. */
bool query_equal(const struct query *a, const struct query *b);

/* Whether matches of this node have places: NEAR family, PHRASE, UNORDERED, and OR or TITLE of only such. */
bool query_is_positional(const struct query *q);

/* Appends text as a quoted phrase that matches the words of that text where they stand, escaping what is special
 * inside quotes and turning line breaks into spaces: the rule of `verbatim quote`. */
void query_quote(const char *text, size_t len, struct buf *out);

#endif
