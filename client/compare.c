/* compare.c - see compare.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/compare.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/report.h"
#include "client/term.h"
#include "engine/excerpt.h"
#include "engine/trace_all.h"
#include "lib/array.h"
#include "lib/json.h"
#include "queryd/rows.h"

/* What sorting may take of memory. */
enum { SORT_BYTES = 128 << 20 };

struct compare {
    const struct cli *cli;
    struct snapshot *snap;
    struct searcher *searcher;
    struct report *report; /* NULL: none is wanted */
    struct excerpt sides[2];
    struct buf titles[2], out;
    uint32_t *words; /* malloc'ed: positions of one side */
    size_t cap_words;
    uint64_t n_rows;
    bool shows_progress;
    int percent; /* that stands there */
};

/* ---- progress ---------------------------------------------------------------------------------------------------- */

static void show_progress(void *arg, double share)
{
    struct compare *c = arg;
    enum { WIDTH = 40 };
    int percent = (int)(100 * share);
    if (!c->shows_progress || percent == c->percent)
        return;
    c->percent = percent;
    (void)fprintf(stderr, "\r[%-*.*s] %3d%%", WIDTH, percent * WIDTH / 100, "########################################",
                  percent);
    (void)fflush(stderr);
}

static void clear_progress(struct compare *c)
{
    if (c->percent >= 0)
        (void)fputs("\r\033[K", stderr);
    c->percent = -1;
}

/* ---- a passage --------------------------------------------------------------------------------------------------- */

static enum status show_side(struct compare *c, const struct trace_pair *pair, int side, struct err *err)
{
    const struct align_passage *p = pair->passage;
    const struct search_hit hit = {.segment = side == 0 ? pair->segment : pair->other_segment,
                                   .doc = side == 0 ? pair->doc : pair->other_doc};
    if (!ARRAY_RESERVE(c->words, c->cap_words, p->shared))
        return err_nomem(err);
    for (uint32_t i = 0; i < p->shared; i++)
        c->words[i] = side == 0 ? p->pairs[i].pos : p->pairs[i].doc_pos;
    const struct search_match match = {false, c->words[0], c->words[p->shared - 1], c->words, p->shared};
    enum status status =
        excerpt_make(c->searcher, &hit, &match, c->cli->json ? c->cli->context : 0, &c->sides[side], err);
    buf_clear(&c->titles[side]);
    if (status == ST_OK && (c->cli->json || c->report != NULL))
        status = excerpt_title(c->searcher, hit.segment, hit.doc, &c->titles[side], err);
    if (status == ST_OK && c->report != NULL)
        status = report_side(c->report, &hit, &match, &c->sides[side], &c->titles[side], err);
    return status;
}

static void add_json(struct compare *c, const struct align_passage *p, const struct segment_doc docs[2])
{
    struct buf *out = &c->out;
    json_open(out, '{');
    json_key(out, "score");
    json_real(out, p->score, 4);
    json_key(out, "shared");
    json_uint(out, p->shared);
    json_key(out, "variants");
    json_uint(out, p->near);
    json_key(out, "run");
    json_uint(out, p->run);
    json_key(out, "documents");
    json_open(out, '[');
    for (int i = 0; i < 2; i++)
        rows_match_json(out, c->snap, &docs[i], p->score, c->titles[i].data, c->titles[i].len, &c->sides[i]);
    json_close(out, ']');
    json_close(out, '}');
}

/* SCORE, SHARED, RUN, PATH:LINE:COLUMN twice, TEXT, separated by tabs. */
static void add_line(struct compare *c, const struct align_passage *p, const struct segment_doc docs[2])
{
    buf_addf(&c->out, "%.4f\t%" PRIu32 "\t%" PRIu32, p->score, p->shared, p->run);
    for (int i = 0; i < 2; i++) {
        buf_addc(&c->out, '\t');
        excerpt_add_path(&c->out, docs[i].path, docs[i].path_len);
        buf_addf(&c->out, ":%" PRIu32 ":%" PRIu32, c->sides[i].line, c->sides[i].column);
    }
    buf_addc(&c->out, '\t');
    buf_add(&c->out, c->sides[0].text.data, c->sides[0].text.len);
}

