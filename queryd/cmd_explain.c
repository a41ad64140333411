/* cmd_explain.c - the command `explain`: how a query was read and what running it took.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "queryd/ask.h"
#include "queryd/cmd.h"

/* One "NAME<TAB>VALUE" line of the engine as a row. */
static void add_row(const struct request *req, struct reply *reply, char *line, size_t len)
{
    char *tab = memchr(line, '\t', len);
    size_t name_len = tab != NULL ? (size_t)(tab - line) : len;
    const char *value = tab != NULL ? tab + 1 : line + len;
    char name[128];
    if (name_len >= sizeof name)
        name_len = sizeof name - 1;
    memcpy(name, line, name_len);
    name[name_len] = '\0';
    command_pair_row(req, reply, name, value, (size_t)(line + len - value));
}

static void add_rows(const struct request *req, struct reply *reply, struct buf *lines)
{
    for (size_t at = 0; at < lines->len;) {
        char *line = lines->data + at, *newline = memchr(line, '\n', lines->len - at);
        size_t len = newline != NULL ? (size_t)(newline - line) : lines->len - at;
        add_row(req, reply, line, len);
        at += len + 1;
    }
}

static void run(const struct request *req, struct reply *reply)
{
    struct ask ask;
    struct err err = {0};
    struct buf lines = BUF_INIT;
    size_t n_lines;
    if (!ask_prepare(&ask, req, reply, SEARCH_MATCHES))
        return;
    if (search_explain(req->searcher, req->snap, &ask.search, &lines, &n_lines, &err) != ST_OK) {
        reply->bound = err.status == ST_TOO_BROAD ? BOUND_EXPANSION : BOUND_NONE;
        reply_status(reply, &err);
    } else {
        add_rows(req, reply, &lines);
        reply->rows.failed |= lines.failed;
        reply_ok(reply, "generation=%" PRIu64 " ms=%.3f", snapshot_manifest(req->snap)->generation,
                 (double)(search_now() - req->started) / 1e6);
    }
    buf_release(&lines);
}

const struct command command_explain = {
    .name = "explain",
    .usage = "QUERY",
    .help = "how the query is read, the words it stands for, what running it takes",
    .place = COMMAND_IN_WORKER,
    .argument = ARGUMENT_MUST,
    .run = run,
};
