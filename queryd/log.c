/* log.c - see log.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

const char *log_level_name(enum log_level level)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    return names[level];
}

static size_t add_time(char *line, size_t cap)
{
    struct timespec now;
    struct tm tm;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (gmtime_r(&now.tv_sec, &tm) == NULL)
        return 0;
    size_t n = strftime(line, cap, "%Y-%m-%dT%H:%M:%S", &tm);
    return n + (size_t)snprintf(line + n, cap - n, ".%03ldZ", now.tv_nsec / 1000000);
}

static void replace_controls(char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = ' ';
}

static void write_line(const struct log *log, enum log_level level, const char *fmt, va_list args)
{
    char line[1024];
    if (level > log->level)
        return;
    size_t n = add_time(line, sizeof line);
    n += (size_t)snprintf(line + n, sizeof line - n, " %s ", log_level_name(level));
    int len = vsnprintf(line + n, sizeof line - n - 1, fmt, args);
    if (len > 0)
        n += strlen(line + n);
    replace_controls(line, n);
    line[n++] = '\n';
    ssize_t written = write(log->fd, line, n); /* there is nobody to tell that stderr is gone */
    (void)written;
}

void log_error(const struct log *log, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    write_line(log, LOG_LEVEL_ERROR, fmt, args);
    va_end(args);
}

void log_warn(const struct log *log, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    write_line(log, LOG_LEVEL_WARN, fmt, args);
    va_end(args);
}

void log_info(const struct log *log, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    write_line(log, LOG_LEVEL_INFO, fmt, args);
    va_end(args);
}

void log_debug(const struct log *log, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    write_line(log, LOG_LEVEL_DEBUG, fmt, args);
    va_end(args);
}
