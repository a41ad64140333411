/* cmd_words.c - the command `words`: the words of the index that begin with a prefix, most frequent first.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "engine/browse.h"
#include "lib/json.h"
#include "queryd/cmd.h"

static void add_json(struct buf *out, const struct browse_word *w)
{
    json_open(out, '{');
    json_key(out, "word");
    json_string(out, w->bytes, w->len);
    json_key(out, "documents");
    json_uint(out, w->documents);
    json_key(out, "occurrences");
    json_uint(out, w->occurrences);
    json_close(out, '}');
}

static bool add_row(const struct request *req, struct reply *reply, const struct browse_word *w)
{
    if (req->settings->v[SETTING_FORMAT] == FORMAT_JSON) {
        add_json(&reply->rows, w);
    } else {
        buf_add(&reply->rows, w->bytes, w->len);
        buf_addf(&reply->rows, "\t%" PRIu64 "\t%" PRIu64, w->documents, w->occurrences);
    }
    return reply_end_row(reply);
}

static void run(const struct request *req, struct reply *reply)
{
    const uint32_t *v = req->settings->v;
    struct browse_word *words;
    size_t n;
    uint64_t total;
    struct err err = {0};
    if (browse_words(req->searcher, req->snap, req->arg, req->arg_len, v[SETTING_OFFSET], v[SETTING_LIMIT], req->arena,
                     &words, &n, &total, &err) != ST_OK) {
        reply_status(reply, &err);
        return;
    }
    for (size_t i = 0; i < n && add_row(req, reply, &words[i]); i++)
        continue;
    reply_ok(reply, "words=%" PRIu64 " generation=%" PRIu64 " ms=%.3f", total,
             snapshot_manifest(req->snap)->generation, (double)(search_now() - req->started) / 1e6);
}

const struct command command_words = {
    .name = "words",
    .usage = "PREFIX",
    .help = "the words that begin so, most frequent first: WORD, DOCUMENTS, OCCURRENCES, separated by tabs",
    .place = COMMAND_IN_WORKER,
    .argument = ARGUMENT_MUST,
    .run = run,
};
