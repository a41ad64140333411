/* nearest.h - words of the index that are near to words of a query that it lacks: within one edit, else within two.
 * It asks with `explain`, whose rows list what a fuzzy word stands for. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_NEAREST_H
#define VERBATIM_NEAREST_H

#include "client/source.h"
#include "lib/query.h"

/* Says that nothing was found, and for each word of the query that the index lacks what is near to it. */
void nearest_say(struct source *source, const struct query *query);

#endif
