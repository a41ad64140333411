/* facts.h - named values as rows "NAME<TAB>VALUE", or all of them as one JSON object, as the request's format asks.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_FACTS_H
#define VERBATIM_FACTS_H

#include "queryd/cmd.h"

struct facts {
    struct reply *reply;
    bool json;
};

void facts_begin(struct facts *f, const struct request *req, struct reply *reply);
void facts_uint(struct facts *f, const char *name, uint64_t v);
void facts_real(struct facts *f, const char *name, double v);
void facts_string(struct facts *f, const char *name, const char *text, size_t len); /* valid UTF-8 */
void facts_time(struct facts *f, const char *name, int64_t seconds);
void facts_end(struct facts *f); /* writes the status line */

#endif
