/* lines.c - see lines.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* ---- writing -------------------------------------------------------------------------------------------------- */

static bool must_escape(unsigned char c)
{
    return c < 0x20 || c == 0x7f || c == '\\';
}

static void begin_word(struct buf *out)
{
    if (out->len > 0 && out->data[out->len - 1] != '\n')
        buf_addc(out, '\t');
}

void lines_begin(struct buf *out, const char *title, unsigned version)
{
    buf_addf(out, "verbatim %s %u\n", title, version);
}

void lines_word(struct buf *out, const char *word)
{
    begin_word(out);
    for (; *word != '\0'; word++) {
        if (must_escape((unsigned char)*word))
            buf_addf(out, "\\x%02x", (unsigned char)*word);
        else
            buf_addc(out, *word);
    }
}

void lines_number(struct buf *out, uint64_t number)
{
    begin_word(out);
    buf_addf(out, "%" PRIu64, number);
}

void lines_hex(struct buf *out, uint32_t number)
{
    begin_word(out);
    buf_addf(out, "%08" PRIx32, number);
}

void lines_end(struct buf *out)
{
    buf_addc(out, '\n');
}

uint32_t lines_seal(struct buf *out)
{
    if (!buf_ok(out))
        return 0;
    uint32_t crc = (uint32_t)crc32_z(0, (const unsigned char *)out->data, out->len);
    buf_addf(out, "crc\t%08" PRIx32 "\n", crc);
    return crc;
}

/* ---- reading -------------------------------------------------------------------------------------------------- */

static enum status damaged_file(const struct lines *l, const char *why, struct err *err)
{
    return err_set(err, ST_DAMAGED, "%s: damaged: %s", l->path, why);
}

enum status lines_damaged(const struct lines *l, const char *why, struct err *err)
{
    return err_set(err, ST_DAMAGED, "%s:%u: damaged: %s", l->path, l->number, why);
}

