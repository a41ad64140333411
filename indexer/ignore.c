/* ignore.c - see ignore.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/ignore.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/array.h"
#include "lib/buf.h"
#include "lib/glob.h"

enum { FILE_MAX = 1 << 20, STEP = 1 << 12 };

void ignore_release(struct ignore *ignore)
{
    free(ignore->rules);
    arena_release(&ignore->globs);
    *ignore = (struct ignore){0};
}

/* Length without blanks at the end, unless a backslash is before one. */
static size_t without_blanks(const char *line, size_t len)
{
    while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t' || line[len - 1] == '\r')) {
        if (len > 1 && line[len - 2] == '\\' && line[len - 1] == ' ')
            break;
        len--;
    }
    return len;
}

/* Two stars are more than one only as a whole part of the path. Writes the glob so that it is; returns its length. */
static size_t copy_glob(char *to, const char *from, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len;) {
        size_t stars = 0;
        if (from[i] == '\\' && i + 1 < len)
            to[n++] = from[i++];
        else
            while (i + stars < len && from[i + stars] == '*')
                stars++;
        bool part = stars == 2 && (i == 0 || from[i - 1] == '/') && (i + 2 == len || from[i + 2] == '/');
        if (stars == 0)
            to[n++] = from[i++];
        else
            for (size_t k = part ? 2 : 1; k > 0; k--)
                to[n++] = '*';
        i += stars;
    }
    return n;
}

static bool add_line(struct ignore *ignore, const char *line, size_t len)
{
    len = without_blanks(line, len);
    if (len == 0 || *line == '#')
        return true;
    struct ignore_rule rule = {.negated = *line == '!'};
    line += rule.negated;
    len -= rule.negated;
    rule.only_folders = len > 0 && line[len - 1] == '/';
    len -= rule.only_folders;
    rule.whole_path = len > 0 && memchr(line, '/', len) != NULL;
    bool anchor = len > 0 && *line == '/';
    line += anchor;
    len -= anchor;
    if (len == 0 || glob_open_bracket(line, len) < len)
        return true; /* as git has it: such a pattern matches nothing */
    char *glob = arena_alloc(&ignore->globs, len);
    if (glob == NULL || !ARRAY_RESERVE(ignore->rules, ignore->cap, ignore->n + 1))
        return false;
    rule.len = copy_glob(glob, line, len);
    rule.glob = glob;
    ignore->rules[ignore->n++] = rule;
    return true;
}

bool ignore_add(struct ignore *ignore, const char *text, size_t len)
{
    bool good = true;
    size_t off = len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (off < len && good) {
        const char *lf = memchr(text + off, '\n', len - off);
        size_t end = lf == NULL ? len : (size_t)(lf - text);
        good = add_line(ignore, text + off, end - off);
        off = end + 1;
    }
    return good;
}

enum status ignore_read(struct ignore *ignore, int folder_fd, const char *name)
{
    struct buf text = BUF_INIT;
    int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ENOENT ? ST_OK : ST_NOT_FOUND;
    enum status st = ST_OK;
    for (ssize_t n = 1; n > 0 && st == ST_OK && text.len < FILE_MAX;) {
        char *room = buf_reserve(&text, STEP);
        n = room == NULL ? -1 : read(fd, room, STEP);
        if (n < 0)
            st = room == NULL ? ST_NOMEM : ST_NOT_FOUND;
        else
            text.len += (size_t)n;
    }
    int errnum = errno;
    close(fd);
    if (st == ST_OK && text.len > 0 && !ignore_add(ignore, text.data, text.len))
        st = ST_NOMEM;
    buf_release(&text);
    errno = errnum;
    return st;
}

enum ignore_says ignore_ask(const struct ignore *ignore, const char *path, size_t len, bool is_folder)
{
    const char *slash = memrchr(path, '/', len), *name = slash == NULL ? path : slash + 1;
    for (size_t i = ignore->n; i > 0; i--) {
        const struct ignore_rule *rule = &ignore->rules[i - 1];
        const char *from = rule->whole_path ? path : name;
        if ((rule->only_folders && !is_folder) ||
            !glob_match_exact(rule->glob, rule->len, from, (size_t)(path + len - from)))
            continue;
        return rule->negated ? IGNORE_TAKE : IGNORE_PASS_OVER;
    }
    return IGNORE_NOTHING;
}
