/* glob.c - see glob.h. Matching goes forward and falls back to the last star only: to the last single star while it can
 * still grow (it may not eat a slash), then to the last double star. What came before the last double star was matched
 * as early as possible, and a single star never moves the slashes, so no older choice can help.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/glob.h"

#include <string.h>

#include "lib/utf8.h"

struct matching {
    const char *glob_start, *glob_end, *path_end;
    const char *g, *p;             /* where both stand */
    const char *star_g, *star_p;   /* behind the last single star, and how far it has eaten; NULL: none */
    const char *dstar_g, *dstar_p; /* the same for the last double star */
    bool dstar_folders;            /* it eats whole folders with their slashes */
    bool names_folder;
};

/* Length of the character at p, and the character: a byte that is not UTF-8 is one, below zero. */
static size_t next_char(const char *p, const char *end, int32_t *cp)
{
    size_t len = utf8_decode(p, (size_t)(end - p), cp);
    if (*cp < 0)
        *cp = -1 - (int32_t)(unsigned char)*p;
    return len;
}

/* One character of a class, `\` taken away; g stays below end. */
static const char *class_char(const char *g, const char *end, int32_t *cp)
{
    if (*g == '\\' && g + 1 < end)
        g++;
    return g + next_char(g, end, cp);
}

/* Whether cp is in the class whose `[` is at g; *after is set behind its `]`, or to NULL when it is never closed. */
static bool class_match(const char *g, const char *end, int32_t cp, const char **after)
{
    *after = NULL;
    g++;
    bool negated = g < end && (*g == '!' || *g == '^');
    if (negated)
        g++;
    bool found = false;
    for (const char *first = g; g < end && (*g != ']' || g == first);) {
        int32_t low, high;
        g = class_char(g, end, &low);
        high = low;
        if (end - g >= 2 && g[0] == '-' && g[1] != ']')
            g = class_char(g + 1, end, &high);
        found = found || (low <= cp && cp <= high);
    }
    if (g >= end)
        return false;
    *after = g + 1;
    return found != negated;
}

/* Takes one character of the path against one unit of the glob that is not a star. */
static bool match_one(struct matching *m)
{
    if (m->p == m->path_end)
        return false;
    int32_t cp, want;
    size_t len = next_char(m->p, m->path_end, &cp);
    const char *g = m->g;
    if (*g == '?' || *g == '[') {
        const char *after = g + 1;
        bool fits = *g == '?' || class_match(g, m->glob_end, cp, &after);
        if (after != NULL) {
            m->g = after;
            m->p += len;
            return fits && cp != '/';
        }
    }
    m->g = class_char(g, m->glob_end, &want);
    m->p += len;
    return want == cp;
}

/* Notes the star or stars at m->g as the place to fall back to. */
static void begin_star(struct matching *m)
{
    const char *first = m->g;
    while (m->g < m->glob_end && *m->g == '*')
        m->g++;
    m->star_g = NULL;
    if (m->g - first == 1) {
        m->star_g = m->g;
        m->star_p = m->p;
        return;
    }
    m->dstar_folders = m->g < m->glob_end && *m->g == '/' && (first == m->glob_start || first[-1] == '/');
    if (m->dstar_folders)
        m->g++;
    m->dstar_g = m->g;
    m->dstar_p = m->p;
}

/* Lets the last star eat more; false when none can. */
static bool fall_back(struct matching *m)
{
    int32_t cp;
    if (m->star_g != NULL && m->star_p < m->path_end && *m->star_p != '/') {
        m->star_p += next_char(m->star_p, m->path_end, &cp);
        m->g = m->star_g;
        m->p = m->star_p;
        return true;
    }
    m->star_g = NULL;
    if (m->dstar_g == NULL || m->dstar_p == m->path_end)
        return false;
    if (m->dstar_folders) {
        const char *slash = memchr(m->dstar_p, '/', (size_t)(m->path_end - m->dstar_p));
        if (slash == NULL)
            return false;
        m->dstar_p = slash + 1;
    } else {
        m->dstar_p += next_char(m->dstar_p, m->path_end, &cp);
    }
    m->g = m->dstar_g;
    m->p = m->dstar_p;
    return true;
}

/* Whether the part behind the last slash has no wildcard that is not escaped. */
static bool last_part_is_plain(const char *glob, const char *end)
{
    bool plain = true;
    for (const char *g = glob; g < end; g++) {
        if (*g == '/')
            plain = true;
        else if (*g == '\\')
            g++;
        else if (*g == '*' || *g == '?' || *g == '[')
            plain = false;
    }
    return plain;
}

static bool match(const char *glob, size_t glob_len, const char *path, size_t path_len, bool folders)
{
    size_t kept = glob_len;
    while (kept > 1 && glob[kept - 1] == '/')
        kept--;
    const char *end = glob + kept;
    struct matching m = {.glob_start = glob, .glob_end = end, .path_end = path + path_len, .g = glob, .p = path};
    m.names_folder = folders && kept > 0 && (kept < glob_len || last_part_is_plain(glob, end));
    for (;;) {
        if (m.g == end) {
            if (m.p == m.path_end || (m.names_folder && *m.p == '/'))
                return true;
        } else if (*m.g == '*') {
            begin_star(&m);
            continue;
        } else if (match_one(&m)) {
            continue;
        }
        if (!fall_back(&m))
            return false;
    }
}

bool glob_match(const char *glob, size_t glob_len, const char *path, size_t path_len)
{
    return match(glob, glob_len, path, path_len, true);
}

bool glob_match_exact(const char *glob, size_t glob_len, const char *path, size_t path_len)
{
    return match(glob, glob_len, path, path_len, false);
}

size_t glob_open_bracket(const char *glob, size_t glob_len)
{
    const char *g = glob, *end = glob + glob_len, *after;
    while (g < end) {
        if (*g != '[') {
            g += *g == '\\' && g + 1 < end ? 2 : 1;
            continue;
        }
        (void)class_match(g, end, 0, &after);
        if (after == NULL)
            return (size_t)(g - glob);
        g = after;
    }
    return glob_len;
}

bool glob_has_wildcard(const char *glob, size_t glob_len)
{
    for (size_t i = 0; i < glob_len; i++) {
        if (memchr("*?[\\", glob[i], 4) != NULL)
            return true;
    }
    return false;
}
