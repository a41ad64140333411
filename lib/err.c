/* err.c - see err.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void set_text(struct err *err, enum status status, size_t column, const char *fmt, va_list args)
{
    err->status = status;
    err->column = column;
    (void)vsnprintf(err->text, sizeof err->text, fmt, args);
}

enum status err_set(struct err *err, enum status status, const char *fmt, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, fmt);
        set_text(err, status, 0, fmt, args);
        va_end(args);
    }
    return status;
}

enum status err_sys(struct err *err, enum status status, int errnum, const char *fmt, ...)
{
    if ((status == ST_IO || status == ST_CREATE) && (errnum == ENOSPC || errnum == EDQUOT))
        status = ST_NO_SPACE;
    if (err != NULL) {
        va_list args;
        va_start(args, fmt);
        set_text(err, status, 0, fmt, args);
        va_end(args);
        size_t len = strlen(err->text);
        char reason[128];
        /* strerror_r has two forms; %m is glibc's and musl's. errno is the thread's own. */
        errno = errnum;
        (void)snprintf(reason, sizeof reason, ": %m");
        (void)snprintf(err->text + len, sizeof err->text - len, "%s", reason);
    }
    return status;
}

enum status err_at(struct err *err, enum status status, size_t column, const char *fmt, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, fmt);
        set_text(err, status, column, fmt, args);
        va_end(args);
    }
    return status;
}

enum status err_nomem(struct err *err)
{
    return err_set(err, ST_NOMEM, "out of memory");
}
