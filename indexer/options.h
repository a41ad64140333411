/* options.h - the command line: one table makes the parsing and --help. It opens nothing and checks no paths.
 * Governed by doc/verbatim-indexer.1. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_OPTIONS_H
#define VERBATIM_OPTIONS_H

#include <stdio.h>

#include "lib/arena.h"
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

/* Words that an option may give several times. */
struct word_list {
    const char **items;
    size_t n, cap;
};

/* A program that makes text of files: a section [filter NAME] of the configuration. */
struct filter_program {
    const char *name;
    struct word_list globs; /* which files */
    struct word_list argv;  /* `%f` stands for the path of the file; without one it is standard input */
    const char *type;       /* name of the reader for what it writes */
    uint64_t seconds;       /* at most, of processor and of clock */
    uint64_t memory;        /* bytes at most */
};

struct options {
    enum options_action action;
    const char *index_dir; /* strings are borrowed from argv, or from `strings` */
    const char *config;    /* NULL: none */
    const char *language;  /* NULL: not said */
    struct word_list include, exclude;
    struct word_list ignore_files; /* names; empty after options_parse: none are read */
    struct filter_program *programs;
    size_t n_programs, programs_cap;
    struct arena strings;   /* of the configuration file */
    uint64_t max_file_size; /* bytes */
    uint64_t jobs;          /* threads, at least 1 */
    double wait;            /* seconds */
    bool hidden, follow, rebuild, checksum, allow_empty, dry_run, nice, quiet, verbose, progress, json;
    bool no_ignore;
    struct word_list roots;   /* of the configuration, then what is left of argv */
    const char *const *paths; /* those that the action is about, in roots */
    size_t n_paths;
};

/* Fills o from the command line. ST_USAGE with the sentence, or ST_NOMEM. Release in any case. */
enum status options_parse(struct options *o, int argc, char *const *argv, struct err *err);
void options_release(struct options *o);

/* Sets one option by its long name, as the command line does; value is NULL for one that takes none. */
enum status options_set(struct options *o, const char *name, const char *value, struct err *err);

/* The same by the key of a configuration file: a name whose flag takes yes or no. The sentence of a ST_USAGE begins
 * with the name. ST_NOT_FOUND: no such key. */
enum status options_set_key(struct options *o, const char *key, const char *value, struct err *err);
/* The i-th key, NULL behind the last. */
const char *options_key(size_t i);

enum status options_add_word(struct word_list *list, const char *word, struct err *err);
/* A size such as 64M; ST_USAGE begins with the name. */
enum status options_parse_size(const char *name, const char *text, uint64_t *out, struct err *err);

void options_help(FILE *out);

#endif
