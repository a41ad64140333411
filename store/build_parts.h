/* build_parts.h - what chunk.c, build.c and the files that join chunks into a segment share.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_BUILD_PARTS_H
#define VERBATIM_BUILD_PARTS_H

#include "lib/base.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "store/build.h"
#include "store/docs.h"
#include "store/file.h"
#include "store/names.h"
#include "store/parts.h"
#include "store/text.h"
#include "store/wordtab.h"

/* The scratch files of a chunk, each named PREFIX.KIND. */
enum chunk_file {
    CHUNK_IDS,      /* numbers of words in the chunk's table, title apart then body, document after document */
    CHUNK_POSTINGS, /* each document's distinct words, with their occurrences in it; both as in scratch.h */
    CHUNK_DOCS,     /* struct chunk_doc after struct chunk_doc */
    CHUNK_NAMES,    /* as in the part docs */
    CHUNK_PLACES,   /* as in the part places */
    CHUNK_TEXT,     /* blocks as in the part text */
    CHUNK_FILES
};

/* Written as it is: scratch never leaves the machine or the run. Offsets count from the chunk's beginning. */
struct chunk_doc {
    struct docs_record record; /* words_off and title_len are not known yet */
    uint32_t path_hash;
    uint32_t n_postings; /* distinct words */
};

/* What remains of a chunk once its words are in the segment's table. */
struct chunk_done {
    char *prefix; /* owned; path that the scratch files begin with */
    uint32_t n_docs;
    uint64_t n_words; /* positions */
    struct docs_record most; /* words and headings of its longest documents (docs_raise), and where its text ends */
    uint32_t n_ids;   /* words of its own table */
    uint64_t n_postings; /* distinct words of each document, of all documents */
    struct file_seal seals[CHUNK_FILES];
    struct text_block *blocks; /* owned */
    size_t n_blocks;
};

char *chunk_path(const struct chunk_done *done, enum chunk_file file);   /* to be freed; NULL: no memory */
void chunk_done_release(struct chunk_done *done);                        /* frees; files stay */
enum status chunk_done_remove(struct chunk_done *done, struct err *err); /* the scratch files */

struct chunk {
    const struct build *build; /* read only: its options never change */
    struct wordtab words;
    struct chunk_done done;
    struct chunk_writer *writer; /* until it is finished */
};

struct build {
    char *index_dir, *scratch, *language; /* owned */
    struct build_options options;
    uint64_t generation;
    struct wordtab words;       /* of the segment being gathered */
    struct file_writer numbers; /* scratch: for each chunk, number in `words` of each of its words, uint32_t */
    char *numbers_path;         /* owned */
    size_t n_numbers;
    struct chunk_done *chunks; /* of that segment, in order */
    size_t n_chunks, chunks_cap;
    uint64_t n_docs;
    uint64_t text_len; /* bytes of text of all chunks, those of segments written included */
    struct manifest_segment *segments; /* written so far */
    size_t n_segments, segments_cap;
};

/* Writes the gathered chunks as the segment with the next ordinal; the caller then forgets them. */
enum status join_segment(struct build *b, struct manifest_segment *entry, struct err *err);

/* Writes the part `text` of the chunks' blocks. The parts `docs` and `words` are written already: they tell where the
 * codes of each block's words begin. */
enum status text_join(const struct build *b, char *const paths[PARTS_COUNT], struct file_seal *seal, struct err *err);
/* Appends a scratch file of a chunk. */
void join_scratch(struct file_writer *w, const struct chunk_done *chunk, enum chunk_file file);

#endif
