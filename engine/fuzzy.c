/* fuzzy.c - see fuzzy.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/fuzzy.h"

#include "lib/utf8.h"

static bool decode(const char *word, size_t len, int32_t *chars, size_t *n)
{
    *n = 0;
    for (size_t i = 0; i < len;) {
        if (*n == FUZZY_MAX_CHARS)
            return false;
        i += utf8_decode(word + i, len - i, &chars[*n]);
        ++*n;
    }
    return true;
}

bool fuzzy_begin(struct fuzzy *f, const char *word, size_t len, unsigned edits)
{
    f->edits = edits;
    return decode(word, len, f->chars, &f->n);
}

static unsigned least3(unsigned a, unsigned b, unsigned c)
{
    unsigned ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* One row of the table at a time; a row without a value within reach ends it. */
static bool within(const int32_t *a, size_t n_a, const int32_t *b, size_t n_b, unsigned edits)
{
    unsigned row[FUZZY_MAX_CHARS + 1];
    for (size_t k = 0; k <= n_b; k++)
        row[k] = (unsigned)k;
    for (size_t i = 1; i <= n_a; i++) {
        unsigned diagonal = row[0], least = (unsigned)i;
        row[0] = (unsigned)i;
        for (size_t k = 1; k <= n_b; k++) {
            unsigned above = row[k];
            row[k] = least3(row[k] + 1, row[k - 1] + 1, diagonal + (a[i - 1] != b[k - 1]));
            least = row[k] < least ? row[k] : least;
            diagonal = above;
        }
        if (least > edits)
            return false;
    }
    return row[n_b] <= edits;
}

bool fuzzy_within(const struct fuzzy *f, const char *word, size_t len)
{
    /* a character takes one to four bytes */
    if (len + f->edits < f->n || len > (f->n + f->edits) * 4)
        return false;
    int32_t chars[FUZZY_MAX_CHARS];
    size_t n;
    if (!decode(word, len, chars, &n))
        return false;
    size_t apart = n > f->n ? n - f->n : f->n - n;
    return apart <= f->edits && within(f->chars, f->n, chars, n, f->edits);
}
