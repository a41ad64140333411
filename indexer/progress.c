/* progress.c - see progress.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/progress.h"

#include <stdio.h>
#include <unistd.h>

enum { BAR_WIDTH = 24, LINE_WIDTH = 78 };
static const double BAR_INTERVAL = 0.2, LINE_INTERVAL = 5.0;

static double seconds_since(const struct timespec *then)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

void progress_begin(struct progress *p, bool forced, bool quiet, uint64_t total_docs, uint64_t total_bytes)
{
    *p = (struct progress){.total_docs = total_docs, .total_bytes = total_bytes};
    p->terminal = isatty(STDERR_FILENO) == 1;
    p->enabled = !quiet && (forced || p->terminal);
    clock_gettime(CLOCK_MONOTONIC, &p->began);
    p->drawn = p->began;
}

static void draw(struct progress *p, const char *line)
{
    if (p->terminal)
        (void)fprintf(stderr, "\r%-*.*s", LINE_WIDTH, LINE_WIDTH, line);
    else
        (void)fprintf(stderr, "%s\n", line);
    (void)fflush(stderr);
    p->shown = p->terminal;
    clock_gettime(CLOCK_MONOTONIC, &p->drawn);
}

/* "1:02:03" or "2:03". */
static void format_time(char *out, size_t room, double seconds)
{
    unsigned long s = seconds < 0 ? 0 : (unsigned long)(seconds + 0.5);
    if (s >= 3600)
        (void)snprintf(out, room, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
    else
        (void)snprintf(out, room, "%lu:%02lu", s / 60, s % 60);
}

void progress_update(struct progress *p, uint64_t docs, uint64_t bytes)
{
    if (!p->enabled || seconds_since(&p->drawn) < (p->terminal ? BAR_INTERVAL : LINE_INTERVAL))
        return;
    double seconds = seconds_since(&p->began);
    double part = p->total_bytes == 0 ? 1.0 : (double)bytes / (double)p->total_bytes;
    part = part > 1.0 ? 1.0 : part;
    char bar[BAR_WIDTH + 1], left[32], line[200];
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < (int)(part * BAR_WIDTH) ? '#' : '-';
    bar[BAR_WIDTH] = '\0';
    format_time(left, sizeof left, part > 0 ? seconds * (1 - part) / part : 0);
    double speed = (double)bytes / 1e6 / seconds;
    if (p->phase[0] != '\0')
        (void)snprintf(line, sizeof line, "[%s] %3.0f%%  %s  %.1f MB/s  %s left", bar, part * 100, p->phase, speed,
                       left);
    else
        (void)snprintf(line, sizeof line, "[%s] %3.0f%%  %llu/%llu documents  %.1f MB/s  %s left", bar, part * 100,
                       (unsigned long long)docs, (unsigned long long)p->total_docs, speed, left);
    draw(p, line);
}

void progress_phase(struct progress *p, const char *what, uint64_t total_docs, uint64_t total_bytes)
{
    (void)snprintf(p->phase, sizeof p->phase, "%s", what);
    p->total_docs = total_docs;
    p->total_bytes = total_bytes;
    clock_gettime(CLOCK_MONOTONIC, &p->began);
    progress_say(p, what);
}

void progress_say(struct progress *p, const char *what)
{
    if (p->enabled)
        draw(p, what);
}

void progress_hide(struct progress *p)
{
    if (!p->shown)
        return;
    (void)fprintf(stderr, "\r%*s\r", LINE_WIDTH, "");
    (void)fflush(stderr);
    p->shown = false;
}
