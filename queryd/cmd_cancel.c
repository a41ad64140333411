/* cmd_cancel.c - the command `cancel`, in its turn: OK 0. What it does, it does when it is read (conn.c).
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/cmd.h"

static void run(const struct request *req, struct reply *reply)
{
    (void)req;
    reply_ok(reply, "%s", "");
}

const struct command command_cancel = {
    .name = "cancel",
    .usage = "",
    .help = "ends the earlier unanswered requests of this connection with ERR 499",
    .place = COMMAND_IN_LOOP,
    .argument = ARGUMENT_NONE,
    .keeps_place = true,
    .run = run,
};
