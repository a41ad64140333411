/* test_faults.c - store: whatever call fails, and wherever the run is killed, the live generation stays whole and the
 * next run goes through.
 *
 * The calls below stand in for the C library's: the n-th of them fails, or is the process's last.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#undef _FILE_OFFSET_BITS /* both pwrite and pwrite64 are defined here */
#include "tests/unit/store_help.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/names.h"
#include "tests/unit/malloc_help.h"

/* Xapian's compact() forgets its tables when it fails. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libxapian.so\n";
}

/* ---- faults ----------------------------------------------------------------------------------------------------- */

enum fault { NO_FAULT, FAIL_CALL, KILL_AT_CALL, FAIL_MALLOC };

static enum fault fault;
static atomic_long left; /* calls until it happens */

/* Whether this call is the one. */
static bool is_due(void)
{
    if (fault != FAIL_CALL && fault != KILL_AT_CALL)
        return false;
    if (atomic_fetch_sub(&left, 1) != 1)
        return false;
    if (fault == KILL_AT_CALL)
        _exit(0);
    errno = ENOSPC;
    return true;
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    return is_due() ? -1 : syscall(SYS_write, fd, bytes, len);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t off)
{
    return is_due() ? -1 : syscall(SYS_pwrite64, fd, bytes, len, off);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t off)
{
    return is_due() ? -1 : syscall(SYS_pwrite64, fd, bytes, len, off);
}

ssize_t copy_file_range(int in, off_t *in_off, int out, off_t *out_off, size_t len, unsigned flags)
{
    return is_due() ? -1 : syscall(SYS_copy_file_range, in, in_off, out, out_off, len, flags);
}

int fsync(int fd)
{
    (void)fd;
    return is_due() ? -1 : 0; /* nobody pulls the plug here */
}

