/* filter.h - path:, ext:, since:, until: what a document is, not what it says.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_FILTER_H
#define VERBATIM_FILTER_H

#include "lib/err.h"
#include "lib/query.h"
#include "store/segment.h"

/* filter: a node of kind QUERY_PATH, QUERY_EXT, QUERY_SINCE or QUERY_UNTIL. */
enum status filter_match(const struct query *filter, const struct segment *segment, uint32_t doc, bool *matched,
                         struct err *err);

#endif
