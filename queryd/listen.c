/* listen.c - see listen.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "queryd/piece.h"

enum { FIRST_HANDED_FD = 3 };

static enum status add(struct listen_set *set, int fd, const struct listener *about, struct err *err)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof sa;
    if (set->n == LISTEN_MAX)
        return err_set(err, ST_CREATE, "more than %d sockets to listen on", LISTEN_MAX);
    if (getsockname(fd, (struct sockaddr *)&sa, &len) != 0)
        return err_sys(err, ST_CREATE, errno, "a socket to listen on");
    struct listener *l = &set->items[set->n++];
    *l = *about;
    l->fd = fd;
    l->tcp = sa.ss_family != AF_UNIX;
    address_format((struct sockaddr *)&sa, len, l->address);
    return ST_OK;
}

/* What stands at the path of a socket. */
enum path_state { PATH_FREE, PATH_STALE, PATH_LIVE, PATH_FOREIGN };

static enum path_state look_at(const struct sockaddr_un *un)
{
    struct stat st;
    if (lstat(un->sun_path, &st) != 0)
        return PATH_FREE;
    if (!S_ISSOCK(st.st_mode))
        return PATH_FOREIGN;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return PATH_LIVE;
    int failed = connect(fd, (const struct sockaddr *)un, sizeof *un) != 0 ? errno : 0;
    (void)close(fd);
    return failed == ECONNREFUSED ? PATH_STALE : failed == ENOENT ? PATH_FREE : PATH_LIVE;
}

/* Binds with mode 0600 and listens; takes a stale socket away first. */
static enum status take_path(int fd, const struct sockaddr_un *un, struct err *err)
{
    switch (look_at(un)) {
    case PATH_LIVE:
        return err_set(err, ST_LOCKED, "unix:%s: another daemon listens there", un->sun_path);
    case PATH_FOREIGN:
        return err_set(err, ST_CREATE, "unix:%s: is there and is no socket", un->sun_path);
    case PATH_STALE:
        (void)unlink(un->sun_path);
        break;
    case PATH_FREE:
        break;
    }
    mode_t before = umask(0177);
    int failed = bind(fd, (const struct sockaddr *)un, sizeof *un) != 0 ? errno : 0;
    (void)umask(before);
    if (failed == 0 && listen(fd, SOMAXCONN) != 0)
        failed = errno;
    return failed == 0 ? ST_OK : err_sys(err, ST_CREATE, failed, "unix:%s: cannot listen", un->sun_path);
}

/* Two daemons that start at once must not take each other's new socket for a stale one: one of them looks and binds
 * while it holds the folder. Returns a descriptor to close, or -1 where folders cannot be locked. */
