/* exits.h - exit codes: a promise to scripts and crontabs. Governed by doc/verbatim-indexer.1, "Exit status".
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_EXITS_H
#define VERBATIM_EXITS_H

#include "lib/base.h"

enum {
    EXIT_DONE = 0,  /* published, or nothing to do */
    EXIT_NAMED = 1, /* something was skipped or left as it was, each named */
    EXIT_BAD_USAGE = 64,
    EXIT_BAD_INDEX = 65, /* damaged, of an unknown version, or not an index */
    EXIT_NO_INPUT = 66,  /* a named path, index or config file does not exist or cannot be read */
    EXIT_BUG = 70,       /* a library failed in a way that has no name */
    EXIT_NO_CREATE = 73,
    EXIT_NO_WRITE = 74, /* a read or write failed, disk full, out of memory: the old generation stays */
    EXIT_LOCKED = 75    /* another run holds the lock */
};

int exit_code(enum status status);

#endif
