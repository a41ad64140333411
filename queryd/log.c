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

/* What can stand without quotes: nothing that would end it or be read as another field. */
static bool is_plain(const char *value, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)value[i] <= ' ' || value[i] == '"' || value[i] == '=' || value[i] == '\\' ||
            value[i] == 0x7f)
            return false;
    return len > 0;
}

static void add_value(struct buf *out, const char *value, size_t len)
{
    if (is_plain(value, len)) {
        buf_add(out, value, len);
        return;
    }
    buf_addc(out, '"');
    for (size_t i = 0; i < len; i++) {
        bool control = (unsigned char)value[i] < ' ' || value[i] == 0x7f;
        if (value[i] == '"' || value[i] == '\\')
            buf_addc(out, '\\');
        buf_addc(out, control ? ' ' : value[i]);
    }
    buf_addc(out, '"');
}

void log_field(struct buf *fields, const char *key, const char *value, size_t len)
{
    buf_addf(fields, " %s=", key);
    add_value(fields, value, len);
}

void log_number(struct buf *fields, const char *key, const char *fmt, ...)
{
    char text[64];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (len > 0 && (size_t)len < sizeof text)
        log_field(fields, key, text, (size_t)len);
}

static void add_time(struct buf *out)
{
    char text[32];
    struct timespec now;
    struct tm tm;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (gmtime_r(&now.tv_sec, &tm) != NULL && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm) > 0)
        buf_addf(out, "time=%s.%03ldZ ", text, now.tv_nsec / 1000000);
}

static void write_line(const struct log *log, enum log_level level, const struct buf *fields, const char *fmt,
                       va_list args)
{
    if (!log_has(log, level))
        return;
    char text[1024];
    struct buf line = BUF_INIT;
    if (vsnprintf(text, sizeof text, fmt, args) < 0)
        return;
    add_time(&line);
    buf_addf(&line, "level=%s msg=", log_level_name(level));
    add_value(&line, text, strlen(text));
    if (fields != NULL && buf_ok(fields))
        buf_add(&line, fields->data, fields->len);
    buf_addc(&line, '\n');
    ssize_t written = buf_ok(&line) ? write(log->fd, line.data, line.len) : 0;
    (void)written; /* there is nobody to tell that stderr is gone */
    buf_release(&line);
}

void log_error(const struct log *log, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    write_line(log, LOG_LEVEL_ERROR, NULL, fmt, args);
    va_end(args);
}

void log_warn(const struct log *log, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    write_line(log, LOG_LEVEL_WARN, NULL, fmt, args);
    va_end(args);
}

void log_info(const struct log *log, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    write_line(log, LOG_LEVEL_INFO, NULL, fmt, args);
    va_end(args);
}

void log_debug(const struct log *log, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    write_line(log, LOG_LEVEL_DEBUG, NULL, fmt, args);
    va_end(args);
}

void log_with(const struct log *log, enum log_level level, const struct buf *fields, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    write_line(log, level, fields, fmt, args);
    va_end(args);
}
