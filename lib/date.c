/* date.c - see date.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/date.h"

/* The calendar repeats every 400 years. Counting years from March makes the leap day the last of its year, so that
 * the days before month m (0 is March) are (153 * m + 2) / 5: 0, 31, 61, 92, 122, 153, ... */
enum { DAYS_400 = 146097, DAYS_TO_1970 = 719468 /* from 0000-03-01 */ };

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

unsigned date_days_in_month(int year, unsigned month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

int64_t date_to_days(struct date date)
{
    int64_t month = (date.month + 9) % 12;
    int64_t year = date.year - (date.month <= 2);
    int64_t before = year * 365 + year / 4 - year / 100 + year / 400; /* year >= 0 */
    return before + (153 * month + 2) / 5 + date.day - 1 - DAYS_TO_1970;
}

struct date date_from_days(int64_t days)
{
    int64_t since = days + DAYS_TO_1970;
    int64_t cycle = (since >= 0 ? since : since - (DAYS_400 - 1)) / DAYS_400;
    int64_t in_cycle = since - cycle * DAYS_400; /* 0..146096 */
    int64_t year = (in_cycle - in_cycle / 1460 + in_cycle / 36524 - in_cycle / (DAYS_400 - 1)) / 365;
    int64_t in_year = in_cycle - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * in_year + 2) / 153;
    struct date date = {
        .year = (int)(cycle * 400 + year + (month >= 10)),
        .month = (unsigned)(month < 10 ? month + 3 : month - 9),
        .day = (unsigned)(in_year - (153 * month + 2) / 5 + 1),
    };
    return date;
}

struct date date_from_time(int64_t seconds)
{
    int64_t days = seconds / DATE_SECONDS_A_DAY;
    return date_from_days(days - (seconds % DATE_SECONDS_A_DAY < 0));
}

/* Exactly n digits at p; -1 when there is something else. */
static int digits(const char *p, size_t n)
{
    int value = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9')
            return -1;
        value = value * 10 + (p[i] - '0');
    }
    return value;
}

enum date_parsed date_parse(const char *text, size_t len, struct date_span *out)
{
    if ((len != 4 && len != 7 && len != 10) || (len > 4 && text[4] != '-') || (len > 7 && text[7] != '-'))
        return DATE_BAD_FORM;
    int year = digits(text, 4);
    int month = len > 4 ? digits(text + 5, 2) : 1;
    int day = len > 7 ? digits(text + 8, 2) : 1;
    if (year < 0 || month < 0 || day < 0)
        return DATE_BAD_FORM;
    if (year == 0 || month == 0 || month > 12 || day == 0 || day > (int)date_days_in_month(year, (unsigned)month))
        return DATE_NO_SUCH;
    struct date first = {year, (unsigned)month, (unsigned)day};
    struct date last = first;
    if (len == 4)
        last.month = 12;
    if (len < 10)
        last.day = date_days_in_month(year, last.month);
    out->first = date_to_days(first) * DATE_SECONDS_A_DAY;
    out->last = (date_to_days(last) + 1) * DATE_SECONDS_A_DAY - 1;
    return DATE_OK;
}

static void put_digits(char *p, unsigned value, size_t n)
{
    for (; n > 0; value /= 10)
        p[--n] = (char)('0' + value % 10);
}

void date_format(struct date date, char text[DATE_TEXT])
{
    put_digits(text, (unsigned)date.year, 4);
    put_digits(text + 5, date.month, 2);
    put_digits(text + 8, date.day, 2);
    text[4] = text[7] = '-';
    text[10] = '\0';
}
