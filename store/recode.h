/* recode.h - writing the parts `words`, `docs`, `pairs` and `holders` of a segment from its chunks: numbers of words
 * become codes, and offsets are moved to where the chunk's bytes come to stand.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_RECODE_H
#define VERBATIM_RECODE_H

#include "store/build_parts.h"

/* codes: by number in the segment's table, of rank_words. */
enum status recode_segment(const struct build *b, const uint32_t *codes, char *const paths[PARTS_COUNT],
                           struct parts *parts, struct err *err);

#endif
