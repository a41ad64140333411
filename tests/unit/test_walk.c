/* test_walk.c - roots, and from roots to the list of files: names, places, order, overlaps, links, filters.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "indexer/walk.h"

static char top[64]; /* the scratch folder, which is the current one */

static int make_top(void **state)
{
    (void)state;
    (void)snprintf(top, sizeof top, "%s", "/tmp/verbatim-walk.XXXXXX");
    return mkdtemp(top) == NULL || chdir(top) != 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static int remove_top(void **state)
{
    (void)state;
    return chdir("/") != 0 || nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Makes a file, and the folders above it. */
static void make_file(const char *path)
{
    char folder[2048];
    for (size_t i = 1; path[i] != '\0'; i++) {
        if (path[i] != '/')
            continue;
        (void)snprintf(folder, sizeof folder, "%.*s", (int)i, path);
        (void)mkdir(folder, 0777);
    }
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    (void)fputs(path, out);
    assert_int_equal(fclose(out), 0);
}

/* ---- names --------------------------------------------------------------------------------------------------- */

static void names_of_roots(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"docs", "docs"},
        {"./docs", "docs"},
        {"././/docs//", "docs"},
        {".", ""},
        {"./", ""},
        {"..", ".."},
        {"../x/", "../x"},
        {"/", "/"},
        {"//", "/"},
        {"/srv/docs/", "/srv/docs"},
        {"a/./b", "a/./b"},
        {".hidden", ".hidden"},
        {"./.hidden", ".hidden"},
        {"a b", "a b"},
        {"...", "..."},
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < BASE_COUNT(rows); i++)
        assert_string_equal(root_name(&arena, rows[i][0]), rows[i][1]);
    arena_release(&arena);
}

static void add_root(struct root_list *list, const char *word)
{
    struct err err = {0};
    if (roots_add_named(list, word, &err) != ST_OK)
        fail_msg("%s", err.text);
}

static void places_of_roots(void **state)
{
    (void)state;
    char cwd[256], path[300];
    make_file("places/sub/file");
    assert_non_null(getcwd(cwd, sizeof cwd));
    struct root_list list = {0};
    struct err err = {0};
    add_root(&list, "places/./sub/");
    add_root(&list, "places/../places");
    add_root(&list, "places/sub/file");
    assert_int_equal(roots_add_named(&list, "nope", &err), ST_NOT_FOUND);
    assert_string_equal(err.text, "nope: No such file or directory");
    (void)snprintf(path, sizeof path, "%s/places/sub", cwd);
    assert_string_equal(list.items[0].path, path);
    (void)snprintf(path, sizeof path, "%s/places", cwd);
    assert_string_equal(list.items[1].path, path);
    assert_true(list.items[2].is_file);
    roots_release(&list);
}

static void root_of_a_path(void **state)
{
    (void)state;
    make_file("of/a/b/file");
    make_file("of-x/file");
    struct root_list list = {0};
    struct err err = {0};
    add_root(&list, "of");
    add_root(&list, "of/a/b");
    add_root(&list, "of-x");
    assert_int_equal(roots_settle(&list, &err), ST_OK);
    assert_string_equal(roots_of_path(&list, "of/a/file", 9)->name, "of");
    assert_string_equal(roots_of_path(&list, "of/a/b/file", 11)->name, "of/a/b");
    assert_string_equal(roots_of_path(&list, "of/a/bb", 7)->name, "of");
    assert_string_equal(roots_of_path(&list, "of-x/file", 9)->name, "of-x");
    assert_null(roots_of_path(&list, "offer", 5));
    assert_null(roots_of_path(&list, "/of/a", 5));
    add_root(&list, ".");
    free(list.by_real);
    assert_int_equal(roots_settle(&list, &err), ST_OK);
    assert_string_equal(roots_of_path(&list, "offer", 5)->name, "");
    assert_null(roots_of_path(&list, "/of/a", 5));
    roots_release(&list);
}

