/* terms.h - writing the part `terms`: Xapian's posting lists of the words that the segment does not keep itself
 * (holders.h). SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_TERMS_H
#define VERBATIM_TERMS_H

#include "store/build_parts.h"

/* Of the chunks gathered, at dst, not yet synced. It reads the build and changes nothing, so that another thread may
 * write the other parts meanwhile. */
enum status terms_write(const struct build *b, const char *dst, struct err *err);

#endif
