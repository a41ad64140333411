/* hint.h - what helps when there is no answer: where an index comes from, quotes that the shell took, words of the
 * index that are near. All of it goes to standard error. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_HINT_H
#define VERBATIM_HINT_H

#include "client/cli.h"
#include "client/source.h"
#include "client/term.h"

/* No source could be opened. */
void hint_no_source(const struct cli *cli, enum status status);

/* Nothing was found. argument: as it was asked. */
void hint_nothing(const struct cli *cli, const struct buf *argument, const struct term *term, struct source *source);

/* The reply is an error: its message, and where in the query. */
void hint_error(const struct cli *cli, const struct buf *argument, const struct reply *reply);

#endif
