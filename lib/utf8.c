/* utf8.c - see utf8.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/utf8.h"

#include <string.h>

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* Bytes of the sequence that a byte over 0x7f announces; 0 when none starts with it. */
static size_t sequence_len(unsigned char lead)
{
    if (lead < 0xc2)
        return 0;
    if (lead < 0xe0)
        return 2;
    if (lead < 0xf0)
        return 3;
    return lead < 0xf5 ? 4 : 0;
}

/* Whether cp may be written in a sequence of n bytes. */
static bool is_canonical(int32_t cp, size_t n)
{
    static const int32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    return cp >= smallest[n] && cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff);
}

size_t utf8_decode(const char *p, size_t len, int32_t *cp)
{
    const unsigned char *s = (const unsigned char *)p;
    *cp = s[0];
    if (s[0] < 0x80)
        return 1;
    *cp = -1;
    size_t n = sequence_len(s[0]);
    if (n == 0 || n > len)
        return 1;
    int32_t value = s[0] & (0x7f >> n);
    for (size_t i = 1; i < n; i++) {
        if (!is_continuation(s[i]))
            return 1;
        value = value << 6 | (s[i] & 0x3f);
    }
    if (!is_canonical(value, n))
        return 1;
    *cp = value;
    return n;
}

/* First offset >= off where a byte is not ASCII, or len. */
static size_t skip_ascii(const char *text, size_t off, size_t len)
{
    uint64_t eight;
    for (; len - off >= sizeof eight; off += sizeof eight) {
        memcpy(&eight, text + off, sizeof eight);
        if (eight & 0x8080808080808080u)
            break;
    }
    while (off < len && (unsigned char)text[off] < 0x80)
        off++;
    return off;
}

size_t utf8_invalid_at(const char *text, size_t len)
{
    size_t off = skip_ascii(text, 0, len);
    while (off < len) {
        int32_t cp;
        size_t n = utf8_decode(text + off, len - off, &cp);
        if (cp < 0)
            return off;
        off = skip_ascii(text, off + n, len);
    }
    return len;
}

size_t utf8_encode(char *p, int32_t cp)
{
    uint32_t c = (uint32_t)cp;
    if (c < 0x80) {
        p[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        p[i] = (char)(0x80 | (c & 0x3f));
    p[0] = (char)((0xf00u >> n & 0xf0) | c);
    return n;
}

size_t utf8_floor(const char *text, size_t off)
{
    while (off > 0 && is_continuation((unsigned char)text[off]))
        off--;
    return off;
}
