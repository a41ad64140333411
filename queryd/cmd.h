/* cmd.h - the commands of the protocol: a table, and what a command is given. A command is one cmd_*.c and one line of
 * the table in cmd.c; `help`, the checks of arguments and the man page follow the table.
 *
 * Commands write a struct reply and know no sockets, so that other programs can run them. Governed by doc/protocol.md.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_CMD_H
#define VERBATIM_CMD_H

#include <stdatomic.h>

#include "engine/search.h"
#include "lib/arena.h"
#include "lib/base.h"
#include "lib/buf.h"
#include "queryd/reply.h"
#include "queryd/settings.h"

struct stats;
struct generation;

/* Where a command runs. */
enum command_place {
    COMMAND_IN_LOOP,   /* at once, in the thread of the sockets: it never waits */
    COMMAND_IN_WORKER, /* in a thread that has a searcher and a snapshot */
    COMMAND_IN_WATCHER /* in the thread that looks for new generations */
};

enum command_argument { ARGUMENT_NONE, ARGUMENT_MAY, ARGUMENT_MUST };

/* All pointers are borrowed for the run. */
struct request {
    const char *arg; /* the rest of the line behind the command and spaces; valid UTF-8, not NUL-terminated */
    size_t arg_len;
    struct settings *settings;

    /* in a worker */
    struct searcher *searcher;
    const struct snapshot *snap;
    struct arena *arena;
    const atomic_bool *cancel; /* nobody wants the answer any more; may be NULL */
    int64_t started;           /* search_now() */
    int64_t timeout;           /* nanoseconds that a search may take; 0: any */

    /* in a daemon's loop or watcher */
    const struct stats *stats;
    struct generation *generation;
};

struct command {
    const char *name;  /* lower case */
    const char *usage; /* the form of its argument; "" for none */
    const char *help;  /* one line */
    enum command_place place;
    enum command_argument argument;
    bool keeps_place; /* `cancel` leaves it alone: it is answered as if nothing had happened */
    void (*run)(const struct request *req, struct reply *reply);
};

extern const struct command command_cancel, command_count, command_docs, command_explain, command_help, command_info,
    command_ping, command_quit, command_reload, command_search, command_set, command_stats, command_text,
    command_trace, command_trace_bytes, command_words;

enum { COMMANDS_N = 16 };

/* The table, in the order that people want to read it; i < COMMANDS_N. */
const struct command *command_at(size_t i);
/* By name, in capitals or not; NULL. */
const struct command *command_find(const char *name, size_t len);
size_t command_index(const struct command *command);

/* A row of two fields for people, or, where rows are JSON objects, {"name":...,"value":...}. The value is valid UTF-8;
 * its control bytes become spaces. */
void command_pair_row(const struct request *req, struct reply *reply, const char *name, const char *value, size_t len);

#endif
