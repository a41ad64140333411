/* cmd_info.c - the command `info`: what the index is that answers. SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "queryd/cmd.h"
#include "queryd/facts.h"

enum { PARTS_MAX = 16 }; /* kinds of parts that a segment may have */

struct sizes {
    struct segment_part parts[PARTS_MAX]; /* summed over all segments, by name */
    size_t n;
    uint64_t total;
    uint64_t dead_docs;
};

static void add_part(struct sizes *sizes, const struct segment_part *part)
{
    size_t i = 0;
    sizes->total += part->bytes;
    while (i < sizes->n && strcmp(sizes->parts[i].name, part->name) != 0)
        i++;
    if (i == PARTS_MAX)
        return;
    if (i == sizes->n)
        sizes->parts[sizes->n++] = (struct segment_part){part->name, 0};
    sizes->parts[i].bytes += part->bytes;
}

static void measure(const struct snapshot *snap, struct sizes *sizes)
{
    *sizes = (struct sizes){0};
    for (size_t s = 0; s < snapshot_segments(snap); s++) {
        struct segment_part parts[PARTS_MAX];
        const struct segment *segment = snapshot_segment(snap, s);
        size_t n = segment_parts(segment, parts, PARTS_MAX);
        sizes->dead_docs += segment_dead_docs(segment);
        for (size_t i = 0; i < n && i < PARTS_MAX; i++)
            add_part(sizes, &parts[i]);
    }
}

static void add_sizes(struct facts *f, const struct snapshot *snap)
{
    struct sizes sizes;
    measure(snap, &sizes);
    facts_uint(f, "segments", snapshot_segments(snap));
    facts_uint(f, "deleted", sizes.dead_docs);
    facts_uint(f, "bytes", sizes.total);
    for (size_t i = 0; i < sizes.n; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "bytes.%s", sizes.parts[i].name);
        facts_uint(f, name, sizes.parts[i].bytes);
    }
}

static void run(const struct request *req, struct reply *reply)
{
    const struct manifest *m = snapshot_manifest(req->snap);
    struct facts f;
    facts_begin(&f, req, reply);
    facts_uint(&f, "generation", m->generation);
    facts_time(&f, "published", m->published);
    facts_uint(&f, "documents", snapshot_docs(req->snap));
    facts_uint(&f, "words", snapshot_words(req->snap));
    facts_uint(&f, "skipped", m->skipped);
    facts_string(&f, "language", m->language, strlen(m->language));
    add_sizes(&f, req->snap);
    facts_end(&f);
    if (reply->code == REPLY_OK)
        reply_ok(reply, "generation=%" PRIu64, m->generation);
}

const struct command command_info = {
    .name = "info",
    .usage = "",
    .help = "the index that answers: generation, documents, words, bytes; NAME, VALUE, separated by a tab",
    .place = COMMAND_IN_WORKER,
    .argument = ARGUMENT_NONE,
    .run = run,
};
