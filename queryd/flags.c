/* flags.c - see flags.h. A new flag is one line of the table and one member of struct flags.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/flags.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "queryd/piece.h"

enum flag_kind { KIND_TEXT, KIND_LISTEN, KIND_NUMBER, KIND_LEVEL, KIND_SWITCH, KIND_ACTION };

struct flag_spec {
    const char *name;
    const char *argument; /* for --help; NULL when it takes none */
    const char *help;
    enum flag_kind kind;
    size_t member;
    uint32_t min, max; /* KIND_NUMBER; KIND_ACTION: min is the action */
};

#define MEMBER(m) offsetof(struct flags, m)

static const struct flag_spec specs[] = {
    {"index", "DIR", "the index folder to serve", KIND_TEXT, MEMBER(index_dir), 0, 0},
    {"listen", "ADDRESS", "unix:PATH, HOST:PORT, [V6]:PORT or *:PORT; may be given often", KIND_LISTEN, 0, 0, 0},
    {"workers", "N", "threads that search; default: one a processor", KIND_NUMBER, MEMBER(workers), 1,
     FLAGS_MAX_WORKERS},
    {"max-clients", "N", "connections at a time; default 1024", KIND_NUMBER, MEMBER(max_clients), 1, 1000000},
    {"max-clients-per-address", "N", "TCP connections from one address; default 0: any", KIND_NUMBER,
     MEMBER(max_clients_per_address), 0, 1000000},
    {"queue", "N", "connections that may wait for a worker; default 1024", KIND_NUMBER, MEMBER(queue), 1, 1000000},
    {"query-timeout", "MS", "time for one search; default 10000, 0: any", KIND_NUMBER, MEMBER(query_timeout), 0,
     86400000},
    {"idle-timeout", "SECONDS", "close connections that do nothing; default 0: never", KIND_NUMBER,
     MEMBER(idle_timeout), 0, 31536000},
    {"max-line", "BYTES", "longest request; default 65536", KIND_NUMBER, MEMBER(max_line), 64, 1 << 24},
    {"max-pending", "BYTES", "requests read ahead on a connection; default 131072", KIND_NUMBER, MEMBER(max_pending), 0,
     1 << 30},
    {"max-unread", "BYTES", "replies not taken before a client waits; default 1048576", KIND_NUMBER,
     MEMBER(max_unread), 1, 1 << 30},
    {"max-unread-total", "BYTES", "the same of all; past it the largest is closed; default 268435456", KIND_NUMBER,
     MEMBER(max_unread_total), 1, UINT32_MAX},
    {"max-rows", "N", "the most that `set limit` may ask for; default 100000", KIND_NUMBER, MEMBER(max_rows), 0,
     10000000},
    {"log", "LEVEL", "error, warn, info or debug; default info", KIND_LEVEL, MEMBER(log), 0, 0},
    {"slow-query", "MS", "tell in the log what took so long; default 0: nothing", KIND_NUMBER, MEMBER(slow_query), 0,
     86400000},
    {"metrics", "ADDRESS", "figures for Prometheus over HTTP: PORT (of 127.0.0.1), HOST:PORT or [V6]:PORT", KIND_TEXT,
     MEMBER(metrics), 0, 0},
    {"no-sandbox", NULL, "do without Landlock and seccomp", KIND_SWITCH, MEMBER(no_sandbox), 0, 0},
    {"help", NULL, "print this", KIND_ACTION, MEMBER(action), FLAGS_HELP, 0},
    {"version", NULL, "print the version", KIND_ACTION, MEMBER(action), FLAGS_VERSION, 0},
};

void flags_help(FILE *out)
{
    (void)fputs("verbatim-queryd --index DIR [--listen ADDRESS]... [OPTIONS]    answer searches on sockets\n\n", out);
    for (size_t i = 0; i < BASE_COUNT(specs); i++) {
        char left[48];
        (void)snprintf(left, sizeof left, "--%s%s%s", specs[i].name, specs[i].argument != NULL ? " " : "",
                       specs[i].argument != NULL ? specs[i].argument : "");
        (void)fprintf(out, "  %-29s %s\n", left, specs[i].help);
    }
    (void)fputs("\nListens on $XDG_RUNTIME_DIR/verbatim.sock when no address is given. SIGHUP: look for a new\n"
                "generation; SIGTERM: finish what is running and end.\n"
                "Exit: 0 ended by a signal; 64 usage; 65 the index is damaged; 66 no index; 71 no memory or threads;\n"
                "73 cannot listen; 74 the index cannot be read; 75 another daemon listens there.\n", out);
}

