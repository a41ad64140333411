/* rawhtml.c - see rawhtml.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/rawhtml.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "indexer/entities.h"

enum { TAG_NAME_MAX = 10 };

struct tag_name {
    char name[TAG_NAME_MAX + 1];
    unsigned char tag;
};

/* clang-format off */
static const struct tag_name tag_names[] = {
    {"address", TAG_BLOCK}, {"article", TAG_BLOCK}, {"aside", TAG_BLOCK}, {"blockquote", TAG_BLOCK},
    {"body", TAG_BLOCK}, {"br", TAG_BREAK}, {"caption", TAG_BLOCK}, {"center", TAG_BLOCK}, {"dd", TAG_BLOCK},
    {"details", TAG_BLOCK}, {"dialog", TAG_BLOCK}, {"div", TAG_BLOCK}, {"dl", TAG_BLOCK}, {"dt", TAG_BLOCK},
    {"fieldset", TAG_BLOCK}, {"figcaption", TAG_BLOCK}, {"figure", TAG_BLOCK}, {"footer", TAG_BLOCK},
    {"form", TAG_BLOCK}, {"h1", TAG_HEADING}, {"h2", TAG_HEADING}, {"h3", TAG_HEADING}, {"h4", TAG_HEADING},
    {"h5", TAG_HEADING}, {"h6", TAG_HEADING}, {"head", TAG_BLOCK}, {"header", TAG_BLOCK}, {"hr", TAG_BLOCK},
    {"html", TAG_BLOCK}, {"iframe", TAG_BREAK}, {"legend", TAG_BLOCK}, {"li", TAG_BLOCK}, {"main", TAG_BLOCK},
    {"menu", TAG_BLOCK}, {"nav", TAG_BLOCK}, {"ol", TAG_BLOCK}, {"optgroup", TAG_BREAK}, {"option", TAG_BREAK},
    {"p", TAG_BLOCK}, {"pre", TAG_BLOCK}, {"script", TAG_HIDDEN}, {"search", TAG_BLOCK}, {"section", TAG_BLOCK},
    {"select", TAG_BREAK}, {"style", TAG_HIDDEN}, {"summary", TAG_BLOCK}, {"table", TAG_BLOCK}, {"tbody", TAG_BLOCK},
    {"td", TAG_CELL}, {"textarea", TAG_BREAK}, {"tfoot", TAG_BLOCK}, {"th", TAG_CELL}, {"thead", TAG_BLOCK},
    {"title", TAG_BLOCK}, {"tr", TAG_BLOCK}, {"ul", TAG_BLOCK}, {"video", TAG_BREAK},
};
/* clang-format on */

/* What a comment or the like runs to. */
enum end_kind { END_COMMENT, END_INSTRUCTION, END_CDATA, END_DECLARATION, END_SCRIPT, END_STYLE };
static const char *const ends[] = {"-->", "?>", "]]>", ">", "</script", "</style"};

void rawhtml_begin(struct rawhtml *h, const char *source, size_t len, const struct rawhtml_sink *sink, void *user)
{
    *h = (struct rawhtml){.source = source, .source_len = len, .sink = sink, .user = user};
}

void rawhtml_new_block(struct rawhtml *h)
{
    h->in_tag = false;
    h->quote = 0;
    if (h->hidden_until == SIZE_MAX)
        h->hidden_until = 0;
}

static bool is_letter(char c)
{
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'z';
}

/* Offset of the end word at or behind off, case aside; SIZE_MAX when there is none, which is remembered. */
static size_t find_end(struct rawhtml *h, enum end_kind kind, size_t off)
{
    const char *word = ends[kind];
    size_t len = strlen(word);
    if ((h->unclosed & 1u << kind) != 0 || off > h->source_len)
        return SIZE_MAX;
    const char *p = h->source + off, *source_end = h->source + h->source_len;
    while ((p = memchr(p, word[0], (size_t)(source_end - p))) != NULL) {
        if ((size_t)(source_end - p) >= len && strncasecmp(p, word, len) == 0)
            return (size_t)(p - h->source);
        p++;
    }
    h->unclosed |= 1u << kind;
    return SIZE_MAX;
}

/* Hides from here to behind the end word, or to the end of the block. */
static void hide_through(struct rawhtml *h, enum end_kind kind, size_t off)
{
    size_t at = find_end(h, kind, off);
    h->hidden_until = at == SIZE_MAX ? SIZE_MAX : at + strlen(ends[kind]);
}

