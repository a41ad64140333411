/* html.c - see html.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/html.h"

#include <string.h>
#include <strings.h>

#include "indexer/entities.h"

struct html {
    const char *source;
    size_t len;
    const struct html_sink *sink;
    void *user;
    unsigned templates; /* open ones: what is in them is not shown */
    bool open_title;    /* there is no `</title` any more */
};

static bool is_letter(char c)
{
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'z';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool name_is(const char *name, size_t len, const char *other)
{
    return strlen(other) == len && strncasecmp(name, other, len) == 0;
}

bool html_tag_is(const struct html_tag *tag, const char *name)
{
    return name_is(tag->name, tag->name_len, name);
}

/* ---- attributes ---------------------------------------------------------------------------------------------- */

struct attribute {
    const char *name, *value;
    size_t name_len, value_len;
};

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && is_blank(*p))
        p++;
    return p;
}

/* The value behind an `=`; returns the place behind it. */
static const char *take_value(struct attribute *a, const char *p, const char *end)
{
    p = skip_blanks(p, end);
    char quote = p < end && (*p == '"' || *p == '\'') ? *p++ : '\0';
    a->value = p;
    while (p < end && (quote != '\0' ? *p != quote : !is_blank(*p) && *p != '>'))
        p++;
    a->value_len = (size_t)(p - a->value);
    return quote != '\0' && p < end ? p + 1 : p;
}

/* Takes the attribute at or behind p, before `end` or a `>`; returns the place behind it. With no name it stands at the
 * `>` or the end. */
static const char *take_attribute(struct attribute *a, const char *p, const char *end)
{
    *a = (struct attribute){0};
    while (p < end && (is_blank(*p) || *p == '/'))
        p++;
    a->name = p;
    if (p < end && *p == '=')
        p++;
    while (p < end && !is_blank(*p) && *p != '/' && *p != '>' && *p != '=')
        p++;
    a->name_len = (size_t)(p - a->name);
    const char *equals = skip_blanks(p, end);
    return a->name_len > 0 && equals < end && *equals == '=' ? take_value(a, equals + 1, end) : p;
}

bool html_attribute(const struct html_tag *tag, const char *name, const char **value, size_t *len)
{
    struct attribute a;
    for (const char *p = tag->attributes; p < tag->end;) {
        p = take_attribute(&a, p, tag->end);
        if (a.name_len == 0)
            return false;
        if (a.value != NULL && name_is(a.name, a.name_len, name)) {
            *value = a.value;
            *len = a.value_len;
            return true;
        }
    }
    return false;
}

/* ---- text ---------------------------------------------------------------------------------------------------- */

static void put_text(const struct html *h, size_t off, size_t len)
{
    if (len > 0 && h->templates == 0)
        h->sink->text(h->user, off, len);
}

/* The `&` at off; returns the offset behind what it took. */
static size_t take_reference(const struct html *h, size_t off, size_t end)
{
    char bytes[4];
    size_t len = 0, taken = entity_decode_lax(h->source + off, end - off, bytes, &len);
    if (taken == 0)
        put_text(h, off, 1);
    else if (h->templates == 0)
        h->sink->decoded(h->user, off, bytes, len);
    return off + (taken > 0 ? taken : 1);
}

/* Text without tags. */
static void take_text(const struct html *h, size_t off, size_t end)
{
    while (off < end) {
        const char *amp = memchr(h->source + off, '&', end - off);
        size_t stop = amp == NULL ? end : (size_t)(amp - h->source);
        put_text(h, off, stop - off);
        off = stop < end ? take_reference(h, stop, end) : end;
    }
}

/* ---- tags ---------------------------------------------------------------------------------------------------- */

/* Offset of `</name` at or behind off; the end of the source when there is none. */
static size_t find_closing(const struct html *h, const char *name, size_t off)
{
    size_t name_len = strlen(name);
    while (off < h->len) {
        const char *p = memmem(h->source + off, h->len - off, "</", 2);
        if (p == NULL)
            break;
        off = (size_t)(p - h->source);
        if (h->len - off >= name_len + 2 && strncasecmp(p + 2, name, name_len) == 0)
            return off;
        off += 2;
    }
    return h->len;
}

/* Elements whose content is no markup and not shown. */
static const char *const unseen[] = {"script", "style", "iframe", "noembed", "noframes"};

/* Behind an opening tag, what is no markup; returns the offset of its closing tag. */
static size_t take_content(struct html *h, const struct html_tag *tag, size_t off)
{
    for (size_t i = 0; i < BASE_COUNT(unseen); i++) {
        if (html_tag_is(tag, unseen[i]))
            return find_closing(h, unseen[i], off);
    }
    if (!html_tag_is(tag, "title") || h->open_title)
        return off;
    size_t end = find_closing(h, "title", off);
    h->open_title = end == h->len;
    if (h->open_title) /* a browser would show an empty page */
        return off;
    take_text(h, off, end);
    return end;
}

