/* source.h - where answers come from: an index opened here, or a daemon on a socket. Both take a line of the protocol
 * and fill the same struct reply, so that nobody else needs to know which it is. Governed by doc/protocol.md.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SOURCE_H
#define VERBATIM_SOURCE_H

#include "client/cli.h"
#include "lib/base.h"
#include "lib/err.h"
#include "queryd/address.h"
#include "queryd/reply.h"

struct source {
    enum status (*ask)(struct source *s, const char *line, size_t len, struct reply *reply, struct err *err);
    void (*close)(struct source *s);
};

/* Opens what the command line names, or the daemon on the default socket. On an error err says what to do. */
enum status source_open(const struct cli *cli, struct source **out, struct err *err);

enum status source_open_index(const char *dir, struct source **out, struct err *err);
/* name: the address as it was given, borrowed until source_close. */
enum status source_open_socket(const struct address *address, const char *name, struct source **out, struct err *err);

/* Asks one line, without its newline unless bytes follow it (trace-bytes), and reads the whole reply; what the reply
 * says is not an error here. */
enum status source_ask(struct source *s, const char *line, size_t len, struct reply *reply, struct err *err);
void source_close(struct source *s); /* safe on NULL */

#endif
