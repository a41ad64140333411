/* options.h - the command line: one table makes the parsing and --help. It opens nothing and checks no paths.
 * Governed by doc/verbatim-indexer.1. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_OPTIONS_H
#define VERBATIM_OPTIONS_H

#include <stdio.h>

#include "lib/base.h"
#include "lib/err.h"

enum options_action {
    ACTION_UPDATE, /* index what is named and what is known */
    ACTION_REMOVE,
    ACTION_CHECK,
    ACTION_INFO,
    ACTION_HELP,
    ACTION_VERSION
};

/* Words that an option may give several times; the strings are borrowed from argv. */
struct word_list {
    const char **items;
    size_t n, cap;
};

struct options {
    enum options_action action;
    const char *index_dir; /* borrowed from argv, as all strings here */
    const char *language;  /* NULL: not said */
    struct word_list include, exclude;
    uint64_t max_file_size; /* bytes */
    uint64_t jobs;          /* threads, at least 1 */
    double wait;            /* seconds */
    bool hidden, follow, rebuild, checksum, allow_empty, dry_run, quiet, verbose, progress, json;
    char *const *paths; /* what is left of argv */
    size_t n_paths;
};

/* Fills o from the command line. ST_USAGE with the sentence, or ST_NOMEM. Release in any case. */
enum status options_parse(struct options *o, int argc, char *const *argv, struct err *err);
void options_release(struct options *o);

/* Sets one option by its long name, as the command line does; value is NULL for one that takes none. */
enum status options_set(struct options *o, const char *name, const char *value, struct err *err);

void options_help(FILE *out);

#endif
