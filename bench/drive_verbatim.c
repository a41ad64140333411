/* drive_verbatim.c - queries on an index, in process, for the comparison: reads MODE<TAB>QUERY a line and answers each
 * at once, DOCUMENTS<TAB>MATCHES<TAB>MICROSECONDS, or error<TAB>SENTENCE. Modes: count (of matches only a lower bound),
 * matches, top.
 *
 *     drive_verbatim query INDEX
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/search.h"

static enum status run(struct searcher *s, const struct snapshot *snap, const char *text, const char *mode,
                       struct search_result *result, struct err *err)
{
    struct arena arena = ARENA_INIT;
    struct query *query;
    enum status status = query_parse(text, strlen(text), &arena, &query, err);
    bool top = strcmp(mode, "top") == 0;
    struct search_request req = {.query = query,
                                 .page = top ? SEARCH_DOCS : SEARCH_COUNTS,
                                 .limit = top ? 10 : 0,
                                 .order = SEARCH_BY_RANK,
                                 .docs_only = strcmp(mode, "count") == 0};
    if (status == ST_OK)
        status = search_run(s, snap, &req, result, err);
    arena_release(&arena);
    return status;
}

static void answer(struct searcher *s, const struct snapshot *snap, char *line)
{
    char *query = strchr(line, '\t');
    if (query == NULL) {
        puts("error\tno query");
        return;
    }
    *query++ = '\0';
    struct search_result result;
    struct err err = {0};
    int64_t began = search_now();
    if (run(s, snap, query, line, &result, &err) != ST_OK)
        printf("error\t%s\n", err.text);
    else
        printf("%" PRIu64 "\t%" PRIu64 "\t%.1f\n", result.docs, result.matches, (double)(search_now() - began) / 1e3);
}

int main(int argc, char **argv)
{
    if (argc != 3 || strcmp(argv[1], "query") != 0) {
        fprintf(stderr, "usage: drive_verbatim query INDEX < REQUESTS\n");
        return 64;
    }
    struct snapshot *snap;
    struct err err = {0};
    if (snapshot_open(argv[2], 1, false, &snap, &err) != ST_OK) {
        fprintf(stderr, "drive_verbatim: %s\n", err.text);
        return 1;
    }
    struct searcher *s = searcher_new(0);
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (s != NULL && (len = getline(&line, &cap, stdin)) > 0) {
        line[len - (line[len - 1] == '\n')] = '\0';
        answer(s, snap, line);
    }
    free(line);
    int status = s == NULL;
    searcher_free(s);
    snapshot_unref(snap);
    return status;
}
