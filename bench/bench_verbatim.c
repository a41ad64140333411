/* bench_verbatim.c - times queries on an index, in process: a line a query, QUERY<TAB>DOCUMENTS<TAB>MATCHES<TAB>
 * MICROSECONDS (the least of several rounds is not taken: every round prints its own lines, so that whoever compares
 * can interleave). Reads queries, a line each, from standard input. It checks nothing; bench/compare.py does.
 *
 *     bench_verbatim INDEX [counts|docs] < QUERIES
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/search.h"

static int fail(const struct err *err, const char *what)
{
    fprintf(stderr, "bench_verbatim: %s: %s\n", what, err->text);
    return 1;
}

static enum status run(struct searcher *s, const struct snapshot *snap, enum search_page page, const char *text,
                       size_t len, struct search_result *result, struct err *err)
{
    struct arena arena = ARENA_INIT;
    struct query *query;
    enum status status = query_parse(text, len, &arena, &query, err);
    struct search_request req = {.query = query, .page = page, .limit = page == SEARCH_COUNTS ? 0 : 10};
    if (status == ST_OK)
        status = search_run(s, snap, &req, result, err);
    arena_release(&arena);
    return status;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: bench_verbatim INDEX [counts|docs] < QUERIES\n");
        return 64;
    }
    enum search_page page = argc > 2 && strcmp(argv[2], "docs") == 0 ? SEARCH_DOCS : SEARCH_COUNTS;
    struct snapshot *snap;
    struct err err = {0};
    if (snapshot_open(argv[1], 1, false, &snap, &err) != ST_OK)
        return fail(&err, argv[1]);
    struct searcher *s = searcher_new(0);
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    int failed = s == NULL;
    while (!failed && (len = getline(&line, &cap, stdin)) > 0) {
        len -= line[len - 1] == '\n';
        line[len] = '\0';
        struct search_result result;
        int64_t began = search_now();
        if (run(s, snap, page, line, (size_t)len, &result, &err) != ST_OK)
            failed = fail(&err, line);
        else
            printf("%s\t%llu\t%llu\t%.1f\n", line, (unsigned long long)result.docs, (unsigned long long)result.matches,
                   (double)(search_now() - began) / 1e3);
    }
    free(line);
    searcher_free(s);
    snapshot_unref(snap);
    return failed;
}
