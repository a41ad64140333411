/* proto.h - one line of the protocol: its tag, its command, its argument, or what is wrong with it. It runs nothing.
 * Governed by doc/protocol.md, "Requests". SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_PROTO_H
#define VERBATIM_PROTO_H

#include "lib/base.h"
#include "queryd/cmd.h"
#include "queryd/framer.h"
#include "queryd/reply.h"

enum { PROTO_TAG_MAX = 32 };

struct proto {
    const char *tag; /* without the @; borrowed from the line, as arg */
    size_t tag_len;  /* 0: none, or none that could be read */
    const struct command *command; /* NULL: the line names none */
    const char *arg;
    size_t arg_len;
};

/* Takes a line apart. When it can be run, true; otherwise reply says why not (p->tag is set if it could be read, and
 * p->command if it names one). */
bool proto_parse(const struct framer_line *line, size_t max_line, struct proto *p, struct reply *reply);

/* Bytes behind a line that belong to its request (framer_body): N of `trace-bytes N`. */
uint64_t proto_body(const char *line, size_t len);

/* Whether the line is a `cancel` that can be run. */
bool proto_is_cancel(const struct framer_line *line);

#endif
