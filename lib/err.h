/* err.h - the sentence for people that goes with a status: names the thing, the place, and what to do.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_ERR_H
#define VERBATIM_ERR_H

#include "lib/base.h"

struct err {
    enum status status;
    size_t column; /* ST_BAD_QUERY, ST_TOO_BROAD: byte in the query, from 1; otherwise 0 */
    char text[480]; /* one line, no newline, NUL-terminated */
};

/* Sets the error and returns its status, so that a failure is one line:
 *     return err_set(err, ST_IO, "%s: cannot write", path);
 * err may be NULL. The column becomes 0. */
enum status err_set(struct err *err, enum status status, const char *fmt, ...) BASE_PRINTF(3, 4);

/* The same with ": " and what the errno value means at the end. ENOSPC and EDQUOT turn ST_IO and ST_CREATE into
 * ST_NO_SPACE. */
enum status err_sys(struct err *err, enum status status, int errnum, const char *fmt, ...) BASE_PRINTF(4, 5);

/* The same for a place in a query, a byte counted from 1. */
enum status err_at(struct err *err, enum status status, size_t column, const char *fmt, ...) BASE_PRINTF(4, 5);

/* "out of memory". */
enum status err_nomem(struct err *err);

#endif
