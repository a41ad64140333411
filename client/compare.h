/* compare.h - `verbatim trace --all`: what the documents of an index share with each other, as rows, JSON lines, and a
 * report. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_COMPARE_H
#define VERBATIM_COMPARE_H

#include "client/cli.h"
#include "client/session.h"

enum session_exit compare_run(const struct cli *cli);

#endif
