/* cmd_set.c - the command `set`: a setting of this connection (settings.h).
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/cmd.h"

static void run(const struct request *req, struct reply *reply)
{
    struct err err = {0};
    if (settings_set(req->settings, req->arg, req->arg_len, &reply->bound, &err) == ST_OK)
        reply_ok(reply, "%s", "");
    else
        reply_status(reply, &err);
}

const struct command command_set = {
    .name = "set",
    .usage = "NAME VALUE",
    .help = "for this connection; `help set` lists names and values",
    .place = COMMAND_IN_LOOP,
    .argument = ARGUMENT_MUST,
    .keeps_place = true,
    .run = run,
};
