/* options.c - see options.h. A new option is one line of the table and one member of struct options.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "indexer/config.h"
#include "lib/array.h"
#include "lib/glob.h"

enum { JOBS_MAX = 256 };
#define DEFAULT_MAX_FILE_SIZE (UINT64_C(64) << 20)

enum option_kind {
    KIND_FLAG,    /* bool: number */
    KIND_TEXT,    /* const char * */
    KIND_LIST,    /* struct word_list, one more each time */
    KIND_GLOBS,   /* the same, of globs */
    KIND_SIZE,    /* uint64_t, bytes with a suffix */
    KIND_JOBS,    /* uint64_t, 1..JOBS_MAX */
    KIND_SECONDS, /* double */
    KIND_ACTION   /* enum options_action: number */
};

struct option_spec {
    const char *name;
    const char *argument; /* for --help; NULL when it takes none */
    const char *help;     /* a line break begins a new line there */
    enum option_kind kind;
    int number; /* KIND_ACTION, KIND_FLAG */
    size_t member;
    bool is_key; /* of a configuration file too */
};

#define MEMBER(m) offsetof(struct options, m)

static const struct option_spec specs[] = {
    {"index", "DIR", "the index folder; made when it is not there", KIND_TEXT, 0, MEMBER(index_dir), false},
    {"config", "FILE", "take options and roots from a file; see verbatim.conf(5)", KIND_TEXT, 0, MEMBER(config), false},
    {"remove", NULL, "forget the roots that are named", KIND_ACTION, ACTION_REMOVE, MEMBER(action), false},
    {"check", NULL, "verify every byte of the live generation", KIND_ACTION, ACTION_CHECK, MEMBER(action), false},
    {"info", NULL, "tell what the index holds", KIND_ACTION, ACTION_INFO, MEMBER(action), false},
    {"json", NULL, "with --info: one JSON object", KIND_FLAG, 1, MEMBER(json), false},
    {"jobs", "N", "threads; default: one a processor", KIND_JOBS, 0, MEMBER(jobs), true},
    {"include", "GLOB",
     "only files that match, by their path below the root;\n"
     "a glob without a slash is matched against each name",
     KIND_GLOBS, 0, MEMBER(include), true},
    {"exclude", "GLOB", "no files and folders that match; may be given often, as --include", KIND_GLOBS, 0,
     MEMBER(exclude), true},
    {"ignore-file", "NAME",
     "files of this name tell what to pass over in their folder,\n"
     "as .gitignore does; may be given often; default .verbatimignore",
     KIND_LIST, 0, MEMBER(ignore_files), true},
    {"no-ignore", NULL, "read no such files", KIND_FLAG, 1, MEMBER(no_ignore), false},
    {"max-file-size", "SIZE", "skip larger files; bytes, or with K, M or G; default 64M", KIND_SIZE, 0,
     MEMBER(max_file_size), true},
    {"hidden", NULL, "also files and folders whose names begin with a dot", KIND_FLAG, 1, MEMBER(hidden), true},
    {"no-hidden", NULL, "not those, whatever the configuration says", KIND_FLAG, 0, MEMBER(hidden), false},
    {"follow", NULL, "follow symbolic links met below a root", KIND_FLAG, 1, MEMBER(follow), true},
    {"no-follow", NULL, "do not, whatever the configuration says", KIND_FLAG, 0, MEMBER(follow), false},
    {"language", "CODE", "of the stemmer; default en, or what the index has", KIND_TEXT, 0, MEMBER(language), true},
    {"rebuild", NULL, "start over: read everything again", KIND_FLAG, 1, MEMBER(rebuild), false},
    {"checksum", NULL, "compare the contents of files, not only size, time and inode", KIND_FLAG, 1, MEMBER(checksum),
     false},
    {"allow-empty", NULL, "let a root lose all its documents", KIND_FLAG, 1, MEMBER(allow_empty), false},
    {"dry-run", NULL, "only tell what would be read", KIND_FLAG, 1, MEMBER(dry_run), false},
    {"wait", "SECONDS", "wait for another run to end; default 0", KIND_SECONDS, 0, MEMBER(wait), true},
    {"nice", NULL, "give way to whatever else wants the processor or the disk", KIND_FLAG, 1, MEMBER(nice), true},
    {"quiet", NULL, "do not name skipped documents; errors only", KIND_FLAG, 1, MEMBER(quiet), false},
    {"verbose", NULL, "tell what is read, passed over and published", KIND_FLAG, 1, MEMBER(verbose), false},
    {"progress", NULL, "show progress even when stderr is no terminal", KIND_FLAG, 1, MEMBER(progress), false},
    {"help", NULL, "print this", KIND_ACTION, ACTION_HELP, MEMBER(action), false},
    {"version", NULL, "print the version", KIND_ACTION, ACTION_VERSION, MEMBER(action), false},
};

