/* large.h - memory for large tables, asked for in large pages: touching it first costs a tenth, and so does what the
 * processor looks up to find it. Where there are none it is memory as any other.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_LARGE_H
#define VERBATIM_LARGE_H

#include "lib/base.h"

/* To be freed with free(). NULL when memory ran out. */
void *large_alloc(size_t len);
void *large_zeroed(size_t len);

#endif
