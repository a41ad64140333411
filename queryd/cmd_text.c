/* cmd_text.c - the command `text`: the lines of a document as indexed. SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "engine/browse.h"
#include "engine/excerpt.h"
#include "lib/json.h"
#include "queryd/cmd.h"

struct range {
    uint32_t from, to;
};

/* Reads digits; what does not fit counts as the largest number. */
static size_t read_number(const char *text, size_t len, uint32_t *out)
{
    uint64_t v = 0;
    size_t i = 0;
    for (; i < len && text[i] >= '0' && text[i] <= '9'; i++) {
        v = v * 10 + (uint64_t)(text[i] - '0');
        if (v > UINT32_MAX)
            v = UINT32_MAX;
    }
    *out = (uint32_t)v;
    return i;
}

static bool parse_range(const char *text, size_t len, struct range *range)
{
    size_t n = read_number(text, len, &range->from);
    if (n == 0 || n == len || text[n] != '-')
        return false;
    size_t m = read_number(text + n + 1, len - n - 1, &range->to);
    return m > 0 && n + 1 + m == len;
}

/* Takes " FROM-TO" off the end of the argument, when it is there behind a path. */
static void split_range(const char *arg, size_t *len, struct range *range)
{
    *range = (struct range){1, UINT32_MAX};
    const char *space = *len > 0 ? memrchr(arg, ' ', *len) : NULL;
    if (space == NULL)
        return;
    size_t path_len = (size_t)(space - arg);
    struct range found;
    if (!parse_range(space + 1, *len - path_len - 1, &found))
        return;
    while (path_len > 0 && arg[path_len - 1] == ' ')
        path_len--;
    *range = found;
    *len = path_len;
}

/* Lines, each ended by a newline, as rows. */
static void add_rows(const struct request *req, struct reply *reply, const struct buf *lines, uint32_t line)
{
    bool json = req->settings->v[SETTING_FORMAT] == FORMAT_JSON, goes_on = true;
    for (size_t at = 0; at < lines->len && goes_on; line++) {
        const char *text = lines->data + at, *newline = memchr(text, '\n', lines->len - at);
        size_t len = newline != NULL ? (size_t)(newline - text) : lines->len - at;
        if (json) {
            json_open(&reply->rows, '{');
            json_key(&reply->rows, "line");
            json_uint(&reply->rows, line);
            json_key(&reply->rows, "text");
            json_string(&reply->rows, text, len);
            json_close(&reply->rows, '}');
        } else {
            buf_add(&reply->rows, text, len);
        }
        goes_on = reply_end_row(reply);
        at += len + 1;
    }
}

static enum status find(const struct request *req, const char *shown, size_t len, const struct segment **segment,
                        uint32_t *doc, struct err *err)
{
    struct buf path = BUF_INIT;
    bool parsed = excerpt_parse_path(shown, len, &path);
    enum status status;
    if (!buf_ok(&path))
        status = err_nomem(err);
    else if (!parsed)
        status = err_set(err, ST_NOT_FOUND, "no such path: a backslash in it is written \\\\, another byte \\xHH");
    else
        status = browse_find(req->snap, path.data, path.len, segment, doc, err);
    buf_release(&path);
    return status;
}

static void run(const struct request *req, struct reply *reply)
{
    size_t len = req->arg_len, n_lines;
    struct range range;
    const struct segment *segment;
    uint32_t doc;
    struct err err = {0};
    struct buf lines = BUF_INIT;
    split_range(req->arg, &len, &range);
    if (range.from < 1 || range.to < range.from)
        reply_error(reply, REPLY_BAD_REQUEST, "FROM-TO are lines from 1, FROM at most TO");
    else if (find(req, req->arg, len, &segment, &doc, &err) != ST_OK ||
             browse_lines(req->searcher, segment, doc, range.from, range.to, REPLY_MAX_BYTES, &lines, &n_lines, &err) !=
                 ST_OK) {
        reply->bound = err.status == ST_TOO_BROAD ? BOUND_REPLY : BOUND_NONE;
        reply_status(reply, &err);
    } else {
        add_rows(req, reply, &lines, range.from);
        reply->rows.failed |= lines.failed;
        reply_ok(reply, "generation=%" PRIu64, snapshot_manifest(req->snap)->generation);
    }
    buf_release(&lines);
}

const struct command command_text = {
    .name = "text",
    .usage = "PATH [FROM-TO]",
    .help = "the lines of a document as indexed, or those from FROM to TO",
    .place = COMMAND_IN_WORKER,
    .argument = ARGUMENT_MUST,
    .run = run,
};
