/* test_lock.c - store/lock: one writer, no foreign folder touched, and a sweep that leaves what readers use.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/store_help.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static bool exists(void **state, const char *name)
{
    struct stat st;
    char *path = help_path(state, name);
    bool found = lstat(path, &st) == 0;
    free(path);
    return found;
}

static void touch(void **state, const char *name)
{
    char *path = help_path(state, name);
    help_write(path, "x", 1);
    free(path);
}

static void make_folder(void **state, const char *name)
{
    struct err err = {0};
    char *path = help_path(state, name);
    HELP_OK(dir_make(path, &err));
    free(path);
}

/* ---- two processes -------------------------------------------------------------------------------------------- */

/* A child that holds the lock until a byte comes, and says when it has it. */
struct holder {
    pid_t pid;
    int say, hear;
};

static struct holder hold(const char *dir)
{
    int to_child[2], from_child[2];
    char byte = 0;
    assert_int_equal(pipe(to_child), 0);
    assert_int_equal(pipe(from_child), 0);
    struct holder h = {fork(), to_child[1], from_child[0]};
    if (h.pid == 0) {
        struct lock lock;
        (void)close(to_child[1]);
        if (lock_take(dir, true, 0, &lock, NULL) != ST_OK || write(from_child[1], &byte, 1) != 1)
            _exit(1);
        _exit(read(to_child[0], &byte, 1) < 0); /* the kernel gives the lock back */
    }
    (void)close(to_child[0]);
    (void)close(from_child[1]);
    assert_int_equal(read(h.hear, &byte, 1), 1);
    return h;
}

