/* lex.c - see lex.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/lex.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/fold.h"
#include "lib/utf8.h"

/* Marks that open a quote, and what closes it. */
static const struct quote {
    const char *open;
    const char *close[2];
} quotes[] = {
    {"\"", {"\"", NULL}},         {"\u201c", {"\u201d", NULL}}, {"\u201e", {"\u201c", "\u201d"}},
    {"\u00ab", {"\u00bb", NULL}}, {"\u2018", {"\u2019", NULL}},
};

static const char single_close[] = "\u2019";
static const char ellipsis[] = "\u2026";

static const struct keyword {
    const char *name;
    enum lex_kind kind;
    enum query_kind query_kind; /* LEX_NEAR */
    bool takes_distance;
} keywords[] = {
    {"AND", LEX_AND, 0, false},
    {"OR", LEX_OR, 0, false},
    {"NOT", LEX_NOT, 0, false},
    {"NEAR", LEX_NEAR, QUERY_NEAR, true},
    {"BEFORE", LEX_NEAR, QUERY_BEFORE, true},
    {"NOTNEAR", LEX_NEAR, QUERY_NOTNEAR, true},
    {"SENTENCE", LEX_NEAR, QUERY_SENTENCE, false},
    {"PARAGRAPH", LEX_NEAR, QUERY_PARAGRAPH, false},
};

static const struct field {
    const char *prefix;
    enum query_kind kind;
} fields[] = {
    {"title:", QUERY_TITLE}, {"path:", QUERY_PATH},   {"ext:", QUERY_EXT},
    {"since:", QUERY_SINCE}, {"until:", QUERY_UNTIL},
};

bool lex_init(struct lexer *lx, const char *text, size_t len, struct arena *arena, struct err *err)
{
    *lx = (struct lexer){.raw = text, .len = len, .arena = arena, .err = err};
    char *clean = arena_copy(arena, text, len);
    lx->tokenizer = tokenizer_new();
    if (clean == NULL || lx->tokenizer == NULL)
        return lex_nomem(lx);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)clean[i] < 0x20 || clean[i] == 0x7f)
            clean[i] = ' ';
    lx->text = clean;
    return true;
}

void lex_release(struct lexer *lx)
{
    if (lx->tokenizer != NULL)
        tokenizer_free(lx->tokenizer);
    lx->tokenizer = NULL;
}

/* Failing. */

bool lex_fail(struct lexer *lx, enum status status, size_t off, const char *fmt, ...)
{
    if (lx->status != ST_OK)
        return false;
    char text[sizeof lx->err->text];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    lx->status = err_at(lx->err, status, off + 1, "%s", text);
    return false;
}

bool lex_nomem(struct lexer *lx)
{
    if (lx->status == ST_OK)
        lx->status = err_nomem(lx->err);
    return false;
}

struct lex_piece lex_piece(const struct lexer *lx, size_t start, size_t end)
{
    enum { LONGEST = 40 };
    struct lex_piece piece = {{0}};
    bool cut = end - start > LONGEST;
    size_t len = (cut ? utf8_floor(lx->text, start + LONGEST) : end) - start;
    memcpy(piece.text, lx->text + start, len);
    for (size_t i = 0; i + 1 < len; i++) /* the C1 controls; the others are spaces already */
        if ((unsigned char)piece.text[i] == 0xc2 && (unsigned char)piece.text[i + 1] < 0xa0)
            piece.text[i] = piece.text[i + 1] = ' ';
    if (cut)
        memcpy(piece.text + len, ellipsis, sizeof ellipsis);
    return piece;
}

/* Characters. */

static size_t char_len(const struct lexer *lx, size_t off)
{
    int32_t cp;
    return utf8_decode(lx->text + off, lx->len - off, &cp);
}

static bool is_unicode_space(int32_t cp)
{
    return cp == 0x85 || cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 ||
           cp == 0x202f || cp == 0x205f || cp == 0x3000;
}

size_t lex_space(const char *text, size_t len)
{
    int32_t cp;
    size_t taken = utf8_decode(text, len, &cp);
    return cp == ' ' || is_unicode_space(cp) ? taken : 0;
}

size_t lex_space_at(const struct lexer *lx, size_t off)
{
    return off < lx->len ? lex_space(lx->text + off, lx->len - off) : 0;
}

bool lex_word_at(const struct lexer *lx, size_t off)
{
    while (off < lx->len) {
        int32_t cp;
        fold_unit units[FOLD_MAX];
        off += utf8_decode(lx->text + off, lx->len - off, &cp);
        if (cp < 0)
            return false;
        (void)fold_char(cp, units);
        if (fold_kind(units[0]) != FOLD_IGNORED)
            return fold_kind(units[0]) != FOLD_SEPARATOR;
    }
    return false;
}

