/* stats.h - what the daemon counts. It belongs to the loop's thread; nobody else reads or writes it.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_STATS_H
#define VERBATIM_STATS_H

#include "lib/base.h"
#include "queryd/bound.h"
#include "queryd/cmd.h"
#include "queryd/histogram.h"
#include "queryd/reply.h"

struct stats {
    int64_t started; /* search_now() */
    uint64_t clients, clients_total, clients_refused;
    uint64_t unread, unread_max; /* bytes of replies that clients have not taken */
    uint64_t bounds[BOUND_N];    /* how often one was run into */
    uint64_t candidates, checked;
    uint64_t outcomes[COMMANDS_N + 1][REPLY_N_CODES]; /* the last row: lines that name no command */

    struct histogram latency[COMMANDS_N]; /* of what threads run: microseconds from its turn to its reply */

    /* filled in before they are read */
    uint64_t workers, running, queued;
    uint64_t generation, generations; /* the one that serves; taken up since the start */
    int rss_fd;
};

/* Before the process is shut off from the file system; after the last stats_rss. */
void stats_init(struct stats *s, int64_t now);
void stats_release(struct stats *s);

/* Counts an answer; command NULL: the line named none. */
void stats_count(struct stats *s, const struct command *command, const struct reply *reply);
void stats_bound(struct stats *s, enum bound bound);

/* Bytes of memory in use by this process; 0 when the system does not say. */
uint64_t stats_rss(const struct stats *s);

#endif
