/* config.c - see config.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "indexer/language.h"
#include "indexer/reader.h"
#include "lib/array.h"
#include "lib/buf.h"
#include "lib/glob.h"

enum { FILE_MAX = 1 << 20, SECONDS_DEFAULT = 60, SECONDS_MAX = 86400 };
#define MEMORY_DEFAULT (UINT64_C(1) << 30)

struct config {
    struct options *o;
    const char *path;
    const char *folder; /* absolute: what relative paths in the file are of */
    unsigned line, section; /* at hand; where the section began */
    struct filter_program *program; /* of the section; NULL before the first */
    struct err *err;
};

static enum status refuse(struct config *c, const char *key, const char *why)
{
    return err_set(c->err, ST_USAGE, "%s:%u: %s%s%s", c->path, c->line, key, *key == '\0' ? "" : ": ", why);
}

/* ---- values -------------------------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* A copy without blanks at both ends. */
static char *trimmed(struct config *c, const char *from, const char *to)
{
    while (from < to && is_blank(*from))
        from++;
    while (to > from && is_blank(to[-1]))
        to--;
    return arena_copy(&c->o->strings, from, (size_t)(to - from));
}

/* A path as seen from the folder of the file. */
static const char *full_path(struct config *c, const char *word)
{
    if (*word == '/')
        return word;
    struct buf path = BUF_INIT;
    while (word[0] == '.' && word[1] == '/')
        word += 2;
    buf_adds(&path, c->folder);
    if (strcmp(word, ".") != 0 && *word != '\0') {
        if (path.len > 1)
            buf_addc(&path, '/');
        buf_adds(&path, word);
    }
    const char *copy = buf_ok(&path) ? arena_copy(&c->o->strings, path.data, path.len) : NULL;
    buf_release(&path);
    return copy;
}

/* Splits a command at blanks into words, in place; a word in double quotes may hold some. */
static enum status split_command(struct config *c, char *value, struct word_list *argv)
{
    enum status st = ST_OK;
    argv->n = 0;
    for (char *p = value; *p != '\0' && st == ST_OK;) {
        bool quoted = *p == '"';
        char *word = quoted ? p + 1 : p, *end = word + strcspn(word, quoted ? "\"" : " \t");
        if (quoted && *end == '\0')
            return refuse(c, "command", "a quote that is never closed");
        p = end + (*end != '\0');
        *end = '\0';
        p += strspn(p, " \t");
        st = options_add_word(argv, word, c->err);
    }
    return st;
}

/* Whether there is a program of this name, so that a missing one is said once. */
static bool is_program(const char *name)
{
    if (strchr(name, '/') != NULL)
        return access(name, X_OK) == 0;
    const char *path = getenv("PATH");
    for (const char *p = path == NULL ? "/usr/bin:/bin" : path; *p != '\0';) {
        size_t len = strcspn(p, ":");
        struct buf full = BUF_INIT;
        buf_add(&full, p, len);
        buf_addc(&full, '/');
        buf_add(&full, name, strlen(name) + 1);
        bool found = buf_ok(&full) && access(full.data, X_OK) == 0;
        buf_release(&full);
        if (found)
            return true;
        p += len + (p[len] == ':');
    }
    return false;
}

/* ---- filters ------------------------------------------------------------------------------------------------- */

static const char *const filter_keys[] = {"glob", "command", "type", "time", "memory"};

static enum status set_time(struct config *c, const char *value)
{
    char *end;
    errno = 0;
    unsigned long n = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end != '\0' || errno != 0 || n < 1 || n > SECONDS_MAX)
        return refuse(c, "time", "a number of seconds from 1 to 86400 is needed");
    c->program->seconds = n;
    return ST_OK;
}