static bool has_prefix(const char *text, size_t len, const char *prefix)
{
    size_t prefix_len = strlen(prefix);
    return prefix_len <= len && memcmp(text, prefix, prefix_len) == 0;
}

static bool has_prefix_at(const struct lexer *lx, size_t off, const char *prefix)
{
    return has_prefix(lx->text + off, lx->len - off, prefix);
}

size_t lex_quote_mark(const char *text, size_t len)
{
    for (size_t i = 0; i < BASE_COUNT(quotes); i++) {
        if (has_prefix(text, len, quotes[i].open))
            return strlen(quotes[i].open);
        if (has_prefix(text, len, quotes[i].close[0]))
            return strlen(quotes[i].close[0]);
    }
    return 0;
}

size_t lex_escape_at(const struct lexer *lx, size_t off)
{
    if (lx->text[off] != '\\' || off + 1 >= lx->len)
        return 0;
    size_t end = off + 1;
    if (lx->text[end] == '.') {
        while (lx->text[end] == '.')
            end++;
        return end - off;
    }
    if (strchr("*?|~\\()", lx->text[end]) != NULL)
        return 2;
    size_t mark = has_prefix_at(lx, end, ellipsis) ? strlen(ellipsis) : lex_quote_mark(lx->text + end, lx->len - end);
    return mark > 0 ? 1 + mark : 0;
}

size_t lex_number_at(const struct lexer *lx, size_t off, size_t limit, int max, int *number)
{
    size_t n = 0;
    *number = 0;
    for (; off + n < limit && lx->text[off + n] >= '0' && lx->text[off + n] <= '9'; n++) {
        *number = *number * 10 + (lx->text[off + n] - '0');
        if (*number > max)
            *number = max + 1;
    }
    return n;
}

/* Quotes. */

static bool starts_or_follows_space(const struct lexer *lx, size_t off)
{
    return off == 0 || lex_space_at(lx, utf8_floor(lx->text, off - 1)) > 0;
}

static const struct quote *quote_opening_at(const struct lexer *lx, size_t off)
{
    if (off >= lx->len || (!starts_or_follows_space(lx, off) && strchr("(-:|~", lx->text[off - 1]) == NULL))
        return NULL;
    for (size_t i = 0; i < BASE_COUNT(quotes); i++)
        if (has_prefix_at(lx, off, quotes[i].open))
            return &quotes[i];
    return NULL;
}

static size_t quote_closing_at(const struct lexer *lx, const struct quote *quote, size_t off)
{
    for (size_t i = 0; i < BASE_COUNT(quote->close) && quote->close[i] != NULL; i++) {
        size_t len = strlen(quote->close[i]);
        if (!has_prefix_at(lx, off, quote->close[i]))
            continue;
        if (strcmp(quote->close[i], single_close) == 0 && lex_word_at(lx, off + len))
            continue;
        return len;
    }
    return 0;
}

/* Sets inner, inner_end and end of a quote that opens at off. */
static bool find_quote_end(struct lexer *lx, const struct quote *quote, size_t off, struct lexeme *out)
{
    size_t at = out->inner = off + strlen(quote->open);
    while (at < lx->len) {
        size_t len = lex_escape_at(lx, at);
        if (len == 0 && (len = quote_closing_at(lx, quote, at)) > 0) {
            out->inner_end = at;
            out->end = at + len;
            return true;
        }
        at += len > 0 ? len : char_len(lx, at);
    }
    return lex_fail(lx, ST_BAD_QUERY, off,
                    "the quote that opens here is never closed: add %s at its end, or put a backslash before it",
                    quote->close[quote->close[1] != NULL]);
}

/* Where the run without spaces at off ends. */
static size_t run_end(const struct lexer *lx, size_t off)
{
    while (off < lx->len && lex_space_at(lx, off) == 0)
        off += char_len(lx, off);
    return off;
}

/* Behind a closing quote: punctuation up to a space or parenthesis goes with it, anything else is a mistake. */
static bool skip_glued(struct lexer *lx, struct lexeme *out)
{
    while (out->end < lx->len && lex_space_at(lx, out->end) == 0 && lx->text[out->end] != ')') {
        if (strchr("\"(*~|\\", lx->text[out->end]) != NULL || lex_word_at(lx, out->end))
            return lex_fail(lx, ST_BAD_QUERY, out->end,
                            "found '%s' right after a closing quote, expected a space (or ~3 for words in any order)",
                            lex_piece(lx, out->end, run_end(lx, out->end)).text);
        out->end += char_len(lx, out->end);
    }
    return true;
}

