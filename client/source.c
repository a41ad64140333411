/* source.c - which source it is; see source.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/source.h"

static enum status open_named_socket(const char *name, struct source **out, struct err *err)
{
    struct address address;
    enum status status = address_parse(name, &address, err);
    return status == ST_OK ? source_open_socket(&address, name, out, err) : status;
}

static enum status open_default_socket(struct source **out, struct err *err)
{
    struct address address;
    struct err why = {0};
    enum status status = address_default(&address, false, err);
    if (status == ST_OK)
        status = source_open_socket(&address, "the default socket", out, &why);
    if (why.status != ST_OK)
        err_set(err, status,
                "no daemon answers on the default socket, unix:%s, and neither --index nor --socket is given",
                address.un.sun_path);
    return status;
}

enum status source_open(const struct cli *cli, struct source **out, struct err *err)
{
    if (cli->index_dir != NULL)
        return source_open_index(cli->index_dir, out, err);
    if (cli->socket != NULL)
        return open_named_socket(cli->socket, out, err);
    return open_default_socket(out, err);
}

enum status source_ask(struct source *s, const char *line, size_t len, struct reply *reply, struct err *err)
{
    reply_clear(reply);
    return s->ask(s, line, len, reply, err);
}

void source_close(struct source *s)
{
    if (s != NULL)
        s->close(s);
}