/* A key of a filter's section; ST_NOT_FOUND when it is none. */
static enum status set_filter_key(struct config *c, const char *key, char *value)
{
    struct filter_program *p = c->program;
    if (strcmp(key, "glob") == 0) {
        if (glob_open_bracket(value, strlen(value)) < strlen(value))
            return refuse(c, key, "a bracket that is never closed");
        return options_add_word(&p->globs, value, c->err);
    }
    if (strcmp(key, "command") == 0) {
        enum status st = split_command(c, value, &p->argv);
        if (st == ST_OK && !is_program(p->argv.items[0]))
            return err_set(c->err, ST_USAGE, "%s:%u: command: %s: no such program", c->path, c->line, p->argv.items[0]);
        return st;
    }
    if (strcmp(key, "type") == 0) {
        p->type = value;
        return reader_named(value) != NULL ? ST_OK : refuse(c, key, "text, markdown, html or mail is needed");
    }
    if (strcmp(key, "time") == 0)
        return set_time(c, value);
    return strcmp(key, "memory") == 0 ? options_parse_size("memory", value, &p->memory, c->err) : ST_NOT_FOUND;
}

static enum status check_program(struct config *c)
{
    const struct filter_program *p = c->program;
    if (p != NULL && (p->globs.n == 0 || p->argv.n == 0))
        return err_set(c->err, ST_USAGE, "%s:%u: filter %s: a %s is missing", c->path, c->section, p->name,
                       p->globs.n == 0 ? "glob" : "command");
    return ST_OK;
}

/* `[filter NAME]`. */
static enum status begin_section(struct config *c, const char *from, const char *to)
{
    static const char word[] = "filter ";
    struct options *o = c->o;
    enum status st = check_program(c);
    const char *section = trimmed(c, from + 1, to - 1);
    if (st != ST_OK)
        return st;
    if (section == NULL || !ARRAY_RESERVE(o->programs, o->programs_cap, o->n_programs + 1))
        return err_nomem(c->err);
    if (to[-1] != ']' || strncmp(section, word, sizeof word - 1) != 0)
        return refuse(c, "", "a section is [filter NAME]");
    c->section = c->line;
    c->program = &o->programs[o->n_programs++];
    *c->program = (struct filter_program){
        .name = section + sizeof word - 1, .type = "text", .seconds = SECONDS_DEFAULT, .memory = MEMORY_DEFAULT};
    return ST_OK;
}

/* ---- keys ---------------------------------------------------------------------------------------------------- */

/* How many letters must change, come or go to make one word of the other. */
static unsigned distance(const char *a, const char *b)
{
    enum { LONGEST = 32 };
    unsigned row[LONGEST + 1];
    size_t n = strlen(b);
    if (n > LONGEST)
        return UINT_MAX;
    for (unsigned i = 0; i <= n; i++)
        row[i] = i;
    for (; *a != '\0'; a++) {
        unsigned left_above = row[0]++;
        for (size_t i = 1; i <= n; i++) {
            unsigned change = left_above + (*a != b[i - 1]);
            unsigned shift = (row[i] < row[i - 1] ? row[i] : row[i - 1]) + 1;
            left_above = row[i];
            row[i] = change < shift ? change : shift;
        }
    }
    return row[n];
}

static void keep_nearer(const char *key, const char *other, const char **nearest)
{
    if (*nearest == NULL || distance(key, other) < distance(key, *nearest))
        *nearest = other;
}

static enum status refuse_key(struct config *c, const char *key)
{
    const char *nearest = NULL;
    if (c->program != NULL) {
        for (size_t i = 0; i < BASE_COUNT(filter_keys); i++)
            keep_nearer(key, filter_keys[i], &nearest);
    } else {
        keep_nearer(key, "root", &nearest);
        keep_nearer(key, "index", &nearest);
        for (size_t i = 0; options_key(i) != NULL; i++)
            keep_nearer(key, options_key(i), &nearest);
    }
    bool near = distance(key, nearest) <= 1 + strlen(key) / 4;
    return err_set(c->err, ST_USAGE, "%s:%u: %s: no such key%s%s%s%s", c->path, c->line, key,
                   c->program == NULL ? "" : " of a filter", near ? "; did you mean " : "", near ? nearest : "",
                   near ? "?" : "");
}

static enum status set_key(struct config *c, const char *key, char *value)
{
    if (strcmp(key, "language") == 0) {
        enum status st = language_check(value, c->err);
        if (st != ST_OK)
            return st;
    }
    if (strcmp(key, "root") != 0 && strcmp(key, "index") != 0)
        return options_set_key(c->o, key, value, c->err);
    const char *path = full_path(c, value);
    if (path == NULL)
        return err_nomem(c->err);
    if (*key == 'r')
        return options_add_word(&c->o->roots, path, c->err);
    c->o->index_dir = path;
    return ST_OK;
}

