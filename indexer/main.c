/* main.c - verbatim-indexer: reads the command line, runs one action, turns its status into an exit code.
 * Governed by doc/verbatim-indexer.1. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "indexer/exits.h"
#include "indexer/info.h"
#include "indexer/options.h"
#include "indexer/priority.h"
#include "indexer/report.h"
#include "indexer/update.h"
#include "store/snapshot.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

/* The signal that asked to stop; 0: none. */
static volatile sig_atomic_t stop_signal;

static void on_signal(int signum)
{
    stop_signal = signum;
}

/* The first one asks to stop and clean up, the second ends the program at once. A limit on the size of files (ulimit
 * -f) is to show as a failed write. */
static void catch_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < BASE_COUNT(signals); i++) {
        struct sigaction old, action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
        sigemptyset(&action.sa_mask);
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
    signal(SIGXFSZ, SIG_IGN);
}

/* Ends as the signal would have, so that a shell or cron sees what happened. */
static void die_of_signal(void)
{
    signal(stop_signal, SIG_DFL);
    raise(stop_signal);
}

/* A folder stays open while those below it are read. */
static void allow_many_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* What is freed is used again rather than given back: pages come from the system one by one, and cleared. */
static void keep_memory(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
    (void)mallopt(M_TRIM_THRESHOLD, 64 << 20);
    (void)mallopt(M_TOP_PAD, 4 << 20);
}

/* Whether what an action told is on standard output. */
static enum status told(struct err *err)
{
    bool is_told = !ferror(stdout) && fflush(stdout) == 0;
    return is_told ? ST_OK : err_sys(err, ST_IO, errno, "cannot write to standard output");
}

static enum status run_action(const struct options *o, struct report *report, struct err *err)
{
    switch (o->action) {
    case ACTION_HELP:
        options_help(stdout);
        return ST_OK;
    case ACTION_VERSION:
        (void)puts("verbatim-indexer " PACKAGE_VERSION);
        return ST_OK;
    case ACTION_INFO:
        return info_print(o->index_dir, o->json, stdout, err);
    case ACTION_CHECK:
        return snapshot_check(o->index_dir, err);
    case ACTION_UPDATE:
    case ACTION_REMOVE:
        catch_signals();
        allow_many_files();
        keep_memory();
        return update_run(o, report, &stop_signal, err);
    }
    return ST_INTERNAL;
}

int main(int argc, char **argv)
{
    struct options options;
    struct report report = {.level = REPORT_NORMAL};
    struct err err = {0};
    enum status st = options_parse(&options, argc, argv, &err);
    const char *hint = st == ST_USAGE ? " (--help tells more)" : "";
    if (st == ST_OK) {
        report.level = options.quiet ? REPORT_QUIET : options.verbose ? REPORT_VERBOSE : REPORT_NORMAL;
        if (options.nice)
            priority_lower(); /* before any thread is there to miss it */
        st = run_action(&options, &report, &err);
        st = st == ST_OK ? told(&err) : st;
    }
    options_release(&options);
    if (st == ST_CANCELLED && stop_signal != 0)
        die_of_signal();
    if (st != ST_OK)
        report_error(&report, "%s%s", err.text, hint);
    return st == ST_OK && report.n_named > 0 ? EXIT_NAMED : exit_code(st);
}