static enum status print(struct compare *c, struct err *err)
{
    struct buf shown = BUF_INIT;
    buf_addc(&c->out, '\n');
    bool terminal = isatty(STDOUT_FILENO) == 1;
    if (terminal) {
        clear_progress(c);
        term_clean(&shown, c->out.data, c->out.len, c->cli->json ? TERM_JSON : TERM_ROWS);
    }
    const struct buf *out = terminal ? &shown : &c->out;
    bool ok = buf_ok(&c->out) && buf_ok(out);
    bool written = ok && fwrite(out->data, 1, out->len, stdout) == out->len;
    int why = errno;
    buf_release(&shown);
    if (!ok)
        return err_nomem(err);
    return written ? ST_OK : err_sys(err, ST_IO, why, "cannot write to standard output");
}

static enum status found(void *arg, const struct trace_pair *pair, struct err *err)
{
    struct compare *c = arg;
    struct segment_doc docs[2];
    if (c->cli->limited && c->n_rows >= c->cli->limit)
        return ST_END;
    if (c->report != NULL)
        report_begin(c->report, pair->passage);
    enum status status = segment_doc(pair->segment, pair->doc, &docs[0], err);
    if (status == ST_OK)
        status = segment_doc(pair->other_segment, pair->other_doc, &docs[1], err);
    for (int side = 0; side < 2 && status == ST_OK; side++)
        status = show_side(c, pair, side, err);
    if (status != ST_OK)
        return status;
    c->n_rows++;
    buf_clear(&c->out);
    if (c->cli->json)
        add_json(c, pair->passage, docs);
    else
        add_line(c, pair->passage, docs);
    return print(c, err);
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

static const char *scratch_dir(void)
{
    const char *dir = getenv("TMPDIR");
    return dir != NULL && *dir != '\0' ? dir : "/tmp";
}

static enum status run(struct compare *c, struct err *err)
{
    const struct cli *cli = c->cli;
    uint64_t pairs;
    const struct trace_all_request req = {
        .run = cli->run_given ? cli->run : TRACE_ALL_RUN,
        .tolerance = cli->tolerance_given ? cli->tolerance : TRACE_TOLERANCE,
        .coverage = cli->coverage,
        .exclude = cli->exclude,
        .exclude_len = cli->exclude != NULL ? strlen(cli->exclude) : 0,
        .dir = scratch_dir(),
        .memory = SORT_BYTES,
        .found = found,
        .progress = show_progress,
        .arg = c,
    };
    enum status status = snapshot_open(cli->index_dir, 1, false, &c->snap, err);
    if (status == ST_OK && (c->searcher = searcher_new(0)) == NULL)
        status = err_nomem(err);
    if (status == ST_OK)
        status = trace_all(c->searcher, c->snap, &req, &pairs, err);
    return status == ST_END ? ST_OK : status;
}

enum session_exit compare_run(const struct cli *cli)
{
    struct compare c = {.cli = cli, .percent = -1, .shows_progress = isatty(STDERR_FILENO) == 1};
    struct report *report = NULL;
    struct err err = {0};
    enum status status = cli->report != NULL ? report_new(cli->report, &report, &err) : ST_OK;
    c.report = report;
    if (status == ST_OK)
        status = run(&c, &err);
    clear_progress(&c);
    if (status == ST_OK && report != NULL)
        status = report_finish(report, c.n_rows, &err);
    if (status == ST_OK && fflush(stdout) != 0)
        status = err_sys(&err, ST_IO, errno, "cannot write to standard output");
    if (status != ST_OK)
        term_say("%s", err.text);
    report_free(report);
    searcher_free(c.searcher);
    snapshot_unref(c.snap);
    for (int i = 0; i < 2; i++) {
        excerpt_release(&c.sides[i]);
        buf_release(&c.titles[i]);
    }
    buf_release(&c.out);
    free(c.words);
    return status != ST_OK ? SESSION_ERROR : c.n_rows > 0 ? SESSION_FOUND : SESSION_NOTHING;
}
