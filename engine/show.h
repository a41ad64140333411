/* show.h - what rows share: cutting text for people, control bytes, paths that may be any bytes.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SHOW_H
#define VERBATIM_SHOW_H

#include "engine/excerpt.h"

#define SHOW_ELLIPSIS "\xe2\x80\xa6"
enum { SHOW_ELLIPSIS_BYTES = 3 };

/* C0 controls and DEL; a row shows a space in their place. */
static inline bool show_is_control(unsigned char c)
{
    return c < 0x20 || c == 0x7f;
}

/* Appends len bytes of valid UTF-8, cleaned, cut to EXCERPT_MAX_BYTES on a character with an ellipsis. */
void show_cut(struct buf *out, const char *text, size_t len);

/* Appends the first line of a document's text that holds a word, cut; nothing when there is none. */
enum status excerpt_first_line(struct searcher *s, const struct segment *segment, uint32_t doc, struct buf *out,
                               struct err *err);

#endif
