/* cli.c - see cli.h. A new option is one line of the table and one member of struct cli.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "client/cli.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "engine/trace.h"
#include "queryd/piece.h"
#include "queryd/settings.h"

static const struct cli_command commands[] = {
    {CLI_SEARCH, "search", "QUERY", "every match: PATH:LINE:COLUMN:TEXT; on a terminal by document", true, true, true},
    {CLI_DOCS, "docs", "QUERY", "the documents: SCORE, MATCHES, PATH, TITLE, separated by tabs", true, true, true},
    {CLI_COUNT, "count", "QUERY", "how many: DOCUMENTS, MATCHES, separated by a tab", true, true, false},
    {CLI_TRACE, "trace", "[FILE|TEXT]", "who else carries these words: PATH:LINE:COLUMN:TEXT, best first", false, false,
     true},
    {CLI_EXPLAIN, "explain", "QUERY", "how the query is read, what it stands for, what it takes", true, true, false},
    {CLI_WORDS, "words", "PREFIX", "words of the index: WORD, DOCUMENTS, OCCURRENCES", true, false, true},
    {CLI_TEXT, "text", "PATH [FROM-TO]", "the lines of a document as indexed", true, false, false},
    {CLI_INFO, "info", "", "the index: generation, documents, words, bytes", false, false, false},
    {CLI_QUOTE, "quote", "[TEXT]", "TEXT, or standard input, as a phrase that finds it", false, false, false},
};

enum option_kind { KIND_TEXT, KIND_NUMBER, KIND_COLOR, KIND_SWITCH, KIND_ACTION };

struct option_spec {
    char letter; /* 0: none */
    const char *name;
    const char *argument; /* for --help; NULL when it takes none */
    const char *help;
    enum option_kind kind;
    size_t member;
    uint32_t max;   /* KIND_NUMBER; KIND_ACTION: the action */
    bool for_trace; /* the other commands refuse it; what any may be given can stand in an alias */
};

#define MEMBER(m) offsetof(struct cli, m)

static const struct option_spec options[] = {
    {0, "index", "DIR", "open this index; no daemon is needed", KIND_TEXT, MEMBER(index_dir), 0, false},
    {0, "socket", "ADDR", "ask the daemon there: unix:PATH, HOST:PORT or [V6]:PORT", KIND_TEXT, MEMBER(socket), 0,
     false},
    {0, "json", NULL, "print rows as JSON objects", KIND_SWITCH, MEMBER(json), 0, false},
    {0, "vimgrep", NULL, "a line PATH:LINE:COLUMN:TEXT for each match, on a terminal too", KIND_SWITCH, MEMBER(vimgrep),
     0, false},
    {'n', "limit", "LIMIT", "at most so many rows; default: all", KIND_NUMBER, MEMBER(limit), UINT32_MAX, false},
    {'C', "context", "N", "lines around each match", KIND_NUMBER, MEMBER(context), SETTINGS_MAX_CONTEXT, false},
    {0, "run", "N", "trace: words in unbroken succession at least; default 4", KIND_NUMBER, MEMBER(run), TRACE_MAX_RUN,
     true},
    {0, "tolerance", "N", "trace: other words in a row inside a passage at most; default 16", KIND_NUMBER,
     MEMBER(tolerance), ALIGN_MAX_TOLERANCE, true},
    {0, "coverage", "PERCENT", "trace: how much of the text a passage shares at least", KIND_NUMBER, MEMBER(coverage),
     100, true},
    {0, "exclude", "PATH", "trace: leave out this document, or all below this folder", KIND_TEXT, MEMBER(exclude), 0,
     true},
    {0, "all", NULL, "trace: what all documents share with each other; needs --index", KIND_SWITCH, MEMBER(all), 0,
     true},
    {0, "report", "FILE", "trace --all: write the best passages side by side, as HTML", KIND_TEXT, MEMBER(report), 0,
     true},
    {0, "color", "WHEN", "auto, always or never; default auto: on a terminal", KIND_COLOR, MEMBER(color), 0, false},
    {0, "pager", NULL, "on a terminal, through $VERBATIM_PAGER, $PAGER or less", KIND_SWITCH, MEMBER(pager), 0, false},
    {'h', "help", NULL, "print this", KIND_ACTION, MEMBER(action), CLI_HELP, false},
    {'V', "version", NULL, "print the version", KIND_ACTION, MEMBER(action), CLI_VERSION, false},
};

