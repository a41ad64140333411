/* load_check.h - replies of the daemon taken out of a stream, and compared: the same query gets the same answer from
 * the same generation. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_LOAD_CHECK_H
#define VERBATIM_LOAD_CHECK_H

#include "lib/base.h"

/* The reply that is being read. */
struct load_reply {
    bool in_rows;
    uint64_t rows_left, generation;
    uint64_t hash; /* of all bytes but those that tell times */
    bool whole;    /* complete=yes, or no such key */
    unsigned code; /* of an ERR line; 0: OK */
};

/* Takes a line without its newline; raw: every line is a reply. True when the reply has ended. */
bool load_reply_line(struct load_reply *r, const char *line, size_t len, bool raw);

/* The first answer to each query of each generation. */
struct load_answers;
struct load_answers *load_answers_new(size_t n_queries); /* NULL: no memory */
void load_answers_free(struct load_answers *a);

/* Whether an answer is the first one, or the same as that. What was cut short or refused has nothing to say. */
bool load_answers_agree(struct load_answers *a, size_t query, const struct load_reply *r);

#endif
