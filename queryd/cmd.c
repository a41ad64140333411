/* cmd.c - see cmd.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/cmd.h"

#include <string.h>

#include "engine/excerpt.h"
#include "lib/json.h"
#include "queryd/piece.h"

static const struct command *const table[COMMANDS_N] = {
    &command_search, &command_docs, &command_count,  &command_trace, &command_trace_bytes, &command_explain,
    &command_words,  &command_text, &command_set,    &command_cancel, &command_stats,      &command_info,
    &command_reload, &command_help, &command_ping,   &command_quit,
};

const struct command *command_at(size_t i)
{
    return table[i];
}

const struct command *command_find(const char *name, size_t len)
{
    struct piece piece = {name, len};
    for (size_t i = 0; i < COMMANDS_N; i++)
        if (piece_is(&piece, table[i]->name))
            return table[i];
    return NULL;
}

size_t command_index(const struct command *command)
{
    size_t i = 0;
    while (i < COMMANDS_N && table[i] != command)
        i++;
    return i;
}

void command_pair_row(const struct request *req, struct reply *reply, const char *name, const char *value, size_t len)
{
    struct buf *out = &reply->rows;
    if (req->settings->v[SETTING_FORMAT] == FORMAT_JSON) {
        json_open(out, '{');
        json_key(out, "name");
        json_string(out, name, strlen(name));
        json_key(out, "value");
        json_string(out, value, len);
        json_close(out, '}');
    } else {
        buf_addf(out, "%s\t", name);
        excerpt_add_clean(out, value, len);
    }
    (void)reply_end_row(reply);
}
