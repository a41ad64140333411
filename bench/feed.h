/* feed.h - reading what bench_feed wrote: documents, one after the other, as words and as text. For C and C++.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_FEED_H
#define VERBATIM_FEED_H

#include <stdio.h>
#include <stdlib.h>

struct feed_document {
    char *data; /* words, a newline, text, a newline; owned */
    size_t cap;
    const char *words, *text; /* into data */
    size_t words_len, text_len;
    unsigned long long number;
};

/* The next document of a feed: 1; 0 at its end, -1 when it is cut short or memory ran out. */
static inline int feed_next(FILE *feed, struct feed_document *doc)
{
    if (fscanf(feed, "%zu %zu %llu", &doc->words_len, &doc->text_len, &doc->number) != 3)
        return feof(feed) && !ferror(feed) ? 0 : -1;
    size_t len = doc->words_len + doc->text_len + 2;
    if (len > doc->cap) {
        char *data = (char *)realloc(doc->data, len);
        if (data == NULL)
            return -1;
        doc->data = data;
        doc->cap = len;
    }
    if (getc(feed) != '\n' || fread(doc->data, 1, len, feed) != len)
        return -1;
    doc->words = doc->data;
    doc->text = doc->data + doc->words_len + 1;
    return 1;
}

#endif
