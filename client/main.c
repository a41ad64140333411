/* main.c - verbatim: finds exact wording, from a terminal or a script, in an index or through a daemon. Governed by
 * doc/verbatim.1. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/cli.h"
#include "client/compare.h"
#include "client/hint.h"
#include "client/pager.h"
#include "client/session.h"
#include "client/source.h"
#include "client/term.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

/* The pager that runs, for handlers of signals; 0: none. */
static volatile sig_atomic_t pager;

/* A page of a mapped index file that is no longer there; only what is safe in a handler. */
static void on_bus_error(int signal)
{
    static const char line[] = "verbatim: an index file was cut short or cannot be read while it is in use; "
                               "check the disk and verbatim-indexer --check\n";
    (void)signal;
    ssize_t n = write(STDERR_FILENO, line, sizeof line - 1);
    (void)n;
    _exit(SESSION_ERROR);
}

/* term is of before the pager, which is no terminal. */
static enum session_exit run(const struct cli *cli, const struct term *term)
{
    struct source *source = NULL;
    struct err err = {0};
    enum status status = source_open(cli, &source, &err);
    if (status != ST_OK) {
        term_say("%s", err.text);
        hint_no_source(cli, status);
        return SESSION_ERROR;
    }
    enum session_exit code = session_run(cli, term, source);
    source_close(source);
    return code;
}

/* The terminal is the pager's until its reader leaves it; only what is safe in a handler. */
static void on_end(int number)
{
    pager_wait((pid_t)pager);
    _exit(128 + number);
}

static void catch_ends(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
    struct sigaction action = {.sa_handler = on_end};
    (void)sigfillset(&action.sa_mask);
    for (size_t i = 0; i < BASE_COUNT(numbers); i++)
        (void)sigaction(numbers[i], &action, NULL);
}

static enum session_exit run_through_pager(const struct cli *cli)
{
    struct term term;
    struct err err = {0};
    pid_t pid = 0;
    term_init(&term, cli->color);
    enum status status = cli->pager ? pager_start(&pid, &err) : ST_OK;
    pager = pid;
    if (pid > 0)
        catch_ends();
    enum session_exit code = SESSION_ERROR;
    if (status == ST_OK)
        code = run(cli, &term);
    else
        term_say("%s", err.text);
    if (pid > 0) {
        (void)fflush(stdout);
        (void)signal(SIGINT, SIG_IGN); /* it is for the pager now */
        (void)signal(SIGQUIT, SIG_IGN);
        pager_wait(pid);
    }
    return code;
}

/* What was to be told is on standard output, or why it is not on the other. */
static enum session_exit told(void)
{
    if (!ferror(stdout) && fflush(stdout) == 0)
        return SESSION_FOUND;
    term_say("cannot write to standard output: %s", strerror(errno));
    return SESSION_ERROR;
}

int main(int argc, char **argv)
{
    struct cli cli;
    struct err err = {0};
    struct sigaction bus = {.sa_handler = on_bus_error};
    if (cli_parse(&cli, argc, argv, &err) != ST_OK) {
        term_say("%s", err.text);
        term_hint("Try: verbatim --help");
        return SESSION_ERROR;
    }
    if (cli.action == CLI_HELP) {
        cli_help(stdout);
        return told();
    }
    if (cli.action == CLI_VERSION) {
        (void)puts("verbatim " PACKAGE_VERSION);
        return told();
    }
    (void)sigaction(SIGBUS, &bus, NULL);
    if (cli.all)
        return (int)compare_run(&cli);
    return cli.command->verb == CLI_QUOTE ? (int)session_quote(&cli) : (int)run_through_pager(&cli);
}