static void known_roots(void **state)
{
    (void)state;
    make_file("known/docs/file");
    make_file("known/other/docs/file");
    char path[300];
    struct err err = {0};
    (void)snprintf(path, sizeof path, "%s/known/docs", top);
    struct manifest_root docs = {.name = "docs", .path = path};
    struct manifest manifest = {.roots = &docs, .n_roots = 1};
    struct root_list list = {0};
    assert_int_equal(chdir("known/other"), 0);
    add_root(&list, "docs");
    assert_int_equal(roots_add_known(&list, &manifest, true, &err), ST_USAGE);
    roots_release(&list);
    assert_int_equal(chdir(".."), 0);
    add_root(&list, "docs");
    assert_int_equal(roots_add_known(&list, &manifest, true, &err), ST_OK);
    assert_int_equal(list.n, 1);
    roots_release(&list);
    assert_int_equal(chdir(".."), 0);
    assert_int_equal(roots_add_known(&list, &manifest, true, &err), ST_OK);
    assert_int_equal(roots_settle(&list, &err), ST_OK);
    assert_string_equal(list.items[0].path, path);
    roots_release(&list);
    docs.path = "/nowhere/docs";
    assert_int_equal(roots_add_known(&list, &manifest, true, &err), ST_NOT_FOUND);
    assert_non_null(strstr(err.text, "--remove docs"));
    roots_release(&list);
    assert_int_equal(roots_add_known(&list, &manifest, false, &err), ST_OK); /* nobody asked for it */
    assert_int_equal(roots_settle(&list, &err), ST_OK);
    assert_false(list.items[0].walked);
    roots_release(&list);
}

/* What is walked when some roots are named: those, and the known ones that a new one is taken out of. */
static void roots_that_are_walked(void **state)
{
    (void)state;
    make_file("part/a/sub/file");
    make_file("part/b/file");
    char a[300], b[300];
    struct err err = {0};
    (void)snprintf(a, sizeof a, "%s/part/a", top);
    (void)snprintf(b, sizeof b, "%s/part/b", top);
    struct manifest_root known[] = {{"part/a", a}, {"part/b", b}};
    struct manifest manifest = {.roots = known, .n_roots = 2};
    struct root_list list = {0};
    add_root(&list, "part/b");
    assert_int_equal(roots_add_known(&list, &manifest, false, &err), ST_OK);
    assert_int_equal(roots_settle(&list, &err), ST_OK);
    assert_int_equal(list.n, 2);
    assert_true(!list.items[0].walked && list.items[1].walked);
    roots_release(&list);
    add_root(&list, "part/a/sub");
    assert_int_equal(roots_add_known(&list, &manifest, false, &err), ST_OK);
    assert_int_equal(roots_settle(&list, &err), ST_OK);
    assert_int_equal(list.n, 3);
    assert_true(list.items[0].walked && list.items[1].walked && !list.items[2].walked);
    roots_release(&list);
    add_root(&list, b); /* the same place by another name */
    assert_int_equal(roots_add_known(&list, &manifest, false, &err), ST_OK);
    assert_int_equal(roots_settle(&list, &err), ST_OK);
    for (size_t i = 0; i < list.n; i++)
        assert_int_equal(list.items[i].walked, strcmp(list.items[i].path, b) == 0);
    roots_release(&list);
}

/* ---- walks --------------------------------------------------------------------------------------------------- */

struct walked {
    struct options options;
    struct root_list roots;
    struct report report;
    struct walk walk;
};

/* Walks what is named, up to a NULL; options are set before. */
static void walk(struct walked *w, const char *const *words)
{
    struct err err = {0};
    w->options.index_dir = "no-index";
    if (w->options.jobs == 0)
        w->options.jobs = 2;
    w->report.level = REPORT_QUIET;
    for (; *words != NULL; words++)
        add_root(&w->roots, *words);
    assert_int_equal(roots_settle(&w->roots, &err), ST_OK);
    w->walk = (struct walk){.options = &w->options, .roots = &w->roots, .report = &w->report};
    if (walk_roots(&w->walk, &err) != ST_OK)
        fail_msg("%s", err.text);
}

static void release(struct walked *w)
{
    walk_release(&w->walk);
    roots_release(&w->roots);
}

/* All stored paths, a space after each. */
static void expect_files(const struct walked *w, const char *wanted)
{
    struct buf all = BUF_INIT, path = BUF_INIT;
    for (size_t i = 0; i < w->walk.files.n; i++) {
        files_stored_path(&w->walk.files, i, &path);
        buf_add(&all, path.data, path.len);
        buf_addc(&all, ' ');
        files_open_path(&w->walk.files, i, &path);
        assert_int_equal(access(path.data, R_OK), 0);
    }
    buf_addc(&all, '\0');
    assert_true(buf_ok(&all));
    assert_string_equal(all.data, wanted);
    buf_release(&all);
    buf_release(&path);
}

