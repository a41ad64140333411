/* charset.c - see charset.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/charset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/utf8.h"
#include "shim/detect.h"

#define REPLACEMENT "\xEF\xBF\xBD"
enum {
    DETECT_BYTES = 1 << 16, /* what the detector gets to see, from the first byte that is not ASCII on */
    COOKIE_BYTES = 1024,
    NAME_LEN = 40,
    ESCAPE = 0x1b
};

void charset_release(struct charset *c)
{
    detect_free(c->detector);
    if (c->converter_name[0] != '\0')
        iconv_close(c->converter);
    buf_release(&c->text);
    *c = (struct charset){0};
}

void charset_shrink(struct charset *c, size_t keep)
{
    if (c->text.cap > keep)
        buf_release(&c->text);
}

/* ---- converting ---------------------------------------------------------------------------------------------- */

/* Readies c->converter; false when the name is unknown. */
static bool open_converter(struct charset *c, const char *name)
{
    if (strlen(name) >= sizeof c->converter_name || *name == '\0')
        return false;
    if (strcmp(c->converter_name, name) == 0) {
        (void)iconv(c->converter, NULL, NULL, NULL, NULL);
        return true;
    }
    iconv_t converter = iconv_open("UTF-8", name);
    if (converter == (iconv_t)-1) {
        c->no_memory = c->no_memory || errno == ENOMEM;
        return false;
    }
    if (c->converter_name[0] != '\0')
        iconv_close(c->converter);
    c->converter = converter;
    memcpy(c->converter_name, name, strlen(name) + 1);
    return true;
}

/* Converts all bytes; what is no character of the set is skipped by `unit` bytes and replaced. */
static enum charset_result convert(struct charset *c, const char *bytes, size_t len, size_t unit)
{
    char *in = (char *)(uintptr_t)bytes;
    buf_clear(&c->text);
    while (len > 0) {
        size_t room = len + len / 2 + 64;
        char *begin = buf_reserve(&c->text, room), *out = begin;
        if (begin == NULL)
            return CHARSET_NOMEM;
        size_t result = iconv(c->converter, &in, &len, &out, &room);
        c->text.len += (size_t)(out - begin);
        if (result != (size_t)-1 || errno == E2BIG)
            continue;
        size_t bad = len < unit ? len : unit;
        in += bad;
        len -= bad;
        buf_adds(&c->text, REPLACEMENT);
        (void)iconv(c->converter, NULL, NULL, NULL, NULL);
    }
    return buf_ok(&c->text) ? CHARSET_OK : CHARSET_NOMEM;
}

/* ---- UTF-8 --------------------------------------------------------------------------------------------------- */

/* Copies with each byte that is not UTF-8 replaced. */
static enum charset_result repair(struct charset *c, const char *bytes, size_t len)
{
    buf_clear(&c->text);
    while (len > 0) {
        size_t good = utf8_invalid_at(bytes, len);
        buf_add(&c->text, bytes, good);
        bytes += good;
        len -= good;
        if (len > 0) {
            buf_adds(&c->text, REPLACEMENT);
            bytes++;
            len--;
        }
    }
    return buf_ok(&c->text) ? CHARSET_OK : CHARSET_NOMEM;
}

/* Whether the text is UTF-8 with some damage: whole characters beyond ASCII clearly outnumber stray bytes, or the only
 * stray bytes are a character cut off at the end. */
static bool is_mostly_utf8(const char *bytes, size_t len, size_t first_bad)
{
    size_t good = 0, bad = 0;
    if (len - first_bad < 4 && utf8_invalid_at(bytes, first_bad) == first_bad && len - first_bad > 0) {
        unsigned char lead = (unsigned char)bytes[first_bad];
        size_t want = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
        bool goes_on = len - first_bad > 1 && ((unsigned char)bytes[first_bad + 1] & 0xc0) == 0x80;
        if (lead >= 0xc3 && lead < 0xf5 && goes_on && len - first_bad < want)
            return true;
    }
    for (size_t i = 0; i < len;) {
        int32_t cp;
        size_t n = 1;
        if ((unsigned char)bytes[i] >= 0x80) {
            n = utf8_decode(bytes + i, len - i, &cp);
            good += cp >= 0;
            bad += cp < 0;
        }
        i += n;
    }
    return good / 2 > bad;
}

/* ---- what the file says about itself ------------------------------------------------------------------------- */

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == ':';
}

