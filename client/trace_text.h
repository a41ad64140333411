/* trace_text.h - `verbatim trace`: where the text that is traced comes from.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_TRACE_TEXT_H
#define VERBATIM_TRACE_TEXT_H

#include "client/cli.h"
#include "lib/buf.h"

/* Reads the text: a file when the only argument names one, standard input for "-" or no argument, else the arguments.
 * False when that fails, as for a path of no file; it has said why. */
bool trace_read(const struct cli *cli, struct buf *text);

/* Appends the request: `trace-bytes N`, a newline and the text. */
void trace_request(const struct buf *text, struct buf *out);

#endif
