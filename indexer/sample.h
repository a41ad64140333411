/* sample.h - which words are common in the files to come, by a look at some of them, spread over the whole list, before
 * any chunk is made: the same ones however many threads there are. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SAMPLE_H
#define VERBATIM_SAMPLE_H

#include "indexer/pipeline.h"

/* Tells the build (build_leave_out). Few files, and files that only a filter can read, are not looked at. */
enum status sample_files(const struct pipeline_options *options, struct build *build, struct err *err);

#endif
