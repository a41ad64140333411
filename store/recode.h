/* recode.h - writing the parts `words`, `docs`, `pairs` and `blocks` of a segment from its chunks: numbers of words
 * become codes, and offsets are moved to where the chunk's bytes come to stand.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_RECODE_H
#define VERBATIM_RECODE_H

#include "store/bigrams.h"
#include "store/build_parts.h"

/* What other parts are made of. */
struct recoded {
    struct bigrams_counts pairs;
    uint64_t *starts; /* owned; where each document begins in the body of `words`, and the last one ends */
};

/* codes: by number in the segment's table, of rank_words. *out is to be released whatever the status. */
enum status recode_segment(const struct build *b, const uint32_t *codes, char *const paths[PARTS_COUNT],
                           struct parts *parts, struct recoded *out, struct err *err);
void recoded_release(struct recoded *r); /* safe on a zeroed one */

#endif
