/* pager.h - what is printed through a program that shows it page by page, as git does; on a terminal only. Governed by
 * doc/verbatim.1. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_PAGER_H
#define VERBATIM_PAGER_H

#include <sys/types.h>

#include "lib/err.h"

/* Starts $VERBATIM_PAGER, else $PAGER, else less, and leads standard output there, and standard error if it is a
 * terminal; before anything is printed. *pid: the program, or 0 when standard output is no terminal, or the pager is
 * "cat" or empty: then it does nothing. On an error *pid may have to be waited for as well. */
enum status pager_start(pid_t *pid, struct err *err);

/* Ends standard output and standard error and waits until the reader has left the pager. Safe in a signal handler, but
 * then what is still in stdout's buffer is lost. Nothing for 0. */
void pager_wait(pid_t pid);

#endif
