/* cmd_reload.c - the command `reload`: looks for a newer generation and answers once the newest one serves.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "queryd/cmd.h"
#include "queryd/generation.h"

static void run(const struct request *req, struct reply *reply)
{
    uint64_t number;
    struct err err = {0};
    if (generation_result(req->generation, &number, &err) == ST_OK)
        reply_ok(reply, "generation=%" PRIu64, number);
    else
        reply_error(reply, REPLY_INTERNAL, "%s; generation %" PRIu64 " still serves", err.text, number);
}

const struct command command_reload = {
    .name = "reload",
    .usage = "",
    .help = "answers once the newest generation of the index serves",
    .place = COMMAND_IN_WATCHER,
    .argument = ARGUMENT_NONE,
    .run = run,
};
