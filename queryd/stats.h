/* stats.h - what the daemon counts. It belongs to the loop's thread; nobody else reads or writes it.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_STATS_H
#define VERBATIM_STATS_H

#include "lib/base.h"
#include "queryd/cmd.h"
#include "queryd/reply.h"

struct stats {
    int64_t started; /* search_now() */
    uint64_t clients, clients_total, clients_refused;
    uint64_t outcomes[COMMANDS_N + 1][REPLY_N_CODES]; /* the last row: lines that name no command */

    /* filled in before they are read */
    uint64_t workers, running, queued;
    uint64_t generation;
};

/* Counts an answer; command NULL: the line named none. */
void stats_count(struct stats *s, const struct command *command, unsigned code);

/* Bytes of memory in use by this process; 0 when the system does not say. */
uint64_t stats_rss(void);

#endif
