/* cmd_stats.c - the command `stats`: what the daemon counts. SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "queryd/cmd.h"
#include "queryd/facts.h"
#include "queryd/stats.h"

/* "search.ok", "search.bad-query" ...: only what has happened. */
static void add_outcomes(struct facts *f, const struct stats *s)
{
    for (size_t i = 0; i <= COMMANDS_N; i++) {
        for (size_t j = 0; j < REPLY_N_CODES; j++) {
            char name[64];
            if (s->outcomes[i][j] == 0)
                continue;
            (void)snprintf(name, sizeof name, "%s.%s", i < COMMANDS_N ? command_at(i)->name : "unknown",
                           reply_word(reply_code_at(j)));
            facts_uint(f, name, s->outcomes[i][j]);
        }
    }
}

static void run(const struct request *req, struct reply *reply)
{
    const struct stats *s = req->stats;
    struct facts f;
    facts_begin(&f, req, reply);
    facts_real(&f, "uptime", (double)(search_now() - s->started) / 1e9);
    facts_uint(&f, "generation", s->generation);
    facts_uint(&f, "clients", s->clients);
    facts_uint(&f, "clients.total", s->clients_total);
    facts_uint(&f, "clients.refused", s->clients_refused);
    facts_uint(&f, "workers", s->workers);
    facts_uint(&f, "running", s->running);
    facts_uint(&f, "queued", s->queued);
    facts_uint(&f, "rss", stats_rss());
    add_outcomes(&f, s);
    facts_end(&f);
}

const struct command command_stats = {
    .name = "stats",
    .usage = "",
    .help = "what the daemon counts: NAME, VALUE, separated by a tab",
    .place = COMMAND_IN_LOOP,
    .argument = ARGUMENT_NONE,
    .run = run,
};
