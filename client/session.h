/* session.h - runs one command of the client: settings, the question, page after page, what is printed of the reply.
 * Governed by doc/verbatim.1. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SESSION_H
#define VERBATIM_SESSION_H

#include "client/cli.h"
#include "client/source.h"
#include "client/term.h"

enum session_exit { SESSION_FOUND = 0, SESSION_NOTHING = 1, SESSION_ERROR = 2 };

/* What it has to say goes to standard output and standard error. */
enum session_exit session_run(const struct cli *cli, const struct term *term, struct source *source);

/* `quote`: needs no source. */
enum session_exit session_quote(const struct cli *cli);

#endif
