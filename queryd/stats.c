/* stats.c - see stats.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/stats.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

void stats_init(struct stats *s, int64_t now)
{
    *s = (struct stats){.started = now, .rss_fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)};
}

void stats_release(struct stats *s)
{
    if (s->rss_fd >= 0)
        (void)close(s->rss_fd);
    s->rss_fd = -1;
}

void stats_count(struct stats *s, const struct command *command, const struct reply *reply)
{
    size_t row = command != NULL ? command_index(command) : COMMANDS_N;
    size_t column = reply_code_index(reply->code);
    if (column < REPLY_N_CODES)
        s->outcomes[row][column]++;
    s->candidates += reply->candidates;
    s->checked += reply->checked;
    stats_bound(s, reply->bound);
}

void stats_bound(struct stats *s, enum bound bound)
{
    s->bounds[bound]++;
}

uint64_t stats_rss(const struct stats *s)
{
    char text[128];
    unsigned long long size, resident;
    ssize_t n = s->rss_fd >= 0 ? pread(s->rss_fd, text, sizeof text - 1, 0) : -1;
    if (n <= 0)
        return 0;
    text[n] = '\0';
    return sscanf(text, "%llu %llu", &size, &resident) == 2 ? resident * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}