static void simple_walks(void **state)
{
    (void)state;
    make_file("w/b/x.txt");
    make_file("w/a.txt");
    make_file("w/b.txt");
    make_file("w/b-c/y");
    make_file("w/.hidden/z");
    struct walked w = {0};
    walk(&w, (const char *const[]){"w", NULL});
    expect_files(&w, "w/a.txt w/b-c/y w/b.txt w/b/x.txt ");
    assert_int_equal(w.roots.items[0].n_files, 4);
    assert_int_equal(w.walk.files.items[0].size, strlen("w/a.txt"));
    release(&w);
    w = (struct walked){.options = {.hidden = true}};
    walk(&w, (const char *const[]){"w/b", "w/.hidden/z", "w", NULL});
    expect_files(&w, "w/.hidden/z w/a.txt w/b-c/y w/b.txt w/b/x.txt ");
    assert_int_equal(w.roots.items[2].n_files, 1);
    release(&w);
    const char *globs[] = {"*.txt"};
    w = (struct walked){.options = {.include = {globs, 1, 1}}};
    walk(&w, (const char *const[]){"w", NULL});
    expect_files(&w, "w/a.txt w/b.txt w/b/x.txt ");
    release(&w);
}

static void links_and_loops(void **state)
{
    (void)state;
    make_file("l/a/file");
    make_file("l-out/deep/file");
    assert_int_equal(symlink("..", "l/a/up"), 0);
    assert_int_equal(symlink("../l-out", "l/out"), 0);
    assert_int_equal(symlink("gone", "l/gone"), 0);
    struct walked w = {0};
    walk(&w, (const char *const[]){"l", NULL});
    expect_files(&w, "l/a/file ");
    assert_int_equal(w.report.n_named, 0);
    release(&w);
    w = (struct walked){.options = {.follow = true}};
    walk(&w, (const char *const[]){"l", NULL});
    expect_files(&w, "l/a/file l/out/deep/file ");
    assert_int_equal(w.report.n_named, 2);
    release(&w);
    /* A followed link into another root: indexed there, not here. */
    w = (struct walked){.options = {.follow = true}};
    walk(&w, (const char *const[]){"l", "l-out", NULL});
    expect_files(&w, "l-out/deep/file l/a/file ");
    release(&w);
}

static void an_index_is_no_document(void **state)
{
    (void)state;
    make_file("i/file");
    make_file("i/idx/current");
    make_file("i/idx/gen-00000001");
    make_file("i/idx/seg-x/text");
    struct walked w = {0};
    walk(&w, (const char *const[]){"i", NULL});
    expect_files(&w, "i/file ");
    release(&w);
}

static void deep_folders(void **state)
{
    (void)state;
    char path[2048] = "deep";
    size_t len = 4;
    for (int i = 0; i < 300; i++, len += 4)
        memcpy(path + len, "/dir", 5);
    memcpy(path + len, "/f", 3);
    make_file(path);
    struct walked w = {0};
    walk(&w, (const char *const[]){"deep", NULL});
    assert_int_equal(w.walk.files.n, 1);
    release(&w);
}

static void asked_to_stop(void **state)
{
    (void)state;
    make_file("stop/file");
    volatile sig_atomic_t stop = 1;
    struct walked w = {.options = {.index_dir = "no-index"}};
    struct err err = {0};
    add_root(&w.roots, "stop");
    assert_int_equal(roots_settle(&w.roots, &err), ST_OK);
    w.walk = (struct walk){.options = &w.options, .roots = &w.roots, .report = &w.report, .stop = &stop};
    assert_int_equal(walk_roots(&w.walk, &err), ST_CANCELLED);
    release(&w);
}

/* ---- order --------------------------------------------------------------------------------------------------- */

static uint32_t random_state = 2463534242u;

static size_t random_below(size_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % n;
}

/* Names of letters that sort before and after a slash, in folders and files that share beginnings. */
static void make_random_tree(void)
{
    static const char letters[] = "a-.\xFFz";
    for (int i = 0; i < 400; i++) {
        char path[64] = "rnd";
        size_t len = 3;
        for (size_t depth = 1 + random_below(3); depth > 0; depth--) {
            path[len++] = '/';
            path[len++] = 'a';
            for (size_t n = random_below(3); n > 0; n--)
                path[len++] = letters[random_below(sizeof letters - 1)];
            path[len] = '\0';
            struct stat st;
            if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
                break;
        }
        struct stat st;
        if (stat(path, &st) != 0)
            make_file(path);
    }
}

static void expect_sorted(const struct walked *w)
{
    struct buf last = BUF_INIT, path = BUF_INIT;
    for (size_t i = 0; i < w->walk.files.n; i++) {
        files_stored_path(&w->walk.files, i, &path);
        buf_addc(&path, '\0');
        if (i > 0)
            assert_true(strcmp(last.data, path.data) < 0);
        struct buf other = last;
        last = path;
        path = other;
    }
    buf_release(&last);
    buf_release(&path);
}