/* Reads ~k after a closing quote. */
static bool read_suffix(struct lexer *lx, struct lexeme *out)
{
    if (lx->text[out->end] != '~')
        return true;
    size_t at = out->end + 1;
    size_t n = lex_number_at(lx, at, lx->len, QUERY_MAX_DISTANCE, &out->number);
    if (n == 0)
        return lex_fail(lx, ST_BAD_QUERY, out->end,
                        "~ after a quote needs a number: write ~3 for at most 3 other words among these");
    if (out->number > QUERY_MAX_DISTANCE)
        return lex_fail(lx, ST_TOO_BROAD, at, "a distance is at most %d words", QUERY_MAX_DISTANCE);
    out->end = at + n;
    return true;
}

static bool lex_quoted(struct lexer *lx, const struct quote *quote, size_t off, struct lexeme *out)
{
    out->kind = LEX_QUOTED;
    return find_quote_end(lx, quote, off, out) && read_suffix(lx, out) && skip_glued(lx, out);
}

/* Bare atoms. */

static bool fail_symbol(struct lexer *lx, size_t off)
{
    if (lx->text[off] == '"')
        return lex_fail(lx, ST_BAD_QUERY, off,
                        "a quote opens only at the start or after a space, found one after other text: put a space "
                        "or a backslash before it");
    bool bar = lx->text[off] == '|';
    return lex_fail(lx, ST_BAD_QUERY, off, "found '%s' outside quotes: write %s between operands%s", bar ? "|" : "&&",
                    bar ? "OR" : "AND", bar ? ", or \"(one|other) word\" inside a phrase" : "");
}

/* Finds the end of the atom at start: a space, a parenthesis or an opening quote. */
static bool find_atom_end(struct lexer *lx, size_t start, size_t *end)
{
    size_t at = start;
    while (at < lx->len && lex_space_at(lx, at) == 0 && lx->text[at] != '(' && lx->text[at] != ')') {
        size_t escaped = lex_escape_at(lx, at);
        if (escaped > 0) {
            at += escaped;
            continue;
        }
        if (quote_opening_at(lx, at) != NULL) {
            if (lx->text[at - 1] == '~')
                return lex_fail(lx, ST_BAD_QUERY, at - 1, "~ before a quote needs a space before it");
            break;
        }
        if (strchr("\"|", lx->text[at]) != NULL || has_prefix_at(lx, at, "&&"))
            return fail_symbol(lx, at);
        at += char_len(lx, at);
    }
    *end = at;
    return true;
}

/* Whether text[start, end) holds a word or a * that counts. */
static bool has_operand(struct lexer *lx, size_t start, size_t end)
{
    struct token token;
    struct token_options plain = {0};
    tokenizer_begin(lx->tokenizer, lx->text + start, end - start, &plain);
    if (tokenizer_next(lx->tokenizer, &token))
        return true;
    for (size_t at = start; at < end;) {
        size_t escaped = lex_escape_at(lx, at);
        if (escaped == 0 && lx->text[at] == '*')
            return true;
        at += escaped > 0 ? escaped : 1;
    }
    return false;
}

static const struct field *field_at(const struct lexer *lx, size_t off)
{
    for (size_t i = 0; i < BASE_COUNT(fields); i++)
        if (has_prefix_at(lx, off, fields[i].prefix))
            return &fields[i];
    return NULL;
}

static const struct keyword *find_keyword(const char *name, size_t len, bool any_case)
{
    for (size_t i = 0; i < BASE_COUNT(keywords); i++) {
        const char *known = keywords[i].name;
        if (strlen(known) == len && (any_case ? strncasecmp(known, name, len) : memcmp(known, name, len)) == 0)
            return &keywords[i];
    }
    return NULL;
}

static bool is_upper(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] < 'A' || text[i] > 'Z')
            return false;
    return len > 0;
}

