/* test_glob.c - path globs by example, and at random against a matcher that tries everything.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "lib/glob.h"

struct row {
    const char *glob, *path;
    bool matches;
};

static const struct row rows[] = {
    {"a.txt", "a.txt", true},
    {"a.txt", "a.TXT", false},
    {"a.txt", "b/a.txt", false},
    {"*.md", "a.md", true},
    {"*.md", "docs/a.md", false},
    {"**.md", "docs/a.md", true},
    {"**/*.md", "docs/a.md", true},
    {"**/*.md", "a.md", true},
    {"**/*.md", "x/y/z/a.md", true},
    {"*", "a", true},
    {"*", "a/b", false},
    {"**", "a/b", true},
    {"**", "", true},
    {"", "", true},
    {"", "a", false},
    {"?", "a", true},
    {"?", "/", false},
    {"?", "\xC3\xA9", true},
    {"?", "\xE2\x82\xAC", true},
    {"?", "\xFF", true},
    {"??", "\xC3\xA9", false},
    {"a?c", "a/c", false},
    {"[a-c]x", "bx", true},
    {"[a-c]x", "dx", false},
    {"[!a-c]x", "dx", true},
    {"[^a-c]x", "bx", false},
    {"[]]", "]", true},
    {"[!]]", "]", false},
    {"[a-]", "-", true},
    {"[\\]]", "]", true},
    {"[\xC3\xA0-\xC3\xBF]", "\xC3\xA9", true},
    {"[!x]", "/", false},
    {"[/]", "/", false},
    {"[abc", "[abc", true},
    {"[abc", "a", false},
    {"\\*", "*", true},
    {"\\*", "a", false},
    {"\\[a]", "[a]", true},
    {"a\\", "a\\", true},
    /* a folder's name means all below it */
    {"docs", "docs/a", true},
    {"docs", "docs/a/b/c", true},
    {"docs/", "docs/a", true},
    {"docs", "docs2/a", false},
    {"docs", "x/docs/a", false},
    {"**/docs", "x/docs/a", true},
    {"**/docs", "docs/a", true},
    {"*/img", "docs/img/a.png", true},
    {"*/img", "docs/sub/img/a.png", false},
    {"docs/*", "docs/a", true},
    {"docs/*", "docs/a/b", false},
    {"docs/?", "docs/a/b", false},
    {"docs*", "docs1/a", false},
    {"docs*/", "docs1/a", true},
    {"docs/**", "docs/a/b", true},
    {"docs/**", "docs", false},
    {"\\*", "*/a", true},
    {"/", "/a/b", false},
    {"/srv", "/srv/a", true},
    /* two stars in the middle: no folder, or some */
    {"a/**/b", "a/b", true},
    {"a/**/b", "a/x/b", true},
    {"a/**/b", "a/x/y/b", true},
    {"a/**/b", "a/xb", false},
    {"a/**b", "a/xb", true},
    {"a/**/*.c", "a/b/c.c", true},
    {"a**z", "a/m/z", true},
    {"**/a/**/b/**", "x/a/y/b/z", true},
    {"***", "a/b", true},
    /* falling back */
    {"*a*b", "xaab", true},
    {"*a*b", "xaa/b", false},
    {"**a*b", "a/xab", true},
    {"**ab*cd", "abab/abxcd", true},
    {"**/x*y/z", "x/xay/x1y/z", true},
};

static void by_example(void **state)
{
    (void)state;
    for (size_t i = 0; i < BASE_COUNT(rows); i++) {
        const struct row *r = &rows[i];
        if (glob_match(r->glob, strlen(r->glob), r->path, strlen(r->path)) != r->matches)
            fail_msg("'%s' and '%s': expected %s", r->glob, r->path, r->matches ? "a match" : "none");
    }
}

/* ---- a matcher that tries everything, for ASCII without classes and escapes ------------------------------------ */