static enum status set_number(uint32_t *out, const struct flag_spec *spec, const char *value, struct err *err)
{
    struct piece piece = {value, strlen(value)};
    uint32_t v;
    if (!piece_number(&piece, spec->max, &v) || v < spec->min)
        return err_set(err, ST_USAGE, "--%s: a number from %" PRIu32 " to %" PRIu32 " is needed, not '%s'",
                       spec->name, spec->min, spec->max, value);
    *out = v;
    return ST_OK;
}

static enum status set_level(enum log_level *out, const char *value, struct err *err)
{
    for (int i = 0; i <= LOG_LEVEL_DEBUG; i++) {
        if (strcmp(value, log_level_name((enum log_level)i)) == 0) {
            *out = (enum log_level)i;
            return ST_OK;
        }
    }
    return err_set(err, ST_USAGE, "--log: error, warn, info or debug is needed, not '%s'", value);
}

static enum status set_flag(struct flags *f, const struct flag_spec *spec, const char *value, struct err *err)
{
    void *member = (char *)f + spec->member;
    if (spec->argument != NULL && *value == '\0')
        return err_set(err, ST_USAGE, "--%s: an empty value", spec->name);
    switch (spec->kind) {
    case KIND_TEXT:
        *(const char **)member = value;
        return ST_OK;
    case KIND_LISTEN:
        if (f->n_listen == FLAGS_MAX_LISTEN)
            return err_set(err, ST_USAGE, "--listen: at most %d addresses", FLAGS_MAX_LISTEN);
        f->listen[f->n_listen++] = value;
        return ST_OK;
    case KIND_NUMBER:
        return set_number(member, spec, value, err);
    case KIND_LEVEL:
        return set_level(member, value, err);
    case KIND_SWITCH:
        *(bool *)member = true;
        return ST_OK;
    case KIND_ACTION:
        if (f->action == FLAGS_SERVE)
            f->action = (enum flags_action)spec->min;
        return ST_OK;
    }
    return err_set(err, ST_INTERNAL, "--%s: a flag of no kind", spec->name);
}

/* What getopt_long refused. */
static enum status refuse(int code, char *const *argv, struct err *err)
{
    const char *flag = argv[optind - 1];
    size_t len = strcspn(flag, "=");
    if (code == ':')
        return err_set(err, ST_USAGE, "%s: a value is missing", flag);
    if (optopt != 0 && strncmp(flag, "--", 2) != 0)
        return err_set(err, ST_USAGE, "-%c: no such option", optopt);
    if (optopt != 0)
        return err_set(err, ST_USAGE, "%.*s: takes no value", (int)len, flag);
    return err_set(err, ST_USAGE, "%.*s: no such option, or not enough of its name", (int)len, flag);
}

static void set_defaults(struct flags *f)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    *f = (struct flags){
        .workers = n < 1 ? 1 : n > FLAGS_MAX_WORKERS ? FLAGS_MAX_WORKERS : (uint32_t)n,
        .max_clients = 1024,
        .queue = 1024,
        .query_timeout = 10000,
        .max_line = 65536,
        .max_pending = 131072,
        .max_unread = 1 << 20,
        .max_unread_total = 256 << 20,
        .max_rows = 100000,
        .log = LOG_LEVEL_INFO,
    };
}

static enum status check_together(const struct flags *f, int argc, char *const *argv, struct err *err)
{
    if (f->action != FLAGS_SERVE)
        return ST_OK;
    if (optind < argc)
        return err_set(err, ST_USAGE, "%s: a word that is no option", argv[optind]);
    if (f->index_dir == NULL)
        return err_set(err, ST_USAGE, "--index DIR is missing");
    return ST_OK;
}

enum status flags_parse(struct flags *f, int argc, char *const *argv, struct err *err)
{
    struct option longs[BASE_COUNT(specs) + 1] = {{0}};
    for (size_t i = 0; i < BASE_COUNT(specs); i++)
        longs[i] = (struct option){specs[i].name, specs[i].argument ? required_argument : no_argument, NULL, 1};
    set_defaults(f);
    opterr = 0;
    for (;;) {
        int which = 0;
        int code = getopt_long(argc, argv, ":h", longs, &which);
        if (code == -1)
            return check_together(f, argc, argv, err);
        if (code == 'h')
            f->action = FLAGS_HELP;
        else if (code != 1)
            return refuse(code, argv, err);
        else if (set_flag(f, &specs[which], optarg, err) != ST_OK)
            return err->status;
    }
}
