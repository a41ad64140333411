/* succession.h - from the live generation to the next: dead documents become tombstones, small and mostly dead segments
 * are merged, the others stay as they are. It reads no files of documents.
 * Governed by ARCHITECTURE.md, "Deletion and merging". SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SUCCESSION_H
#define VERBATIM_SUCCESSION_H

#include "indexer/ledger.h"
#include "indexer/pipeline.h"
#include "lib/base.h"
#include "lib/err.h"
#include "store/build.h"
#include "store/snapshot.h"

/* Called when all new documents are in the build. Fills in the manifest's segments that stay, writes their tombstones,
 * and feeds the documents of the others to the build. dead: one for each segment of held. */
enum status succession_run(const struct snapshot *held, const struct ledger_dead *dead, struct build *build,
                           const char *index_dir, struct pipeline_options *options, struct manifest *manifest,
                           struct err *err);

#endif
