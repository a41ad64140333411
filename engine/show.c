/* show.c - see show.h and excerpt.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/show.h"

#include <string.h>

#include "engine/searcher.h"
#include "lib/utf8.h"

void excerpt_add_clean(struct buf *out, const char *text, size_t len)
{
    char *room = buf_reserve(out, len);
    if (room == NULL)
        return;
    for (size_t i = 0; i < len; i++)
        room[i] = show_is_control((unsigned char)text[i]) ? ' ' : text[i];
    out->len += len;
}

void show_cut(struct buf *out, const char *text, size_t len)
{
    if (len <= EXCERPT_MAX_BYTES) {
        excerpt_add_clean(out, text, len);
        return;
    }
    excerpt_add_clean(out, text, utf8_floor(text, EXCERPT_MAX_BYTES - SHOW_ELLIPSIS_BYTES));
    buf_adds(out, SHOW_ELLIPSIS);
}

/* ---- titles ------------------------------------------------------------------------------------------------------ */

enum { FIRST_LINES = 65536, FIRST_READ = 1024 }; /* bytes at most that are searched for a first line, and at first */

/* The line of the first word of a text that may go on; false when more of it must be seen. */
static bool find_first_line(struct tokenizer *t, const char *text, size_t len, bool goes_on, size_t *from, size_t *to)
{
    struct token token;
    *from = *to = 0;
    if (goes_on) /* a cut character is no text */
        len = utf8_floor(text, len - 4);
    tokenizer_begin(t, text, len, NULL);
    if (!tokenizer_next(t, &token))
        return !goes_on;
    *from = *to = token.start;
    while (*from > 0 && text[*from - 1] != '\n')
        --*from;
    while (*to < len && text[*to] != '\n')
        ++*to;
    bool is_whole = *to < len || !goes_on || *to - *from > EXCERPT_MAX_BYTES + 1;
    if (*to > *from && text[*to - 1] == '\r')
        --*to;
    return is_whole;
}

enum status excerpt_first_line(struct searcher *s, const struct segment *segment, uint32_t doc, struct buf *out,
                               struct err *err)
{
    size_t from = 0, to = 0;
    bool found = false;
    for (uint32_t want = FIRST_READ; !found && want <= FIRST_LINES; want *= 8) {
        buf_clear(&s->scratch);
        enum status status = segment_text(segment, doc, 0, want, s->text, &s->scratch, err);
        if (status != ST_OK || s->scratch.len == 0)
            return status;
        found = find_first_line(s->tokenizer, s->scratch.data, s->scratch.len, s->scratch.len == want, &from, &to);
    }
    show_cut(out, s->scratch.data + from, to - from);
    return buf_ok(out) ? ST_OK : err_nomem(err);
}

enum status excerpt_title(struct searcher *s, const struct segment *segment, uint32_t doc, struct buf *out,
                          struct err *err)
{
    struct segment_doc d;
    enum status status = segment_doc(segment, doc, &d, err);
    if (status != ST_OK)
        return status;
    if (d.title == NULL)
        return excerpt_first_line(s, segment, doc, out, err);
    show_cut(out, d.title, d.title_len);
    return buf_ok(out) ? ST_OK : err_nomem(err);
}

/* ---- paths ------------------------------------------------------------------------------------------------------- */

void excerpt_add_path(struct buf *out, const char *path, size_t len)
{
    for (size_t i = 0; i < len;) {
        int32_t cp;
        size_t n = utf8_decode(path + i, len - i, &cp);
        if (cp == '\\')
            buf_adds(out, "\\\\");
        else if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
            for (size_t k = 0; k < n; k++)
                buf_addf(out, "\\x%02X", (unsigned)(unsigned char)path[i + k]);
        else
            buf_add(out, path + i, n);
        i += n;
    }
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool excerpt_parse_path(const char *shown, size_t len, struct buf *out)
{
    for (size_t i = 0; i < len; i++) {
        if (shown[i] != '\\') {
            buf_addc(out, shown[i]);
        } else if (i + 1 < len && shown[i + 1] == '\\') {
            buf_addc(out, '\\');
            i++;
        } else if (i + 3 < len && shown[i + 1] == 'x' && hex_digit(shown[i + 2]) >= 0 && hex_digit(shown[i + 3]) >= 0) {
            buf_addc(out, (char)(hex_digit(shown[i + 2]) * 16 + hex_digit(shown[i + 3])));
            i += 3;
        } else {
            return false;
        }
    }
    return true;
}
