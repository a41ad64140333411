/* main.c - verbatim: finds exact wording, from a terminal or a script, in an index or through a daemon. Governed by
 * doc/verbatim.1. SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "client/cli.h"
#include "client/hint.h"
#include "client/session.h"
#include "client/source.h"
#include "client/term.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

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

static enum session_exit run(const struct cli *cli)
{
    struct source *source = NULL;
    struct err err = {0};
    enum status status = source_open(cli, &source, &err);
    if (status != ST_OK) {
        term_say("%s", err.text);
        hint_no_source(cli, status);
        return SESSION_ERROR;
    }
    enum session_exit code = session_run(cli, source);
    source_close(source);
    return code;
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
        return fflush(stdout) == 0 ? SESSION_FOUND : SESSION_ERROR;
    }
    if (cli.action == CLI_VERSION)
        return puts("verbatim " PACKAGE_VERSION) < 0 ? SESSION_ERROR : SESSION_FOUND;
    (void)sigaction(SIGBUS, &bus, NULL);
    return cli.command->verb == CLI_QUOTE ? (int)session_quote(&cli) : (int)run(&cli);
}
