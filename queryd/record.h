/* record.h - what is kept and told of a request that was answered: counts, how long it took, the log's line of a slow
 * one. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_RECORD_H
#define VERBATIM_RECORD_H

#include "queryd/job.h"

struct server;

/* command NULL: the line named none. conn is the number of its connection. */
void record_reply(struct server *s, uint64_t conn, const struct command *command, const struct reply *reply);

/* The same for one that a thread ran, or would have. */
void record_job(struct server *s, uint64_t conn, const struct job *job);

#endif
