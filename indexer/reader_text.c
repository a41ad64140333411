/* reader_text.c - plain text, and whatever no other reader knows: the text is the file. It has no title.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/reader.h"

static enum read_result read_text(struct reading *r)
{
    struct reader_source source;
    enum read_result result = reading_text(r, NULL, &source);
    if (result != READ_OK)
        return result;
    struct document doc = reading_document(r);
    doc.text = source.text;
    doc.text_len = source.len;
    return reading_give(r, &doc);
}

/* Files of these names are text whatever they begin with: a patch looks like mail, and has lines to point at. */
const struct reader reader_text = {"text", ".txt.text.log.patch.diff.", NULL, read_text};