static const char usage[] =
    "verbatim-indexer --index DIR [OPTIONS] PATH...     index or update: files, folders (recursive)\n"
    "verbatim-indexer --index DIR [OPTIONS]             update all roots that the index knows\n"
    "verbatim-indexer --index DIR --remove PATH...      forget roots\n"
    "verbatim-indexer --index DIR --check               exit 0 only if the index is whole\n"
    "verbatim-indexer --index DIR --info [--json]       generation, documents, words, skipped, bytes per part\n"
    "verbatim-indexer --config FILE                     the same from a file: index, roots, globs, filters\n";

void options_help(FILE *out)
{
    (void)fprintf(out, "%s\n", usage);
    for (size_t i = 0; i < BASE_COUNT(specs); i++) {
        char left[40];
        (void)snprintf(left, sizeof left, "--%s%s%s", specs[i].name, specs[i].argument ? " " : "",
                       specs[i].argument ? specs[i].argument : "");
        const char *line = specs[i].help;
        for (;;) {
            int len = (int)strcspn(line, "\n");
            (void)fprintf(out, "  %-22s %.*s\n", left, len, line);
            if (line[len] == '\0')
                break;
            line += len + 1;
            left[0] = '\0';
        }
    }
    (void)fputs("\nExit: 0 done; 1 something was skipped or left as it was; 64 usage; 65 damaged or no index;\n"
                "66 no such path or index; 70 a library failed; 73, 74 cannot create, cannot write;\n"
                "75 another run holds the lock.\n",
                out);
}

static enum status parse_count(const char *text, uint64_t *out, const char **rest)
{
    char *end;
    if (*text < '0' || *text > '9')
        return ST_USAGE;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (errno != 0)
        return ST_USAGE;
    *out = n;
    *rest = end;
    return ST_OK;
}

static enum status parse_jobs(const char *text, uint64_t *out, struct err *err)
{
    const char *rest;
    uint64_t n;
    if (parse_count(text, &n, &rest) != ST_OK || *rest != '\0' || n < 1 || n > JOBS_MAX)
        return err_set(err, ST_USAGE, "--jobs: a number from 1 to %d is needed, not '%s'", JOBS_MAX, text);
    *out = n;
    return ST_OK;
}

enum status options_parse_size(const char *name, const char *text, uint64_t *out, struct err *err)
{
    static const char suffixes[] = "KMG";
    const char *rest;
    uint64_t n = 0;
    unsigned shift = 0;
    bool good = parse_count(text, &n, &rest) == ST_OK;
    if (good && *rest != '\0') {
        const char *suffix = memchr(suffixes, *rest & ~0x20, 3);
        good = suffix != NULL && rest[1] == '\0';
        shift = good ? 10 * (unsigned)(suffix - suffixes + 1) : 0;
    }
    if (!good || n > UINT64_MAX >> shift || n == 0)
        return err_set(err, ST_USAGE, "--%s: a size like 500K, 64M or 1G is needed, not '%s'", name, text);
    *out = n << shift;
    return ST_OK;
}

static enum status parse_seconds(const char *name, const char *text, double *out, struct err *err)
{
    char *end;
    double n = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(n) || n < 0)
        return err_set(err, ST_USAGE, "--%s: a number of seconds is needed, not '%s'", name, text);
    *out = n;
    return ST_OK;
}

