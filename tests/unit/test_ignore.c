/* test_ignore.c - rules of .gitignore: each line here is what `git check-ignore` says too.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "indexer/ignore.h"

struct example {
    const char *rules, *path; /* a path of a folder ends in a slash */
    enum ignore_says says;
};

static const struct example examples[] = {
    {"*.log", "a.log", IGNORE_PASS_OVER},
    {"*.log", "x/a.log", IGNORE_PASS_OVER},
    {"*.log", "a.log.txt", IGNORE_NOTHING},
    {"/a.log", "a.log", IGNORE_PASS_OVER},
    {"/a.log", "x/a.log", IGNORE_NOTHING},
    {"x/a", "x/a", IGNORE_PASS_OVER},
    {"x/a", "y/x/a", IGNORE_NOTHING},
    {"**/x/a", "y/x/a", IGNORE_PASS_OVER},
    {"**/x", "x", IGNORE_PASS_OVER},
    {"x/**", "x/a/b", IGNORE_PASS_OVER},
    {"x/**", "x/", IGNORE_NOTHING},
    {"a/**/b", "a/b", IGNORE_PASS_OVER},
    {"a/**/b", "a/x/y/b", IGNORE_PASS_OVER},
    {"a**b/c", "a/b/c", IGNORE_NOTHING},
    {"a**b/c", "axb/c", IGNORE_PASS_OVER},
    {"*/a", "x/a", IGNORE_PASS_OVER},
    {"*/a", "x/y/a", IGNORE_NOTHING},
    {"build/", "build/", IGNORE_PASS_OVER},
    {"build/", "build", IGNORE_NOTHING},
    {"build/", "x/build/", IGNORE_PASS_OVER},
    {"/build/", "x/build/", IGNORE_NOTHING},
    {"*.log\n!keep.log", "keep.log", IGNORE_TAKE},
    {"!keep.log\n*.log", "keep.log", IGNORE_PASS_OVER},
    {"*.log\n!logs", "logs/a.log", IGNORE_PASS_OVER},
    {"x/*\n!x/y", "x/y/", IGNORE_TAKE},
    {"# a.log", "a.log", IGNORE_NOTHING},
    {"\\#a", "#a", IGNORE_PASS_OVER},
    {"\\!a", "!a", IGNORE_PASS_OVER},
    {"a  ", "a", IGNORE_PASS_OVER},
    {"a\\ ", "a ", IGNORE_PASS_OVER},
    {"a\r\nb\r\n", "a", IGNORE_PASS_OVER},
    {"[ab].c", "b.c", IGNORE_PASS_OVER},
    {"[!ab].c", "b.c", IGNORE_NOTHING},
    {"a[", "a[", IGNORE_NOTHING},
    {"a?c", "abc", IGNORE_PASS_OVER},
    {"a?c", "a/c", IGNORE_NOTHING},
    {"a\\*c", "abc", IGNORE_NOTHING},
    {"\xEF\xBB\xBF"
     "a",
     "a", IGNORE_PASS_OVER},
    {"\n\n/\n!\n", "a", IGNORE_NOTHING},
    {"", "a", IGNORE_NOTHING},
};

static void as_git_has_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < BASE_COUNT(examples); i++) {
        const struct example *e = &examples[i];
        struct ignore ignore = {0};
        size_t len = strlen(e->path);
        bool folder = e->path[len - 1] == '/';
        assert_true(ignore_add(&ignore, e->rules, strlen(e->rules)));
        enum ignore_says says = ignore_ask(&ignore, e->path, len - folder, folder);
        if (says != e->says)
            fail_msg("'%s' says %d about %s", e->rules, (int)says, e->path);
        ignore_release(&ignore);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(as_git_has_it)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
