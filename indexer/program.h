/* program.h - text of a file by another program (a filter of the configuration): run without a shell, with bounds on
 * time, memory and output. Governed by doc/verbatim.conf.5. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_PROGRAM_H
#define VERBATIM_PROGRAM_H

#include <signal.h>

#include "indexer/input.h"
#include "indexer/options.h"
#include "lib/base.h"

/* The first of the options' programs with a glob for a stored path, or NULL. */
const struct filter_program *program_for(const struct options *o, const char *path, size_t path_len);

/* What a file of this path is read by, as a number that changes with it: the program, or the readers here. */
uint32_t program_stamp(const struct options *o, const char *path, size_t path_len);

/* Runs it on the file that `in` has just opened, whose absolute path is open_path; what it writes becomes what is read
 * from `in`, at most max bytes. *stop not 0 ends it early, as its time does. */
enum read_result program_run(const struct filter_program *program, struct input *in, const char *open_path,
                             uint64_t max, const volatile sig_atomic_t *stop);

#endif