/* Reads the name behind `key` and one of `:` `=` in the text, quotes aside. */
static bool name_behind(const char *text, size_t len, const char *key, char name[NAME_LEN])
{
    size_t key_len = strlen(key);
    for (size_t i = 0; i + key_len + 1 < len; i++) {
        if (strncasecmp(text + i, key, key_len) != 0 || (text[i + key_len] != ':' && text[i + key_len] != '='))
            continue;
        size_t at = i + key_len + 1, n = 0;
        while (at < len && (text[at] == ' ' || text[at] == '"' || text[at] == '\''))
            at++;
        while (at < len && n < NAME_LEN - 1 && is_name_char(text[at]))
            name[n++] = text[at++];
        name[n] = '\0';
        return n > 0;
    }
    return false;
}

static size_t lines_len(const char *text, size_t len, int lines)
{
    size_t end = 0;
    for (; lines > 0 && end < len; lines--) {
        const char *lf = memchr(text + end, '\n', len - end);
        end = lf == NULL ? len : (size_t)(lf - text) + 1;
    }
    return end;
}

/* The cookies of Emacs, Vim and Python in the first two lines, encoding="..." of XML; and in front matter its keys. */
static bool find_cookie(const char *text, size_t len, char name[NAME_LEN])
{
    len = len < COOKIE_BYTES ? len : COOKIE_BYTES;
    size_t first = lines_len(text, len, 2);
    if (name_behind(text, first, "coding", name) || name_behind(text, first, "fileencoding", name))
        return true;
    bool front_matter = len > 3 && (memcmp(text, "---", 3) == 0 || memcmp(text, "+++", 3) == 0);
    return front_matter && (name_behind(text, len, "\nencoding", name) || name_behind(text, len, "\ncharset", name));
}

/* Names that stand for more than they say, as browsers have it (WHATWG Encoding); "" for those that cannot be. */
static const char *const aliases[][2] = {
    {"ascii", ""},
    {"us-ascii", ""},
    {"utf-8", ""},
    {"utf8", ""},
    {"utf-7", ""},
    {"latin1", "WINDOWS-1252"},
    {"latin-1", "WINDOWS-1252"},
    {"iso-8859-1", "WINDOWS-1252"},
    {"iso-latin-1", "WINDOWS-1252"},
    {"iso-latin-1-unix", "WINDOWS-1252"},
    {"iso-8859-9", "WINDOWS-1254"},
    {"gb2312", "GB18030"},
    {"gbk", "GB18030"},
    {"shift_jis", "CP932"},
    {"sjis", "CP932"},
    {"euc-kr", "CP949"},
    {"mac-centraleurope", "MAC-CENTRALEUROPE"},
};

static const char *resolve(const char *name)
{
    for (size_t i = 0; i < BASE_COUNT(aliases); i++) {
        if (strcasecmp(name, aliases[i][0]) == 0)
            return aliases[i][1];
    }
    return strncasecmp(name, "utf", 3) == 0 || strncasecmp(name, "ucs", 3) == 0 ? "" : name;
}

/* ---- detecting ----------------------------------------------------------------------------------------------- */

/* What the bytes beyond ASCII look like, counted over the whole text. */
struct high_bytes {
    size_t n;       /* of them */
    size_t letters; /* of ASCII */
    bool controls;  /* some in 0x80-0x9f, where ISO 8859 has no characters and Windows has quotes and dashes */
};

static struct high_bytes count_high(const char *bytes, size_t len)
{
    struct high_bytes h = {0};
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i], lower = c | 0x20;
        h.n += c >= 0x80;
        h.letters += lower >= 'a' && lower <= 'z';
        h.controls = h.controls || (c >= 0x80 && c < 0xa0);
    }
    return h;
}

/* Text of ASCII letters with few other bytes is a Western language, or English with a name and a few quotation marks:
 * the detector guesses wildly there. Slovene, the sparest of the others, has 3% in any length. */
static bool is_western(const struct high_bytes *h)
{
    size_t all = h->n + h->letters;
    return h->n < 4 || h->n < all / 50 || (h->n < all / 25 && h->n < 24);
}

/* What Windows has in the place of a set of ISO 8859. */
static const char *const windows_sets[][2] = {
    {"ISO-8859-2", "WINDOWS-1250"}, {"ISO-8859-5", "WINDOWS-1251"},  {"ISO-8859-7", "WINDOWS-1253"},
    {"ISO-8859-9", "WINDOWS-1254"}, {"ISO-8859-13", "WINDOWS-1257"}, {"ISO-8859-8", "WINDOWS-1255"},
};

