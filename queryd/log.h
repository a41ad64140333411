/* log.h - lines to stderr: time, level, sentence. One write a line, from any thread; control bytes never get through.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_LOG_H
#define VERBATIM_LOG_H

#include "lib/base.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

const char *log_level_name(enum log_level level); /* "error", "warn", "info", "debug" */

struct log {
    int fd;
    enum log_level level; /* and what is graver */
};

void log_error(const struct log *log, const char *fmt, ...) BASE_PRINTF(2, 3);
void log_warn(const struct log *log, const char *fmt, ...) BASE_PRINTF(2, 3);
void log_info(const struct log *log, const char *fmt, ...) BASE_PRINTF(2, 3);
void log_debug(const struct log *log, const char *fmt, ...) BASE_PRINTF(2, 3);

#endif