static void the_order_is_that_of_bytes(void **state)
{
    (void)state;
    make_random_tree();
    struct walked w = {0};
    walk(&w, (const char *const[]){"rnd", NULL});
    assert_true(w.walk.files.n > 100);
    expect_sorted(&w);
    release(&w);
    /* Roots that lie in each other by name, in any order. */
    make_file("rnd/a-b/file");
    make_file("rnd/a-b.c/file");
    make_file("rnd-x/file");
    w = (struct walked){0};
    walk(&w, (const char *const[]){"rnd-x", "rnd", ".", "rnd/a-b.c", "rnd/a-b", NULL});
    expect_sorted(&w);
    release(&w);
}

/* ---- threads ------------------------------------------------------------------------------------------------- */

/* Folders in folders, more of each than are read ahead, with all that a walk meets. */
static void make_wide_tree(void)
{
    char path[96];
    for (int i = 0; i < 12 * 12 * 3; i++) {
        (void)snprintf(path, sizeof path, "wide/%02d/%02d/%d", i % 12, i / 12 % 12, i);
        make_file(path);
    }
    make_file("wide/.hidden/file");
    make_file("wide/03/04/.verbatimignore");
    make_file("wide/05/idx/current");
    make_file("wide/05/idx/gen-00000001");
    assert_int_equal(mkfifo("wide/06/pipe", 0600), 0);
    assert_int_equal(symlink("../07", "wide/06/link"), 0);
    assert_int_equal(symlink("..", "wide/06/up"), 0);
    assert_int_equal(symlink("gone", "wide/08/gone"), 0);
}

static void expect_same(const struct walked *a, const struct walked *b)
{
    struct buf x = BUF_INIT, y = BUF_INIT;
    assert_int_equal(a->walk.files.n, b->walk.files.n);
    assert_int_equal(a->report.n_named, b->report.n_named);
    for (size_t i = 0; i < a->walk.files.n; i++) {
        const struct file *f = &a->walk.files.items[i], *g = &b->walk.files.items[i];
        files_stored_path(&a->walk.files, i, &x);
        files_stored_path(&b->walk.files, i, &y);
        assert_int_equal(x.len, y.len);
        assert_memory_equal(x.data, y.data, x.len);
        assert_true(f->size == g->size && f->mtime_ns == g->mtime_ns && f->inode == g->inode);
    }
    buf_release(&x);
    buf_release(&y);
}

static void threads_find_the_same(void **state)
{
    (void)state;
    make_wide_tree();
    for (int follow = 0; follow < 2; follow++) {
        struct walked one = {.options = {.follow = follow, .hidden = follow, .jobs = 1}};
        walk(&one, (const char *const[]){"wide", NULL});
        assert_true(one.walk.files.n >= 12 * 12 * 3);
        for (uint64_t jobs = 2; jobs < 20; jobs += 3) {
            struct walked many = {.options = {.follow = follow, .hidden = follow, .jobs = jobs}};
            walk(&many, (const char *const[]){"wide", NULL});
            expect_same(&one, &many);
            release(&many);
        }
        release(&one);
    }
}

static volatile sig_atomic_t alarmed;

static void on_alarm(int number)
{
    (void)number;
    alarmed = 1;
}

/* Wherever it ends, no thread is left with a folder of it. */
static void threads_end_with_the_walk(void **state)
{
    (void)state;
    struct sigaction action = {.sa_handler = on_alarm};
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    for (int i = 0; i < 50; i++) {
        struct walked w = {.options = {.index_dir = "no-index", .jobs = 4}, .report.level = REPORT_QUIET};
        struct err err = {0};
        add_root(&w.roots, "wide");
        assert_int_equal(roots_settle(&w.roots, &err), ST_OK);
        w.walk = (struct walk){.options = &w.options, .roots = &w.roots, .report = &w.report, .stop = &alarmed};
        alarmed = 0;
        assert_int_equal(setitimer(ITIMER_REAL, &(struct itimerval){.it_value.tv_usec = 1 + 20 * i}, NULL), 0);
        enum status st = walk_roots(&w.walk, &err);
        assert_true(st == ST_OK || (st == ST_CANCELLED && alarmed));
        while (!alarmed)
            (void)usleep(10);
        release(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_roots),
        cmocka_unit_test(places_of_roots),
        cmocka_unit_test(root_of_a_path),
        cmocka_unit_test(known_roots),
        cmocka_unit_test(roots_that_are_walked),
        cmocka_unit_test(simple_walks),
        cmocka_unit_test(links_and_loops),
        cmocka_unit_test(an_index_is_no_document),
        cmocka_unit_test(deep_folders),
        cmocka_unit_test(asked_to_stop),
        cmocka_unit_test(the_order_is_that_of_bytes),
        cmocka_unit_test(threads_find_the_same),
        cmocka_unit_test(threads_end_with_the_walk),
    };
    return cmocka_run_group_tests(tests, make_top, remove_top);
}
