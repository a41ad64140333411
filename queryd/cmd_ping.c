/* cmd_ping.c - the command `ping`: is anybody there? SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/cmd.h"

static void run(const struct request *req, struct reply *reply)
{
    (void)req;
    reply_ok(reply, "%s", "");
}

const struct command command_ping = {
    .name = "ping",
    .usage = "",
    .help = "answers OK 0",
    .place = COMMAND_IN_LOOP,
    .argument = ARGUMENT_NONE,
    .keeps_place = true,
    .run = run,
};
