/* test_date.c - lib/date: every day of 10,000 years, the forms a query may use, and what is no date.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "lib/date.h"

static bool is_leap(int year)
{
    return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
}

/* Counts the days one by one, with a calendar of its own. */
static void test_every_day(void **state)
{
    (void)state;
    static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t days = date_to_days((struct date){1, 1, 1});
    assert_int_equal(days, -719162);
    for (int year = 1; year <= 9999; year++) {
        for (unsigned month = 1; month <= 12; month++) {
            unsigned length = lengths[month - 1] + (month == 2 && is_leap(year));
            assert_int_equal(date_days_in_month(year, month), length);
            for (unsigned day = 1; day <= length; day++, days++) {
                struct date date = date_from_days(days);
                assert_int_equal(date_to_days((struct date){year, month, day}), days);
                assert_true(date.year == year && date.month == month && date.day == day);
            }
        }
    }
}

static void test_times(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *day;
    } cases[] = {
        {0, "1970-01-01"},          {86399, "1970-01-01"},      {86400, "1970-01-02"},     {-1, "1969-12-31"},
        {-86400, "1969-12-31"},     {-86401, "1969-12-30"},     {951782400, "2000-02-29"}, {1669852799, "2022-11-30"},
        {4107542399, "2100-02-28"}, {4107542400, "2100-03-01"},
    };
    for (size_t i = 0; i < BASE_COUNT(cases); i++) {
        char text[DATE_TEXT];
        date_format(date_from_time(cases[i].seconds), text);
        assert_string_equal(text, cases[i].day);
    }
}

static void test_spans(void **state)
{
    (void)state;
    static const struct {
        const char *text, *first, *last;
    } cases[] = {
        {"2022-11-30", "2022-11-30", "2022-11-30"}, {"2022-11", "2022-11-01", "2022-11-30"},
        {"2022", "2022-01-01", "2022-12-31"},       {"2024-02", "2024-02-01", "2024-02-29"},
        {"1900-02", "1900-02-01", "1900-02-28"},    {"0001", "0001-01-01", "0001-12-31"},
        {"9999-12", "9999-12-01", "9999-12-31"},
    };
    for (size_t i = 0; i < BASE_COUNT(cases); i++) {
        struct date_span span;
        char text[DATE_TEXT];
        assert_int_equal(date_parse(cases[i].text, strlen(cases[i].text), &span), DATE_OK);
        assert_int_equal(span.first % DATE_SECONDS_A_DAY, 0);
        assert_int_equal((span.last + 1) % DATE_SECONDS_A_DAY, 0);
        date_format(date_from_time(span.first), text);
        assert_string_equal(text, cases[i].first);
        date_format(date_from_time(span.last), text);
        assert_string_equal(text, cases[i].last);
    }
}

static void test_no_dates(void **state)
{
    (void)state;
    static const char *const bad_forms[] = {"",           "2",          "202",         "20222",      "2022-1",
                                            "2022-011",   "2022-11-1",  "2022-11-011", "2022/11/01", "2022-11/01",
                                            "2022-1a-01", " 022-11-01", "+022-11-01",  "yesterday",  "2022-11-0x"};
    static const char *const no_such[] = {"0000",       "2022-00",    "2022-13",    "2022-11-00", "2022-11-31",
                                          "2023-02-29", "1900-02-29", "2022-12-32", "0000-01-01"};
    struct date_span span;
    for (size_t i = 0; i < BASE_COUNT(bad_forms); i++)
        assert_int_equal(date_parse(bad_forms[i], strlen(bad_forms[i]), &span), DATE_BAD_FORM);
    for (size_t i = 0; i < BASE_COUNT(no_such); i++)
        assert_int_equal(date_parse(no_such[i], strlen(no_such[i]), &span), DATE_NO_SUCH);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_spans),
        cmocka_unit_test(test_no_dates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
