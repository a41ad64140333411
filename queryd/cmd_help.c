/* cmd_help.c - the command `help`: the table of commands, or one of them. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "queryd/cmd.h"
#include "queryd/piece.h"

static void describe(const struct request *req, struct reply *reply, const struct command *c)
{
    char usage[128];
    (void)snprintf(usage, sizeof usage, "%s%s%s", c->name, c->usage[0] == '\0' ? "" : " ", c->usage);
    command_pair_row(req, reply, usage, c->help, strlen(c->help));
}

static void describe_settings(const struct request *req, struct reply *reply)
{
    struct buf text = BUF_INIT;
    for (size_t i = 0; i < SETTINGS_SHOWN; i++) {
        char usage[64];
        (void)snprintf(usage, sizeof usage, "set %s", settings_name_at(i));
        buf_clear(&text);
        settings_describe(&text, i, req->settings->max_rows);
        if (buf_ok(&text))
            command_pair_row(req, reply, usage, text.data, text.len);
    }
    buf_release(&text);
}

static void run(const struct request *req, struct reply *reply)
{
    const char *arg = req->arg;
    size_t len = req->arg_len;
    struct piece name = piece_next(&arg, &len);
    const struct command *only = name.len > 0 ? command_find(name.text, name.len) : NULL;
    if (name.len > 0 && only == NULL) {
        reply_error(reply, REPLY_BAD_REQUEST, "no such command; `help` lists them");
        return;
    }
    for (size_t i = 0; i < COMMANDS_N; i++)
        if (only == NULL || only == command_at(i))
            describe(req, reply, command_at(i));
    if (only == &command_set)
        describe_settings(req, reply);
    reply_ok(reply, "%s", "");
}

const struct command command_help = {
    .name = "help",
    .usage = "[COMMAND]",
    .help = "the commands, or one of them",
    .place = COMMAND_IN_LOOP,
    .argument = ARGUMENT_MAY,
    .run = run,
};
