/* cmd_quit.c - the command `quit`: answers, then the connection closes. Later lines are not read.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/cmd.h"

static void run(const struct request *req, struct reply *reply)
{
    (void)req;
    reply_ok(reply, "%s", "");
    reply->close = true;
}

const struct command command_quit = {
    .name = "quit",
    .usage = "",
    .help = "answers OK 0 and closes the connection",
    .place = COMMAND_IN_LOOP,
    .argument = ARGUMENT_NONE,
    .keeps_place = true,
    .run = run,
};
