/* cmd_count.c - the command `count`: how many documents and matches, no rows.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/ask.h"
#include "queryd/cmd.h"

static void run(const struct request *req, struct reply *reply)
{
    struct ask ask;
    struct err err = {0};
    if (ask_run(&ask, req, reply, SEARCH_COUNTS))
        ask_finish(&ask, &err);
}

const struct command command_count = {
    .name = "count",
    .usage = "QUERY",
    .help = "how many documents and matches there are; no rows",
    .place = COMMAND_IN_WORKER,
    .argument = ARGUMENT_MUST,
    .run = run,
};
