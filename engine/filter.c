/* filter.c - see filter.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/filter.h"

#include <string.h>

#include "lib/glob.h"

/* An extension is what follows the last dot of the file's name, case aside for ASCII letters. */
static bool has_extension(const char *path, size_t len, const char *ext)
{
    size_t ext_len = strlen(ext);
    if (len < ext_len + 2 || path[len - ext_len - 1] != '.')
        return false;
    for (size_t i = 0; i < ext_len; i++) {
        char a = path[len - ext_len + i], b = ext[i];
        a = a >= 'A' && a <= 'Z' ? (char)(a + 32) : a;
        b = b >= 'A' && b <= 'Z' ? (char)(b + 32) : b;
        if (a != b)
            return false;
    }
    return true;
}

enum status filter_match(const struct query *filter, const struct segment *segment, uint32_t doc, bool *matched,
                         struct err *err)
{
    struct segment_doc d;
    enum status status = segment_doc(segment, doc, &d, err);
    *matched = false;
    if (status != ST_OK)
        return status;
    int64_t time = d.date != DOCUMENT_NO_DATE ? d.date : d.mtime;
    switch (filter->kind) {
    case QUERY_PATH:
        *matched = glob_match(filter->text, strlen(filter->text), d.path, d.path_len);
        break;
    case QUERY_EXT:
        *matched = has_extension(d.path, d.path_len, filter->text);
        break;
    case QUERY_SINCE:
        *matched = time >= filter->time;
        break;
    default:
        *matched = time <= filter->time;
    }
    return ST_OK;
}
