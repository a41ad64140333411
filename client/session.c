/* session.c - see session.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client/hint.h"
#include "client/print.h"
#include "client/trace_text.h"
#include "lib/json.h"
#include "queryd/piece.h"

/* Rows are asked for in pages, so that the first are there soon and memory does not grow with their number. */
enum { PAGE_ROWS = 10000 };

struct session {
    const struct cli *cli;
    struct source *source;
    struct term term;
    struct printer printer;
    struct buf argument; /* as it is asked */
    struct buf line;     /* scratch: a request */
    struct reply reply;
    struct buf generation; /* of the first page */
    bool found;
    bool page_known; /* the source took the page's size */
};

/* ---- asking ---- */

/* An argument is one line of UTF-8: a control byte becomes a space, or in a path, as a byte that is not UTF-8, \xHH. */
static void add_argument(struct buf *out, const struct cli *cli)
{
    struct buf joined = BUF_INIT;
    cli_join(cli, &joined);
    if (cli->command->verb == CLI_TEXT && joined.len > 0)
        term_clean(out, joined.data, joined.len, TERM_NAME);
    for (size_t i = 0; i < joined.len && cli->command->verb != CLI_TEXT; i++) {
        char c = joined.data[i];
        buf_addc(out, ((unsigned char)c < 0x20 || c == 0x7f) ? ' ' : c);
    }
    out->failed |= joined.failed;
    buf_release(&joined);
}

/* Whether an answer came, whatever it is; says why not. */
static bool ask(struct session *s, const char *fmt, ...) BASE_PRINTF(2, 3);
static bool ask(struct session *s, const char *fmt, ...)
{
    char head[128];
    struct err err = {0};
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(head, sizeof head, fmt, args);
    va_end(args);
    buf_clear(&s->line);
    buf_adds(&s->line, head);
    bool is_command = strcmp(head, s->cli->command->name) == 0;
    if (is_command && s->cli->command->verb == CLI_TRACE) {
        buf_clear(&s->line);
        trace_request(&s->argument, &s->line);
    } else if (is_command && s->argument.len > 0) {
        buf_addc(&s->line, ' ');
        buf_add(&s->line, s->argument.data, s->argument.len);
    }
    if (!buf_ok(&s->line) || !buf_ok(&s->argument))
        (void)err_nomem(&err);
    else
        (void)source_ask(s->source, s->line.data, s->line.len, &s->reply, &err);
    if (err.status != ST_OK)
        term_say("%s", err.text);
    return err.status == ST_OK;
}

static bool refused(struct session *s)
{
    if (s->reply.code != REPLY_OK)
        hint_error(s->cli, &s->argument, &s->reply);
    return s->reply.code != REPLY_OK;
}

/* The value of " name=" in the status line; its length is 0 when it is not there. */
static struct piece value_of(const struct session *s, const char *name)
{
    const char *text = s->reply.head.data;
    size_t len = s->reply.head.len, n = strlen(name);
    for (;;) {
        struct piece word = piece_next(&text, &len);
        if (word.len > n && memcmp(word.text, name, n) == 0 && word.text[n] == '=')
            return (struct piece){word.text + n + 1, word.len - n - 1};
        if (len == 0)
            return (struct piece){NULL, 0};
        piece_skip_spaces(&text, &len);
    }
}

static bool is_whole(const struct session *s)
{
    struct piece complete = value_of(s, "complete");
    return complete.len == 0 || piece_is(&complete, "yes");
}

/* ---- what is shown ---- */

static bool wants_grouping(const struct session *s)
{
    return s->term.is_terminal && !s->cli->vimgrep;
}

static bool wants_context(const struct cli *cli)
{
    return cli->context > 0 && !cli->vimgrep;
}

static enum print_form form_of(const struct session *s)
{
    if (s->cli->json)
        return PRINT_JSON;
    if (s->cli->command->verb == CLI_DOCS)
        return PRINT_DOCS;
    if (s->cli->command->verb != CLI_SEARCH && s->cli->command->verb != CLI_TRACE)
        return PRINT_ROWS;
    if (wants_grouping(s))
        return PRINT_GROUPED;
    return s->term.color || wants_context(s->cli) ? PRINT_LINES : PRINT_ROWS;
}

/* Passes on whether printing went well; says why not. Nobody reads on: nothing to say. */
static bool printed(bool ok)
{
    int why = errno;
    if (!ok && !ferror(stdout))
        term_say("a row of the reply could not be read, or memory ran out");
    else if (!ok && why != EPIPE)
        term_say("cannot write to standard output: %s", strerror(why));
    return ok;
}

static bool print_rows(struct session *s)
{
    if (!buf_ok(&s->reply.rows)) {
        term_say("out of memory");
        return false;
    }
    return printed(printer_rows(&s->printer, s->reply.rows.data, s->reply.rows.len));
}

/* A count as a number; `complete` tells whether there may be more. */
static void add_count(struct buf *out, const char *name, struct piece count)
{
    uint32_t v = 0;
    if (count.len > 0 && count.text[count.len - 1] == '+')
        count.len--;
    (void)piece_number(&count, UINT32_MAX, &v);
    json_key(out, name);
    json_uint(out, v);
}

/* DOCS<TAB>MATCHES, each with a + when there may be more. */
static void make_counts(struct session *s)
{
    struct piece docs = value_of(s, "docs"), matches = value_of(s, "matches"), complete = value_of(s, "complete");
    struct buf *rows = &s->reply.rows;
    buf_clear(rows);
    if (s->cli->json) {
        json_open(rows, '{');
        add_count(rows, "docs", docs);
        add_count(rows, "matches", matches);
        json_key(rows, "complete");
        json_string(rows, complete.text, complete.len);
        json_close(rows, '}');
    } else {
        buf_add(rows, docs.text, docs.len);
        buf_addc(rows, '\t');
        buf_add(rows, matches.text, matches.len);
    }
    buf_addc(rows, '\n');
}

