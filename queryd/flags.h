/* flags.h - the command line of the daemon: one table makes the parsing and --help. It opens nothing.
 * Governed by doc/verbatim-queryd.1. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_FLAGS_H
#define VERBATIM_FLAGS_H

#include <stdio.h>

#include "lib/base.h"
#include "lib/err.h"
#include "queryd/log.h"

enum flags_action { FLAGS_SERVE, FLAGS_HELP, FLAGS_VERSION };

enum { FLAGS_MAX_LISTEN = 64, FLAGS_MAX_WORKERS = 256 };

struct flags {
    enum flags_action action;
    const char *index_dir; /* borrowed from argv, as all strings here */
    const char *listen[FLAGS_MAX_LISTEN];
    size_t n_listen;
    uint32_t workers;
    uint32_t max_clients;
    uint32_t max_clients_per_address; /* over TCP; 0: any */
    uint32_t queue;
    uint32_t query_timeout; /* milliseconds; 0: none */
    uint32_t idle_timeout;  /* seconds; 0: none */
    uint32_t max_line;      /* bytes, as the next three */
    uint32_t max_pending;   /* of requests read ahead on a connection; at least max_line */
    uint32_t max_unread;    /* of replies not taken at which a connection's requests wait */
    uint32_t max_unread_total;
    uint32_t max_rows;
    uint32_t slow_query;    /* milliseconds from which a request is told in the log; 0: none */
    const char *metrics;    /* where to; NULL: nowhere */
    bool no_sandbox;
    enum log_level log;
};

/* Fills f from the command line: ST_OK, or ST_USAGE with the sentence. */
enum status flags_parse(struct flags *f, int argc, char *const *argv, struct err *err);

void flags_help(FILE *out);

#endif
