/* peer_fts5.c - the peer: SQLite's FTS5, with our tokenizer (lib/token.h), so that both index the same words.
 *
 *     peer_fts5 build DATABASE content|contentless merge|as-built FEED...
 *     peer_fts5 drive DATABASE < REQUESTS       MODE<TAB>an expression of MATCH; see bench/README.md, "Drivers"
 *     peer_fts5 parts DATABASE                  NAME<TAB>BYTES of each table
 *     peer_fts5 version
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sqlite3.h>

#include "bench/feed.h"
#include "lib/token.h"

static int fail(sqlite3 *db, const char *what)
{
    fprintf(stderr, "peer_fts5: %s: %s\n", what, db != NULL ? sqlite3_errmsg(db) : "cannot be read");
    return 1;
}

/* ---- our tokenizer, as FTS5 wants one; and matches(t): the places where a row's phrases are ---------------------- */

static int tokenizer_create(void *unused, const char **args, int n_args, Fts5Tokenizer **out)
{
    (void)unused, (void)args, (void)n_args;
    *out = (Fts5Tokenizer *)tokenizer_new();
    return *out != NULL ? SQLITE_OK : SQLITE_NOMEM;
}

static void tokenizer_delete(Fts5Tokenizer *t)
{
    tokenizer_free((struct tokenizer *)t);
}

static int tokenize(Fts5Tokenizer *t, void *context, int flags, const char *text, int len,
                    int (*give)(void *, int, const char *, int, int, int))
{
    (void)flags;
    struct token token;
    int status = SQLITE_OK;
    tokenizer_begin((struct tokenizer *)t, text, (size_t)len, NULL);
    while (status == SQLITE_OK && tokenizer_next((struct tokenizer *)t, &token))
        status = give(context, 0, token.word, (int)token.word_len, (int)token.start, (int)token.end);
    return status;
}

static void matches(const Fts5ExtensionApi *api, Fts5Context *row, sqlite3_context *result, int n, sqlite3_value **args)
{
    (void)n, (void)args;
    int found = 0;
    int status = api->xInstCount(row, &found);
    if (status == SQLITE_OK)
        sqlite3_result_int(result, found);
    else
        sqlite3_result_error_code(result, status);
}

static fts5_api *fts5_of(sqlite3 *db)
{
    fts5_api *api = NULL;
    sqlite3_stmt *stmt;
    if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &stmt, NULL) == SQLITE_OK) {
        sqlite3_bind_pointer(stmt, 1, &api, "fts5_api_ptr", NULL);
        sqlite3_step(stmt);
    }
    sqlite3_finalize(stmt);
    return api;
}

static sqlite3 *open_database(const char *path, int flags)
{
    static fts5_tokenizer ours = {tokenizer_create, tokenizer_delete, tokenize};
    sqlite3 *db;
    if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK)
        return fail(db, path), NULL;
    fts5_api *api = fts5_of(db);
    if (api == NULL || api->xCreateTokenizer(api, "words", NULL, &ours, NULL) != SQLITE_OK ||
        api->xCreateFunction(api, "matches", NULL, matches, NULL) != SQLITE_OK)
        return fail(db, "FTS5"), NULL;
    return db;
}

static bool run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK || (fail(db, sql), false);
}

/* ---- building ---------------------------------------------------------------------------------------------------- */

static bool add_feed(sqlite3 *db, sqlite3_stmt *insert, const char *path)
{
    struct feed_document doc = {0};
    FILE *feed = fopen(path, "r");
    int more = feed != NULL ? 1 : -1;
    while (more > 0 && (more = feed_next(feed, &doc)) > 0) {
        sqlite3_bind_int64(insert, 1, (sqlite3_int64)doc.number + 1);
        sqlite3_bind_text64(insert, 2, doc.text, doc.text_len, SQLITE_STATIC, SQLITE_UTF8);
        if (sqlite3_step(insert) != SQLITE_DONE || sqlite3_reset(insert) != SQLITE_OK)
            more = -1;
    }
    free(doc.data);
    if (feed != NULL)
        fclose(feed);
    return more == 0 || (fail(db, path), false);
}

