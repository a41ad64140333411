/* settings.h - what a connection has set: how many rows, in which form and order. Governed by doc/protocol.md, "set".
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SETTINGS_H
#define VERBATIM_SETTINGS_H

#include "lib/base.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "queryd/bound.h"

enum settings_name {
    SETTING_LIMIT,
    SETTING_OFFSET,
    SETTING_PER_DOC,
    SETTING_FORMAT, /* enum settings_format */
    SETTING_CONTEXT,
    SETTING_ORDER, /* enum search_order */
    SETTING_MARK,  /* 0 or 1 */
    SETTING_COUNT, /* enum settings_count */
    SETTING_TRACE_RUN,
    SETTING_TRACE_TOLERANCE,
    SETTING_TRACE_COVERAGE, /* per cent */
    SETTINGS_N
};

enum settings_format { FORMAT_LINES, FORMAT_JSON };
enum settings_count { COUNT_EXACT, COUNT_PAGE, COUNT_DOCS };
enum { SETTINGS_MAX_CONTEXT = 100, SETTINGS_EXCLUDE_ROOM = 1024 };

struct settings {
    uint32_t v[SETTINGS_N];
    uint32_t max_rows; /* the most that limit may be */
    char exclude[SETTINGS_EXCLUDE_ROOM]; /* a path that trace leaves out, as rows show it */
    size_t exclude_len;                  /* 0: none */
};

void settings_init(struct settings *s, uint32_t max_rows);

/* Sets from "NAME VALUE"; ST_USAGE says what is allowed, and *bound becomes BOUND_ROWS when more rows are wanted than
 * may be. Nothing changes on an error. */
enum status settings_set(struct settings *s, const char *text, size_t len, enum bound *bound, struct err *err);

/* The name of the i-th setting (i < SETTINGS_SHOWN), and for people what it means and may be: "rows of a reply at most
 * (0 to 100000; at first 100)". The last is the path, which is no number and no choice. */
enum { SETTINGS_SHOWN = SETTINGS_N + 1 };
const char *settings_name_at(size_t i);
void settings_describe(struct buf *out, size_t i, uint32_t max_rows);

#endif