/* ---- running ---- */

static bool set_number(struct session *s, bool given, const char *name, uint32_t value)
{
    return !given || (ask(s, "set %s %" PRIu32, name, value) && !refused(s));
}

static bool set_trace(struct session *s)
{
    const struct cli *cli = s->cli;
    if (cli->exclude != NULL) {
        struct err err = {0};
        buf_clear(&s->line);
        buf_adds(&s->line, "set trace-exclude ");
        term_clean(&s->line, cli->exclude, strlen(cli->exclude), TERM_NAME);
        if (!buf_ok(&s->line))
            (void)err_nomem(&err);
        else
            (void)source_ask(s->source, s->line.data, s->line.len, &s->reply, &err);
        if (err.status != ST_OK)
            term_say("%s", err.text);
        if (err.status != ST_OK || refused(s))
            return false;
    }
    return set_number(s, cli->run_given, "trace-run", cli->run) &&
           set_number(s, cli->tolerance_given, "trace-tolerance", cli->tolerance) &&
           set_number(s, cli->coverage_given, "trace-coverage", cli->coverage);
}

static bool prepare(struct session *s)
{
    enum print_form form = form_of(s);
    bool json = form == PRINT_JSON || form == PRINT_LINES || form == PRINT_GROUPED;
    bool places = s->cli->command->verb == CLI_SEARCH || s->cli->command->verb == CLI_TRACE;
    bool context = wants_context(s->cli) && json && places;
    printer_init(&s->printer, form, &s->term, context);
    if (json && (!ask(s, "set format json") || refused(s)))
        return false;
    if (s->cli->command->verb == CLI_TRACE && !set_trace(s))
        return false;
    return !context || (ask(s, "set context %" PRIu32, s->cli->context) && !refused(s));
}

static bool note_found(struct session *s)
{
    struct piece docs = value_of(s, "docs");
    if (!s->cli->command->is_query || s->cli->command->verb == CLI_EXPLAIN)
        s->found = s->found || s->reply.n_rows > 0;
    else
        s->found = s->found || !piece_is(&docs, "0");
    return s->found;
}

/* Pages of different generations may lack rows, or have some twice. */
static bool same_generation(struct session *s)
{
    struct piece now = value_of(s, "generation");
    if (s->generation.len == 0) {
        buf_add(&s->generation, now.text, now.len);
        return true;
    }
    if (s->generation.len == now.len && memcmp(s->generation.data, now.text, now.len) == 0)
        return true;
    term_say("the index changed meanwhile; run it again for the rest");
    return false;
}

static bool set_page(struct session *s, uint64_t limit, uint64_t offset)
{
    if (!ask(s, "set limit %" PRIu64, limit))
        return false;
    s->page_known = s->reply.code == REPLY_OK; /* a daemon may allow fewer: then its pages are as it likes */
    if (s->cli->limited && refused(s))
        return false;
    return offset == 0 || (ask(s, "set offset %" PRIu64, offset) && !refused(s));
}

static uint64_t page_rows(const struct session *s)
{
    return s->printer.context ? PAGE_ROWS / (1 + s->cli->context) : PAGE_ROWS;
}

/* One page; *n: its rows. False ends it. */
static bool run_page(struct session *s, uint64_t limit, uint64_t offset, size_t *n)
{
    if (!set_page(s, limit, offset) || !ask(s, "%s", s->cli->command->name) || refused(s))
        return false;
    (void)note_found(s);
    *n = s->reply.n_rows;
    return same_generation(s) && print_rows(s);
}

static bool run_pages(struct session *s)
{
    uint64_t left = s->cli->limited ? s->cli->limit : UINT64_MAX, offset = 0;
    for (bool more = true; more;) {
        uint64_t limit = left < page_rows(s) ? left : page_rows(s);
        size_t n;
        if (!run_page(s, limit, offset, &n))
            return false;
        left -= n < left ? n : left;
        offset += n;
        more = n > 0 && left > 0 && (n == limit || !s->page_known) && is_whole(s) && offset <= UINT32_MAX;
    }
    return true;
}

static bool run_once(struct session *s)
{
    if (!ask(s, "%s", s->cli->command->name) || refused(s))
        return false;
    (void)note_found(s);
    if (s->cli->command->verb == CLI_COUNT)
        make_counts(s);
    return print_rows(s);
}

static bool run(struct session *s)
{
    if (!prepare(s))
        return false;
    bool ok = s->cli->command->pages ? run_pages(s) : run_once(s);
    bool whole = !ok || is_whole(s);
    ok = ok && printed(printer_end(&s->printer));
    if (!whole)
        term_say("the time for a search was up: there may be more");
    return ok;
}

enum session_exit session_run(const struct cli *cli, const struct term *term, struct source *source)
{
    struct session s = {.cli = cli, .source = source, .term = *term};
    enum session_exit code = SESSION_ERROR;
    bool ready = cli->command->verb != CLI_TRACE || trace_read(cli, &s.argument);
    if (cli->command->verb != CLI_TRACE)
        add_argument(&s.argument, cli);
    if (ready && run(&s))
        code = s.found ? SESSION_FOUND : SESSION_NOTHING;
    if (code == SESSION_NOTHING)
        hint_nothing(cli, &s.argument, &s.term, source);
    printer_release(&s.printer);
    reply_release(&s.reply);
    buf_release(&s.argument);
    buf_release(&s.line);
    buf_release(&s.generation);
    return code;
}
