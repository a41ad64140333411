/* fuzzy.c - see fuzzy.h. Row i of the table holds the distances between the first i characters of the word judged and
 * every beginning of the word looked for.
 *
 *             ""  s  k  y
 *        ""    0  1  2  3
 *        s     1  0  1  2
 *        h     2  1  1  2        the least of a row over the edits: hopeless from here on
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/fuzzy.h"

#include "lib/utf8.h"

bool fuzzy_begin(struct fuzzy *f, const char *word, size_t len, unsigned edits)
{
    f->edits = edits;
    f->n = f->n_rows = 0;
    for (size_t i = 0; i < len; f->n++) {
        if (f->n == FUZZY_MAX_CHARS)
            return false;
        i += utf8_decode(word + i, len - i, &f->chars[f->n]);
    }
    for (size_t k = 0; k <= f->n; k++)
        f->rows[0][k] = (uint8_t)k;
    return true;
}

/* Fills in row i + 1, for character c; returns the least value in it. */
static unsigned fill_row(struct fuzzy *f, size_t i, int32_t c)
{
    const uint8_t *above = f->rows[i];
    uint8_t *row = f->rows[i + 1];
    row[0] = (uint8_t)(i + 1);
    unsigned least = row[0];
    for (size_t k = 1; k <= f->n; k++) {
        unsigned value = above[k - 1] + (f->chars[k - 1] != c ? 1u : 0u);
        value = above[k] + 1u < value ? above[k] + 1u : value;
        value = row[k - 1] + 1u < value ? row[k - 1] + 1u : value;
        row[k] = (uint8_t)value;
        least = value < least ? value : least;
    }
    return least;
}

bool fuzzy_within(struct fuzzy *f, const char *word, size_t len, size_t *hopeless)
{
    bool same = true; /* so far as the word judged last */
    size_t i = 0;
    *hopeless = 0;
    for (size_t off = 0; off < len; i++) {
        int32_t c;
        if (i == FUZZY_MAX_CHARS)
            return false;
        off += utf8_decode(word + off, len - off, &c);
        same = same && i < f->n_rows && f->last[i] == c;
        if (same)
            continue;
        f->last[i] = c;
        f->n_rows = i + 1;
        if (fill_row(f, i, c) > f->edits) {
            f->n_rows = i; /* the row stands, but whoever shares it is skipped */
            *hopeless = off;
            return false;
        }
    }
    return f->rows[i][f->n] <= f->edits;
}
