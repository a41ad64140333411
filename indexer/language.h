/* language.h - the language of an index: the stemmer that `~word` in a query uses. It stems nothing.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_LANGUAGE_H
#define VERBATIM_LANGUAGE_H

#include "lib/base.h"
#include "lib/err.h"

#define LANGUAGE_DEFAULT "en"

/* ST_USAGE with the known names when no stemmer has this code or name. */
enum status language_check(const char *language, struct err *err);

/* Whether two codes or names mean the same stemmer: "en" and "english". */
bool language_same(const char *a, const char *b);

#endif
