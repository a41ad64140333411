/* address.c - see address.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/address.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "queryd/piece.h"

static enum status set_unix(struct address *out, const char *path, struct err *err)
{
    size_t len = strlen(path);
    if (len == 0)
        return err_set(err, ST_USAGE, "unix: a path is missing behind the colon");
    if (len >= sizeof out->un.sun_path)
        return err_set(err, ST_USAGE, "unix:%s: the path of a socket may have %zu bytes at most", path,
                       sizeof out->un.sun_path - 1);
    *out = (struct address){.is_unix = true, .un.sun_family = AF_UNIX};
    memcpy(out->un.sun_path, path, len + 1);
    return ST_OK;
}

static bool is_port(const char *text)
{
    struct piece piece = {text, strlen(text)};
    uint32_t port;
    return piece.len <= 5 && piece_number(&piece, 65535, &port);
}

enum status address_parse(const char *text, struct address *out, struct err *err)
{
    if (strncmp(text, "unix:", 5) == 0)
        return set_unix(out, text + 5, err);
    const char *colon = strrchr(text, ':'), *host = text, *end = colon;
    if (text[0] == '[' && colon != NULL && colon > text && colon[-1] == ']') {
        host = text + 1;
        end = colon - 1;
    } else if (colon != NULL && memchr(text, ':', (size_t)(colon - text)) != NULL) {
        return err_set(err, ST_USAGE, "%s: an IPv6 address stands in brackets: [::1]:7000", text);
    }
    if (colon == NULL || end == host || (size_t)(end - host) >= sizeof out->host || !is_port(colon + 1))
        return err_set(err, ST_USAGE, "%s: unix:PATH, HOST:PORT or [V6]:PORT is needed", text);
    *out = (struct address){0};
    memcpy(out->host, host, (size_t)(end - host));
    out->is_any = strcmp(out->host, "*") == 0;
    memcpy(out->port, colon + 1, strlen(colon + 1) + 1);
    return ST_OK;
}

static enum status own_folder(const char *path, struct err *err)
{
    struct stat st;
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return err_sys(err, ST_CREATE, errno, "%s: cannot make the folder for the socket; use --listen", path);
    if (lstat(path, &st) != 0)
        return err_sys(err, ST_CREATE, errno, "%s: cannot look at the folder for the socket; use --listen", path);
    if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077) != 0)
        return err_set(err, ST_CREATE, "%s: not a folder of this user's alone (mode 0700); use --listen", path);
    return ST_OK;
}

enum status address_default(struct address *out, bool make, struct err *err)
{
    char folder[ADDRESS_MAX], path[ADDRESS_MAX + 16];
    const char *runtime = getenv("XDG_RUNTIME_DIR"), *tmp = getenv("TMPDIR");
    if (runtime != NULL && runtime[0] == '/') {
        (void)snprintf(path, sizeof path, "%s/verbatim.sock", runtime);
        return set_unix(out, path, err);
    }
    if (tmp == NULL || tmp[0] != '/')
        tmp = "/tmp";
    (void)snprintf(folder, sizeof folder, "%s/verbatim-%lu", tmp, (unsigned long)geteuid());
    (void)snprintf(path, sizeof path, "%s/verbatim.sock", folder);
    if (make && own_folder(folder, err) != ST_OK)
        return err->status;
    return set_unix(out, path, err);
}

void address_format(const struct sockaddr *sa, socklen_t len, char out[ADDRESS_MAX])
{
    char host[256] = "?", port[16] = "0";
    if (sa->sa_family == AF_UNIX) {
        size_t path_len =
            len > offsetof(struct sockaddr_un, sun_path) ? len - offsetof(struct sockaddr_un, sun_path) : 0;
        const char *path = ((const struct sockaddr_un *)(const void *)sa)->sun_path;
        (void)snprintf(out, ADDRESS_MAX, "unix:%.*s", (int)path_len, path);
        return;
    }
    (void)getnameinfo(sa, len, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    (void)snprintf(out, ADDRESS_MAX, sa->sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}
