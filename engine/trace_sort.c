/* trace_sort.c - see trace_sort.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/trace_sort.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/array.h"

enum { READ_AHEAD = 4096 }; /* records of each run */

/* A sorted run: in a file, or the last one, in memory. */
struct run {
    int fd; /* -1: in memory */
    off_t at;
    struct trace_record *ahead; /* malloc'ed, when in a file */
    size_t n, next;             /* in ahead */
};

struct trace_sort {
    const char *dir;
    struct trace_record *records; /* malloc'ed */
    size_t n, most;
    struct run *runs;
    size_t n_runs, cap_runs;
    size_t *heap; /* numbers of runs that are not at their end, the least record first */
    size_t n_heap;
    struct trace_record last;
    bool began;
};

struct trace_sort *trace_sort_new(size_t records, const char *dir)
{
    struct trace_sort *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->dir = dir;
    s->most = records;
    s->records = malloc(records * sizeof *s->records);
    if (s->records == NULL) {
        free(s);
        return NULL;
    }
    return s;
}

void trace_sort_free(struct trace_sort *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->n_runs; i++) {
        if (s->runs[i].fd >= 0) {
            (void)close(s->runs[i].fd);
            free(s->runs[i].ahead);
        }
    }
    free(s->runs);
    free(s->heap);
    free(s->records);
    free(s);
}

static bool is_less(const struct trace_record *a, const struct trace_record *b)
{
    return a->key != b->key ? a->key < b->key : a->value < b->value;
}

static int compare(const void *x, const void *y)
{
    const struct trace_record *a = x, *b = y;
    return is_less(b, a) - is_less(a, b);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static enum status open_unnamed(const struct trace_sort *s, int *fd, struct err *err)
{
    *fd = open(s->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (*fd >= 0)
        return ST_OK;
    char name[4096];
    if (snprintf(name, sizeof name, "%s/verbatim-XXXXXX", s->dir) >= (int)sizeof name)
        return err_set(err, ST_CREATE, "%s: the name is too long", s->dir);
    *fd = mkostemp(name, O_CLOEXEC);
    if (*fd < 0)
        return err_sys(err, ST_CREATE, errno, "%s: cannot make a file for sorting", s->dir);
    (void)unlink(name);
    return ST_OK;
}

static enum status write_all(const struct trace_sort *s, int fd, struct err *err)
{
    const char *p = (const char *)s->records;
    size_t left = s->n * sizeof *s->records;
    while (left > 0) {
        ssize_t n = write(fd, p, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(err, ST_IO, errno, "%s: cannot write a file for sorting", s->dir);
        p += n;
        left -= (size_t)n;
    }
    return ST_OK;
}

static enum status add_run(struct trace_sort *s, struct run run, struct err *err)
{
    if (!ARRAY_RESERVE(s->runs, s->cap_runs, s->n_runs + 1))
        return err_nomem(err);
    s->runs[s->n_runs++] = run;
    return ST_OK;
}

static enum status spill(struct trace_sort *s, struct err *err)
{
    struct run run = {.fd = -1};
    qsort(s->records, s->n, sizeof *s->records, compare);
    run.ahead = malloc(READ_AHEAD * sizeof *run.ahead);
    if (run.ahead == NULL)
        return err_nomem(err);
    enum status status = open_unnamed(s, &run.fd, err);
    if (status == ST_OK)
        status = write_all(s, run.fd, err);
    if (status == ST_OK)
        status = add_run(s, run, err);
    if (status != ST_OK) {
        free(run.ahead);
        if (run.fd >= 0)
            (void)close(run.fd);
    }
    s->n = 0;
    return status;
}

enum status trace_sort_add(struct trace_sort *s, struct trace_record record, struct err *err)
{
    enum status status = s->n == s->most ? spill(s, err) : ST_OK;
    if (status == ST_OK)
        s->records[s->n++] = record;
    return status;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* Makes sure that a run has a record ahead; *more: it has. */
static enum status fill(struct trace_sort *s, struct run *run, bool *more, struct err *err)
{
    *more = run->next < run->n;
    if (*more || run->fd < 0)
        return ST_OK;
    ssize_t n;
    do
        n = pread(run->fd, run->ahead, READ_AHEAD * sizeof *run->ahead, run->at);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_sys(err, ST_IO, errno, "%s: cannot read a file for sorting", s->dir);
    run->at += n;
    run->next = 0;
    run->n = (size_t)n / sizeof *run->ahead;
    *more = run->n > 0;
    return ST_OK;
}

static bool comes_first(const struct trace_sort *s, size_t x, size_t y)
{
    const struct run *a = &s->runs[x], *b = &s->runs[y];
    return is_less(&a->ahead[a->next], &b->ahead[b->next]);
}

static void sift_down(struct trace_sort *s, size_t i)
{
    for (;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < s->n_heap; child++)
            if (comes_first(s, s->heap[child], s->heap[least]))
                least = child;
        if (least == i)
            return;
        size_t number = s->heap[i];
        s->heap[i] = s->heap[least];
        s->heap[least] = number;
        i = least;
    }
}

enum status trace_sort_finish(struct trace_sort *s, struct err *err)
{
    qsort(s->records, s->n, sizeof *s->records, compare);
    enum status status = add_run(s, (struct run){.fd = -1, .ahead = s->records, .n = s->n}, err);
    s->heap = status == ST_OK ? malloc(s->n_runs * sizeof *s->heap) : NULL;
    if (s->heap == NULL)
        return status != ST_OK ? status : err_nomem(err);
    for (size_t i = 0; i < s->n_runs && status == ST_OK; i++) {
        bool more;
        status = fill(s, &s->runs[i], &more, err);
        if (status == ST_OK && more)
            s->heap[s->n_heap++] = i;
    }
    for (size_t i = s->n_heap / 2; i-- > 0;)
        sift_down(s, i);
    return status;
}

static enum status take(struct trace_sort *s, struct trace_record *out, struct err *err)
{
    if (s->n_heap == 0)
        return ST_END;
    struct run *run = &s->runs[s->heap[0]];
    bool more;
    *out = run->ahead[run->next++];
    enum status status = fill(s, run, &more, err);
    if (!more)
        s->heap[0] = s->heap[--s->n_heap];
    sift_down(s, 0);
    return status;
}

enum status trace_sort_next(struct trace_sort *s, struct trace_record *out, struct err *err)
{
    enum status status;
    do
        status = take(s, out, err);
    while (status == ST_OK && s->began && out->key == s->last.key && out->value == s->last.value);
    s->began = true;
    s->last = *out;
    return status;
}
