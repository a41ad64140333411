/* base.h - what every file may take for granted: fixed-width types, the status of an operation.
 * It declares no functions. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_BASE_H
#define VERBATIM_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What became of an operation. The sentence for people goes into a struct err. */
enum status {
    ST_OK = 0,
    ST_END,       /* an iterator has no more; not an error */
    ST_NOMEM,     /* an allocation failed */
    ST_USAGE,     /* the caller's words are off (a flag, a value) */
    ST_NOT_FOUND, /* a named file, index or document does not exist or cannot be read */
    ST_DAMAGED,   /* an index file is not what it should be */
    ST_VERSION,   /* an index of a format this program does not know */
    ST_CREATE,    /* a file or folder could not be created */
    ST_IO,        /* a read or write failed */
    ST_NO_SPACE,  /* the disk is full */
    ST_LOCKED,    /* another run holds the lock */
    ST_BAD_QUERY, /* the query does not parse; err.column says where */
    ST_TOO_BROAD, /* a limit of the query language; err.column says where */
    ST_CANCELLED, /* somebody asked to stop */
    ST_TIMEOUT,   /* the deadline passed */
    ST_INTERNAL   /* a library failed in a way that has no name of its own */
};

#if defined(__GNUC__)
#define BASE_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define BASE_PRINTF(fmt, args)
#endif

#define BASE_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
