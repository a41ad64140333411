/* language.c - see language.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/language.h"

#include <string.h>
#include <strings.h>

#include "shim/shim.h"

/* Code and name of one stemmer (ISO 639-1). */
static const char *const names[][2] = {
    {"ar", "arabic"},     {"ca", "catalan"},  {"da", "danish"},     {"de", "german"},    {"en", "english"},
    {"es", "spanish"},    {"eu", "basque"},   {"fi", "finnish"},    {"fr", "french"},    {"ga", "irish"},
    {"hu", "hungarian"},  {"hy", "armenian"}, {"id", "indonesian"}, {"it", "italian"},   {"lt", "lithuanian"},
    {"ne", "nepali"},     {"nl", "dutch"},    {"no", "norwegian"},  {"nb", "norwegian"}, {"nn", "norwegian"},
    {"pt", "portuguese"}, {"ro", "romanian"}, {"ru", "russian"},    {"sv", "swedish"},   {"ta", "tamil"},
    {"tr", "turkish"},
};

enum status language_check(const char *language, struct err *err)
{
    struct shim_stemmer *stemmer = NULL;
    enum status st = shim_stemmer_new(language, &stemmer, err);
    shim_stemmer_free(stemmer);
    if (st != ST_USAGE)
        return st;
    return err_set(err, st, "--language: '%s' is none of: %s (or their two-letter codes)", language,
                   shim_stemmer_languages());
}

static const char *full_name(const char *language)
{
    for (size_t i = 0; i < BASE_COUNT(names); i++) {
        if (strcasecmp(language, names[i][0]) == 0)
            return names[i][1];
    }
    return language;
}

bool language_same(const char *a, const char *b)
{
    return strcasecmp(full_name(a), full_name(b)) == 0;
}