int rename(const char *from, const char *to)
{
    return is_due() ? -1 : (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

int mkdir(const char *path, mode_t mode)
{
    return is_due() ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int unlink(const char *path)
{
    return is_due() ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

/* ---- a run ------------------------------------------------------------------------------------------------------ */

enum { N_DOCS = 6 };

static enum status build_two_chunks(struct build *b, struct err *err)
{
    enum status status = ST_OK;
    for (uint32_t c = 0; status == ST_OK && c < 2; c++) {
        struct chunk *chunk;
        status = chunk_new(b, c, &chunk, err);
        for (uint32_t i = 0; status == ST_OK && i < N_DOCS / 2; i++) {
            long mallocs = atomic_exchange(&malloc_fault.left, 0); /* making documents up is not what is tested */
            struct help_doc d = help_doc(3, c * (N_DOCS / 2) + i);
            atomic_store(&malloc_fault.left, mallocs);
            status = chunk_add(chunk, &d.doc, err);
            help_doc_release(&d);
        }
        if (status == ST_OK)
            status = chunk_finish(chunk, err);
        if (status == ST_OK)
            status = build_append(b, chunk, err);
        else
            chunk_free(chunk);
    }
    return status;
}

/* What the indexer does, with no lock so that killed children leave none waiting. */
static enum status run(const char *dir, struct err *err)
{
    struct build *b;
    struct manifest m = {.language = "en"};
    enum status status = lock_sweep(dir, err);
    if (status == ST_OK)
        status = build_begin(dir, &(struct build_options){.segment_docs = N_DOCS / 2}, &b, err);
    if (status != ST_OK)
        return status;
    status = build_two_chunks(b, err);
    if (status == ST_OK)
        status = build_publish(b, &m, err);
    build_free(b);
    manifest_release(&m);
    return status;
}

/* ---- what must hold afterwards ----------------------------------------------------------------------------------- */

static uint64_t live_generation(const char *dir)
{
    struct err err = {0};
    uint64_t generation;
    HELP_OK(manifest_current(dir, &generation, &err));
    return generation;
}

static enum status count_names(void *context, const char *name, struct err *err)
{
    uint32_t *n = context;
    (void)err;
    ++*n;
    assert_int_not_equal(names_parse(name).kind, NAMES_FOREIGN);
    assert_int_not_equal(names_parse(name).kind, NAMES_SCRATCH);
    return ST_OK;
}

static void check_whole(const char *dir)
{
    struct err err = {0};
    struct snapshot *s;
    uint32_t n = 0;
    HELP_OK(snapshot_check(dir, &err));
    HELP_OK(snapshot_open(dir, 1, false, &s, &err));
    assert_int_equal(snapshot_docs(s), N_DOCS);
    snapshot_unref(s);
    HELP_OK(lock_sweep(dir, &err));
    HELP_OK(dir_each(dir, count_names, &n, &err));
    assert_int_equal(n, 4); /* current, a manifest, two segments */
}

static bool ends(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* Runs with the at-th call at fault; false when the run has fewer calls. */
static bool fail_at(const char *dir, enum fault kind, long at)
{
    struct err err = {0};
    uint64_t before = live_generation(dir);
    atomic_long *calls = kind == FAIL_MALLOC ? &malloc_fault.left : &left;
    fault = kind;
    atomic_store(calls, at);
    enum status status = run(dir, &err);
    bool failed = atomic_exchange(calls, 0) <= 0;
    fault = NO_FAULT;
    if (status != ST_OK && (err.status != status || err.text[0] == '\0'))
        fail_msg("fault %ld: status %d without a sentence", at, (int)status);
    if (status == ST_OK) /* cleaning up may fail; what was asked for is done */
        assert_true(live_generation(dir) > before);
    else if (kind == FAIL_CALL && (status != ST_NO_SPACE || !ends(err.text, ": No space left on device")))
        fail_msg("fault %ld: status %d: %s", at, (int)status, err.text);
    else if (kind == FAIL_MALLOC && (status != ST_NOMEM || !ends(err.text, "out of memory")))
        fail_msg("fault %ld: status %d: %s", at, (int)status, err.text);
    check_whole(dir);
    return failed;
}

static char *begin(void **state)
{
    struct err err = {0};
    char *dir = help_path(state, "index");
    HELP_OK(dir_make(dir, &err));
    HELP_OK(run(dir, &err));
    check_whole(dir);
    return dir;
}

static void test_every_call_fails(void **state)
{
    char *dir = begin(state);
    long at = 1;
    while (fail_at(dir, FAIL_CALL, at))
        at++;
    assert_true(at > 50);
    free(dir);
}

static void test_every_allocation_fails(void **state)
{
    if (!OWN_MALLOC)
        skip();
    char *dir = begin(state);
    long at = 1;
    while (fail_at(dir, FAIL_MALLOC, at))
        at++;
    assert_true(at > 500);
    free(dir);
}

/* Runs in a child that ends, without a word, at its at-th call; false when it has fewer calls. */
static bool kill_at(const char *dir, long at)
{
    struct err err = {0};
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        atomic_store(&left, at);
        fault = KILL_AT_CALL;
        _exit(run(dir, &err) == ST_OK ? 1 : 2);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 2);
    HELP_OK(snapshot_check(dir, &err));
    return WEXITSTATUS(status) == 0;
}

static void test_killed_at_every_call(void **state)
{
    struct err err = {0};
    char *dir = begin(state);
    for (long at = 1; kill_at(dir, at); at++) {
        HELP_OK(run(dir, &err)); /* the next run sweeps and goes through */
        check_whole(dir);
    }
    free(dir);
}

/* The same for a first run: no generation is as good as one. */
static void test_first_run_killed(void **state)
{
    struct err err = {0};
    char *dir = help_path(state, "index");
    for (long at = 1;; at++) {
        int status;
        uint64_t generation;
        HELP_OK(dir_make(dir, &err));
        pid_t pid = fork();
        if (pid == 0) {
            atomic_store(&left, at);
            fault = KILL_AT_CALL;
            _exit(run(dir, &err) == ST_OK ? 1 : 2);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (manifest_current(dir, &generation, &err) == ST_OK)
            HELP_OK(snapshot_check(dir, &err));
        HELP_OK(run(dir, &err));
        check_whole(dir);
        HELP_OK(dir_remove(dir, &err));
        if (WEXITSTATUS(status) != 0)
            break;
    }
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELP_TEST(test_every_call_fails),
        HELP_TEST(test_every_allocation_fails),
        HELP_TEST(test_killed_at_every_call),
        HELP_TEST(test_first_run_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