static bool slow(const char *glob_start, const char *g, const char *p, bool names_folder)
{
    if (*g == '\0')
        return *p == '\0' || (names_folder && *p == '/');
    if (g[0] == '*' && g[1] == '*') {
        const char *after = g;
        while (*after == '*')
            after++;
        bool folders = *after == '/' && (g == glob_start || g[-1] == '/');
        if (folders && slow(glob_start, after + 1, p, names_folder))
            return true;
        for (;; p++) {
            if (folders ? *p == '/' && slow(glob_start, after + 1, p + 1, names_folder)
                        : slow(glob_start, after, p, names_folder))
                return true;
            if (*p == '\0')
                return false;
        }
    }
    if (*g == '*') {
        for (;; p++) {
            if (slow(glob_start, g + 1, p, names_folder))
                return true;
            if (*p == '\0' || *p == '/')
                return false;
        }
    }
    return *p != '\0' && (*g == *p || (*g == '?' && *p != '/')) && slow(glob_start, g + 1, p + 1, names_folder);
}

static bool slow_match(const char *glob, const char *path)
{
    char kept[32];
    size_t len = strlen(glob);
    memcpy(kept, glob, len + 1);
    while (len > 1 && kept[len - 1] == '/')
        kept[--len] = '\0';
    const char *slash = strrchr(kept, '/');
    bool plain = strpbrk(slash == NULL ? kept : slash, "*?") == NULL;
    return slow(kept, kept, path, len > 0 && (plain || len < strlen(glob)));
}

static uint32_t random_state = 2463534242u;

static size_t random_below(size_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % n;
}

static void random_text(char *out, size_t most, const char *letters)
{
    size_t len = random_below(most), n = strlen(letters);
    for (size_t i = 0; i < len; i++)
        out[i] = letters[random_below(n)];
    out[len] = '\0';
}

static void at_random(void **state)
{
    (void)state;
    size_t matches = 0;
    for (int i = 0; i < 400000; i++) {
        char glob[16], path[16];
        random_text(glob, 10, "ab/**?/*");
        random_text(path, 12, "aab/");
        bool got = glob_match(glob, strlen(glob), path, strlen(path)), wanted = slow_match(glob, path);
        matches += wanted;
        if (got != wanted)
            fail_msg("'%s' and '%s': expected %s", glob, path, wanted ? "a match" : "none");
    }
    assert_true(matches > 10000);
}

/* Stars that could be tried in very many ways take no long time. */
static void many_stars(void **state)
{
    (void)state;
    char glob[2001], path[301];
    for (size_t i = 0; i < 1000; i++)
        memcpy(glob + 2 * i, "*a", 2);
    memset(path, 'a', sizeof path);
    glob[2000] = 'b';
    clock_t begin = clock();
    assert_false(glob_match(glob, sizeof glob, path, sizeof path));
    memcpy(glob, "**/**", 5);
    assert_false(glob_match(glob, sizeof glob, path, sizeof path));
    assert_true(clock() - begin < 5 * CLOCKS_PER_SEC);
}

static void wildcards(void **state)
{
    (void)state;
    assert_true(glob_has_wildcard("a*", 2));
    assert_true(glob_has_wildcard("[a]", 3));
    assert_true(glob_has_wildcard("\\a", 2));
    assert_false(glob_has_wildcard("docs/a.txt", 10));
    assert_false(glob_has_wildcard("", 0));
}

static void open_brackets(void **state)
{
    (void)state;
    static const struct {
        const char *glob;
        size_t open; /* SIZE_MAX: none */
    } globs[] = {
        {"", SIZE_MAX},    {"a[b]c", SIZE_MAX}, {"[]]", SIZE_MAX},    {"[!]]", SIZE_MAX}, {"\\[", SIZE_MAX},
        {"[[]", SIZE_MAX}, {"a]", SIZE_MAX},    {"[a\\]]", SIZE_MAX}, {"[", 0},           {"a/[b", 2},
        {"[a][", 3},       {"[]", 0},           {"[!]", 0},           {"[a\\]", 0},       {"\\[[a-", 2},
    };
    for (size_t i = 0; i < sizeof globs / sizeof *globs; i++) {
        size_t len = strlen(globs[i].glob), open = globs[i].open == SIZE_MAX ? len : globs[i].open;
        if (glob_open_bracket(globs[i].glob, len) != open)
            fail_msg("'%s': %zu instead of %zu", globs[i].glob, glob_open_bracket(globs[i].glob, len), open);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_example), cmocka_unit_test(at_random),     cmocka_unit_test(many_stars),
        cmocka_unit_test(wildcards),  cmocka_unit_test(open_brackets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
