/* frontmatter.c - see frontmatter.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/frontmatter.h"

#include <string.h>
#include <strings.h>

#include "lib/date.h"
#include "lib/utf8.h"
#include "store/document.h"

/* The metadata between its fences, read from p on. */
struct cursor {
    const char *p, *end;
    bool toml;
};

void frontmatter_release(struct frontmatter *f)
{
    buf_release(&f->title);
    buf_release(&f->value);
    *f = (struct frontmatter){0};
}

/* ---- dates --------------------------------------------------------------------------------------------------- */

static bool two_digits(const char **p, const char *end, int *value)
{
    const char *s = *p;
    if (end - s < 2 || s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
        return false;
    *value = (s[0] - '0') * 10 + s[1] - '0';
    *p = s + 2;
    return true;
}

/* "09:30", "09:30:15", "09:30:15.123": seconds of the day. */
static bool parse_clock(const char **p, const char *end, int *seconds)
{
    int hour, minute, second = 0;
    if (!two_digits(p, end, &hour) || *p == end || **p != ':')
        return false;
    ++*p;
    if (!two_digits(p, end, &minute))
        return false;
    if (*p < end && **p == ':') {
        ++*p;
        if (!two_digits(p, end, &second))
            return false;
        if (*p < end && (**p == '.' || **p == ','))
            for (++*p; *p < end && **p >= '0' && **p <= '9';)
                ++*p;
    }
    *seconds = hour * 3600 + minute * 60 + second;
    return hour <= 24 && minute < 60 && second <= 60;
}

/* "Z", "UTC", "+02:00", "-0500", "+02" or nothing: seconds east. */
static bool parse_zone(const char **p, const char *end, int *east)
{
    *east = 0;
    while (*p < end && **p == ' ')
        ++*p;
    size_t left = (size_t)(end - *p);
    if (left >= 3 && (strncasecmp(*p, "UTC", 3) == 0 || strncasecmp(*p, "GMT", 3) == 0)) {
        *p += 3;
    } else if (left > 0 && (**p == 'Z' || **p == 'z')) {
        ++*p;
    } else if (left > 0 && (**p == '+' || **p == '-')) {
        int sign = *(*p)++ == '-' ? -1 : 1, hours, minutes = 0;
        if (!two_digits(p, end, &hours))
            return false;
        if (*p < end && **p == ':')
            ++*p;
        if (*p < end && !two_digits(p, end, &minutes))
            return false;
        *east = sign * (hours * 3600 + minutes * 60);
    }
    return *p == end;
}

bool frontmatter_date(const char *text, size_t len, int64_t *seconds)
{
    enum { DAY_LEN = DATE_TEXT - 1 };
    struct date_span day;
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\r'))
        len--;
    if (date_parse(text, len < DAY_LEN ? len : DAY_LEN, &day) != DATE_OK)
        return false;
    *seconds = day.first;
    if (len <= DAY_LEN)
        return true;
    int clock, east;
    const char *p = text + DAY_LEN, *end = text + len;
    while (p < end && (*p == ' ' || *p == '\t' || *p == 'T' || *p == 't'))
        p++;
    /* What is behind a good day but no time ("2022-11-01 (draft)") takes nothing away from it. */
    if (p > text + DAY_LEN && parse_clock(&p, end, &clock) && parse_zone(&p, end, &east))
        *seconds += clock - east;
    return p > text + DAY_LEN;
}

/* ---- lines --------------------------------------------------------------------------------------------------- */

static const char *line_end(const char *p, const char *end)
{
    const char *lf = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
    return lf == NULL ? end : lf;
}

static const char *next_line(const char *p, const char *end)
{
    const char *e = line_end(p, end);
    return e < end ? e + 1 : end;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Whether the line at p is this fence, with nothing but spaces behind it. */
static bool is_fence(const char *p, const char *end, const char *fence)
{
    const char *e = line_end(p, end);
    if (e - p < 3 || memcmp(p, fence, 3) != 0)
        return false;
    for (p += 3; p < e; p++) {
        if (!is_space(*p))
            return false;
    }
    return true;
}

/* Length of the key at p when a key and the sign that ends it stand there; *value is set behind the sign. */
static size_t key_at(const char *p, const char *end, char sign, const char **value)
{
    const char *k = p, *e = line_end(p, end);
    char quote = k < e && (*k == '"' || *k == '\'') ? *k : '\0';
    if (quote != '\0') {
        k = memchr(k + 1, quote, (size_t)(e - k - 1));
        if (k == NULL)
            return 0;
        k++;
    } else {
        while (k < e && *k != sign && *k != '#' && *k != '[' && *k != '{' && *k != '"')
            k++;
    }
    size_t len = (size_t)(k - p);
    while (len > 0 && is_space(p[len - 1]))
        len--;
    while (k < e && is_space(*k))
        k++;
    if (len == 0 || is_space(*p) || k == e || *k != sign || (sign == ':' && k + 1 < e && !is_space(k[1])))
        return 0;
    *value = k + 1;
    return len;
}

/* Whether the first line that says something is a key: two thematic breaks with prose between are no metadata. */
static bool begins_with_key(const char *p, const char *end, char sign)
{
    for (; p < end; p = next_line(p, end)) {
        const char *q = p, *e = line_end(p, end), *value;
        while (q < e && is_space(*q))
            q++;
        if (q == e || *q == '#')
            continue;
        return key_at(p, end, sign, &value) > 0;
    }
    return true;
}

/* Finds the fences; returns the offset behind the closing one, 0 when there is no metadata. */
static size_t find_fences(const char *text, size_t len, struct cursor *inside)
{
    const char *end = text + len;
    bool yaml = is_fence(text, end, "---"), toml = is_fence(text, end, "+++");
    if (!yaml && !toml)
        return 0;
    inside->toml = toml;
    inside->p = next_line(text, end);
    for (const char *p = inside->p; p < end; p = next_line(p, end)) {
        if (is_fence(p, end, toml ? "+++" : "---") || (yaml && is_fence(p, end, "..."))) {
            inside->end = p;
            bool good = begins_with_key(inside->p, p, toml ? '=' : ':');
            return good ? (size_t)(next_line(p, end) - text) : 0;
        }
    }
    return 0;
}

/* ---- values -------------------------------------------------------------------------------------------------- */

/* Adds one space for a run of white space, none at the beginning. */
static void add_gap(struct buf *out)
{
    if (out->len > 0 && out->data[out->len - 1] != ' ')
        buf_addc(out, ' ');
}

static int32_t hex_value(const char *p, const char *end, int digits)
{
    int32_t value = 0;
    if (end - p < digits)
        return -1;
    for (int i = 0; i < digits; i++) {
        const char *where = strchr("0123456789abcdef", p[i] | 0x20);
        if (where == NULL || p[i] == '\0' || p[i] < '0')
            return -1;
        value = value << 4 | (int32_t)(where - "0123456789abcdef");
    }
    bool good = value > 0 && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
    return good ? value : -1;
}

/* The escape whose letter is at p; returns the position behind it. */
static const char *add_escape(struct buf *out, const char *p, const char *end)
{
    int digits = *p == 'x' ? 2 : *p == 'u' ? 4 : *p == 'U' ? 8 : 0;
    if (digits > 0) {
        int32_t cp = *p == 'U' && end - p > 8 && p[1] != '0' ? -1 : hex_value(p + 1, end, digits);
        if (cp >= 0) {
            char bytes[4];
            buf_add(out, bytes, utf8_encode(bytes, cp));
            return p + 1 + digits;
        }
    }
    if (strchr("ntrabefv0N_LP", *p) != NULL || *p == '\n')
        add_gap(out);
    else
        buf_addc(out, *p);
    return p + 1;
}

/* A quoted value from its quote on; over several lines, which become spaces. */
static void read_quoted(struct cursor *c, struct buf *out)
{
    char quote = *c->p;
    size_t marks = c->toml && c->end - c->p >= 3 && c->p[1] == quote && c->p[2] == quote ? 3 : 1;
    const char *p = c->p + marks;
    while (p < c->end) {
        bool closes = *p == quote && (marks == 1 || (c->end - p >= 3 && p[1] == quote && p[2] == quote));
        if (closes && marks == 1 && quote == '\'' && !c->toml && p + 1 < c->end && p[1] == quote) {
            buf_addc(out, quote);
            p += 2;
        } else if (closes) {
            break;
        } else if (*p == '\\' && quote == '"' && p + 1 < c->end) {
            p = add_escape(out, p + 1, c->end);
        } else if (*p == '\n' || is_space(*p)) {
            add_gap(out);
            p++;
        } else {
            buf_addc(out, *p++);
        }
    }
    c->p = p;
}

/* The words of a line up to a comment, single-spaced. */
static void add_plain(struct buf *out, const char *p, const char *end, bool comments)
{
    for (const char *start = p; p < end; p++) {
        if (comments && *p == '#' && (p == start || is_space(p[-1])))
            break;
        if (is_space(*p))
            add_gap(out);
        else
            buf_addc(out, *p);
    }
}

/* A YAML value that goes on in the indented lines below: plain, or a block (`|` and `>`), where # is text. */
static void read_lines(struct cursor *c, struct buf *out)
{
    bool block = *c->p == '|' || *c->p == '>';
    if (!block)
        add_plain(out, c->p, line_end(c->p, c->end), true);
    for (;;) {
        const char *p = next_line(c->p, c->end), *e = line_end(p, c->end);
        bool blank = true;
        for (const char *q = p; q < e && blank; q++)
            blank = is_space(*q);
        if (p == c->end || (!blank && *p != ' ' && *p != '\t') || (blank && !block))
            break;
        add_gap(out);
        add_plain(out, p, e, !block);
        c->p = p;
    }
}

static void read_value(struct cursor *c, struct buf *out)
{
    buf_clear(out);
    const char *e = line_end(c->p, c->end);
    while (c->p < e && is_space(*c->p))
        c->p++;
    if (c->p == e)
        return;
    if (*c->p == '"' || *c->p == '\'')
        read_quoted(c, out);
    else if (c->toml)
        add_plain(out, c->p, e, true);
    else if (*c->p != '[' && *c->p != '{')
        read_lines(c, out);
    while (out->len > 0 && out->data[out->len - 1] == ' ')
        out->len--;
}

/* ---- keys ---------------------------------------------------------------------------------------------------- */

/* Date keys, best first. */
static const char *const date_keys[] = {"date", "published", "pubdate", "publishdate", "published_at", "created"};

static bool key_is(const char *key, size_t len, const char *name)
{
    if (len >= 2 && (*key == '"' || *key == '\'')) {
        key++;
        len -= 2;
    }
    return strlen(name) == len && strncasecmp(key, name, len) == 0;
}

static void take_value(struct frontmatter *f, const char *key, size_t len, size_t *date_rank)
{
    const struct buf *v = &f->value;
    if (key_is(key, len, "title")) {
        bool null = v->len == 1 && *v->data == '~';
        buf_clear(&f->title);
        if (!null)
            buf_add(&f->title, v->data, v->len);
        return;
    }
    for (size_t i = 0; i < *date_rank; i++) {
        int64_t seconds;
        if (!key_is(key, len, date_keys[i]) || v->len == 0 || !frontmatter_date(v->data, v->len, &seconds))
            continue;
        f->date = seconds;
        *date_rank = i;
        return;
    }
}

bool frontmatter_read(struct frontmatter *f, const char *text, size_t len)
{
    struct cursor c = {0};
    size_t date_rank = BASE_COUNT(date_keys);
    buf_clear(&f->title);
    f->date = DOCUMENT_NO_DATE;
    f->end = find_fences(text, len, &c);
    if (f->end == 0)
        return true;
    while (c.p < c.end && !(c.toml && *c.p == '[')) {
        const char *key = c.p, *value;
        size_t key_len = key_at(key, c.end, c.toml ? '=' : ':', &value);
        if (key_len > 0) {
            c.p = value;
            read_value(&c, &f->value);
            take_value(f, key, key_len, &date_rank);
            if (!buf_ok(&f->value) || !buf_ok(&f->title)) /* the next key clears them */
                return false;
        }
        c.p = next_line(c.p, c.end);
    }
    return true;
}
