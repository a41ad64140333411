/* filter.h - which files a run wants: hidden names, --include and --exclude. It opens nothing; size is the reader's.
 * Governed by doc/verbatim-indexer.1. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_FILTER_H
#define VERBATIM_FILTER_H

#include "indexer/options.h"

/* Whether to go into a folder, or to take a file, by its path below the root (no leading slash, its last part is the
 * name). What a root itself is called never matters. */
bool filter_enters(const struct options *o, const char *below, size_t len);
bool filter_takes(const struct options *o, const char *below, size_t len);

#endif
