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

static void add_bounds(struct facts *f, const struct stats *s)
{
    for (size_t i = BOUND_NONE + 1; i < BOUND_N; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "bound.%s", bound_name((enum bound)i));
        facts_uint(f, name, s->bounds[i]);
    }
}

/* "search.ms.p99" ...: of commands that threads have run. */
static void add_latency(struct facts *f, const struct command *command, const struct histogram *h)
{
    static const struct {
        const char *name;
        double share;
    } shares[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}, {"max", 1}};
    for (size_t i = 0; i < BASE_COUNT(shares); i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "%s.ms.%s", command->name, shares[i].name);
        facts_real(f, name, (double)histogram_quantile(h, shares[i].share) / 1e3);
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
    facts_uint(&f, "rss", stats_rss(s));
    facts_uint(&f, "generations", s->generations);
    facts_uint(&f, "unread", s->unread);
    facts_uint(&f, "unread.max", s->unread_max);
    facts_uint(&f, "candidates", s->candidates);
    facts_uint(&f, "checked", s->checked);
    add_bounds(&f, s);
    add_outcomes(&f, s);
    for (size_t i = 0; i < COMMANDS_N; i++)
        if (s->latency[i].n > 0)
            add_latency(&f, command_at(i), &s->latency[i]);
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
