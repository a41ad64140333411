/* footnotes.c - see footnotes.h. To CommonMark `[^1]: word` is the definition of a link to "word", and vanishes. With a
 * letter for its `[` it is a paragraph, in which everything stands where it stood.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/footnotes.h"

#include <stdlib.h>
#include <string.h>

#include "lib/array.h"

enum { LABEL_MAX = 200, INDENT_MAX = 3 };

void footnotes_release(struct footnotes *f)
{
    free(f->items);
    buf_release(&f->copy);
    *f = (struct footnotes){0};
}

/* Length of the label behind the `[^` at p, when a `]` ends it; 0: none. */
static size_t label_len(const char *p, size_t left)
{
    size_t len = 0;
    while (2 + len < left && len < LABEL_MAX && p[2 + len] != ']') {
        if ((unsigned char)p[2 + len] <= ' ' || p[2 + len] == '[')
            return 0;
        len++;
    }
    return 2 + len < left && p[2 + len] == ']' ? len : 0;
}

/* The `[` of a definition that begins the line at p, or NULL. */
static const char *definition_at(const char *p, const char *end, size_t *len)
{
    for (int i = 0; i < INDENT_MAX && p < end && *p == ' '; i++)
        p++;
    if (end - p < 5 || p[0] != '[' || p[1] != '^')
        return NULL;
    *len = label_len(p, (size_t)(end - p));
    return *len > 0 && (size_t)(end - p) > *len + 3 && p[*len + 3] == ':' ? p : NULL;
}

static int compare(const void *a, const void *b)
{
    const struct footnote *x = a, *y = b;
    int order = memcmp(x->label, y->label, x->len < y->len ? x->len : y->len);
    return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

static bool add(struct footnotes *f, const char *text, size_t len, const char *bracket, size_t label)
{
    if (f->n == 0)
        buf_add(&f->copy, text, len);
    if (!buf_ok(&f->copy) || !ARRAY_RESERVE(f->items, f->cap, f->n + 1))
        return false;
    f->copy.data[bracket - text] = 'x';
    f->items[f->n++] = (struct footnote){bracket + 2, label};
    return true;
}

bool footnotes_find(struct footnotes *f, const char *text, size_t len)
{
    const char *end = text + len;
    f->n = 0;
    buf_clear(&f->copy);
    for (const char *p = text; p < end;) {
        const char *mark = memmem(p, (size_t)(end - p), "[^", 2);
        if (mark == NULL)
            break;
        const char *line = memrchr(text, '\n', (size_t)(mark - text));
        size_t label = 0;
        const char *bracket = definition_at(line == NULL ? text : line + 1, end, &label);
        if (bracket == mark && !add(f, text, len, bracket, label))
            return false;
        const char *lf = memchr(mark, '\n', (size_t)(end - mark));
        p = lf == NULL ? end : lf + 1;
    }
    if (f->n > 0)
        qsort(f->items, f->n, sizeof *f->items, compare);
    return true;
}

size_t footnotes_mark(const struct footnotes *f, const char *p, size_t left, bool begins_note)
{
    if (f->n == 0 || left < 4 || p[0] != '[' || p[1] != '^')
        return 0;
    struct footnote key = {p + 2, label_len(p, left)};
    if (key.len == 0 || bsearch(&key, f->items, f->n, sizeof key, compare) == NULL)
        return 0;
    size_t len = key.len + 3;
    if (begins_note && len < left && p[len] == ':')
        for (len++; len < left && (p[len] == ' ' || p[len] == '\t');)
            len++;
    return len;
}