static enum status read_fd(struct lines *l, int fd, struct err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_sys(err, ST_IO, errno, "%s: cannot look at it", l->path);
    if (!S_ISREG(st.st_mode) || st.st_size > LINES_MAX_BYTES)
        return damaged_file(l, "no file of this kind", err);
    l->text = malloc((size_t)st.st_size + 1);
    if (l->text == NULL)
        return err_nomem(err);
    while (l->len < (size_t)st.st_size) {
        ssize_t n = read(fd, l->text + l->len, (size_t)st.st_size - l->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(err, ST_IO, errno, "%s: cannot read", l->path);
        if (n == 0)
            break;
        l->len += (size_t)n;
    }
    l->text[l->len] = '\0';
    return ST_OK;
}

static enum status read_all(struct lines *l, struct err *err)
{
    int fd = open(l->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, errno == ENOENT || errno == EACCES ? ST_NOT_FOUND : ST_IO, errno, "%s: cannot open",
                       l->path);
    enum status status = read_fd(l, fd, err);
    (void)close(fd);
    return status;
}

/* "verbatim TITLE VERSION": another version is told from another file. */
static enum status check_title(struct lines *l, const char *title, unsigned version, struct err *err)
{
    char begin[64];
    int len = snprintf(begin, sizeof begin, "verbatim %s ", title);
    const char *newline = memchr(l->text, '\n', l->len);
    if (newline == NULL || strncmp(l->text, begin, (size_t)len) != 0)
        return err_set(err, ST_DAMAGED, "%s: not a file of a Verbatim index", l->path);
    const char *found = l->text + len;
    size_t n_digits = strspn(found, "0123456789");
    if (n_digits == 0 || n_digits > 9 || found + n_digits != newline)
        return err_set(err, ST_DAMAGED, "%s: not a file of a Verbatim index", l->path);
    if (version != LINES_ANY_VERSION && strtoul(found, NULL, 10) != version)
        return err_set(err, ST_VERSION,
                       "%s: index format %.*s, but this program knows format %u: rebuild the index with --rebuild, "
                       "or build one in a new folder",
                       l->path, (int)n_digits, found, version);
    l->at = (size_t)(newline + 1 - l->text);
    l->number = 1;
    return ST_OK;
}

static enum status check_sum(struct lines *l, struct err *err)
{
    if (l->len < l->at + LINES_SEAL_LEN || memchr(l->text, '\0', l->len) != NULL)
        return damaged_file(l, "cut short", err);
    l->len -= LINES_SEAL_LEN;
    l->crc = (uint32_t)crc32_z(0, (const unsigned char *)l->text, l->len);
    char want[LINES_SEAL_LEN + 1];
    (void)snprintf(want, sizeof want, "crc\t%08" PRIx32 "\n", l->crc);
    if (l->text[l->len - 1] != '\n' || memcmp(l->text + l->len, want, LINES_SEAL_LEN) != 0)
        return damaged_file(l, "its bytes have another checksum, or it was cut short", err);
    return ST_OK;
}

enum status lines_open(struct lines *l, const char *path, const char *title, unsigned version, struct err *err)
{
    *l = (struct lines){.path = path};
    enum status status = read_all(l, err);
    if (status == ST_OK)
        status = check_title(l, title, version, err);
    if (status == ST_OK)
        status = check_sum(l, err);
    if (status != ST_OK)
        lines_release(l);
    return status;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes the escapes in place; false when one is not as lines_word writes it. */
static bool unescape(char *word)
{
    char *to = word;
    for (const char *from = word; *from != '\0'; to++) {
        if (*from != '\\') {
            if (must_escape((unsigned char)*from))
                return false;
            *to = *from++;
            continue;
        }
        int high = from[1] == 'x' ? hex_value(from[2]) : -1;
        int low = high < 0 ? -1 : hex_value(from[3]);
        if (low < 0 || high * 16 + low == 0 || !must_escape((unsigned char)(high * 16 + low)))
            return false;
        *to = (char)(high * 16 + low);
        from += 4;
    }
    *to = '\0';
    return true;
}

enum status lines_next(struct lines *l, struct err *err)
{
    l->n_words = 0;
    if (l->at == l->len)
        return ST_END;
    l->number++;
    char *line = l->text + l->at, *newline = memchr(line, '\n', l->len - l->at);
    *newline = '\0'; /* there is one: check_sum saw that the last line ends */
    l->at = (size_t)(newline + 1 - l->text);
    while (line != NULL) {
        char *tab = strchr(line, '\t');
        if (tab != NULL)
            *tab++ = '\0';
        if (l->n_words == LINES_MAX_WORDS || !unescape(line))
            return lines_damaged(l, "a line that does not belong here", err);
        l->words[l->n_words++] = line;
        line = tab;
    }
    return ST_OK;
}

bool lines_is(const struct lines *l, const char *keyword, size_t n_words)
{
    return l->n_words == n_words + 1 && strcmp(l->words[0], keyword) == 0;
}

enum status lines_expect(struct lines *l, const char *keyword, size_t n_words, struct err *err)
{
    enum status status = lines_next(l, err);
    if (status != ST_OK && status != ST_END)
        return status;
    if (status == ST_END || !lines_is(l, keyword, n_words))
        return err_set(err, ST_DAMAGED, "%s:%u: damaged: no line '%s' here", l->path, l->number, keyword);
    return ST_OK;
}

const char *lines_get_word(const struct lines *l, size_t i)
{
    return l->words[i + 1];
}

enum status lines_get_number(const struct lines *l, size_t i, uint64_t max, uint64_t *out, struct err *err)
{
    const char *word = l->words[i + 1];
    uint64_t value = 0;
    bool ok = *word != '\0' && (word[0] != '0' || word[1] == '\0');
    for (; ok && *word != '\0'; word++) {
        uint64_t digit = (uint64_t)(*word - '0');
        ok = *word >= '0' && *word <= '9' && value <= (max - digit) / 10 && digit <= max;
        value = value * 10 + digit;
    }
    if (!ok)
        return lines_damaged(l, "a number that cannot be", err);
    *out = value;
    return ST_OK;
}

enum status lines_get_hex(const struct lines *l, size_t i, uint32_t *out, struct err *err)
{
    const char *word = l->words[i + 1];
    uint32_t value = 0;
    bool ok = strlen(word) == 8;
    for (size_t k = 0; ok && k < 8; k++) {
        int digit = hex_value(word[k]);
        ok = digit >= 0;
        value = value << 4 | (uint32_t)(digit & 15);
    }
    if (!ok)
        return lines_damaged(l, "a checksum that cannot be", err);
    *out = value;
    return ST_OK;
}

void lines_release(struct lines *l)
{
    free(l->text);
    *l = (struct lines){0};
}