/* NAME/... that looks like an operator but is none: fails. Anything else is text. */
static bool check_slashed(struct lexer *lx, const struct lexeme *atom, size_t name_len, bool numbered)
{
    const char *name = lx->text + atom->start;
    const struct keyword *exact = find_keyword(name, name_len, false);
    const struct keyword *loose = find_keyword(name, name_len, true);
    struct lex_piece piece = lex_piece(lx, atom->start, atom->end);
    if (exact != NULL && exact->takes_distance)
        return lex_fail(lx, ST_BAD_QUERY, atom->start, "found '%s', expected a number after the slash: write %s/5",
                        piece.text, exact->name);
    if (exact != NULL && numbered)
        return lex_fail(lx, ST_BAD_QUERY, atom->start, "found '%s', but %s takes no distance; NEAR/5 does", piece.text,
                        exact->name);
    if (loose != NULL && loose->kind == LEX_NEAR && numbered)
        return lex_fail(lx, ST_BAD_QUERY, atom->start, "found '%s', but operators are upper case: write %s%s",
                        piece.text, loose->name, loose->takes_distance ? "/5" : "");
    if (numbered && is_upper(name, name_len))
        return lex_fail(lx, ST_BAD_QUERY, atom->start,
                        "'%s' is no operator: write NEAR/5 or BEFORE/5, or put it in quotes to find it as text",
                        piece.text);
    return true;
}

/* NAME/...: an operator and its distance, a mistaken one, or (kind unchanged) text. slash is where the slash is. */
static bool lex_slashed(struct lexer *lx, size_t slash, struct lexeme *out)
{
    int number;
    size_t name_len = slash - out->start;
    size_t digits = lex_number_at(lx, slash + 1, out->end, QUERY_MAX_DISTANCE, &number);
    bool numbered = digits > 0 && slash + 1 + digits == out->end;
    const struct keyword *found = find_keyword(lx->text + out->start, name_len, false);
    if (found == NULL || !found->takes_distance || !numbered)
        return check_slashed(lx, out, name_len, numbered);
    if (number > QUERY_MAX_DISTANCE)
        return lex_fail(lx, ST_TOO_BROAD, slash + 1, "a distance is at most %d words", QUERY_MAX_DISTANCE);
    out->kind = LEX_NEAR;
    out->query_kind = found->query_kind;
    out->number = number;
    return true;
}

/* Tells operators from operands and punctuation. */
static bool classify_atom(struct lexer *lx, struct lexeme *out)
{
    const char *text = lx->text + out->start;
    size_t len = out->end - out->start;
    const struct keyword *op = find_keyword(text, len, false);
    if (op != NULL) {
        out->kind = op->kind;
        out->query_kind = op->query_kind;
        out->number = op->takes_distance ? QUERY_DEFAULT_DISTANCE : 0;
        return true;
    }
    out->kind = has_operand(lx, out->start, out->end) ? LEX_ATOM : LEX_PUNCTUATION;
    const char *slash = memchr(text, '/', len);
    return slash == NULL || lex_slashed(lx, (size_t)(slash - lx->text), out);
}

/* Whether the - at off negates: at the start or after a space or (, right before an operand. Sets *yes. */
static bool find_negation(struct lexer *lx, size_t off, bool *yes)
{
    size_t next = off + 1, end;
    *yes = false;
    if (lx->text[off] != '-' || next >= lx->len)
        return true;
    if (!starts_or_follows_space(lx, off) && lx->text[off - 1] != '(')
        return true;
    *yes = lx->text[next] == '(' || quote_opening_at(lx, next) != NULL ||
           (lx->text[next] == '~' && quote_opening_at(lx, next + 1) != NULL);
    if (*yes || (strchr("~*?", lx->text[next]) == NULL && !lex_word_at(lx, next)))
        return true;
    if (field_at(lx, next) != NULL) {
        *yes = true;
        return true;
    }
    if (!find_atom_end(lx, next, &end))
        return false;
    *yes = has_operand(lx, next, end);
    return true;
}

/* Lexemes. */

static void start_lexeme(struct lexer *lx, struct lexeme *out)
{
    *out = (struct lexeme){.kind = LEX_END, .start = lx->pos, .end = lx->pos, .number = LEX_NO_NUMBER};
}

/* What begins with a symbol of its own. False when nothing of that kind stands here, or on failure. */
static bool lex_symbol(struct lexer *lx, struct lexeme *out)
{
    size_t at = out->start;
    out->stems = lx->text[at] == '~' && quote_opening_at(lx, at + 1) != NULL;
    const struct quote *quote = quote_opening_at(lx, at + out->stems);
    if (quote != NULL)
        return lex_quoted(lx, quote, at + out->stems, out);
    if (lx->text[at] != '(' && lx->text[at] != ')')
        return false;
    if (lx->text[at] == ')' && lx->text[at + 1] == '~')
        return lex_fail(lx, ST_BAD_QUERY, at + 1, "~ after a parenthesis: only a word or a quoted phrase takes one");
    out->kind = lx->text[at] == '(' ? LEX_OPEN : LEX_CLOSE;
    out->end = at + 1;
    return true;
}

