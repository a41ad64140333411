/* parse_phrase.c - the inside of a quoted phrase or a bare atom: words, patterns, stems, fuzzy words, gaps, choices.
 * It knows no operators (lib/parse.c). Governed by doc/query.md. SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two passes over a copy of the same length, so that offsets in it are offsets in the query. The first marks special
 * bytes and puts the tokenizer's own bytes where wildcards count; the second walks the roles, and what lies between two
 * of them goes through the tokenizer:
 *
 *     text   a * b?c ...5 (d\|e|~f)
 *     work   a 1 b2c ...5 (d |e|~f)      1 and 2 are the bytes TOKEN_ANY_RUN and TOKEN_ANY_CHAR
 *     roles          G    (    |~ )      gap, choice, stem; all else is text
 */
#include "lib/lex.h"

#include <string.h>

#include "lib/fold.h"
#include "lib/utf8.h"

enum role {
    ROLE_TEXT,
    ROLE_TILDE,
    ROLE_GAP,  /* the first byte of a run of dots or an ellipsis that is a gap */
    ROLE_OPEN, /* of a choice; other parentheses are text */
    ROLE_BAR,
    ROLE_CLOSE /* of a choice */
};

struct reader {
    struct lexer *lx;
    const struct phrase_span *span;
    char *work;     /* the copy for the tokenizer */
    uint8_t *roles; /* enum role a byte */
    size_t len;
    size_t at;      /* offsets below are in the span */
    size_t chunk;   /* where text starts that the tokenizer has not seen yet */
    bool stem_next; /* the byte before the chunk is a ~ that may start a stem */
    bool touching;  /* the last slot read is a word that ends where the chunk starts */
    unsigned gap;   /* read, but not yet put between two slots */
    size_t gap_at;
    unsigned depth;
};

/* A list of slots under construction. */
struct slots {
    struct slot *items;
    size_t n, cap;
};

static bool fail(struct reader *r, size_t at, const char *what)
{
    return lex_fail(r->lx, ST_BAD_QUERY, r->span->start + at, "%s", what);
}

/* Passes characters that vanish inside words. */
static size_t skip_invisible(const struct reader *r, size_t at)
{
    while (at < r->len) {
        int32_t cp;
        fold_unit units[FOLD_MAX];
        size_t len = utf8_decode(r->work + at, r->len - at, &cp);
        (void)fold_char(cp, units);
        if (fold_kind(units[0]) != FOLD_IGNORED)
            break;
        at += len;
    }
    return at;
}

/* First pass: what each byte is. */

static size_t dots_len(const struct reader *r, size_t at)
{
    size_t end = at, dots = 0;
    bool ellipsis = false;
    for (;; end++) {
        if (end < r->len && r->work[end] == '.') {
            dots++;
        } else if (r->len - end >= 3 && memcmp(r->work + end, "\u2026", 3) == 0) {
            ellipsis = true;
            end += 2;
        } else {
            break;
        }
    }
    return ellipsis || dots >= 3 ? end - at : 0;
}

/* Marks a run of ? and returns its length. Outside quotes all count; inside, a run before a word character or a *. */
static size_t mark_questions(struct reader *r, size_t at)
{
    size_t end = at;
    while (end < r->len && r->work[end] == '?')
        end++;
    bool before_word = end < r->len && (r->work[end] == '*' || lex_word_at(r->lx, r->span->start + end));
    if (!r->span->quoted || before_word)
        memset(r->work + at, TOKEN_ANY_CHAR, end - at);
    return end - at;
}

/* Marks what the symbol at `at` is and returns the bytes it takes. */
static size_t mark_symbol(struct reader *r, size_t at)
{
    size_t escape = lex_escape_at(r->lx, r->span->start + at);
    if (escape > 0 && escape <= r->len - at) {
        r->work[at] = ' ';
        return escape;
    }
    if (r->work[at] == '?')
        return mark_questions(r, at);
    if (r->work[at] == '*')
        r->work[at] = TOKEN_ANY_RUN;
    else if (r->work[at] == '~')
        r->roles[at] = ROLE_TILDE;
    size_t dots = r->span->quoted ? dots_len(r, at) : 0;
    if (dots > 0)
        r->roles[at] = ROLE_GAP;
    return dots > 0 ? dots : 1;
}