/* `key = value`. */
static enum status take_pair(struct config *c, const char *from, const char *to)
{
    const char *equals = memchr(from, '=', (size_t)(to - from));
    if (equals == NULL)
        return refuse(c, "", "key = value is needed, or [filter NAME]");
    const char *key = trimmed(c, from, equals);
    char *value = trimmed(c, equals + 1, to);
    if (key == NULL || value == NULL)
        return err_nomem(c->err);
    if (*key == '\0')
        return refuse(c, "", "a key is missing");
    if (*value == '\0')
        return refuse(c, key, "a value is missing");
    struct err why = {0}, *outer = c->err;
    c->err = &why;
    enum status st = c->program != NULL ? set_filter_key(c, key, value) : set_key(c, key, value);
    c->err = outer;
    if (st == ST_NOT_FOUND)
        return refuse_key(c, key);
    if (st == ST_USAGE && strncmp(why.text, "--", 2) == 0)
        return refuse(c, "", why.text + 2);
    if (st != ST_OK)
        *c->err = why;
    return st;
}

static enum status take_line(struct config *c, const char *from, const char *to)
{
    while (from < to && is_blank(*from))
        from++;
    while (to > from && is_blank(to[-1]))
        to--;
    if (from == to || *from == '#' || *from == ';')
        return ST_OK;
    return *from == '[' ? begin_section(c, from, to) : take_pair(c, from, to);
}

/* ---- the file ------------------------------------------------------------------------------------------------ */

static enum status read_file(struct config *c, struct buf *text)
{
    int fd = open(c->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    enum status st = fd < 0 ? err_sys(c->err, ST_NOT_FOUND, errno, "%s", c->path) : ST_OK;
    ssize_t n = 1;
    while (st == ST_OK && n > 0 && text->len <= FILE_MAX) {
        char *room = buf_reserve(text, FILE_MAX / 16);
        if (room == NULL) {
            st = err_nomem(c->err);
            break;
        }
        n = read(fd, room, FILE_MAX / 16);
        if (n < 0)
            st = err_sys(c->err, ST_NOT_FOUND, errno, "%s", c->path);
        else
            text->len += (size_t)n;
    }
    if (fd >= 0)
        close(fd);
    if (st == ST_OK && (text->len > FILE_MAX || (text->len > 0 && memchr(text->data, '\0', text->len) != NULL)))
        st = err_set(c->err, ST_USAGE, "%s: this is no configuration file", c->path);
    return st;
}

static enum status find_folder(struct config *c)
{
    char *real = realpath(c->path, NULL);
    if (real == NULL)
        return errno == ENOMEM ? err_nomem(c->err) : err_sys(c->err, ST_NOT_FOUND, errno, "%s", c->path);
    char *slash = strrchr(real, '/');
    size_t len = slash == real ? 1 : (size_t)(slash - real);
    c->folder = arena_copy(&c->o->strings, real, len);
    free(real);
    return c->folder == NULL ? err_nomem(c->err) : ST_OK;
}

enum status config_read(struct options *o, const char *path, struct err *err)
{
    struct config c = {.o = o, .path = path, .err = err};
    struct buf text = BUF_INIT;
    enum status st = find_folder(&c);
    if (st == ST_OK)
        st = read_file(&c, &text);
    static const char bom[] = "\xef\xbb\xbf";
    bool has_bom = text.len >= sizeof bom - 1 && memcmp(text.data, bom, sizeof bom - 1) == 0;
    for (size_t off = has_bom ? sizeof bom - 1 : 0; off < text.len && st == ST_OK;) {
        const char *from = text.data + off, *lf = memchr(from, '\n', text.len - off);
        const char *to = lf == NULL ? text.data + text.len : lf;
        c.line++;
        st = take_line(&c, from, to);
        off = (size_t)(to - text.data) + 1;
    }
    if (st == ST_OK)
        st = check_program(&c);
    buf_release(&text);
    return st;
}
