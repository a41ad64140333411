/* heading.h - the first heading of a document that is being built: its title when nothing else is. It knows no markup
 * language. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_HEADING_H
#define VERBATIM_HEADING_H

#include "indexer/markup.h"
#include "lib/base.h"
#include "lib/buf.h"
#include "store/document.h"

struct heading {
    const struct markup *m; /* borrowed */
    bool inside;            /* the first heading, or none was met that has text */
    size_t from;            /* length of the text before the heading that is being read */
    int64_t start, end;     /* bytes of the text; below zero while unknown */
};

void heading_init(struct heading *h, const struct markup *m);
void heading_begin(struct heading *h);
void heading_piece(struct heading *h); /* after each piece of text that was written */
void heading_end(struct heading *h);

/* Makes the heading the title of a document, if there is one; the words go into `out`. */
void heading_title(const struct heading *h, struct buf *out, struct document *doc);

/* Sets out to a title with each run of white space as one space, none at the ends. */
void heading_squeeze(struct buf *out, const char *title, size_t len);

#endif
