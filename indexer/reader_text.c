/* reader_text.c - plain text, and whatever no other reader knows: the text is the file. It has no title.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/reader.h"

static enum read_result read_text(struct reader_room *room, const struct reader_source *source, struct document *doc)
{
    (void)room;
    doc->text = source->text;
    doc->text_len = source->len;
    return READ_OK;
}

const struct reader reader_text = {"text", "", read_text};