/* A parenthesis is a choice's when it is balanced and has a bar directly inside. `open` is a stack of those not yet
 * closed; the roles of the text they stand at say whether a bar was seen. */
static void mark_choice(struct reader *r, size_t at, size_t *open, size_t *n_open)
{
    if (r->work[at] == '(') {
        open[(*n_open)++] = at;
    } else if (r->work[at] == '|') {
        r->roles[at] = ROLE_BAR;
        if (*n_open > 0)
            r->roles[open[*n_open - 1]] = ROLE_OPEN;
    } else if (r->work[at] == ')' && *n_open > 0 && r->roles[open[--*n_open]] == ROLE_OPEN) {
        r->roles[at] = ROLE_CLOSE;
    }
}

static bool mark_roles(struct reader *r)
{
    r->work = arena_copy(r->lx->arena, r->lx->text + r->span->start, r->len);
    r->roles = arena_calloc(r->lx->arena, r->len + 1, sizeof *r->roles);
    size_t *open = arena_alloc(r->lx->arena, (r->len + 1) * sizeof *open);
    size_t n_open = 0;
    if (r->work == NULL || r->roles == NULL || open == NULL)
        return lex_nomem(r->lx);
    for (size_t at = 0; at < r->len;) {
        size_t len = mark_symbol(r, at);
        if (len == 1 && r->span->quoted)
            mark_choice(r, at, open, &n_open);
        at += len;
    }
    while (n_open > 0)
        if (r->roles[open[--n_open]] == ROLE_OPEN)
            return fail(
                r, open[n_open],
                "the parenthesis of the choice that opens here is never closed: add ), or put a backslash before it");
    return true;
}

/* Second pass: slots. */

static struct slot *append(struct reader *r, struct slots *list)
{
    if (list->n == list->cap) {
        size_t cap = list->cap == 0 ? 4 : list->cap * 2;
        struct slot *items = arena_calloc(r->lx->arena, cap, sizeof *items);
        if (items == NULL) {
            (void)lex_nomem(r->lx);
            return NULL;
        }
        if (list->n > 0)
            memcpy(items, list->items, list->n * sizeof *items);
        list->items = items;
        list->cap = cap;
    }
    return &list->items[list->n++];
}

/* Puts the gap read before this place, unless nothing stands before it. */
static bool put_gap(struct reader *r, struct slots *list)
{
    unsigned gap = r->gap;
    r->gap = 0;
    if (gap == 0 || list->n == 0)
        return true;
    if (gap > QUERY_MAX_GAP)
        return lex_fail(r->lx, ST_TOO_BROAD, r->span->start + r->gap_at,
                        "a gap is at most %d words, and these add up to %u", QUERY_MAX_GAP, gap);
    struct slot *slot = append(r, list);
    if (slot != NULL)
        *slot = (struct slot){.kind = SLOT_GAP, .gap = gap, .column = r->span->start + r->gap_at + 1};
    return slot != NULL;
}

static struct slot *put_slot(struct reader *r, struct slots *list, enum slot_kind kind, size_t at)
{
    struct slot *slot = put_gap(r, list) ? append(r, list) : NULL;
    if (slot != NULL)
        *slot = (struct slot){.kind = kind, .column = r->span->start + at + 1};
    return slot;
}

static bool set_text(struct reader *r, struct slot *slot, const char *text, size_t len)
{
    slot->text = arena_copy(r->lx->arena, text, len);
    slot->text_len = len;
    return slot->text != NULL || lex_nomem(r->lx);
}