enum { N_OPTIONS = BASE_COUNT(options) };

static void print_option(FILE *out, const struct option_spec *o)
{
    char left[40];
    (void)snprintf(left, sizeof left, "%c%c%s--%s%s%s", o->letter != 0 ? '-' : ' ', o->letter != 0 ? o->letter : ' ',
                   o->letter != 0 ? ", " : "  ", o->name, o->argument != NULL ? " " : "",
                   o->argument != NULL ? o->argument : "");
    (void)fprintf(out, "  %-20s %s\n", left, o->help);
}

void cli_help(FILE *out)
{
    (void)fputs("verbatim COMMAND ARGUMENTS... [OPTIONS] [--]    find exact wording\n\n", out);
    for (size_t i = 0; i < BASE_COUNT(commands); i++) {
        char left[40];
        (void)snprintf(left, sizeof left, "%s %s", commands[i].name, commands[i].argument);
        (void)fprintf(out, "  %-20s %s\n", left, commands[i].help);
    }
    (void)fputc('\n', out);
    for (size_t i = 0; i < N_OPTIONS; i++)
        print_option(out, &options[i]);
    (void)fputs("\nWithout --index and --socket the daemon on the default socket is asked. Arguments are joined by\n"
                "spaces; a shell eats one layer of quotes, so a phrase is: verbatim search '\"seize the moment\"'\n"
                "Put -- before arguments that begin with a dash.\n"
                "Exit: 0 found; 1 nothing found; 2 an error.\n",
                out);
}

static enum status set_number(uint32_t *out, const struct option_spec *o, const char *value, struct err *err)
{
    struct piece piece = {value, strlen(value)};
    if (piece_number(&piece, o->max, out))
        return ST_OK;
    return err_set(err, ST_USAGE, "--%s: a number from 0 to %" PRIu32 " is needed, not '%s'", o->name, o->max, value);
}

static enum status set_color(enum cli_color *out, const char *value, struct err *err)
{
    static const char *const names[] = {"auto", "always", "never"};
    for (size_t i = 0; i < BASE_COUNT(names); i++) {
        if (strcmp(value, names[i]) == 0) {
            *out = (enum cli_color)i;
            return ST_OK;
        }
    }
    return err_set(err, ST_USAGE, "--color: auto, always or never is needed, not '%s'", value);
}

static enum status set_option(struct cli *c, const struct option_spec *o, const char *value, struct err *err)
{
    void *member = (char *)c + o->member;
    if (value != NULL && *value == '\0')
        return err_set(err, ST_USAGE, "--%s: an empty value", o->name);
    if (o->for_trace)
        c->trace_option = o->name;
    switch (o->kind) {
    case KIND_TEXT:
        *(const char **)member = value;
        return ST_OK;
    case KIND_NUMBER:
        c->limited = c->limited || o->member == MEMBER(limit);
        c->run_given = c->run_given || o->member == MEMBER(run);
        c->tolerance_given = c->tolerance_given || o->member == MEMBER(tolerance);
        c->coverage_given = c->coverage_given || o->member == MEMBER(coverage);
        return set_number(member, o, value, err);
    case KIND_COLOR:
        return set_color(member, value, err);
    case KIND_SWITCH:
        *(bool *)member = true;
        return ST_OK;
    case KIND_ACTION:
        if (c->action == CLI_RUN)
            c->action = (enum cli_action)o->max;
        return ST_OK;
    }
    return err_set(err, ST_INTERNAL, "--%s: an option of no kind", o->name);
}

/* What getopt_long refused. */
static enum status refuse(int code, char *const *argv, struct err *err)
{
    const char *option = argv[optind - 1];
    size_t len = strcspn(option, "=");
    bool is_long = strncmp(option, "--", 2) == 0;
    if (code == ':')
        return err_set(err, ST_USAGE, "%s: a value is missing", option);
    if (optopt != 0 && is_long)
        return err_set(err, ST_USAGE, "%.*s: takes no value", (int)len, option);
    if (is_long)
        return err_set(err, ST_USAGE, "%.*s: no such option; put -- before arguments that begin with a dash", (int)len,
                       option);
    return err_set(err, ST_USAGE, "-%c: no such option; put -- before arguments that begin with a dash", optopt);
}