static const char *windows_set(const char *iso)
{
    for (size_t i = 0; i < BASE_COUNT(windows_sets); i++) {
        if (strcmp(iso, windows_sets[i][0]) == 0)
            return windows_sets[i][1];
    }
    return strncmp(iso, "ISO-8859-", 9) == 0 ? "WINDOWS-1252" : iso;
}

static const char *detect(struct charset *c, const char *bytes, size_t len)
{
    struct high_bytes high = count_high(bytes, len);
    if (is_western(&high))
        return "WINDOWS-1252";
    size_t from = 0;
    while (from < len && (unsigned char)bytes[from] < 0x80)
        from++;
    from = from > 256 ? from - 256 : 0;
    len -= from;
    const char *name;
    if (detect_charset(&c->detector, bytes + from, len < DETECT_BYTES ? len : DETECT_BYTES, &name) != ST_OK)
        c->no_memory = true;
    return high.controls ? windows_set(name) : name;
}

/* Sets that are written in ASCII with escapes, so that they look like UTF-8. */
static bool is_escaped_set(const char *declared)
{
    return declared != NULL && strncasecmp(declared, "iso-2022-", 9) == 0;
}

static enum charset_result convert_unknown(struct charset *c, const char *bytes, size_t len, const char *declared)
{
    char cookie[NAME_LEN] = "";
    if (declared == NULL && find_cookie(bytes, len, cookie))
        declared = cookie;
    if (declared == NULL || !open_converter(c, resolve(declared))) {
        if (!open_converter(c, resolve(detect(c, bytes, len))) && !open_converter(c, "WINDOWS-1252"))
            return repair(c, bytes, len);
    }
    return convert(c, bytes, len, 1);
}

/* ---- all of it ----------------------------------------------------------------------------------------------- */

struct mark {
    const char bytes[4];
    size_t len;
    const char *name;
    size_t unit;
};

/* UTF-32 first: its little-endian mark begins as that of UTF-16 does. */
static const struct mark marks[] = {
    {{'\xEF', '\xBB', '\xBF'}, 3, "UTF-8", 0},  {{'\xFF', '\xFE', 0, 0}, 4, "UTF-32LE", 4},
    {{0, 0, '\xFE', '\xFF'}, 4, "UTF-32BE", 4}, {{'\xFF', '\xFE'}, 2, "UTF-16LE", 2},
    {{'\xFE', '\xFF'}, 2, "UTF-16BE", 2},
};

static const struct mark *find_mark(const char *bytes, size_t len)
{
    for (size_t i = 0; i < BASE_COUNT(marks); i++) {
        if (len >= marks[i].len && memcmp(bytes, marks[i].bytes, marks[i].len) == 0)
            return &marks[i];
    }
    return NULL;
}

bool charset_is_binary(const char *bytes, size_t len)
{
    const struct mark *mark = find_mark(bytes, len);
    bool wide = mark != NULL && mark->unit > 0;
    return !wide && memchr(bytes, 0, len < CHARSET_BINARY_BYTES ? len : CHARSET_BINARY_BYTES) != NULL;
}

enum charset_result charset_to_utf8(struct charset *c, const char *bytes, size_t len, const char *declared,
                                    const char **text, size_t *text_len, const char **name)
{
    const struct mark *mark = find_mark(bytes, len);
    enum charset_result result = CHARSET_OK;
    c->no_memory = false;
    if (charset_is_binary(bytes, len))
        return CHARSET_BINARY;
    if (mark != NULL) {
        bytes += mark->len;
        len -= mark->len;
    }
    if (mark != NULL && mark->unit > 0) {
        result = open_converter(c, mark->name) ? convert(c, bytes, len, mark->unit) : CHARSET_NOMEM;
        *name = mark->name;
    } else {
        size_t bad = utf8_invalid_at(bytes, len);
        *name = "UTF-8";
        if (bad == len && !(is_escaped_set(declared) && memchr(bytes, ESCAPE, len) != NULL)) {
            *text = bytes;
            *text_len = len;
            return CHARSET_OK;
        }
        if (bad < len && (mark != NULL || is_mostly_utf8(bytes, len, bad))) {
            result = repair(c, bytes, len);
        } else {
            result = convert_unknown(c, bytes, len, declared);
            *name = c->converter_name;
        }
    }
    *text = c->text.data == NULL ? "" : c->text.data;
    *text_len = c->text.len;
    return c->no_memory ? CHARSET_NOMEM : result;
}
