/* main.c - verbatim-queryd: answers phrase and proximity searches on sockets. Governed by doc/protocol.md and
 * doc/verbatim-queryd.1. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "queryd/flags.h"
#include "queryd/listen.h"
#include "queryd/log.h"
#include "queryd/sandbox.h"
#include "queryd/sdnotify.h"
#include "queryd/server.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

enum {
    EXIT_BAD_USAGE = 64,
    EXIT_BAD_INDEX = 65,
    EXIT_NO_INDEX = 66,
    EXIT_NO_RESOURCES = 71,
    EXIT_CANNOT_LISTEN = 73,
    EXIT_IO = 74,
    EXIT_LIVE = 75
};

static int exit_code(enum status status)
{
    switch (status) {
    case ST_OK:
        return EXIT_SUCCESS;
    case ST_USAGE:
        return EXIT_BAD_USAGE;
    case ST_DAMAGED:
    case ST_VERSION:
        return EXIT_BAD_INDEX;
    case ST_NOT_FOUND:
        return EXIT_NO_INDEX;
    case ST_CREATE:
        return EXIT_CANNOT_LISTEN;
    case ST_IO:
        return EXIT_IO;
    case ST_LOCKED:
        return EXIT_LIVE;
    default:
        return EXIT_NO_RESOURCES;
    }
}

/* A page of a mapped index file that is no longer there: somebody cut the file short, or the disk failed. No answer
 * could be trusted, so end with a sentence and the code of a damaged index; only what is safe in a handler. */
static void on_bus_error(int signal)
{
    static const char line[] = "verbatim-queryd: an index file was cut short or cannot be read while it is in use; "
                               "check the disk and verbatim-indexer --check\n";
    (void)signal;
    ssize_t n = write(STDERR_FILENO, line, sizeof line - 1);
    (void)n;
    _exit(EXIT_BAD_INDEX);
}

static void set_signals(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, bus = {.sa_handler = on_bus_error};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGBUS, &bus, NULL);
}

/* Each client takes a descriptor, and so does each part of the index. */
static void raise_limit(const struct flags *flags, const struct log *log)
{
    enum { SPARE = 512 };
    struct rlimit limit;
    rlim_t want = (rlim_t)flags->max_clients + SPARE;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= want)
        return;
    limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < want)
        log_warn(log, "%" PRIu32 " clients may be too many for the %llu descriptors that are allowed (ulimit -n)",
                 flags->max_clients, (unsigned long long)limit.rlim_cur);
}

/* Without an index there is nothing to shut in: opening it says so. */
static void shut_in(const struct flags *flags, const struct log *log, const struct listen_set *listeners)
{
    struct stat st;
    if (stat(flags->index_dir, &st) != 0 || !S_ISDIR(st.st_mode))
        return;
    enum sandbox_result files = SANDBOX_NOT_BUILT, calls = SANDBOX_NOT_BUILT;
    if (!flags->no_sandbox) {
        files = sandbox_files(flags->index_dir, listeners);
        calls = sandbox_calls();
    }
    bool failed = files == SANDBOX_FAILED || calls == SANDBOX_FAILED;
    const char *files_name = flags->no_sandbox ? "off" : sandbox_result_name(files);
    const char *calls_name = flags->no_sandbox ? "off" : sandbox_result_name(calls);
    struct buf fields = BUF_INIT;
    log_field(&fields, "landlock", files_name, strlen(files_name));
    log_field(&fields, "seccomp", calls_name, strlen(calls_name));
    log_with(log, failed ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, &fields, "sandbox");
    buf_release(&fields);
}

static void say_ready(const struct server *s)
{
    (void)fputs("ready", stdout);
    for (size_t i = 0; i < s->listeners->n; i++)
        (void)printf(" %s", s->listeners->items[i].address);
    (void)putchar('\n');
    (void)fflush(stdout);
    sdnotify_send("READY=1");
    log_info(s->log, "%s: generation %" PRIu64 " serves", s->flags->index_dir, generation_number(s->generation));
}

/* Until the loop runs that ends by it: the thread that verifies the index may send it before. */
static void hold_back_term(bool hold)
{
    sigset_t term;
    (void)sigemptyset(&term);
    (void)sigaddset(&term, SIGTERM);
    (void)pthread_sigmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &term, NULL);
}

/* The sockets come first: a live daemon is found out before the index costs anything, and no thread sees the umask
 * change. What connects meanwhile waits. */
static enum status serve(const struct flags *flags, const struct log *log, struct err *err)
{
    static struct listen_set listeners;
    static struct server server;
    enum status status = listen_open(&listeners, flags->listen, flags->n_listen, err);
    if (status != ST_OK)
        return status;
    hold_back_term(true);
    status = server_init(&server, flags, log, &listeners, err);
    if (status == ST_OK) {
        shut_in(flags, log, &listeners);
        status = server_start(&server, err);
    }
    if (status == ST_OK) {
        say_ready(&server);
        hold_back_term(false);
        status = server_run(&server, err);
        if (status == ST_OK)
            status = generation_damage(server.generation, err);
        if (!server_release(&server)) {
            listen_close(&listeners);
            _exit(exit_code(status)); /* a thread still uses what exit() would take away */
        }
    }
    listen_close(&listeners);
    return status;
}

/* What was to be told is on standard output, or why it is not on the other. */
static int told(void)
{
    if (!ferror(stdout) && fflush(stdout) == 0)
        return EXIT_SUCCESS;
    (void)fprintf(stderr, "verbatim-queryd: cannot write to standard output: %s\n", strerror(errno));
    return EXIT_IO;
}

int main(int argc, char **argv)
{
    struct flags flags;
    struct err err = {0};
    enum status status = flags_parse(&flags, argc, argv, &err);
    if (status != ST_OK) {
        (void)fprintf(stderr, "verbatim-queryd: %s\nTry: verbatim-queryd --help\n", err.text);
        return exit_code(status);
    }
    if (flags.action == FLAGS_HELP) {
        flags_help(stdout);
        return told();
    }
    if (flags.action == FLAGS_VERSION) {
        (void)puts("verbatim-queryd " PACKAGE_VERSION);
        return told();
    }
    const struct log log = {.fd = STDERR_FILENO, .level = flags.log};
    set_signals();
    raise_limit(&flags, &log);
    status = serve(&flags, &log, &err);
    if (status != ST_OK)
        (void)fprintf(stderr, "verbatim-queryd: %s\n", err.text);
    return exit_code(status);
}
