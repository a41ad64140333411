/* log.h - lines to stderr in logfmt: time=, level=, msg= and then what else is known, each KEY=VALUE, quoted where it
 * has to be. One write a line, from any thread; control bytes never get through.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_LOG_H
#define VERBATIM_LOG_H

#include "lib/base.h"
#include "lib/buf.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

const char *log_level_name(enum log_level level); /* "error", "warn", "info", "debug" */

struct log {
    int fd;
    enum log_level level; /* and what is graver */
};

/* Whether a line of this level would be written: for what is costly to say. */
static inline bool log_has(const struct log *log, enum log_level level)
{
    return level <= log->level;
}

void log_error(const struct log *log, const char *fmt, ...) BASE_PRINTF(2, 3);
void log_warn(const struct log *log, const char *fmt, ...) BASE_PRINTF(2, 3);
void log_info(const struct log *log, const char *fmt, ...) BASE_PRINTF(2, 3);
void log_debug(const struct log *log, const char *fmt, ...) BASE_PRINTF(2, 3);

/* A line with fields: log_field appends " key=value" to a buffer, and log_with writes the line with what it holds. */
void log_field(struct buf *fields, const char *key, const char *value, size_t len);
void log_number(struct buf *fields, const char *key, const char *fmt, ...) BASE_PRINTF(3, 4);
void log_with(const struct log *log, enum log_level level, const struct buf *fields, const char *fmt, ...)
    BASE_PRINTF(4, 5);

#endif