static bool is_wildcard(char c)
{
    return c == TOKEN_ANY_RUN || c == TOKEN_ANY_CHAR;
}

static bool is_all(const char *text, size_t len, char c)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] != c)
            return false;
    return true;
}

/* The characters of text[0, len), folded one by one, wildcards left out; NUL-terminated, in the arena. */
static char *fold_text(struct reader *r, const char *text, size_t len, size_t *folded_len)
{
    char *folded = arena_alloc(r->lx->arena, len * FOLD_MAX * 4 + 1);
    char *to = folded;
    if (folded == NULL)
        return NULL;
    for (size_t off = 0; off < len;) {
        int32_t cp;
        fold_unit units[FOLD_MAX];
        off += utf8_decode(text + off, len - off, &cp);
        size_t n = cp == TOKEN_ANY_RUN || cp == TOKEN_ANY_CHAR ? 0 : fold_char(cp, units);
        for (size_t i = 0; i < n; i++)
            to += utf8_encode(to, fold_cp(units[i]));
    }
    *to = '\0';
    *folded_len = (size_t)(to - folded);
    return folded;
}

/* Finds the long word of the folded text of one, which may have more words at its ends (a folded fraction has). */
static bool find_long(struct reader *r, struct slot *slot, char *folded, size_t len)
{
    struct tokenizer *tokenizer = tokenizer_new();
    struct token token;
    bool found = false, more = tokenizer != NULL;
    if (more)
        tokenizer_begin(tokenizer, folded, len, NULL);
    while (more && !found && (more = tokenizer_next(tokenizer, &token)))
        found = token_is_long(token.word, token.word_len);
    if (found) {
        folded[token.end] = '\0';
        slot->whole = folded + token.start;
        (void)set_text(r, slot, token.word, token.word_len);
    } else if (tokenizer == NULL) {
        (void)lex_nomem(r->lx);
    }
    tokenizer_free(tokenizer);
    return found;
}

/* A word too long for patterns, stems and edits matches only itself, so wildcards in it do not count. */
static bool put_long(struct reader *r, struct slots *list, const struct token *token)
{
    size_t at = r->chunk + token->start, len;
    struct slot *slot = put_slot(r, list, SLOT_WORD, at);
    char *folded = slot == NULL ? NULL : fold_text(r, r->work + at, token->end - token->start, &len);
    if (folded == NULL)
        return lex_nomem(r->lx);
    if (!find_long(r, slot, folded, len))
        return lex_fail(r->lx, ST_TOO_BROAD, r->span->start + at, "a pattern is at most %d bytes long, as words are",
                        TOKEN_WORD_MAX);
    return r->lx->status == ST_OK;
}

static enum slot_kind kind_of_word(const struct token *token, bool stem)
{
    if (is_all(token->word, token->word_len, TOKEN_ANY_RUN))
        return SLOT_ANY;
    if (memchr(token->word, TOKEN_ANY_RUN, token->word_len) || memchr(token->word, TOKEN_ANY_CHAR, token->word_len))
        return SLOT_PATTERN;
    return stem ? SLOT_STEM : SLOT_WORD;
}

/* A word as the tokenizer gave it; one of nothing but ? is punctuation. */
static bool put_word(struct reader *r, struct slots *list, const struct token *token, bool stem)
{
    if (token_is_long(token->word, token->word_len))
        return put_long(r, list, token);
    if (is_all(token->word, token->word_len, TOKEN_ANY_CHAR))
        return true;
    size_t at = r->chunk + token->start;
    enum slot_kind kind = kind_of_word(token, stem);
    if (stem && kind != SLOT_STEM)
        return fail(r, at - 1, "a stem is of a word, not of a pattern: leave out the ~ or the wildcard");
    struct slot *slot = put_slot(r, list, kind, at);
    return slot != NULL && (kind == SLOT_ANY || set_text(r, slot, token->word, token->word_len));
}

