/* faults.c - to be preloaded into the daemon: its sockets work as sockets may, but seldom do: reads and writes are
 * short, would block, are interrupted, are reset; accepting runs out of descriptors. FAULTS is the seed; without one
 * sockets work. The EPOLL_FAULT-th thing that is to be waited for cannot be. Files are left alone.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* glibc's own headers declare some of what follows with attributes; these are the plain forms. */
ssize_t readv(int fd, const struct iovec *parts, int n);
ssize_t writev(int fd, const struct iovec *parts, int n);
int accept4(int fd, struct sockaddr *restrict sa, socklen_t *restrict len, int flags);

static atomic_ulong state;
static int is_seeded;
static atomic_long epoll_left;

static unsigned long dice(unsigned long sides)
{
    unsigned long x = atomic_fetch_add(&state, 0x9e3779b97f4a7c15UL);
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9UL;
    x ^= x >> 27;
    return x % sides;
}

__attribute__((constructor)) static void start(void)
{
    const char *seed = getenv("FAULTS"), *epoll = getenv("EPOLL_FAULT");
    is_seeded = seed != NULL;
    atomic_store(&state, is_seeded ? strtoul(seed, NULL, 10) : 1);
    atomic_store(&epoll_left, epoll != NULL ? strtol(epoll, NULL, 10) : 0);
}

static int is_stream(int fd)
{
    int type = 0;
    socklen_t len = sizeof type;
    return is_seeded && getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_STREAM;
}

/* Sets errno to a failure, seldom to the one that ends a connection. */
static int fails(int fd)
{
    unsigned long n = is_stream(fd) ? dice(400) : 400;
    if (n >= 120)
        return 0;
    errno = n < 60 ? EAGAIN : n < 119 ? EINTR : ECONNRESET;
    return 1;
}

/* The first part, and little of it. */
static int shorten(int fd, const struct iovec *parts, int n, struct iovec *one)
{
    if (n < 1 || parts[0].iov_len < 2 || !is_stream(fd) || dice(2) == 0)
        return 0;
    *one = parts[0];
    one->iov_len = 1 + dice(one->iov_len < 20 ? one->iov_len : 20);
    return 1;
}

ssize_t readv(int fd, const struct iovec *parts, int n)
{
    static ssize_t (*real)(int, const struct iovec *, int);
    struct iovec one;
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "readv");
    if (fails(fd))
        return -1;
    return shorten(fd, parts, n, &one) ? real(fd, &one, 1) : real(fd, parts, n);
}

ssize_t writev(int fd, const struct iovec *parts, int n)
{
    static ssize_t (*real)(int, const struct iovec *, int);
    struct iovec one;
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "writev");
    if (fails(fd))
        return -1;
    return shorten(fd, parts, n, &one) ? real(fd, &one, 1) : real(fd, parts, n);
}

int accept4(int fd, struct sockaddr *restrict sa, socklen_t *restrict len, int flags)
{
    static int (*real)(int, struct sockaddr *, socklen_t *, int);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "accept4");
    unsigned long n = is_seeded ? dice(10) : 10;
    if (n < 3) {
        errno = n == 0 ? EMFILE : n == 1 ? ECONNABORTED : EINTR;
        return -1;
    }
    return real(fd, sa, len, flags);
}

int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
    static int (*real)(int, int, int, struct epoll_event *);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "epoll_ctl");
    if (op == EPOLL_CTL_ADD && atomic_fetch_sub(&epoll_left, 1) == 1) {
        errno = ENOMEM;
        return -1;
    }
    return real(epfd, op, fd, event);
}
