/* jsonread.c - see jsonread.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/jsonread.h"

#include <string.h>

#include "lib/utf8.h"

enum { DEPTH_MAX = 16, REPLACEMENT = 0xfffd };

void jsonread_init(struct jsonread *r, const char *text, size_t len)
{
    *r = (struct jsonread){.p = text, .end = text + len};
}

static bool fail(struct jsonread *r)
{
    r->failed = true;
    r->p = r->end;
    return false;
}

static char peek(struct jsonread *r)
{
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\n' || *r->p == '\r'))
        r->p++;
    return r->p < r->end ? *r->p : '\0';
}

static bool take(struct jsonread *r, char c)
{
    if (peek(r) != c || r->p == r->end)
        return false;
    r->p++;
    return true;
}

void jsonread_open(struct jsonread *r, char bracket)
{
    if (!take(r, bracket))
        (void)fail(r);
}

/* Behind the opening bracket or a value: whether another comes. */
static bool more(struct jsonread *r, char close)
{
    if (r->failed || take(r, close))
        return false;
    if (!take(r, ',') && (r->p[-1] != '{' && r->p[-1] != '['))
        return fail(r);
    return peek(r) != '\0' || fail(r);
}

bool jsonread_key(struct jsonread *r, struct buf *key)
{
    buf_clear(key);
    if (!more(r, '}'))
        return false;
    jsonread_string(r, key);
    return (buf_ok(key) && take(r, ':')) || fail(r); /* a key cut short would be another one */
}

bool jsonread_item(struct jsonread *r)
{
    return more(r, ']');
}

static int hex_value(char c)
{
    static const char digits[] = "0123456789abcdef", capitals[] = "0123456789ABCDEF";
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    if (at != NULL)
        return (int)(at - digits);
    at = c == '\0' ? NULL : strchr(capitals, c);
    return at != NULL ? (int)(at - capitals) : -1;
}

/* The four digits behind \u; -1 when they are not there. */
static int32_t take_hex(struct jsonread *r)
{
    int32_t v = 0;
    if (r->end - r->p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_value(r->p[i]);
        if (digit < 0)
            return -1;
        v = v * 16 + digit;
    }
    r->p += 4;
    return v;
}

static void take_unicode(struct jsonread *r, struct buf *out)
{
    char bytes[4];
    int32_t cp = take_hex(r);
    if (cp < 0) {
        (void)fail(r);
        return;
    }
    if (cp >= 0xd800 && cp < 0xdc00 && r->end - r->p >= 6 && r->p[0] == '\\' && r->p[1] == 'u') {
        r->p += 2;
        int32_t low = take_hex(r);
        cp = low >= 0xdc00 && low < 0xe000 ? 0x10000 + (cp - 0xd800) * 0x400 + (low - 0xdc00) : REPLACEMENT;
    }
    if (cp >= 0xd800 && cp < 0xe000)
        cp = REPLACEMENT;
    buf_add(out, bytes, utf8_encode(bytes, cp));
}

static void take_escape(struct jsonread *r, struct buf *out)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    char c = r->p < r->end ? *r->p++ : '\0';
    const char *at = c == '\0' ? NULL : strchr(letters, c);
    if (at != NULL)
        buf_addc(out, meant[at - letters]);
    else if (c == 'u')
        take_unicode(r, out);
    else
        (void)fail(r);
}

void jsonread_string(struct jsonread *r, struct buf *out)
{
    if (!take(r, '"')) {
        (void)fail(r);
        return;
    }
    while (r->p < r->end && *r->p != '"') {
        const char *from = r->p;
        while (r->p < r->end && *r->p != '"' && *r->p != '\\')
            r->p++;
        buf_add(out, from, (size_t)(r->p - from));
        if (r->p < r->end && *r->p == '\\') {
            r->p++;
            take_escape(r, out);
        }
    }
    if (!take(r, '"'))
        (void)fail(r);
}

uint32_t jsonread_uint(struct jsonread *r)
{
    uint64_t v = 0;
    size_t n = 0;
    (void)peek(r);
    for (; r->p < r->end && *r->p >= '0' && *r->p <= '9' && v <= UINT32_MAX; n++)
        v = v * 10 + (uint64_t)(*r->p++ - '0');
    if (n == 0 || v > UINT32_MAX) {
        (void)fail(r);
        return 0;
    }
    return (uint32_t)v;
}

static void skip_string(struct jsonread *r)
{
    r->p++;
    while (r->p < r->end && *r->p != '"')
        r->p += *r->p == '\\' && r->end - r->p > 1 ? 2 : 1;
    if (!take(r, '"'))
        (void)fail(r);
}

/* Brackets are counted, not paired: what is read is one row, and nothing in it is trusted later. */
void jsonread_skip(struct jsonread *r)
{
    int depth = 0;
    do {
        char c = peek(r);
        if (c == '"') {
            skip_string(r);
            continue;
        }
        if (c == '\0') {
            (void)fail(r);
            return;
        }
        if (depth == 0 && (c == ',' || c == '}' || c == ']'))
            return;
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        r->p++;
        if (depth > DEPTH_MAX)
            (void)fail(r);
    } while (!r->failed && (depth > 0 || (r->p < r->end && strchr(",}]", *r->p) == NULL)));
}
