/* sandbox_seccomp.c - system calls, with libseccomp; see sandbox.h. The list names what is allowed: what the loop, the
 * workers, libevent, Xapian and the C library do. Not on it: running programs, connecting anywhere, new sockets but
 * those that tell the service manager, new processes, tracing, mounting, modules.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "queryd/sandbox.h"

static const char *const allowed[] = {
    /* sockets and events */
    "accept", "accept4", "close", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait",
    "eventfd2", "getpeername", "getsockname", "getsockopt", "inotify_add_watch", "inotify_init1",
    "inotify_rm_watch", "ioctl", "poll", "ppoll", "pselect6", "recvfrom", "recvmsg", "select", "sendfile",
    "sendmsg", "sendto", "setsockopt", "shutdown", "timerfd_create", "timerfd_settime",
    /* files: what they may open is Landlock's business */
    "access", "dup", "faccessat", "faccessat2", "fadvise64", "fcntl", "flock", "fstat", "fstatfs", "getcwd",
    "getdents64", "lseek", "lstat", "newfstatat", "open", "openat", "pipe2", "pread64", "preadv", "read", "readahead",
    "readlink", "readlinkat", "readv", "stat", "statfs", "statx", "unlink", "unlinkat", "write", "writev",
    /* memory */
    "brk", "madvise", "mmap", "mprotect", "mremap", "munmap",
    /* threads, time, signals, who am I */
    "clock_getres", "clock_gettime", "clock_nanosleep", "exit", "exit_group", "futex", "getegid", "geteuid", "getgid",
    "getpid", "getppid", "getrandom", "getrlimit", "getrusage", "gettid", "gettimeofday", "getuid", "membarrier",
    "nanosleep", "prlimit64", "restart_syscall", "rseq", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
    "rt_sigtimedwait", "sched_getaffinity", "sched_yield", "set_robust_list", "sigaltstack",
    "sysinfo", "time", "uname"};

static bool allow_all(scmp_filter_ctx filter)
{
    bool ok = true;
    for (size_t i = 0; i < BASE_COUNT(allowed); i++) {
        int call = seccomp_syscall_resolve_name(allowed[i]);
        if (call != __NR_SCMP_ERROR) /* not every machine has all of them */
            ok = ok && seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0;
    }
    return ok;
}

/* Threads but no processes; signals to itself; sockets that reach nobody but on this machine. What clone3 is asked
 * cannot be looked at, so the C library is told to fall back to clone. */
static bool allow_some(scmp_filter_ctx filter)
{
    scmp_datum_t self = (scmp_datum_t)getpid();
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                            SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(kill), 1, SCMP_A0(SCMP_CMP_EQ, self)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, self)) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX)) == 0;
}

enum sandbox_result sandbox_calls(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL)
        return SANDBOX_FAILED;
    bool ok = allow_all(filter) && allow_some(filter);
    int failed = ok ? seccomp_load(filter) : -ENOMEM;
    seccomp_release(filter);
    if (failed == 0)
        return SANDBOX_ON;
    return failed == -EINVAL || failed == -ENOSYS ? SANDBOX_NOT_THERE : SANDBOX_FAILED;
}
