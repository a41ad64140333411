/* htmltext.h - HTML to plain text whose lines are not those of the source: paragraphs apart, blanks one. For mail.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_HTMLTEXT_H
#define VERBATIM_HTMLTEXT_H

#include "lib/base.h"
#include "lib/buf.h"

/* Appends the text of a page, without its title, to out. The page is valid UTF-8. */
void htmltext_add(struct buf *out, const char *page, size_t len);

#endif
