/* source_index.c - an index opened here: the daemon's parser of lines and its commands, run in this thread on one
 * snapshot; see source.h. It knows no sockets. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "client/source.h"
#include "engine/search.h"
#include "queryd/cmd.h"
#include "queryd/proto.h"
#include "store/snapshot.h"

/* What a daemon has unless told. */
enum { MAX_LINE = 65536, MAX_ROWS = 100000 };

/* Nobody else's memory is at stake here, so a text that is traced may be long. */
enum { MAX_TEXT = 64 << 20 };

struct index_source {
    struct source source;
    struct snapshot *snap;
    struct searcher *searcher;
    struct arena arena;
    struct settings settings;
};

/* Nobody else waits for this thread, so a search may take its time. */
static void run(struct index_source *s, const struct proto *p, struct reply *reply)
{
    const struct request req = {
        .arg = p->arg,
        .arg_len = p->arg_len,
        .settings = &s->settings,
        .searcher = s->searcher,
        .snap = s->snap,
        .arena = &s->arena,
        .started = search_now(),
    };
    p->command->run(&req, reply);
    arena_clear(&s->arena);
}

/* Only set, and what a daemon runs in a worker: the rest is about a daemon. */
static enum status ask(struct source *source, const char *line, size_t len, struct reply *reply, struct err *err)
{
    struct index_source *s = (struct index_source *)source;
    const char *newline = memchr(line, '\n', len);
    size_t max = newline != NULL && proto_body(line, (size_t)(newline - line)) > 0 ? MAX_TEXT : MAX_LINE;
    const struct framer_line whole = {.text = line, .len = len, .overlong = len > max};
    struct proto p;
    if (proto_parse(&whole, max, &p, reply)) {
        if (p.command->place != COMMAND_IN_WORKER && p.command != &command_set)
            return err_set(err, ST_INTERNAL, "%s: only a daemon runs this", p.command->name);
        run(s, &p, reply);
    }
    reply_settle(reply);
    return ST_OK;
}

static void close_index(struct source *source)
{
    struct index_source *s = (struct index_source *)source;
    searcher_free(s->searcher);
    snapshot_unref(s->snap);
    arena_release(&s->arena);
    free(s);
}

enum status source_open_index(const char *dir, struct source **out, struct err *err)
{
    struct index_source *s = calloc(1, sizeof *s);
    if (s == NULL)
        return err_nomem(err);
    s->source = (struct source){.ask = ask, .close = close_index};
    settings_init(&s->settings, MAX_ROWS);
    enum status status = snapshot_open(dir, 1, false, &s->snap, err);
    if (status == ST_OK) {
        s->searcher = searcher_new(0);
        if (s->searcher == NULL)
            status = err_nomem(err);
    }
    if (status == ST_OK)
        *out = &s->source;
    else
        close_index(&s->source);
    return status;
}
