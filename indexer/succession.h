/* succession.h - from the live generation to the next: dead documents become tombstones, small and mostly dead segments
 * are merged, the others stay as they are. It reads no files of documents.
 * Governed by ARCHITECTURE.md, "Deletion and merging". SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SUCCESSION_H
#define VERBATIM_SUCCESSION_H

#include <pthread.h>

#include "indexer/ledger.h"
#include "indexer/pipeline.h"
#include "lib/base.h"
#include "lib/err.h"
#include "store/build.h"
#include "store/snapshot.h"

/* Tombstones are written by a thread of their own, while the build joins what is new. */
struct succession {
    const struct snapshot *held; /* borrowed, as all down to manifest */
    const struct ledger_dead *dead;
    struct build *build;
    const char *index_dir;
    struct manifest *manifest;
    struct tier *tiers; /* owned */
    struct pipeline_tasks tasks;
    size_t n_merged;
    struct succession_kept *kept; /* owned; the segments that lose documents and stay */
    size_t n_kept;
    bool threaded;
    pthread_t thread;
    enum status status; /* of the thread, as the next one */
    struct err err;
};

/* Called when all new documents are in the build. Fills in the manifest's segments that stay, begins to write their
 * tombstones, and feeds the documents of the others to the build. dead: one for each segment of held. */
enum status succession_begin(struct succession *s, struct pipeline_options *options, struct err *err);
/* Before the manifest is published: waits for the tombstones, which it then tells of. */
enum status succession_finish(struct succession *s, struct err *err);
void succession_release(struct succession *s); /* safe on a zeroed one; waits, too */

#endif
