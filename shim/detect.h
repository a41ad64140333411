/* detect.h - the C face of uchardet: the encoding that bytes look like. It is C++ behind its C functions, and throws
 * where memory runs out; here that is a status. It converts nothing. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_DETECT_H
#define VERBATIM_DETECT_H

#ifdef __cplusplus
#include <cstddef>
#define DETECT_NOEXCEPT noexcept
extern "C" {
#else
#include <stddef.h>
#define DETECT_NOEXCEPT
#endif

#include "lib/base.h"

struct uchardet; /* a detector, for one thread at a time */

/* *d is NULL before the first call. *charset is a name for iconv, or "" when there is none: borrowed from *d until the
 * next call. ST_NOMEM. */
enum status detect_charset(struct uchardet **d, const char *bytes, size_t len, const char **charset) DETECT_NOEXCEPT;
void detect_free(struct uchardet *d) DETECT_NOEXCEPT; /* NULL is fine */

#ifdef __cplusplus
}
#endif
#undef DETECT_NOEXCEPT

#endif
