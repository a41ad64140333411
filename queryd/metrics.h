/* metrics.h - what `stats` counts, for Prometheus: its text format over HTTP, at /metrics, on an address of its own.
 * It answers nothing else. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_METRICS_H
#define VERBATIM_METRICS_H

#include "lib/base.h"
#include "lib/err.h"

struct metrics;
struct server;

/* Listens on HOST:PORT, [V6]:PORT or PORT, which is of 127.0.0.1, and says so in the log: ST_USAGE, ST_CREATE. */
enum status metrics_new(struct server *s, const char *address, struct metrics **out, struct err *err);
void metrics_free(struct metrics *m); /* safe on NULL */

#endif
