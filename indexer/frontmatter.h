/* frontmatter.h - the block of metadata that a Markdown file may begin with: YAML between lines of `---`, TOML between
 * lines of `+++`. It reads the title and the date and no other key, and of YAML and TOML only what those two are
 * written in. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_FRONTMATTER_H
#define VERBATIM_FRONTMATTER_H

#include "lib/base.h"
#include "lib/buf.h"

struct frontmatter {
    size_t end;       /* offset of the first line behind it; 0 when there is none */
    struct buf title; /* empty when there is none; line breaks are spaces */
    int64_t date;     /* seconds since 1970 UTC, or DOCUMENT_NO_DATE */
    struct buf value; /* of the key being read */
};

/* Reads what the text begins with into f, which is zeroed or was used before. The first of the keys date, published
 * (pubdate, publishDate), created that holds a date is the date. False when memory ran out. */
bool frontmatter_read(struct frontmatter *f, const char *text, size_t len);
void frontmatter_release(struct frontmatter *f);

/* A date as metadata has it: 2022-11-01, 2022-11-01T09:30:00Z, 2022-11-01 09:30 +02:00 and the like, to seconds since
 * 1970 UTC; false when it is none. */
bool frontmatter_date(const char *text, size_t len, int64_t *seconds);

#endif
