/* test_reader_nomem.c - indexer: whichever allocation of a reader fails, the document is the same or there is none.
 * Mail is left out: GLib ends the program. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/malloc_help.h"
#include "tests/unit/reader_help.h"

/* What is kept of a document. */
struct kept {
    char text[1000], title[100];
    int64_t date;
};

static bool keep(void *user, struct document *doc)
{
    struct kept *k = user;
    assert_true(doc->text_len < sizeof k->text && doc->title_len < sizeof k->title);
    memcpy(k->text, doc->text, doc->text_len);
    if (doc->title_len > 0)
        memcpy(k->title, doc->title, doc->title_len);
    k->date = doc->date;
    return true;
}

static enum read_result read_kept(const char *path, const char *source, size_t len, struct kept *k)
{
    struct reader_sink sink = {.document = keep, .user = k};
    struct reading r = reading_of(path, &sink);
    memset(k, 0, sizeof *k);
    enum read_result result = input_from_memory(&input, source, len);
    return result == READ_OK ? reader_read(&r) : result;
}

/* Each time in new rooms, so that every one of them is made. */
static void read_without(const char *path, const char *source, size_t len, bool guessed)
{
    struct kept whole, got;
    assert_int_equal(read_kept(path, source, len, &whole), READ_OK);
    release_reader();
    long at = 1;
    for (bool failed = true; failed; at++) {
        atomic_store(&malloc_fault.left, at);
        enum read_result result = read_kept(path, source, len, &got);
        failed = atomic_exchange(&malloc_fault.left, 0) <= 0;
        bool same = guessed || memcmp(&got, &whole, sizeof got) == 0;
        if (result != READ_NOMEM && !(result == READ_OK && same))
            fail_msg("%s, allocation %ld: result %d, title '%s', text '%.60s'", path, at, (int)result, got.title,
                     got.text);
        release_reader();
    }
    assert_true(at > 2);
}

/* A string literal. */
#define READ_WITHOUT(path, source) read_without(path, source, sizeof(source) - 1, false)

/* They stay loaded: where there is no memory for loading one, glibc says that there is none of that name. */
static const char *const sets[] = {"KOI8-R", "WINDOWS-1251", "WINDOWS-1252"};
static iconv_t converters[BASE_COUNT(sets)];

static int load_sets(void **state)
{
    (void)state;
    for (size_t i = 0; i < BASE_COUNT(sets); i++) {
        converters[i] = iconv_open("UTF-8", sets[i]);
        assert_true(converters[i] != (iconv_t)-1);
    }
    return 0;
}

static int unload_sets(void **state)
{
    (void)state;
    for (size_t i = 0; i < BASE_COUNT(sets); i++)
        iconv_close(converters[i]);
    return 0;
}

static void test_text(void **state)
{
    (void)state;
    if (!OWN_MALLOC)
        skip();
    READ_WITHOUT("a.txt", "a wall, and a lamp that the harbour keeps lit\n");
    READ_WITHOUT("a.txt", "caf\xC3\xA9 \xFF and caf\xC3\xA9, na\xC3\xAFve, d\xC3\xA9j\xC3\xA0\n"); /* nearly UTF-8 */
    READ_WITHOUT("a.txt", "\xFF\xFEh\0\xE9\0\n\0");                                /* marked as UTF-16 */
    READ_WITHOUT("a.txt", "# -*- coding: koi8-r -*-\n\xF0\xD2\xC9\xD7\xC5\xD4\n"); /* declared */
    static const char guessed[] =
        "\xC2\xE5\xF7\xE5\xF0\xEE\xEC \xE2 \xEF\xEE\xF0\xF2\xF3 \xE3\xEE\xF0\xE8\xF2 \xF1\xE2\xE5\xF2, "
        "\xE8 \xEB\xEE\xE4\xEA\xE8 \xE8\xE4\xF3\xF2 \xE4\xEE\xEC\xEE\xE9\n";
    read_without("a.txt", guessed, sizeof guessed - 1, true); /* with less memory uchardet guesses otherwise */
}

static void test_markup(void **state)
{
    (void)state;
    if (!OWN_MALLOC)
        skip();
    READ_WITHOUT("a.md",
                 "---\ntitle: The long way home, past the wall and over the bridge to the old harbour light\n"
                 "author: nobody in particular, though somebody must have written it down some time ago\n"
                 "date: 2022-11-01\n---\n# Home\n\nA [word](x) and a note[^1] &amp; more.\n\n[^1]: This one.\n");
    READ_WITHOUT("b.md", "# The `long` way &amp; home\n\nA <b>word</b>.\n");
    READ_WITHOUT("a.html", "<html><head><title>The long\n way</title><meta name=date content=2022-11-01></head>"
                           "<body><h1>Home</h1><p>A word &eacute; and<br>more.<pre>as it\n is</pre></body></html>");
    READ_WITHOUT("b.html", "<h1>Home &amp; away</h1><p>A word.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_markup),
    };
    return cmocka_run_group_tests(tests, load_sets, unload_sets);
}
