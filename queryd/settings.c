/* settings.c - see settings.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/settings.h"

#include <inttypes.h>
#include <string.h>

#include "engine/trace.h"

#include "queryd/piece.h"

struct setting {
    const char *name;
    const char *choices[5]; /* words for the values 0, 1, ...; none: a number */
    uint32_t initial, max;  /* of a number */
    const char *help;
    uint32_t min; /* of a number */
};

/* The one that is a text. */
#define EXCLUDE_NAME "trace-exclude"
#define EXCLUDE_NONE "-"

static const struct setting table[SETTINGS_N] = {
    [SETTING_LIMIT] = {"limit", {NULL}, 100, UINT32_MAX, "rows of a reply at most"},
    [SETTING_OFFSET] = {"offset", {NULL}, 0, UINT32_MAX, "rows to leave out before the first"},
    [SETTING_PER_DOC] = {"per-doc", {NULL}, 0, UINT32_MAX, "rows of one document at most; 0: all"},
    [SETTING_FORMAT] = {"format", {"lines", "json"}, 0, 0, "the form of rows"},
    [SETTING_CONTEXT] = {"context", {NULL}, 0, SETTINGS_MAX_CONTEXT, "lines around a match, in JSON"},
    [SETTING_ORDER] = {"order", {"rank", "path", "date", "index"}, 0, 0, "which documents come first"},
    [SETTING_MARK] = {"mark", {"off", "on"}, 0, 0, "put matched words between « and »"},
    [SETTING_COUNT] = {"count", {"exact", "page", "docs"}, 0, 0,
                       "page: stop counting once the page is full; docs: without rows, count only documents"},
    [SETTING_TRACE_RUN] = {"trace-run", {NULL}, TRACE_RUN, TRACE_MAX_RUN,
                           "words in unbroken succession that a traced passage has at least", TRACE_MIN_RUN},
    [SETTING_TRACE_TOLERANCE] = {"trace-tolerance", {NULL}, TRACE_TOLERANCE, ALIGN_MAX_TOLERANCE,
                                 "other words in a row inside a traced passage at most"},
    [SETTING_TRACE_COVERAGE] = {"trace-coverage", {NULL}, 0, 100,
                                "per cent of the traced text that a passage shares at least"},
};

static uint32_t max_of(const struct settings *s, size_t i)
{
    return i == SETTING_LIMIT ? s->max_rows : table[i].max;
}

void settings_init(struct settings *s, uint32_t max_rows)
{
    s->max_rows = max_rows;
    s->exclude_len = 0;
    for (size_t i = 0; i < SETTINGS_N; i++)
        s->v[i] = table[i].initial;
    if (s->v[SETTING_LIMIT] > max_rows)
        s->v[SETTING_LIMIT] = max_rows;
}

static void add_allowed(struct buf *out, size_t i, uint32_t max)
{
    if (table[i].choices[0] == NULL) {
        buf_addf(out, "%" PRIu32 " to %" PRIu32, table[i].min, max);
        return;
    }
    for (size_t c = 0; table[i].choices[c] != NULL; c++)
        buf_addf(out, "%s%s", c == 0 ? "" : ", ", table[i].choices[c]);
}

static size_t find_setting(const struct piece *name)
{
    size_t i = 0;
    while (i < SETTINGS_N && !piece_is(name, table[i].name))
        i++;
    return i;
}

static bool parse_value(const struct setting *t, const struct piece *value, uint32_t max, uint32_t *out)
{
    if (t->choices[0] == NULL)
        return piece_number(value, max, out) && *out >= t->min;
    for (uint32_t c = 0; t->choices[c] != NULL; c++) {
        if (piece_is(value, t->choices[c])) {
            *out = c;
            return true;
        }
    }
    return false;
}

static enum status refuse_value(struct err *err, size_t i, uint32_t max)
{
    struct buf allowed = BUF_INIT;
    add_allowed(&allowed, i, max);
    enum status status = err_set(err, ST_USAGE, "%s may be: %.*s", table[i].name, (int)allowed.len,
                                 allowed.len > 0 ? allowed.data : "");
    buf_release(&allowed);
    return status;
}

/* The rest of the line is the path, spaces inside included. */
static enum status set_exclude(struct settings *s, const char *text, size_t len, struct err *err)
{
    piece_skip_spaces(&text, &len);
    if (len == 0)
        return err_set(err, ST_USAGE, "usage: set " EXCLUDE_NAME " PATH, or " EXCLUDE_NONE " for none");
    if (len > sizeof s->exclude)
        return err_set(err, ST_USAGE, EXCLUDE_NAME " may have %d bytes", SETTINGS_EXCLUDE_ROOM);
    bool none = len == strlen(EXCLUDE_NONE) && memcmp(text, EXCLUDE_NONE, len) == 0;
    s->exclude_len = none ? 0 : len;
    memcpy(s->exclude, text, s->exclude_len);
    return ST_OK;
}

enum status settings_set(struct settings *s, const char *text, size_t len, enum bound *bound, struct err *err)
{
    struct piece name = piece_next(&text, &len);
    if (piece_is(&name, EXCLUDE_NAME))
        return set_exclude(s, text, len, err);
    struct piece value = piece_next(&text, &len), rest = piece_next(&text, &len);
    if (value.len == 0 || rest.len > 0)
        return err_set(err, ST_USAGE, "usage: set NAME VALUE; `help set` lists them");
    size_t i = find_setting(&name);
    if (i == SETTINGS_N)
        return err_set(err, ST_USAGE, "no such setting; `help set` lists them");
    uint32_t v = 0;
    if (!parse_value(&table[i], &value, max_of(s, i), &v)) {
        if (i == SETTING_LIMIT && piece_number(&value, UINT32_MAX, &v))
            *bound = BOUND_ROWS;
        return refuse_value(err, i, max_of(s, i));
    }
    s->v[i] = v;
    return ST_OK;
}

const char *settings_name_at(size_t i)
{
    return i < SETTINGS_N ? table[i].name : EXCLUDE_NAME;
}

void settings_describe(struct buf *out, size_t i, uint32_t max_rows)
{
    if (i >= SETTINGS_N) {
        buf_adds(out, "a document, or all below a folder, that trace leaves out (a path; at first " EXCLUDE_NONE ")");
        return;
    }
    struct settings initial;
    settings_init(&initial, max_rows);
    buf_addf(out, "%s (", table[i].help);
    add_allowed(out, i, max_of(&initial, i));
    if (table[i].choices[0] == NULL)
        buf_addf(out, "; at first %" PRIu32 ")", initial.v[i]);
    else
        buf_addf(out, "; at first %s)", table[i].choices[initial.v[i]]);
}
