/* interpose.c - a library to be preloaded: the n-th call of a program that changes files, reads them or asks for memory
 * fails, is cut short, or is the process's last; and a log of what was changed and synced.
 *
 *     VERBATIM_FAULT=MODE:CLASSES:N   MODE: kill (instead of the call), torn (half a write, then killed), short (half
 *                                     a write or read, which the program has to go on from), or the number of an error
 *                                     CLASSES: letters of what counts: w write, s sync, r rename, u unlink, o creating
 *                                     and making folders, i opening and reading, a memory
 *                                     N: which call, from 1; 0 none, to count
 *     VERBATIM_FAULT_LOG=FILE         a line for each call of the classes wsruo, and at the end "n COUNT" of the calls
 *                                     that counted
 *
 * Calls on the standard streams do not count. SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of glibc: what its malloc is behind the names below. */
extern void *__libc_malloc(size_t len);
extern void *__libc_calloc(size_t n, size_t len);
extern void *__libc_realloc(void *p, size_t len);

enum mode { MODE_NONE, MODE_KILL, MODE_TORN, MODE_SHORT, MODE_FAIL };

static enum mode mode;
static int failure;      /* MODE_FAIL: errno */
static char classes[16]; /* what counts */
static long wanted;
static atomic_long n_calls;
static int log_fd = -1;

__attribute__((constructor)) static void start(void)
{
    const char *fault = getenv("VERBATIM_FAULT"), *log = getenv("VERBATIM_FAULT_LOG");
    char word[16];
    if (log != NULL) {
        int fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        log_fd = (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 900); /* out of the way of the program's numbers */
        syscall(SYS_close, fd);
    }
    if (fault == NULL || sscanf(fault, "%15[^:]:%15[^:]:%ld", word, classes, &wanted) != 3)
        return;
    failure = (int)strtol(word, NULL, 10);
    mode = strcmp(word, "kill") == 0    ? MODE_KILL
           : strcmp(word, "torn") == 0  ? MODE_TORN
           : strcmp(word, "short") == 0 ? MODE_SHORT
                                        : MODE_FAIL;
}

static void say(const char *line, size_t len)
{
    if (log_fd >= 0)
        syscall(SYS_write, log_fd, line, len);
}

__attribute__((destructor)) static void end(void)
{
    char line[32];
    say(line, (size_t)snprintf(line, sizeof line, "n %ld\n", atomic_load(&n_calls)));
}

static void die(void)
{
    syscall(SYS_kill, getpid(), 9);
}

/* Whether the call is the one; it is killed here if it is to be. */
static bool is_due(char class)
{
    if (mode == MODE_NONE || strchr(classes, class) == NULL || atomic_fetch_add(&n_calls, 1) + 1 != wanted)
        return false;
    if (mode == MODE_KILL)
        die();
    errno = failure;
    return true;
}

/* ---- the log ------------------------------------------------------------------------------------------------ */

static void note(char what, const char *path, const char *second)
{
    char line[2 * PATH_MAX + 8], one[PATH_MAX], *full = realpath(path, one);
    if (log_fd < 0)
        return;
    int len = snprintf(line, sizeof line, "%c\t%s\t%s\n", what, full != NULL ? full : path, second);
    say(line, (size_t)len);
}

static void note_fd(char what, int fd)
{
    char link[40], path[PATH_MAX];
    if (log_fd < 0)
        return;
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, sizeof path - 1);
    path[len > 0 ? len : 0] = '\0';
    note(what, path, "");
}

/* ---- writing ------------------------------------------------------------------------------------------------ */

static ssize_t do_write(int fd, const void *bytes, size_t len, off_t at)
{
    note_fd('w', fd);
    return at < 0 ? syscall(SYS_write, fd, bytes, len) : syscall(SYS_pwrite64, fd, bytes, len, at);
}