/* `<!` and `<?`: comments and the like. */
static void hide_declaration(struct rawhtml *h, size_t off)
{
    const char *p = h->source + off;
    size_t left = h->source_len - off;
    if (left >= 4 && memcmp(p, "<!--", 4) == 0)
        hide_through(h, END_COMMENT, off + (left > 4 && p[4] == '>' ? 2 : 4));
    else if (left >= 9 && memcmp(p, "<![CDATA[", 9) == 0)
        hide_through(h, END_CDATA, off + 9);
    else
        hide_through(h, p[1] == '?' ? END_INSTRUCTION : END_DECLARATION, off + 2);
}

static int compare_tag(const void *key, const void *item)
{
    return strcmp(key, ((const struct tag_name *)item)->name);
}

enum rawhtml_tag rawhtml_tag_of(const char *name, size_t len)
{
    char key[TAG_NAME_MAX + 1];
    if (len > TAG_NAME_MAX)
        return TAG_INLINE;
    for (size_t i = 0; i < len; i++)
        key[i] = (char)(is_letter(name[i]) ? name[i] | 0x20 : name[i]);
    key[len] = '\0';
    const struct tag_name *found = bsearch(key, tag_names, BASE_COUNT(tag_names), sizeof *tag_names, compare_tag);
    return found == NULL ? TAG_INLINE : (enum rawhtml_tag)found->tag;
}

/* Reads `<name` or `</name` at off; returns the offset behind the name. */
static size_t begin_tag(struct rawhtml *h, size_t off)
{
    const char *s = h->source;
    bool closing = s[off + 1] == '/';
    size_t name = off + 1 + closing, end = name;
    while (end < h->source_len && s[end] != '>' && s[end] != '/' && (unsigned char)s[end] > ' ')
        end++;
    enum rawhtml_tag tag = rawhtml_tag_of(s + name, end - name);
    h->in_tag = true;
    h->quote = 0;
    h->value_next = false;
    h->hides = 0;
    if (tag == TAG_HIDDEN && !closing)
        h->hides = (s[name + 1] | 0x20) == 'c' ? 'c' : 't';
    h->sink->tag(h->user, tag, closing);
    return end;
}

/* Goes on inside a tag, up to its `>` or to end; returns where it stopped. */
static size_t pass_tag(struct rawhtml *h, size_t off, size_t end)
{
    for (; off < end; off++) {
        char c = h->source[off];
        if (h->quote != 0) {
            if (c == h->quote)
                h->quote = 0;
        } else if (c == '>') {
            h->in_tag = false;
            if (h->hides != 0) {
                size_t at = find_end(h, h->hides == 'c' ? END_SCRIPT : END_STYLE, off + 1);
                h->hidden_until = at;
            }
            return off + 1;
        } else if ((c == '"' || c == '\'') && h->value_next) {
            h->quote = c;
            h->value_next = false;
        } else if ((unsigned char)c > ' ') {
            h->value_next = c == '=';
        }
    }
    return off;
}

/* Deals with the `<` or `&` at off; returns the offset behind what it took. */
static size_t take_special(struct rawhtml *h, size_t off, size_t end)
{
    const char *s = h->source;
    char next = off + 1 < h->source_len ? s[off + 1] : '\0';
    if (s[off] == '&') {
        char bytes[4];
        size_t len = 0, taken = entity_decode(s + off, end - off, bytes, &len);
        if (taken > 0)
            h->sink->decoded(h->user, off, bytes, len);
        else
            h->sink->text(h->user, off, 1);
        return off + (taken > 0 ? taken : 1);
    }
    bool closing = next == '/' && off + 2 < h->source_len && is_letter(s[off + 2]);
    if (closing || is_letter(next))
        return begin_tag(h, off);
    if (next == '!' || next == '?') {
        hide_declaration(h, off);
        return off + 2;
    }
    h->sink->text(h->user, off, 1);
    return off + 1;
}

void rawhtml_feed(struct rawhtml *h, size_t off, size_t len)
{
    size_t end = off + len;
    while (off < end) {
        if (off < h->hidden_until) {
            off = h->hidden_until < end ? h->hidden_until : end;
        } else if (h->in_tag) {
            off = pass_tag(h, off, end);
        } else {
            size_t text = off;
            while (off < end && h->source[off] != '<' && h->source[off] != '&')
                off++;
            if (off > text)
                h->sink->text(h->user, text, off - text);
            if (off < end)
                off = take_special(h, off, end);
        }
    }
}