static int build(sqlite3 *db, char **args, int n_feeds)
{
    bool content = strcmp(args[0], "content") == 0, merge = strcmp(args[1], "merge") == 0;
    sqlite3_stmt *insert = NULL;
    bool ok = run(db, "PRAGMA journal_mode = off; PRAGMA synchronous = off; PRAGMA cache_size = -262144;") &&
              run(db, content ? "CREATE VIRTUAL TABLE t USING fts5(text, tokenize = 'words')"
                              : "CREATE VIRTUAL TABLE t USING fts5(text, tokenize = 'words', content = '')") &&
              run(db, "INSERT INTO t(t, rank) VALUES('hashsize', 67108864); BEGIN");
    ok = ok && (sqlite3_prepare_v2(db, "INSERT INTO t(rowid, text) VALUES(?1, ?2)", -1, &insert, NULL) == SQLITE_OK ||
                (fail(db, "INSERT"), false));
    for (int i = 0; ok && i < n_feeds; i++)
        ok = add_feed(db, insert, args[2 + i]);
    sqlite3_finalize(insert);
    ok = ok && run(db, "COMMIT") && (!merge || run(db, "INSERT INTO t(t) VALUES('optimize')"));
    return !ok;
}

/* ---- queries ----------------------------------------------------------------------------------------------------- */

enum { COUNT, MATCHES, TOP, N_MODES };
static const char *const mode_names[N_MODES] = {"count", "matches", "top"};
static const char *const mode_sql[N_MODES] = {
    "SELECT count(*) FROM t WHERE t MATCH ?1",
    "SELECT rowid, matches(t) FROM t WHERE t MATCH ?1",
    "SELECT rowid FROM t WHERE t MATCH ?1 ORDER BY rank LIMIT 10",
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void answer(sqlite3 *db, sqlite3_stmt **stmts, char *line)
{
    char *query = strchr(line, '\t');
    int mode = 0;
    if (query != NULL)
        *query++ = '\0';
    while (mode < N_MODES && strcmp(line, mode_names[mode]) != 0)
        mode++;
    if (query == NULL || mode == N_MODES) {
        puts("error\tno such mode");
        return;
    }
    double began = now();
    sqlite3_int64 docs = 0, found = 0;
    int status;
    sqlite3_bind_text(stmts[mode], 1, query, -1, SQLITE_STATIC);
    while ((status = sqlite3_step(stmts[mode])) == SQLITE_ROW) {
        docs = mode == COUNT ? sqlite3_column_int64(stmts[mode], 0) : docs + 1;
        found += mode == MATCHES ? sqlite3_column_int64(stmts[mode], 1) : 0;
    }
    sqlite3_reset(stmts[mode]);
    if (status != SQLITE_DONE)
        printf("error\t%s\n", sqlite3_errmsg(db));
    else if (mode != MATCHES)
        printf("%lld\t-\t%.1f\n", docs, now() - began);
    else
        printf("%lld\t%lld\t%.1f\n", docs, found, now() - began);
}

static int drive(sqlite3 *db)
{
    sqlite3_stmt *stmts[N_MODES] = {0};
    if (!run(db, "PRAGMA cache_size = -262144; PRAGMA mmap_size = 17179869184;"))
        return 1;
    for (int i = 0; i < N_MODES; i++)
        if (sqlite3_prepare_v3(db, mode_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &stmts[i], NULL) != SQLITE_OK)
            return fail(db, mode_sql[i]);
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    setvbuf(stdout, NULL, _IOLBF, 0);
    while ((len = getline(&line, &cap, stdin)) > 0) {
        line[len - (line[len - 1] == '\n')] = '\0';
        answer(db, stmts, line);
    }
    free(line);
    for (int i = 0; i < N_MODES; i++)
        sqlite3_finalize(stmts[i]);
    return 0;
}

static int parts(sqlite3 *db)
{
    sqlite3_stmt *stmt;
    if (sqlite3_prepare_v2(db, "SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC", -1, &stmt, NULL) !=
        SQLITE_OK)
        return fail(db, "dbstat");
    while (sqlite3_step(stmt) == SQLITE_ROW)
        printf("%s\t%lld\n", (const char *)sqlite3_column_text(stmt, 0), sqlite3_column_int64(stmt, 1));
    sqlite3_finalize(stmt);
    return 0;
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";
    if (strcmp(command, "version") == 0)
        return printf("%s\n", sqlite3_libversion()) < 0;
    bool is_build = strcmp(command, "build") == 0 && argc >= 6, is_drive = strcmp(command, "drive") == 0 && argc == 3;
    if (!is_build && !is_drive && (strcmp(command, "parts") != 0 || argc != 3)) {
        fprintf(stderr, "usage: peer_fts5 build DATABASE content|contentless merge|as-built FEED...\n"
                        "       peer_fts5 drive|parts DATABASE, peer_fts5 version\n");
        return 64;
    }
    sqlite3 *db = open_database(argv[2], is_build ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
    if (db == NULL)
        return 1;
    int status = is_build ? build(db, argv + 3, argc - 5) : is_drive ? drive(db) : parts(db);
    if (sqlite3_close(db) != SQLITE_OK)
        return fail(db, argv[2]);
    return status;
}
