/* filter.c - see filter.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/filter.h"

#include <string.h>

#include "lib/glob.h"

static const char *last_part(const char *below, size_t len)
{
    const char *slash = memrchr(below, '/', len);
    return slash == NULL ? below : slash + 1;
}

/* A glob without a slash (but at its end) is about names, one with a slash about the whole path below the root. */
static bool about_names(const char *glob, size_t len)
{
    while (len > 1 && glob[len - 1] == '/')
        len--;
    return memchr(glob, '/', len) == NULL;
}

/* A slash at the beginning only says that the glob is about the whole path. */
static bool match_whole(const char *glob, const char *below, size_t len)
{
    size_t skip = *glob == '/';
    return glob_match(glob + skip, strlen(glob + skip), below, len);
}

/* Whether a glob about names matches one of the parts: any of them, or only the last. */
static bool match_part(const char *glob, const char *below, size_t len, bool folders_too)
{
    size_t glob_len = strlen(glob);
    const char *end = below + len;
    for (const char *part = folders_too ? below : last_part(below, len); part < end;) {
        const char *slash = memchr(part, '/', (size_t)(end - part));
        const char *part_end = slash == NULL ? end : slash;
        if (glob_match(glob, glob_len, part, (size_t)(part_end - part)))
            return true;
        part = part_end + 1;
    }
    return false;
}

/* The folders above were asked before, so only the last part is new. */
static bool excluded(const struct options *o, const char *below, size_t len)
{
    for (size_t i = 0; i < o->exclude.n; i++) {
        const char *glob = o->exclude.items[i];
        if (about_names(glob, strlen(glob)) ? match_part(glob, below, len, false) : match_whole(glob, below, len))
            return true;
    }
    return false;
}

/* A glob without wildcards includes all below the folders of that name, one with wildcards only files. */
static bool included(const struct options *o, const char *below, size_t len)
{
    for (size_t i = 0; i < o->include.n; i++) {
        const char *glob = o->include.items[i];
        size_t glob_len = strlen(glob);
        bool plain = !glob_has_wildcard(glob, glob_len);
        if (about_names(glob, glob_len) ? match_part(glob, below, len, plain) : match_whole(glob, below, len))
            return true;
    }
    return o->include.n == 0;
}

bool filter_enters(const struct options *o, const char *below, size_t len)
{
    return (o->hidden || *last_part(below, len) != '.') && !excluded(o, below, len);
}

bool filter_takes(const struct options *o, const char *below, size_t len)
{
    return filter_enters(o, below, len) && included(o, below, len);
}
