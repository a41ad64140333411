/* record.c - see record.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/record.h"

#include <inttypes.h>
#include <string.h>

#include "lib/utf8.h"
#include "queryd/server.h"

enum { ARGUMENT_SHOWN = 1024 }; /* bytes of a query in the log */

static void add_request(struct buf *fields, uint64_t conn, const struct command *command, const struct reply *reply)
{
    const char *name = command != NULL ? command->name : "unknown", *word = reply_word(reply->code);
    log_number(fields, "conn", "%" PRIu64, conn);
    log_field(fields, "command", name, strlen(name));
    log_field(fields, "outcome", word, strlen(word));
}

void record_reply(struct server *s, uint64_t conn, const struct command *command, const struct reply *reply)
{
    stats_count(&s->stats, command, reply);
    if (!log_has(s->log, LOG_LEVEL_DEBUG))
        return;
    struct buf fields = BUF_INIT;
    add_request(&fields, conn, command, reply);
    log_with(s->log, LOG_LEVEL_DEBUG, &fields, "answered");
    buf_release(&fields);
}

static void add_ms(struct buf *fields, const char *key, int64_t ns)
{
    log_number(fields, key, "%.3f", (double)ns / 1e6);
}

static void tell_slow(struct server *s, uint64_t conn, const struct job *job, int64_t now)
{
    struct buf fields = BUF_INIT;
    size_t len = job->arg_len <= ARGUMENT_SHOWN ? job->arg_len : utf8_floor(job->arg, ARGUMENT_SHOWN);
    add_request(&fields, conn, job->command, &job->reply);
    add_ms(&fields, "ms", now - job->queued);
    add_ms(&fields, "ms_waited", (job->begun > 0 ? job->begun : now) - job->queued);
    log_number(&fields, "rows", "%zu", job->reply.n_rows);
    log_number(&fields, "candidates", "%" PRIu64, job->reply.candidates);
    log_number(&fields, "checked", "%" PRIu64, job->reply.checked);
    log_field(&fields, "argument", job->arg, len);
    log_with(s->log, LOG_LEVEL_WARN, &fields, "slow request");
    buf_release(&fields);
}

void record_job(struct server *s, uint64_t conn, const struct job *job)
{
    int64_t now = search_now(), slow = (int64_t)s->flags->slow_query * 1000000;
    histogram_add(&s->stats.latency[command_index(job->command)], (uint64_t)(now - job->queued) / 1000);
    if (slow > 0 && now - job->queued >= slow)
        tell_slow(s, conn, job, now);
    record_reply(s, conn, job->command, &job->reply);
}