enum status options_add_word(struct word_list *list, const char *word, struct err *err)
{
    if (!ARRAY_RESERVE(list->items, list->cap, list->n + 1))
        return err_nomem(err);
    list->items[list->n++] = word;
    return ST_OK;
}

static enum status set_action(struct options *o, enum options_action action, struct err *err)
{
    bool asks = action == ACTION_HELP || action == ACTION_VERSION;
    if (o->action == ACTION_HELP || o->action == ACTION_VERSION)
        return ST_OK;
    if (!asks && o->action != ACTION_UPDATE && o->action != action)
        return err_set(err, ST_USAGE, "--remove, --check and --info exclude each other");
    o->action = action;
    return ST_OK;
}

static enum status set_spec(struct options *o, const struct option_spec *spec, const char *value, struct err *err)
{
    void *member = (char *)o + spec->member;
    switch (spec->kind) {
    case KIND_FLAG:
        *(bool *)member = spec->number != 0;
        return ST_OK;
    case KIND_TEXT:
        if (*value == '\0')
            return err_set(err, ST_USAGE, "--%s: an empty value", spec->name);
        *(const char **)member = value;
        return ST_OK;
    case KIND_LIST:
        return options_add_word(member, value, err);
    case KIND_GLOBS:
        if (glob_open_bracket(value, strlen(value)) < strlen(value))
            return err_set(err, ST_USAGE, "--%s: '%s': a bracket that is never closed", spec->name, value);
        return options_add_word(member, value, err);
    case KIND_SIZE:
        return options_parse_size(spec->name, value, member, err);
    case KIND_JOBS:
        return parse_jobs(value, member, err);
    case KIND_SECONDS:
        return parse_seconds(spec->name, value, member, err);
    case KIND_ACTION:
        return set_action(o, (enum options_action)spec->number, err);
    }
    return err_set(err, ST_INTERNAL, "--%s: an option of no kind", spec->name);
}

enum status options_set(struct options *o, const char *name, const char *value, struct err *err)
{
    for (size_t i = 0; i < BASE_COUNT(specs); i++) {
        if (strcmp(specs[i].name, name) != 0)
            continue;
        if ((value != NULL) != (specs[i].argument != NULL))
            return err_set(err, ST_USAGE, "--%s: %s", name, value ? "takes no value" : "a value is missing");
        return set_spec(o, &specs[i], value, err);
    }
    return err_set(err, ST_USAGE, "--%s: no such option", name);
}

const char *options_key(size_t i)
{
    for (size_t k = 0; k < BASE_COUNT(specs); k++) {
        if (specs[k].is_key && i-- == 0)
            return specs[k].name;
    }
    return NULL;
}

/* A flag is set or taken back. */
static enum status set_flag(bool *flag, const char *key, const char *value, struct err *err)
{
    bool yes = strcasecmp(value, "yes") == 0 || strcasecmp(value, "true") == 0 || strcmp(value, "1") == 0;
    bool no = strcasecmp(value, "no") == 0 || strcasecmp(value, "false") == 0 || strcmp(value, "0") == 0;
    if (!yes && !no)
        return err_set(err, ST_USAGE, "--%s: yes or no is needed, not '%s'", key, value);
    *flag = yes;
    return ST_OK;
}

enum status options_set_key(struct options *o, const char *key, const char *value, struct err *err)
{
    for (size_t i = 0; i < BASE_COUNT(specs); i++) {
        if (!specs[i].is_key || strcmp(specs[i].name, key) != 0)
            continue;
        if (specs[i].kind == KIND_FLAG)
            return set_flag((bool *)((char *)o + specs[i].member), key, value, err);
        return set_spec(o, &specs[i], value, err);
    }
    return ST_NOT_FOUND;
}

