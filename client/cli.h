/* cli.h - the command line of verbatim: one table of commands and one of options make the parsing and --help. It opens
 * nothing and knows no queries. Governed by doc/verbatim.1. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_CLI_H
#define VERBATIM_CLI_H

#include <stdio.h>

#include "lib/base.h"
#include "lib/buf.h"
#include "lib/err.h"

enum cli_action { CLI_RUN, CLI_HELP, CLI_VERSION };
enum cli_color { CLI_COLOR_AUTO, CLI_COLOR_ALWAYS, CLI_COLOR_NEVER };
enum cli_verb { CLI_SEARCH, CLI_DOCS, CLI_COUNT, CLI_EXPLAIN, CLI_WORDS, CLI_TEXT, CLI_INFO, CLI_QUOTE, CLI_TRACE };

struct cli_command {
    enum cli_verb verb;
    const char *name;
    const char *argument; /* for people; "" for none */
    const char *help;
    bool needs_argument;
    bool is_query; /* the argument is one */
    bool pages;    /* has rows that -n counts */
};

struct cli {
    enum cli_action action;
    const struct cli_command *command; /* CLI_RUN */
    const char *index_dir;             /* borrowed from argv, as all strings here */
    const char *socket;
    bool json, vimgrep, pager;
    bool limited; /* limit was given */
    uint32_t limit, context;
    enum cli_color color;
    uint32_t run, tolerance, coverage; /* trace */
    bool run_given, tolerance_given, coverage_given;
    const char *exclude;
    bool all;
    const char *report;       /* the file */
    const char *trace_option; /* the name of one that was given and is for trace alone; NULL: none */
    char *const *args;        /* behind the command */
    size_t n_args;
};

/* Fills c from the command line, which getopt may reorder: ST_OK, or ST_USAGE with the sentence. */
enum status cli_parse(struct cli *c, int argc, char **argv, struct err *err);

/* Appends the arguments joined by spaces, as they came. */
void cli_join(const struct cli *c, struct buf *out);

void cli_help(FILE *out);

#endif