/* The tag whose `<` is at off; returns the offset behind its `>`. */
static size_t take_tag(struct html *h, size_t off)
{
    const char *end = h->source + h->len, *p = h->source + off + 1;
    struct html_tag tag = {.closing = *p == '/'};
    p += tag.closing;
    tag.name = p;
    while (p < end && !is_blank(*p) && *p != '/' && *p != '>')
        p++;
    tag.name_len = (size_t)(p - tag.name);
    tag.kind = rawhtml_tag_of(tag.name, tag.name_len);
    tag.attributes = p;
    for (struct attribute a; p < end && *p != '>';)
        p = take_attribute(&a, p, end);
    tag.end = p;
    if (p == end)
        return h->len;
    off = (size_t)(p - h->source) + 1;
    if (html_tag_is(&tag, "template")) {
        h->templates += tag.closing ? (h->templates > 0 ? -1u : 0) : 1;
        return off;
    }
    if (h->templates == 0)
        h->sink->tag(h->user, &tag);
    return tag.closing ? off : take_content(h, &tag, off);
}

/* Offset behind the comment whose `<!--` is at off. */
static size_t skip_comment(const struct html *h, size_t off)
{
    const char *p = h->source + off + 4, *end = h->source + h->len;
    if (p < end && *p == '>')
        return off + 5;
    if (end - p >= 2 && p[0] == '-' && p[1] == '>')
        return off + 6;
    while (p < end && (p = memmem(p, (size_t)(end - p), "--", 2)) != NULL) {
        if (end - p >= 3 && p[2] == '>')
            return (size_t)(p - h->source) + 3;
        if (end - p >= 4 && p[2] == '!' && p[3] == '>')
            return (size_t)(p - h->source) + 4;
        p++;
    }
    return h->len;
}

/* What begins with the `<` at off; returns the offset behind it. */
static size_t take_markup(struct html *h, size_t off)
{
    const char *s = h->source + off;
    size_t left = h->len - off;
    if (left >= 2 && (is_letter(s[1]) || (s[1] == '/' && left >= 3 && is_letter(s[2]))))
        return take_tag(h, off);
    if (left >= 4 && memcmp(s, "<!--", 4) == 0)
        return skip_comment(h, off);
    if (left >= 2 && (s[1] == '!' || s[1] == '?' || (s[1] == '/' && left >= 3))) {
        const char *gt = memchr(s, '>', left);
        return gt == NULL ? h->len : (size_t)(gt - h->source) + 1;
    }
    put_text(h, off, 1);
    return off + 1;
}

void html_read(const char *source, size_t len, const struct html_sink *sink, void *user)
{
    struct html h = {.source = source, .len = len, .sink = sink, .user = user};
    for (size_t off = 0; off < len;) {
        const char *lt = memchr(source + off, '<', len - off);
        size_t stop = lt == NULL ? len : (size_t)(lt - source);
        take_text(&h, off, stop);
        off = stop < len ? take_markup(&h, stop) : len;
    }
}

/* ---- charset ------------------------------------------------------------------------------------------------- */

static bool is_name_char(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == ':';
}

/* Copies the name at the beginning of a value. */
static bool copy_name(const char *value, size_t len, char *name, size_t size)
{
    size_t n = 0;
    while (n < len && n < size - 1 && is_name_char(value[n])) {
        name[n] = value[n];
        n++;
    }
    name[n] = '\0';
    return n > 0;
}

/* `charset=NAME` in the value of a content attribute. */
static bool charset_in(const char *value, size_t len, char *name, size_t size)
{
    static const char key[] = "charset";
    for (size_t i = 0; i + sizeof key < len; i++) {
        if (strncasecmp(value + i, key, sizeof key - 1) != 0)
            continue;
        const char *end = value + len, *p = skip_blanks(value + i + sizeof key - 1, end);
        if (p == end || *p != '=')
            continue;
        p = skip_blanks(p + 1, end);
        p += p < end && (*p == '"' || *p == '\'');
        return copy_name(p, (size_t)(end - p), name, size);
    }
    return false;
}

struct charset_search {
    char *name;
    size_t size;
    bool found;
};

static void look_for_charset(void *user, const struct html_tag *tag)
{
    struct charset_search *s = user;
    const char *value;
    size_t len;
    if (s->found || tag->closing || !html_tag_is(tag, "meta"))
        return;
    if (html_attribute(tag, "charset", &value, &len))
        s->found = copy_name(value, len, s->name, s->size);
    else if (html_attribute(tag, "content", &value, &len))
        s->found = charset_in(value, len, s->name, s->size);
}

static void ignore_text(void *user, size_t off, size_t len)
{
    (void)user;
    (void)off;
    (void)len;
}

static void ignore_decoded(void *user, size_t off, const char *bytes, size_t len)
{
    (void)bytes;
    ignore_text(user, off, len);
}

bool html_declared_charset(const char *bytes, size_t len, char *name, size_t size)
{
    enum { LOOK_AT = 4096 };
    static const struct html_sink sink = {ignore_text, ignore_decoded, look_for_charset};
    struct charset_search s = {.name = name, .size = size};
    html_read(bytes, len < LOOK_AT ? len : LOOK_AT, &sink, &s);
    return s.found;
}