/* Reads the text up to here into slots. */
static bool flush(struct reader *r, struct slots *list)
{
    struct token_options options = {.patterns = true};
    struct token token;
    size_t len = r->at - r->chunk;
    bool stem = r->stem_next;
    r->stem_next = r->touching = false;
    tokenizer_begin(r->lx->tokenizer, r->work + r->chunk, len, &options);
    while (tokenizer_next(r->lx->tokenizer, &token)) {
        size_t n = list->n;
        if (!put_word(r, list, &token, stem && skip_invisible(r, r->chunk) >= r->chunk + token.start))
            return false;
        stem = false;
        r->touching = list->n > n && skip_invisible(r, r->chunk + token.end) >= r->at;
    }
    r->chunk = r->at;
    return true;
}

static void move_to(struct reader *r, size_t at)
{
    r->at = r->chunk = at;
    r->touching = r->stem_next = false;
}

/* ~N after the last word. */
static bool read_edits(struct reader *r, struct slots *list)
{
    int edits;
    size_t digits = lex_number_at(r->lx, r->span->start + r->at + 1, r->span->end, QUERY_MAX_EDITS, &edits);
    size_t end = skip_invisible(r, r->at + 1 + digits);
    struct slot *slot = &list->items[list->n - 1];
    if (digits == 0)
        return fail(r, r->at,
                    "~ after a word needs a number: write ~1 or ~2 for that many edits, or put a backslash before it");
    if (end < r->len &&
        (lex_word_at(r->lx, r->span->start + end) || is_wildcard(r->work[end]) || r->roles[end] == ROLE_TILDE))
        return fail(r, end, "the number after ~ ends here, but text goes on: put a space before it");
    if (slot->kind != SLOT_WORD)
        return fail(r, r->at, "~ and a number follow a plain word, not a stem or a pattern");
    if (edits > QUERY_MAX_EDITS)
        return lex_fail(r->lx, ST_TOO_BROAD, r->span->start + r->at + 1, "a word may differ by at most %d edits",
                        QUERY_MAX_EDITS);
    if (edits > 0 && slot->whole == NULL) {
        slot->kind = SLOT_FUZZY;
        slot->edits = (unsigned)edits;
    }
    move_to(r, end);
    return true;
}

/* A ~: edits of the word before it, or stem of the word after it, or punctuation. */
static bool read_tilde(struct reader *r, struct slots *list)
{
    if (r->touching)
        return read_edits(r, list);
    if (r->at > 0 && r->roles[r->at - 1] == ROLE_CLOSE)
        return fail(r, r->at, "~ after a choice: put it after the words inside");
    if (r->roles[r->at + 1] == ROLE_OPEN)
        return fail(r, r->at, "~ before a choice: put it before the words inside");
    move_to(r, r->at + 1);
    r->stem_next = true;
    return true;
}

static bool read_gap(struct reader *r, bool in_choice)
{
    int gap;
    size_t at = r->at, end = at + dots_len(r, at);
    size_t digits = lex_number_at(r->lx, r->span->start + end, r->span->end, QUERY_MAX_GAP, &gap);
    if (in_choice)
        return fail(r, at, "a gap cannot stand inside a choice: put a backslash before the dots, or take them out");
    bool number = digits > 0 && !lex_word_at(r->lx, r->span->start + end + digits);
    if (number && end + digits < r->len && is_wildcard(r->work[end + digits]))
        number = false;
    if (number && gap > QUERY_MAX_GAP)
        return lex_fail(r->lx, ST_TOO_BROAD, r->span->start + end, "a gap is at most %d words", QUERY_MAX_GAP);
    if (r->gap == 0)
        r->gap_at = at;
    r->gap += number ? (unsigned)gap : QUERY_DEFAULT_GAP;
    move_to(r, number ? end + digits : end);
    return true;
}

static bool read_slots(struct reader *r, struct slots *list, bool in_choice);

