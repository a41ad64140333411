/* json.c - see json.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "lib/utf8.h"

/* A value ends in a quote, a bracket, a digit or a letter; only the openings and a colon want no comma after them. A
 * line break does neither: it separates objects that are rows of their own. */
static void separate(struct buf *out)
{
    if (out->len > 0 && strchr("{[:\n", out->data[out->len - 1]) == NULL)
        buf_addc(out, ',');
}

void json_open(struct buf *out, char bracket)
{
    separate(out);
    buf_addc(out, bracket);
}

void json_close(struct buf *out, char bracket)
{
    buf_addc(out, bracket);
}

void json_key(struct buf *out, const char *name)
{
    json_string(out, name, strlen(name));
    buf_addc(out, ':');
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

static size_t plain_run(const char *text, size_t len)
{
    size_t n = 0;
    while (n < len && is_plain((unsigned char)text[n]))
        n++;
    return n;
}

static void add_escape(struct buf *out, char c)
{
    static const char named[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *at = c == '\0' ? NULL : strchr(named, c);
    if (at != NULL)
        buf_addf(out, "\\%c", letters[at - named]);
    else
        buf_addf(out, "\\u%04x", (unsigned)(unsigned char)c);
}

static size_t add_wide(struct buf *out, const char *text, size_t len)
{
    int32_t cp;
    size_t n = utf8_decode(text, len, &cp);
    if (cp < 0)
        buf_adds(out, "\\ufffd");
    else
        buf_add(out, text, n);
    return n;
}

void json_string(struct buf *out, const char *text, size_t len)
{
    separate(out);
    buf_addc(out, '"');
    for (size_t i = 0; i < len;) {
        size_t run = plain_run(text + i, len - i);
        buf_add(out, text + i, run);
        i += run;
        if (i == len)
            break;
        if ((unsigned char)text[i] >= 0x80)
            i += add_wide(out, text + i, len - i);
        else
            add_escape(out, text[i++]);
    }
    buf_addc(out, '"');
}

static void add_sextets(struct buf *out, const uint8_t *p, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = (uint32_t)p[0] << 16 | (n > 1 ? (uint32_t)p[1] << 8 : 0) | (n > 2 ? (uint32_t)p[2] : 0);
    for (unsigned i = 0; i < 4; i++)
        buf_addc(out, i <= n ? digits[bits >> (18 - 6 * i) & 63] : '=');
}

void json_base64(struct buf *out, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    separate(out);
    buf_addc(out, '"');
    for (size_t i = 0; i < len; i += 3)
        add_sextets(out, p + i, len - i < 3 ? len - i : 3);
    buf_addc(out, '"');
}

void json_uint(struct buf *out, uint64_t v)
{
    separate(out);
    buf_addf(out, "%" PRIu64, v);
}

void json_int(struct buf *out, int64_t v)
{
    separate(out);
    buf_addf(out, "%" PRId64, v);
}

void json_real(struct buf *out, double v, int decimals)
{
    if (!isfinite(v)) {
        json_null(out);
        return;
    }
    separate(out);
    buf_addf(out, "%.*f", decimals, v);
}

void json_bool(struct buf *out, bool v)
{
    separate(out);
    buf_adds(out, v ? "true" : "false");
}

void json_null(struct buf *out)
{
    separate(out);
    buf_adds(out, "null");
}

void json_time(struct buf *out, int64_t seconds)
{
    time_t t = (time_t)seconds;
    struct tm tm;
    char text[64];
    if (gmtime_r(&t, &tm) == NULL || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0) {
        json_null(out);
        return;
    }
    json_string(out, text, strlen(text));
}
