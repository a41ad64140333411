/* source_socket.c - a daemon on a socket: a line there, a reply back, one at a time; see source.h. It trusts the other
 * end with nothing: what it reads is bounded, and shown only after it was cleaned (term.h).
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/source.h"
#include "queryd/piece.h"

enum { READ_BYTES = 1 << 16, REPLY_BYTES_MAX = REPLY_MAX_BYTES + (1 << 20) };

struct socket_source {
    struct source source;
    int fd;
    const char *name; /* borrowed */
    struct buf in;    /* read and not yet used, from taken on */
    size_t taken;
};

/* ---- connecting ---- */

static enum status connect_unix(const struct sockaddr_un *un, const char *name, int *fd, struct err *err)
{
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd < 0)
        return err_sys(err, ST_IO, errno, "%s: cannot make a socket", name);
    if (connect(*fd, (const struct sockaddr *)un, sizeof *un) == 0)
        return ST_OK;
    err_sys(err, ST_IO, errno, "%s: no daemon answers", name);
    (void)close(*fd);
    return err->status;
}

/* The first address of a name that answers. */
static enum status connect_tcp(const struct address *address, const char *name, int *fd, struct err *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *list;
    int failed = getaddrinfo(address->host, address->port, &hints, &list);
    if (failed != 0)
        return err_set(err, ST_IO, "%s: %s", name, gai_strerror(failed));
    *fd = -1;
    for (const struct addrinfo *ai = list; ai != NULL && *fd < 0; ai = ai->ai_next) {
        int one = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (one >= 0 && connect(one, ai->ai_addr, ai->ai_addrlen) == 0) {
            *fd = one;
            continue;
        }
        failed = errno;
        if (one >= 0)
            (void)close(one);
    }
    freeaddrinfo(list);
    return *fd >= 0 ? ST_OK : err_sys(err, ST_IO, failed, "%s: no daemon answers", name);
}

/* ---- talking ---- */

static enum status send_all(struct socket_source *s, const char *bytes, size_t len, struct err *err)
{
    while (len > 0) {
        ssize_t n = send(s->fd, bytes, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
            return ST_OK; /* it may have said why; reading tells */
        if (n < 0)
            return err_sys(err, ST_IO, errno, "%s: cannot write", s->name);
        bytes += n;
        len -= (size_t)n;
    }
    return ST_OK;
}

static enum status read_more(struct socket_source *s, struct err *err)
{
    if (s->taken > 0) {
        s->in.len -= s->taken;
        memmove(s->in.data, s->in.data + s->taken, s->in.len);
        s->taken = 0;
    }
    char *room = buf_reserve(&s->in, READ_BYTES);
    if (room == NULL)
        return err_nomem(err);
    ssize_t n;
    do
        n = recv(s->fd, room, READ_BYTES, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_sys(err, ST_IO, errno, "%s: cannot read", s->name);
    if (n == 0)
        return err_set(err, ST_IO, "%s: the daemon closed the connection", s->name);
    s->in.len += (size_t)n;
    return ST_OK;
}

/* Appends the next line without its newline. */
static enum status read_line(struct socket_source *s, size_t max, struct buf *out, struct err *err)
{
    size_t before = out->len;
    for (;;) {
        const char *from = s->in.data + s->taken;
        size_t n = s->in.len - s->taken;
        const char *newline = n > 0 ? memchr(from, '\n', n) : NULL;
        size_t len = newline != NULL ? (size_t)(newline - from) : n;
        if (out->len - before + len > max)
            return err_set(err, ST_IO, "%s: what answers is no verbatim-queryd: its line is too long", s->name);
        if (len > 0)
            buf_add(out, from, len);
        s->taken += newline != NULL ? len + 1 : len;
        if (!buf_ok(out))
            return err_nomem(err);
        if (newline != NULL)
            return ST_OK;
        if (read_more(s, err) != ST_OK)
            return err->status;
    }
}

/* "OK ROWS ..." or "ERR CODE ...". */
static bool parse_head(struct reply *reply, uint32_t *n_rows)
{
    const char *text = reply->head.data;
    size_t len = reply->head.len;
    struct piece word = piece_next(&text, &len);
    piece_skip_spaces(&text, &len);
    struct piece number = piece_next(&text, &len);
    uint32_t v;
    if (!piece_number(&number, UINT32_MAX, &v))
        return false;
    bool ok = piece_is(&word, "OK");
    *n_rows = ok ? v : 0;
    reply->code = ok ? REPLY_OK : v;
    return ok || (piece_is(&word, "ERR") && v > REPLY_OK);
}

static enum status read_reply(struct socket_source *s, struct reply *reply, struct err *err)
{
    uint32_t n_rows = 0;
    if (read_line(s, READ_BYTES, &reply->head, err) != ST_OK)
        return err->status;
    if (reply->head.len == 0 || !parse_head(reply, &n_rows))
        return err_set(err, ST_IO, "%s: what answers is no verbatim-queryd", s->name);
    for (; reply->n_rows < n_rows; reply->n_rows++) {
        if (reply->rows.len > REPLY_BYTES_MAX)
            return err_set(err, ST_IO, "%s: the reply is too large", s->name);
        if (read_line(s, REPLY_BYTES_MAX, &reply->rows, err) != ST_OK)
            return err->status;
        buf_addc(&reply->rows, '\n');
    }
    return ST_OK;
}

static enum status ask(struct source *source, const char *line, size_t len, struct reply *reply, struct err *err)
{
    struct socket_source *s = (struct socket_source *)source;
    struct buf request = BUF_INIT;
    buf_add(&request, line, len);
    if (memchr(line, '\n', len) == NULL)
        buf_addc(&request, '\n');
    enum status status = buf_ok(&request) ? send_all(s, request.data, request.len, err) : err_nomem(err);
    buf_release(&request);
    return status == ST_OK ? read_reply(s, reply, err) : status;
}

static void close_socket(struct source *source)
{
    struct socket_source *s = (struct socket_source *)source;
    if (s->fd >= 0)
        (void)close(s->fd);
    buf_release(&s->in);
    free(s);
}

enum status source_open_socket(const struct address *address, const char *name, struct source **out, struct err *err)
{
    struct socket_source *s = calloc(1, sizeof *s);
    if (s == NULL)
        return err_nomem(err);
    *s = (struct socket_source){.source = {.ask = ask, .close = close_socket}, .fd = -1, .name = name};
    enum status status =
        address->is_unix ? connect_unix(&address->un, name, &s->fd, err) : connect_tcp(address, name, &s->fd, err);
    if (status == ST_OK) {
        *out = &s->source;
        return ST_OK;
    }
    s->fd = -1;
    close_socket(&s->source);
    return status;
}