static void let_go(struct holder *h)
{
    int status;
    (void)close(h->say);
    (void)close(h->hear);
    assert_int_equal(waitpid(h->pid, &status, 0), h->pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_two_processes(void **state)
{
    struct err err = {0};
    struct lock lock;
    char *dir = help_path(state, "index");
    struct holder h = hold(dir);
    assert_int_equal(lock_take(dir, true, 0, &lock, &err), ST_LOCKED);
    assert_non_null(strstr(err.text, dir));
    assert_int_equal(lock_take(dir, true, 0.2, &lock, &err), ST_LOCKED);
    assert_int_equal(lock.fd, -1);
    lock_release(&lock);
    let_go(&h);
    HELP_OK(lock_take(dir, false, 5, &lock, &err));
    lock_release(&lock);
    lock_release(&lock); /* safe twice */
    free(dir);
}

static void *let_go_soon(void *context)
{
    (void)usleep(200000);
    let_go(context);
    return NULL;
}

static void test_waiting(void **state)
{
    struct err err = {0};
    struct lock lock;
    pthread_t thread;
    char *dir = help_path(state, "index");
    struct holder h = hold(dir);
    assert_int_equal(pthread_create(&thread, NULL, let_go_soon, &h), 0);
    HELP_OK(lock_take(dir, true, 30, &lock, &err));
    assert_int_equal(pthread_join(thread, NULL), 0);
    lock_release(&lock);
    free(dir);
}

/* ---- folders that are no index ---------------------------------------------------------------------------------- */

static void check_refused(void **state, bool create, enum status expected)
{
    struct err err = {0};
    struct lock lock;
    char *dir = help_path(state, "index");
    assert_int_equal(lock_take(dir, create, 0, &lock, &err), expected);
    assert_non_null(strstr(err.text, dir));
    assert_false(exists(state, "index/lock"));
    free(dir);
}

static void test_foreign_folders(void **state)
{
    check_refused(state, false, ST_NOT_FOUND);
    touch(state, "index"); /* a file */
    check_refused(state, true, ST_DAMAGED);
    char *dir = help_path(state, "index");
    assert_int_equal(unlink(dir), 0);
    make_folder(state, "index");
    touch(state, "index/thesis.txt");
    check_refused(state, true, ST_DAMAGED);
    touch(state, "index/current"); /* somebody's file of that name */
    check_refused(state, true, ST_DAMAGED);
    make_folder(state, "index/seg-00000001-0");
    check_refused(state, false, ST_DAMAGED);
    assert_true(exists(state, "index/thesis.txt"));
    free(dir);
}

static void test_missing_parent(void **state)
{
    struct err err = {0};
    struct lock lock;
    char *dir = help_path(state, "no/index");
    assert_int_equal(lock_take(dir, true, 0, &lock, &err), ST_CREATE);
    free(dir);
}

/* What a first run leaves when it is killed can be taken over, and is swept. */
static void test_interrupted_first_run(void **state)
{
    struct err err = {0};
    struct lock lock;
    char *dir = help_path(state, "index");
    make_folder(state, "index");
    touch(state, "index/lock");
    make_folder(state, "index/scratch-00000001");
    touch(state, "index/scratch-00000001/0.ids");
    make_folder(state, "index/seg-00000001-0");
    touch(state, "index/seg-00000001-0/words");
    touch(state, "index/gen-00000001");
    touch(state, "index/current.new");
    HELP_OK(lock_take(dir, true, 0, &lock, &err));
    HELP_OK(lock_sweep(dir, &err));
    assert_false(exists(state, "index/scratch-00000001"));
    assert_false(exists(state, "index/seg-00000001-0"));
    assert_false(exists(state, "index/gen-00000001"));
    assert_false(exists(state, "index/current.new"));
    assert_true(exists(state, "index/lock"));
    lock_release(&lock);
    free(dir);
}

/* ---- sweeping --------------------------------------------------------------------------------------------------- */

static void test_readers_keep_theirs(void **state)
{
    struct err err = {0};
    struct snapshot *s, *twice;
    struct segment_words w;
    char *dir = help_path(state, "index");
    struct help_plan plan = {.index_dir = dir, .seed = 1, .n_docs = 30, .chunk_docs = 10, .n_threads = 1};
    help_build(plan);
    HELP_OK(snapshot_open(dir, 1, true, &s, &err));
    twice = snapshot_ref(s);
    plan.seed = 2;
    help_build(plan); /* sweeps */
    assert_true(exists(state, "index/gen-00000001"));
    assert_true(exists(state, "index/seg-00000001-0"));
    HELP_OK(segment_words(snapshot_segment(s, 0), 3, &w, &err));
    snapshot_unref(s);
    HELP_OK(lock_sweep(dir, &err));
    assert_true(exists(state, "index/gen-00000001")); /* one reference is left */
    snapshot_unref(twice);
    HELP_OK(lock_sweep(dir, &err));
    assert_false(exists(state, "index/gen-00000001"));
    assert_false(exists(state, "index/seg-00000001-0"));
    assert_true(exists(state, "index/gen-00000002"));
    HELP_OK(snapshot_check(dir, &err));
    free(dir);
}

/* Foreign names in a live index are nobody's business; what is damaged loses nothing. */
static void test_sweep_is_careful(void **state)
{
    struct err err = {0};
    char *dir = help_path(state, "index"), *gen = help_path(state, "index/gen-00000001");
    struct help_plan plan = {.index_dir = dir, .seed = 1, .n_docs = 3, .chunk_docs = 10, .n_threads = 1};
    help_build(plan);
    touch(state, "index/notes");
    touch(state, "index/seg-old");
    HELP_OK(lock_sweep(dir, &err));
    assert_true(exists(state, "index/notes"));
    assert_true(exists(state, "index/seg-old"));
    struct lock lock;
    HELP_OK(lock_take(dir, false, 0, &lock, &err)); /* it is an index all the same */
    lock_release(&lock);
    help_write(gen, "verbatim index 9\n", 17);
    make_folder(state, "index/scratch-00000002");
    make_folder(state, "index/seg-00000002-0");
    HELP_OK(lock_sweep(dir, &err));
    assert_true(exists(state, "index/seg-00000001-0"));
    assert_true(exists(state, "index/seg-00000002-0"));
    assert_false(exists(state, "index/scratch-00000002"));
    free(dir);
    free(gen);
}

/* Numbers go on from whatever is there: a name that a reader may hold is never used again. */
static void test_numbers_go_on(void **state)
{
    struct err err = {0};
    uint64_t generation;
    char *dir = help_path(state, "index"), *gen = help_path(state, "index/gen-00000009");
    struct help_plan plan = {.index_dir = dir, .seed = 1, .n_docs = 3, .chunk_docs = 10, .n_threads = 1};
    help_build(plan);
    help_write(gen, "x", 1);
    struct build *build;
    HELP_OK(build_begin(dir, NULL, &build, &err));
    struct manifest m = {0};
    HELP_OK(build_publish(build, &m, &err));
    build_free(build);
    manifest_release(&m);
    HELP_OK(manifest_current(dir, &generation, &err));
    assert_int_equal(generation, 10);
    free(dir);
    free(gen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HELP_TEST(test_two_processes),         HELP_TEST(test_waiting),
        HELP_TEST(test_foreign_folders),       HELP_TEST(test_missing_parent),
        HELP_TEST(test_interrupted_first_run), HELP_TEST(test_readers_keep_theirs),
        HELP_TEST(test_sweep_is_careful),      HELP_TEST(test_numbers_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
