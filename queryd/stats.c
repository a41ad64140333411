/* stats.c - see stats.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/stats.h"

#include <stdio.h>
#include <unistd.h>

void stats_count(struct stats *s, const struct command *command, unsigned code)
{
    size_t row = command != NULL ? command_index(command) : COMMANDS_N;
    size_t column = reply_code_index(code);
    if (column < REPLY_N_CODES)
        s->outcomes[row][column]++;
}

uint64_t stats_rss(void)
{
    unsigned long long size, resident;
    FILE *f = fopen("/proc/self/statm", "re");
    if (f == NULL)
        return 0;
    bool ok = fscanf(f, "%llu %llu", &size, &resident) == 2;
    (void)fclose(f);
    return ok ? resident * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}