static enum status find_command(struct cli *c, struct err *err)
{
    if (c->n_args == 0)
        return err_set(err, ST_USAGE, "a command is missing");
    for (size_t i = 0; i < BASE_COUNT(commands); i++)
        if (strcmp(c->args[0], commands[i].name) == 0)
            c->command = &commands[i];
    if (c->command == NULL)
        return err_set(err, ST_USAGE, "%s: no such command", c->args[0]);
    c->args++;
    c->n_args--;
    return ST_OK;
}

static enum status check_together(struct cli *c, struct err *err)
{
    if (c->action != CLI_RUN)
        return ST_OK;
    if (find_command(c, err) != ST_OK)
        return err->status;
    if (c->command->needs_argument && c->n_args == 0)
        return err_set(err, ST_USAGE, "usage: verbatim %s %s", c->command->name, c->command->argument);
    if (c->command->argument[0] == '\0' && c->n_args > 0)
        return err_set(err, ST_USAGE, "%s: takes no arguments", c->command->name);
    if (c->trace_option != NULL && c->command->verb != CLI_TRACE)
        return err_set(err, ST_USAGE, "--%s is for trace", c->trace_option);
    if (c->all && c->index_dir == NULL)
        return err_set(err, ST_USAGE, "trace --all reads an index itself: name it with --index");
    if (c->all && c->n_args > 0)
        return err_set(err, ST_USAGE, "trace --all takes no text");
    if (c->all && c->run_given && (c->run < TRACE_MIN_RUN || c->run > TRACE_MAX_RUN))
        return err_set(err, ST_USAGE, "--run: a number from %d to %d is needed", TRACE_MIN_RUN, TRACE_MAX_RUN);
    if (c->report != NULL && !c->all)
        return err_set(err, ST_USAGE, "--report goes with trace --all");
    if (c->index_dir != NULL && c->socket != NULL)
        return err_set(err, ST_USAGE, "--index and --socket do not go together: open an index, or ask a daemon");
    if (c->json && c->vimgrep)
        return err_set(err, ST_USAGE, "--json and --vimgrep do not go together");
    return ST_OK;
}

/* Every option has a code: its letter, or its place in the table behind all letters. */
enum { CODE_FIRST = 256 };

static const struct option_spec *spec_of(int code)
{
    if (code >= CODE_FIRST)
        return &options[code - CODE_FIRST];
    for (size_t i = 0; i < N_OPTIONS; i++)
        if (options[i].letter == code)
            return &options[i];
    return NULL;
}

static void fill_getopt(struct option longs[N_OPTIONS + 1], char shorts[2 * N_OPTIONS + 2])
{
    size_t n = 0;
    shorts[n++] = ':';
    for (size_t i = 0; i < N_OPTIONS; i++) {
        longs[i] = (struct option){options[i].name, options[i].argument != NULL ? required_argument : no_argument, NULL,
                                   CODE_FIRST + (int)i};
        if (options[i].letter == 0)
            continue;
        shorts[n++] = options[i].letter;
        if (options[i].argument != NULL)
            shorts[n++] = ':';
    }
    longs[N_OPTIONS] = (struct option){0};
    shorts[n] = '\0';
}

enum status cli_parse(struct cli *c, int argc, char **argv, struct err *err)
{
    struct option longs[N_OPTIONS + 1];
    char shorts[2 * N_OPTIONS + 2];
    fill_getopt(longs, shorts);
    *c = (struct cli){.action = CLI_RUN};
    opterr = 0;
    for (int code; (code = getopt_long(argc, argv, shorts, longs, NULL)) != -1;) {
        const struct option_spec *spec = code == '?' || code == ':' ? NULL : spec_of(code);
        if (spec == NULL)
            return refuse(code, argv, err);
        if (set_option(c, spec, optarg, err) != ST_OK)
            return err->status;
    }
    c->args = argv + optind;
    c->n_args = (size_t)(argc - optind);
    return check_together(c, err);
}

void cli_join(const struct cli *c, struct buf *out)
{
    for (size_t i = 0; i < c->n_args; i++) {
        if (i > 0)
            buf_addc(out, ' ');
        buf_adds(out, c->args[i]);
    }
}
