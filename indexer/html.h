/* html.h - an HTML document as a stream of text and tags, as the tokenizer of the HTML standard has it, with the place
 * of each in the source. It builds no tree: what is text does not depend on one, and a tree costs memory without bound
 * for some small pages, and time that grows with the square of the nesting. HTML inside Markdown is rawhtml.h's.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_HTML_H
#define VERBATIM_HTML_H

#include "indexer/rawhtml.h"
#include "lib/base.h"

/* A tag; all is borrowed from the source. */
struct html_tag {
    const char *name;
    size_t name_len;
    const char *attributes, *end; /* from behind the name to the `>` */
    enum rawhtml_tag kind;
    bool closing;
};

/* Where the text and the tags go; offsets are those of the source. What no reader shows (comments, scripts, styles,
 * templates) is left out; the text of a title comes between its tags. */
struct html_sink {
    void (*text)(void *user, size_t off, size_t len);
    void (*decoded)(void *user, size_t off, const char *bytes, size_t len); /* a character reference */
    void (*tag)(void *user, const struct html_tag *tag);
};

/* Reads the whole of a document, in time proportional to its length and no memory. */
void html_read(const char *source, size_t len, const struct html_sink *sink, void *user);

bool html_tag_is(const struct html_tag *tag, const char *name); /* name in lower case */

/* The value of an attribute, borrowed, its references not decoded; false when the tag has none of that name. */
bool html_attribute(const struct html_tag *tag, const char *name, const char **value, size_t *len);

/* The charset that a <meta> in the first bytes declares: its name with a NUL in `name`, at most size bytes. */
bool html_declared_charset(const char *bytes, size_t len, char *name, size_t size);

#endif
