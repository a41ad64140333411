/* rawhtml.h - HTML written inside Markdown: which of its bytes are text. It builds no tree and repairs nothing; whole
 * HTML files are another reader's. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_RAWHTML_H
#define VERBATIM_RAWHTML_H

#include "lib/base.h"

enum rawhtml_tag {
    TAG_INLINE,  /* separates nothing: <b>, <a>, <span>, names nobody knows */
    TAG_BREAK,   /* separates words: <br> */
    TAG_BLOCK,   /* ends a block */
    TAG_CELL,    /* ends a block on the same line: <td>, <th> */
    TAG_HEADING, /* <h1> to <h6> */
    TAG_HIDDEN   /* what is inside is no text: <script>, <style> */
};

/* What a tag is, by its name in any case. */
enum rawhtml_tag rawhtml_tag_of(const char *name, size_t len);

/* Where the text and the tags go; offsets are those of the source. */
struct rawhtml_sink {
    void (*text)(void *user, size_t off, size_t len);
    void (*decoded)(void *user, size_t off, const char *bytes, size_t len); /* a character reference */
    void (*tag)(void *user, enum rawhtml_tag tag, bool closing);
};

struct rawhtml {
    const char *source; /* borrowed */
    size_t source_len;
    const struct rawhtml_sink *sink; /* borrowed */
    void *user;
    size_t hidden_until; /* source before this offset is comment, script or style, whatever reads it */
    bool in_tag;
    char quote;        /* inside an attribute's value: its quote */
    bool value_next;   /* behind `=` in a tag */
    char hides;        /* the tag being read opens a script ('c') or style ('t') */
    unsigned unclosed; /* a bit for each kind of end that does not come any more */
};

void rawhtml_begin(struct rawhtml *h, const char *source, size_t len, const struct rawhtml_sink *sink, void *user);

/* The source bytes [off, off + len) are HTML; a tag or comment may run on into the next call. */
void rawhtml_feed(struct rawhtml *h, size_t off, size_t len);

/* A block of Markdown begins or ends: an open tag is forgotten, and what it hid is over unless its end is known. */
void rawhtml_new_block(struct rawhtml *h);

#endif