static bool lex_atom(struct lexer *lx, struct lexeme *out)
{
    const struct field *field = field_at(lx, out->start);
    if (field != NULL) {
        out->kind = LEX_FIELD;
        out->query_kind = field->kind;
        out->end = out->start + strlen(field->prefix);
        return true;
    }
    return find_atom_end(lx, out->start, &out->end) && classify_atom(lx, out);
}

bool lex_next(struct lexer *lx, struct lexeme *out)
{
    for (size_t n; (n = lex_space_at(lx, lx->pos)) > 0;)
        lx->pos += n;
    start_lexeme(lx, out);
    if (out->start >= lx->len)
        return lx->status == ST_OK;
    bool negates;
    if (!find_negation(lx, out->start, &negates))
        return false;
    if (negates) {
        out->kind = LEX_NEGATE;
        out->end++;
    } else if (!lex_symbol(lx, out) && lx->status == ST_OK) {
        (void)lex_atom(lx, out);
    }
    lx->pos = out->end;
    return lx->status == ST_OK;
}

bool lex_operand(struct lexer *lx, struct lexeme *out)
{
    start_lexeme(lx, out);
    if (out->start >= lx->len || lex_space_at(lx, out->start) > 0)
        return lx->status == ST_OK;
    if (!lex_symbol(lx, out) && lx->status == ST_OK && find_atom_end(lx, out->start, &out->end))
        out->kind = has_operand(lx, out->start, out->end) ? LEX_ATOM : LEX_PUNCTUATION;
    lx->pos = out->end;
    return lx->status == ST_OK;
}

/* Values of filters. */

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *found = c == '\0' ? NULL : strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
    return found == NULL ? -1 : (int)(found - digits);
}

/* The byte that `\xHH` at p stands for if that is how rows show it (control or not ASCII, not NUL), else -1. */
static int shown_byte(const char *p, const char *end)
{
    if (end - p < 4 || p[1] != 'x' || hex_digit(p[2]) < 0 || hex_digit(p[3]) < 0)
        return -1;
    int byte = hex_digit(p[2]) * 16 + hex_digit(p[3]);
    return (byte > 0 && byte < 0x20) || byte >= 0x7f ? byte : -1;
}

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Takes the backslash at p, with what belongs to it, to *to; returns the bytes read. One at the very end is meant as
 * itself and doubled, so that it does not hide the quote that the printer may put after it. */
static size_t copy_backslash(const char *p, const char *end, char **to)
{
    int byte = shown_byte(p, end);
    if (byte >= 0) {
        *(*to)++ = (char)byte;
        return 4;
    }
    size_t left = (size_t)(end - p);
    if (left > 1 && (is_control(p[1]) || lex_quote_mark(p + 1, left - 1) > 0))
        return 1;
    *(*to)++ = *p;
    *(*to)++ = left > 1 ? p[1] : *p;
    return left > 1 ? 2 : 1;
}

/* Copies text[start, end) as a value: see lex_value. */
static bool copy_value(struct lexer *lx, size_t start, size_t end, const char **value, size_t *value_len)
{
    char *to = arena_alloc(lx->arena, end - start + 2);
    if (to == NULL)
        return lex_nomem(lx);
    *value = to;
    for (size_t at = start; at < end;) {
        if (lx->raw[at] == '\\') {
            at += copy_backslash(lx->raw + at, lx->raw + end, &to);
        } else {
            *to++ = lx->raw[at] == '\0' ? ' ' : lx->raw[at];
            at++;
        }
    }
    *to = '\0';
    *value_len = (size_t)(to - *value);
    return true;
}

bool lex_value(struct lexer *lx, const char **value, size_t *value_len)
{
    struct lexeme quoted = {.start = lx->pos, .number = LEX_NO_NUMBER};
    const struct quote *quote = quote_opening_at(lx, lx->pos);
    if (quote != NULL) {
        if (!find_quote_end(lx, quote, lx->pos, &quoted) || !skip_glued(lx, &quoted))
            return false;
        lx->pos = quoted.end;
        return copy_value(lx, quoted.inner, quoted.inner_end, value, value_len);
    }
    size_t start = lx->pos;
    while (lx->pos < lx->len && lex_space_at(lx, lx->pos) == 0 && lx->text[lx->pos] != ')')
        lx->pos += char_len(lx, lx->pos);
    return copy_value(lx, start, lx->pos, value, value_len);
}