static ssize_t fault_write(int fd, const void *bytes, size_t len, off_t at)
{
    if (fd <= STDERR_FILENO || !is_due('w'))
        return do_write(fd, bytes, len, at);
    if (mode == MODE_FAIL)
        return -1;
    ssize_t n = do_write(fd, bytes, len / 2 + (len == 1), at);
    if (mode == MODE_TORN)
        die();
    return n;
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    return fault_write(fd, bytes, len, -1);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return fault_write(fd, bytes, len, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
    return fault_write(fd, bytes, len, at);
}

int ftruncate(int fd, off_t len)
{
    if (is_due('w') && mode == MODE_FAIL)
        return -1;
    note_fd('w', fd);
    return (int)syscall(SYS_ftruncate, fd, len);
}

static int fault_sync(int fd, long call)
{
    if (is_due('s') && mode == MODE_FAIL)
        return -1;
    note_fd('s', fd);
    return (int)syscall(call, fd);
}

int fsync(int fd)
{
    return fault_sync(fd, SYS_fsync);
}

int fdatasync(int fd)
{
    return fault_sync(fd, SYS_fdatasync);
}

/* ---- names -------------------------------------------------------------------------------------------------- */

int rename(const char *from, const char *to)
{
    if (is_due('r') && mode == MODE_FAIL)
        return -1;
    char full[PATH_MAX], path[PATH_MAX], *slash;
    (void)snprintf(path, sizeof path, "%s", to);
    slash = strrchr(path, '/');
    if (slash != NULL && slash != path)
        *slash = '\0';
    if (slash != NULL && realpath(path, full) != NULL)
        (void)snprintf(path, sizeof path, "%.*s/%s", PATH_MAX / 2, full, to + (slash - path) + 1);
    note('r', from, path);
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlinkat(int dir, const char *path, int flags)
{
    if (is_due('u') && mode == MODE_FAIL)
        return -1;
    if (dir == AT_FDCWD || *path == '/')
        note('u', path, "");
    else
        note_fd('d', dir);
    return (int)syscall(SYS_unlinkat, dir, path, flags);
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int mkdir(const char *path, mode_t perm)
{
    if (is_due('o') && mode == MODE_FAIL)
        return -1;
    int status = (int)syscall(SYS_mkdirat, AT_FDCWD, path, perm);
    if (status == 0)
        note('c', path, "");
    return status;
}

/* ---- opening and reading ------------------------------------------------------------------------------------ */

static int fault_open(int dir, const char *path, int flags, mode_t perm)
{
    bool creates = (flags & O_CREAT) != 0;
    if (is_due(creates ? 'o' : 'i') && mode == MODE_FAIL)
        return -1;
    struct stat st;
    bool is_new = creates && log_fd >= 0 && fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) != 0;
    int fd = (int)syscall(SYS_openat, dir, path, flags, perm);
    if (is_new && fd >= 0)
        note_fd('c', fd);
    return fd;
}

#define OPEN(name, first, dir)                                                                                         \
    int name(first const char *path, int flags, ...)                                                                   \
    {                                                                                                                  \
        mode_t perm = 0;                                                                                               \
        if ((flags & (O_CREAT | O_TMPFILE)) != 0) {                                                                    \
            va_list ap;                                                                                                \
            va_start(ap, flags);                                                                                       \
            perm = va_arg(ap, mode_t);                                                                                 \
            va_end(ap);                                                                                                \
        }                                                                                                              \
        return fault_open(dir, path, flags, perm);                                                                     \
    }
#define DIR_FIRST int dir,
#define NO_FIRST
OPEN(open, NO_FIRST, AT_FDCWD)
OPEN(open64, NO_FIRST, AT_FDCWD)
OPEN(openat, DIR_FIRST, dir)
OPEN(openat64, DIR_FIRST, dir)

static ssize_t fault_read(int fd, void *bytes, size_t len, off_t at)
{
    if (fd > STDERR_FILENO && is_due('i')) {
        if (mode == MODE_FAIL)
            return -1;
        len = len / 2 + (len == 1);
    }
    return at < 0 ? syscall(SYS_read, fd, bytes, len) : syscall(SYS_pread64, fd, bytes, len, at);
}

ssize_t read(int fd, void *bytes, size_t len)
{
    return fault_read(fd, bytes, len, -1);
}

ssize_t pread(int fd, void *bytes, size_t len, off_t at)
{
    return fault_read(fd, bytes, len, at);
}

ssize_t pread64(int fd, void *bytes, size_t len, off64_t at)
{
    return fault_read(fd, bytes, len, at);
}

/* ---- memory ------------------------------------------------------------------------------------------------- */

void *malloc(size_t len)
{
    return is_due('a') ? NULL : __libc_malloc(len);
}

void *calloc(size_t n, size_t len)
{
    return is_due('a') ? NULL : __libc_calloc(n, len);
}

void *realloc(void *p, size_t len)
{
    return is_due('a') ? NULL : __libc_realloc(p, len);
}
