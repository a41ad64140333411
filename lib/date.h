/* date.h - days of the civil (proleptic Gregorian) calendar, UTC: reading 2022-11-30, 2022-11 and 2022, and writing
 * them. Pure arithmetic; no clock, no time zones, no locale. Governed by doc/query.md, "Filters".
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_DATE_H
#define VERBATIM_DATE_H

#include "lib/base.h"

struct date {
    int year;       /* 1..9999 */
    unsigned month; /* 1..12 */
    unsigned day;   /* 1..31 */
};

enum { DATE_TEXT = sizeof "2022-11-30", DATE_SECONDS_A_DAY = 86400 };

/* Days since 1970-01-01 of a valid date, and back. */
int64_t date_to_days(struct date date);
struct date date_from_days(int64_t days);

/* The day of a time in seconds since 1970, before 1970 too. */
struct date date_from_time(int64_t seconds);

unsigned date_days_in_month(int year, unsigned month);

/* What a date in a query stands for: the seconds since 1970 of its first and its last second. */
struct date_span {
    int64_t first, last;
};

enum date_parsed {
    DATE_OK,
    DATE_BAD_FORM, /* not YYYY-MM-DD, YYYY-MM or YYYY */
    DATE_NO_SUCH   /* the form is right, but the calendar has no such day */
};

/* Reads all len bytes as YYYY-MM-DD, YYYY-MM (the whole month) or YYYY (the whole year). */
enum date_parsed date_parse(const char *text, size_t len, struct date_span *out);

/* Writes YYYY-MM-DD and a NUL. */
void date_format(struct date date, char text[DATE_TEXT]);

#endif