static bool append_choice(struct reader *r, struct slot *choice, const struct slots *list, size_t *cap)
{
    if (choice->n_choices == *cap) {
        size_t more = *cap == 0 ? 2 : *cap * 2;
        struct slot_list *choices = arena_calloc(r->lx->arena, more, sizeof *choices);
        if (choices == NULL)
            return lex_nomem(r->lx);
        if (*cap > 0)
            memcpy(choices, choice->choices, *cap * sizeof *choices);
        choice->choices = choices;
        *cap = more;
    }
    choice->choices[choice->n_choices++] = (struct slot_list){list->items, list->n};
    return true;
}

/* From the ( of a choice to after its ). */
static bool read_choice(struct reader *r, struct slots *list)
{
    struct slot choice = {.kind = SLOT_CHOICE, .column = r->span->start + r->at + 1};
    size_t cap = 0;
    if (!put_gap(r, list))
        return false;
    if (++r->depth > QUERY_MAX_DEPTH)
        return lex_fail(r->lx, ST_TOO_BROAD, r->span->start + r->at, "the query is nested more than %d deep",
                        QUERY_MAX_DEPTH);
    for (bool closed = false; !closed; closed = r->roles[r->at] == ROLE_CLOSE) {
        struct slots alternative = {0};
        move_to(r, r->at + 1);
        if (!read_slots(r, &alternative, true))
            return false;
        if (alternative.n == 0)
            return fail(r, r->at, "an alternative without a word ends here: write a word, or leave out the |");
        if (!append_choice(r, &choice, &alternative, &cap))
            return false;
    }
    r->depth--;
    move_to(r, r->at + 1);
    struct slot *slot = append(r, list);
    if (slot != NULL)
        *slot = choice;
    return slot != NULL;
}

/* Reads up to the end or, in a choice, to the | or ) that ends an alternative. */
static bool read_slots(struct reader *r, struct slots *list, bool in_choice)
{
    for (;;) {
        while (r->at < r->len && r->roles[r->at] == ROLE_TEXT)
            r->at++;
        if (!flush(r, list))
            return false;
        enum role role = r->roles[r->at];
        if (r->at == r->len || (in_choice && (role == ROLE_BAR || role == ROLE_CLOSE)))
            return true;
        if (role == ROLE_BAR)
            return fail(r, r->at,
                        "a | outside parentheses: write (one|other) in the place of a word, or \\| for a plain bar");
        bool ok = role == ROLE_TILDE ? read_tilde(r, list)
                  : role == ROLE_GAP ? read_gap(r, in_choice)
                                     : read_choice(r, list);
        if (!ok)
            return false;
    }
}

/* Turns every plain word into a stem. */
static void make_stems(struct slot *slots, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (slots[i].kind == SLOT_WORD && slots[i].whole == NULL)
            slots[i].kind = SLOT_STEM;
        for (size_t c = 0; c < slots[i].n_choices; c++)
            make_stems(slots[i].choices[c].items, slots[i].choices[c].n);
    }
}

bool parse_phrase(struct lexer *lx, const struct phrase_span *span, struct slot_list *out)
{
    struct reader r = {.lx = lx, .span = span, .len = span->end - span->start, .depth = span->depth};
    struct slots list = {0};
    if (!mark_roles(&r) || !read_slots(&r, &list, false))
        return false;
    if (span->stems)
        make_stems(list.items, list.n);
    *out = (struct slot_list){list.items, list.n};
    return lx->status == ST_OK;
}

static bool names_word(const struct slot *slot)
{
    for (size_t c = 0; c < slot->n_choices; c++)
        if (!parse_phrase_has_word(&slot->choices[c]))
            return false;
    return slot->kind != SLOT_ANY && slot->kind != SLOT_GAP;
}

bool parse_phrase_has_word(const struct slot_list *slots)
{
    for (size_t i = 0; i < slots->n; i++)
        if (names_word(&slots->items[i]))
            return true;
    return false;
}
