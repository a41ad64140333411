/* inverted.h - writing the parts `holders` and `terms` of a segment from its chunks: which documents hold a word, and
 * how often. The words that the segment does not keep itself (holders.h) are Xapian's.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_INVERTED_H
#define VERBATIM_INVERTED_H

#include "store/build_parts.h"

/* codes: by number in the segment's table, of rank_words. It reads the build and changes nothing, so that another
 * thread may write other parts meanwhile. */
enum status inverted_write(const struct build *b, const uint32_t *codes, char *const paths[PARTS_COUNT],
                           struct parts *parts, struct err *err);

#endif
