/* chunk_writer.h - what adding documents to a chunk takes, whether they are new (chunk.c) or of segments that are
 * merged (chunk_merge.c). SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_CHUNK_WRITER_H
#define VERBATIM_CHUNK_WRITER_H

#include "lib/token.h"
#include "store/build_parts.h"
#include "store/segment.h"

/* What is needed only while documents are added. */
struct chunk_writer {
    struct tokenizer *tokenizer;
    struct file_writer files[CHUNK_FILES]; /* but the text's, which is in text */
    struct text_writer text;
    uint64_t text_off; /* of the next document, from the chunk's beginning */
    /* of the document at hand */
    struct wordtab_batch batch; /* words not yet counted */
    uint32_t *distinct;         /* owned; numbers of its words */
    size_t n_distinct, distinct_cap;
    struct segment_place *places;
    size_t n_places, places_cap;
    struct segment_break *breaks;
    size_t n_breaks, breaks_cap;
    struct buf bytes;
};

/* Begins a document: its record so far, where the rest is filled in. */
struct chunk_doc chunk_begin_doc(struct chunk *chunk, const char *path, size_t path_len, uint32_t text_len);
/* Counts an occurrence of each of at most WORDTAB_BATCH words of the chunk's table; false when memory ran out. */
bool chunk_count_words(struct chunk *chunk, const uint32_t *numbers, size_t n);
enum status chunk_add_names(struct chunk_writer *w, const struct document *doc, struct err *err);
/* Writes what is in w->bytes to a scratch file. */
enum status chunk_put_bytes(struct chunk_writer *w, enum chunk_file file, struct err *err);
void chunk_end_doc(struct chunk *chunk, struct chunk_doc *added);

#endif