static int hold_folder(const struct sockaddr_un *un)
{
    char path[sizeof un->sun_path];
    memcpy(path, un->sun_path, sizeof path);
    int fd = open(dirname(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        (void)flock(fd, LOCK_EX);
    return fd;
}

static enum status open_unix(struct listen_set *set, const struct sockaddr_un *un, struct err *err)
{
    struct listener about = {.made_file = true};
    struct stat st;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_sys(err, ST_CREATE, errno, "unix:%s: cannot make a socket", un->sun_path);
    int folder = hold_folder(un);
    enum status status = take_path(fd, un, err);
    if (folder >= 0)
        (void)close(folder);
    if (status == ST_OK && lstat(un->sun_path, &st) == 0) {
        about.dev = st.st_dev;
        about.ino = st.st_ino;
    }
    if (status == ST_OK)
        status = add(set, fd, &about, err);
    if (status != ST_OK)
        (void)close(fd);
    return status;
}

static enum status bind_tcp(int fd, const struct addrinfo *ai, const char *text, struct err *err)
{
    int on = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (ai->ai_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0)
        return ST_OK;
    if (errno == EADDRINUSE)
        return err_set(err, ST_LOCKED, "%s: something listens there already", text);
    return err_sys(err, ST_CREATE, errno, "%s: cannot listen", text);
}

static enum status open_one_tcp(struct listen_set *set, const struct addrinfo *ai, const char *text, struct err *err)
{
    int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_sys(err, ST_CREATE, errno, "%s: cannot make a socket", text);
    enum status status = bind_tcp(fd, ai, text, err);
    if (status == ST_OK)
        status = add(set, fd, &(struct listener){0}, err);
    if (status != ST_OK)
        (void)close(fd);
    return status;
}

static bool wants_any_port(const struct address *address)
{
    return strspn(address->port, "0") == strlen(address->port);
}

/* A name may stand for several addresses (localhost: 127.0.0.1 and ::1): all that this machine has. With port 0 only
 * the first, so that there is one port. */
static enum status open_tcp(struct listen_set *set, const struct address *address, const char *text, struct err *err)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *list;
    hints.ai_flags |= address->is_any ? AI_PASSIVE : 0;
    int failed = getaddrinfo(address->is_any ? NULL : address->host, address->port, &hints, &list);
    if (failed != 0)
        return err_set(err, ST_CREATE, "%s: %s", text, gai_strerror(failed));
    size_t before = set->n;
    enum status status = ST_OK;
    for (const struct addrinfo *ai = list; ai != NULL && status != ST_LOCKED; ai = ai->ai_next) {
        status = open_one_tcp(set, ai, text, err);
        if (status == ST_OK && wants_any_port(address))
            break;
    }
    freeaddrinfo(list);
    return status == ST_LOCKED ? status : set->n > before ? ST_OK : status;
}

static enum status open_address(struct listen_set *set, const char *text, struct err *err)
{
    struct address address;
    enum status status = address_parse(text, &address, err);
    if (status != ST_OK)
        return status;
    return address.is_unix ? open_unix(set, &address.un, err) : open_tcp(set, &address, text, err);
}

static enum status take_handed(struct listen_set *set, int fd, struct err *err)
{
    int listening = 0;
    socklen_t len = sizeof listening;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) != 0 || !listening)
        return err_set(err, ST_CREATE, "descriptor %d that was handed over is no listening socket", fd);
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    return add(set, fd, &(struct listener){0}, err);
}

static bool read_number(const char *variable, uint32_t max, uint32_t *out)
{
    const char *text = getenv(variable);
    struct piece piece = {text, text != NULL ? strlen(text) : 0};
    return piece_number(&piece, max, out);
}

/* sd_listen_fds(3): LISTEN_FDS sockets from descriptor 3 on, if LISTEN_PID is this process. */
static enum status open_handed(struct listen_set *set, struct err *err)
{
    uint32_t pid, n;
    if (!read_number("LISTEN_PID", UINT32_MAX, &pid) || pid != (uint32_t)getpid() ||
        !read_number("LISTEN_FDS", INT32_MAX - FIRST_HANDED_FD, &n))
        n = 0;
    enum status status = ST_OK;
    for (uint32_t i = 0; i < n && status == ST_OK; i++)
        status = take_handed(set, (int)(FIRST_HANDED_FD + i), err);
    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDS");
    (void)unsetenv("LISTEN_FDNAMES");
    return status;
}

static enum status open_default(struct listen_set *set, struct err *err)
{
    struct address address;
    enum status status = address_default(&address, true, err);
    return status == ST_OK ? open_unix(set, &address.un, err) : status;
}

enum status listen_open(struct listen_set *set, const char *const *addresses, size_t n, struct err *err)
{
    *set = (struct listen_set){.n = 0};
    enum status status = open_handed(set, err);
    for (size_t i = 0; i < n && status == ST_OK; i++)
        status = open_address(set, addresses[i], err);
    if (status == ST_OK && set->n == 0)
        status = open_default(set, err);
    if (status != ST_OK)
        listen_close(set);
    return status;
}

static void remove_file(const struct listener *l)
{
    struct stat st;
    const char *path = l->address + strlen("unix:");
    if (lstat(path, &st) == 0 && st.st_dev == l->dev && st.st_ino == l->ino)
        (void)unlink(path);
}

void listen_close(struct listen_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        if (set->items[i].made_file)
            remove_file(&set->items[i]);
        (void)close(set->items[i].fd);
    }
    set->n = 0;
}
