/* held.h - what the live generation holds, asked before a run replaces it: nothing disappears by accident. It changes
 * nothing. Governed by doc/verbatim-indexer.1, "What stays". SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_HELD_H
#define VERBATIM_HELD_H

#include "indexer/roots.h"
#include "lib/base.h"
#include "lib/err.h"

struct snapshot;
struct held {
    struct snapshot *snapshot; /* NULL: no generation; then nothing is held */
};

/* Opens the live generation; one that does not exist holds nothing. */
enum status held_open(struct held *h, const char *index_dir, struct err *err);
void held_close(struct held *h); /* safe on a zeroed one */

/* Whether a document with this stored path is held. */
enum status held_has(const struct held *h, const char *path, size_t path_len, bool *has, struct err *err);

/* Whether one is held whose stored path begins so (a folder's, with its slash). */
enum status held_below(const struct held *h, const char *prefix, bool *has, struct err *err);

/* Sets lost[i] for each root of which documents are held but the walk found no file and none of them is there any more:
 * a disk that is not mounted looks like this. `lost` has room for all roots. */
enum status held_lost_roots(const struct held *h, const struct root_list *roots, bool *lost, struct err *err);

#endif
