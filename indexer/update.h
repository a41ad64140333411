/* update.h - a run that publishes: index, update, forget. It holds the lock, asks what must not be lost, reads and
 * publishes; the old generation stays whatever fails. Governed by doc/verbatim-indexer.1.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_UPDATE_H
#define VERBATIM_UPDATE_H

#include <signal.h>

#include "indexer/options.h"
#include "indexer/report.h"
#include "lib/base.h"
#include "lib/err.h"

/* Gives up with ST_CANCELLED when *stop is not 0 any more. ST_OK also when something was skipped, or nothing was
 * published so that nothing is lost: report->n_named tells. */
enum status update_run(const struct options *options, struct report *report, const volatile sig_atomic_t *stop,
                       struct err *err);

#endif