static enum status check_together(const struct options *o, struct err *err)
{
    if (o->action == ACTION_HELP || o->action == ACTION_VERSION)
        return ST_OK;
    if (o->index_dir == NULL)
        return err_set(err, ST_USAGE, "--index DIR is missing");
    if (o->action == ACTION_REMOVE && o->n_paths == 0)
        return err_set(err, ST_USAGE, "--remove: name the roots to forget");
    if ((o->action == ACTION_CHECK || o->action == ACTION_INFO) && o->n_paths > 0)
        return err_set(err, ST_USAGE, "--check and --info take no path: %s", o->paths[0]);
    if (o->json && o->action != ACTION_INFO)
        return err_set(err, ST_USAGE, "--json goes with --info");
    if (o->quiet && o->verbose)
        return err_set(err, ST_USAGE, "--quiet and --verbose exclude each other");
    return ST_OK;
}

/* The name of the option that getopt_long refused, for the message. */
static enum status refuse(int code, char *const *argv, struct err *err)
{
    const char *word = argv[optind - 1];
    if (code == ':')
        return err_set(err, ST_USAGE, "%s: a value is missing", word);
    if (optopt != 0 && strncmp(word, "--", 2) != 0)
        return err_set(err, ST_USAGE, "-%c: no such option", optopt);
    size_t len = strcspn(word, "=");
    if (optopt != 0)
        return err_set(err, ST_USAGE, "%.*s: takes no value", (int)len, word);
    return err_set(err, ST_USAGE, "%.*s: no such option, or not enough of its name", (int)len, word);
}

static uint64_t processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > JOBS_MAX ? JOBS_MAX : (uint64_t)n;
}

/* Sets the options of the command line: --config first and alone, since the others win over what is in it. */
static enum status each_option(struct options *o, int argc, char *const *argv, bool only_config, struct err *err)
{
    struct option longs[BASE_COUNT(specs) + 1] = {{0}};
    for (size_t i = 0; i < BASE_COUNT(specs); i++)
        longs[i] = (struct option){specs[i].name, specs[i].argument ? required_argument : no_argument, NULL, 1};
    opterr = 0;
    optind = 0;
    for (;;) {
        int which = 0;
        int code = getopt_long(argc, argv, ":h", longs, &which);
        if (code == -1)
            return ST_OK;
        if (code != 1 && code != 'h')
            return refuse(code, argv, err);
        const char *name = code == 'h' ? "help" : longs[which].name;
        if (only_config != (strcmp(name, "config") == 0))
            continue;
        enum status st = options_set(o, name, code == 'h' ? NULL : optarg, err);
        if (st != ST_OK)
            return st;
    }
}

/* The roots: a configuration says what to index, not what to forget. */
static enum status take_paths(struct options *o, int argc, char *const *argv, struct err *err)
{
    enum status st = ST_OK;
    size_t configured = o->roots.n;
    for (int i = optind; i < argc && st == ST_OK; i++)
        st = options_add_word(&o->roots, argv[i], err);
    size_t skipped = o->action == ACTION_UPDATE ? 0 : configured;
    o->n_paths = o->roots.n - skipped;
    o->paths = o->roots.items == NULL ? NULL : o->roots.items + skipped;
    return st;
}

enum status options_parse(struct options *o, int argc, char *const *argv, struct err *err)
{
    *o = (struct options){.max_file_size = DEFAULT_MAX_FILE_SIZE, .jobs = processors()};
    enum status st = each_option(o, argc, argv, true, err);
    if (st == ST_OK && o->config != NULL)
        st = config_read(o, o->config, err);
    if (st == ST_OK)
        st = each_option(o, argc, argv, false, err);
    if (st == ST_OK)
        st = take_paths(o, argc, argv, err);
    if (st == ST_OK && o->ignore_files.n == 0)
        st = options_add_word(&o->ignore_files, ".verbatimignore", err);
    if (o->no_ignore)
        o->ignore_files.n = 0;
    return st == ST_OK ? check_together(o, err) : st;
}

void options_release(struct options *o)
{
    free(o->include.items);
    free(o->exclude.items);
    free(o->ignore_files.items);
    free(o->roots.items);
    for (size_t i = 0; i < o->n_programs; i++) {
        free(o->programs[i].globs.items);
        free(o->programs[i].argv.items);
    }
    free(o->programs);
    arena_release(&o->strings);
    *o = (struct options){0};
}
