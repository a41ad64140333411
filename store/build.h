/* build.h - writing a new generation: documents -> chunks (one thread each, nothing shared) -> segments -> publish.
 *
 * A chunk is a run of documents that one thread tokenizes into its own scratch files: words as ids of the chunk's own
 * vocabulary, each document's postings, text blocks, places. build_append takes finished chunks in order; when the
 * memory budget is used up, or at the end, the chunks taken so far become one segment: vocabularies joined and ranked,
 * words recoded, and meanwhile, by another thread, postings taken, Xapian's part made. What is in a segment depends on
 * the documents and their cutting into chunks only, never on the number of threads. Nothing that is live is touched
 * until build_publish, which renames `current`.
 *
 * Memory. A segment being gathered or joined takes the budget, and up to 64 MiB of rows of bits, 8 MiB of pairs, 24 MiB
 * of words in blocks and 4 bytes a word, and Xapian's 30 MiB while it is joined. A chunk takes 1 MiB, and 50 to 70
 * bytes and its own length for each distinct word: 5 MiB for 4 MiB of prose, 35 MiB for a book of 64 MB. A chunk of
 * more words than the budget holds becomes a segment by itself, which is the worst case: 64 MB of base64 in one
 * document (2.4 million words) take 240 MiB in all, of random numbers (7 million) 500 MiB. The document's text is the
 * caller's, and comes on top.
 * Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_BUILD_H
#define VERBATIM_BUILD_H

#include "lib/base.h"
#include "lib/err.h"
#include "store/document.h"
#include "store/manifest.h"
#include "store/segment.h"

struct build;
struct chunk;

struct build_options {
    size_t memory_budget;  /* bytes for joining a segment; 0: the default, 160 MiB */
    unsigned segment_docs; /* cut a segment after so many documents; 0: no such bound (for tests) */
    const char *language;  /* of stems: that of the manifest; NULL: "en" */
    int deflate_level;     /* of the texts, 1..12; 0: the default */
};

/* Sum of file sizes, in bytes, at which the caller should end a chunk and begin the next: its words still fit the
 * processor's cache. Larger ones share the work out worse. */
enum { BUILD_CHUNK_BYTES = 1 << 22 };

/* Starts a generation in an index folder whose lock the caller holds (lock.h): makes the scratch folder. */
enum status build_begin(const char *index_dir, const struct build_options *options, struct build **out,
                        struct err *err);

/* One chunk's life, all in one thread: new, add..., finish; then build_append in the coordinating thread. number: any
 * that no other chunk of the build has. After a failure a chunk is good only for freeing. The document is borrowed for
 * the call. */
enum status chunk_new(struct build *build, uint64_t number, struct chunk **out, struct err *err);
enum status chunk_add(struct chunk *chunk, const struct document *doc, struct err *err);
/* Adds documents [first, end) of a segment, but those that are dead and those that dead lists (ascending). The
 * segment's bytes must have been verified: what is damaged there and not met as such would get a good checksum. */
enum status chunk_merge(struct chunk *chunk, const struct segment *segment, uint32_t first, uint32_t end,
                        const uint32_t *dead, size_t n_dead, struct err *err);
enum status chunk_finish(struct chunk *chunk, struct err *err);
void chunk_free(struct chunk *chunk); /* safe on NULL; deletes its scratch files unless they were appended */

/* Takes a finished chunk over (the pointer is gone whatever the status). Call in order of documents, one call at a
 * time; other threads may go on with their chunks meanwhile. */
enum status build_append(struct build *build, struct chunk *chunk, struct err *err);

/* The number of the generation, for tombs.h and known.h; bytes of text appended so far. */
uint64_t build_generation(const struct build *build);
uint64_t build_text(const struct build *build);

/* Writes what is left as a segment: what build_publish does first. */
enum status build_flush(struct build *build, struct err *err);

/* Writes what is left, syncs every file and folder, and publishes a generation that holds the segments that the
 * manifest lists, which stay as they are, then the new ones, and the manifest's roots, language, skip count and table
 * of files (its other fields are filled in here). */
enum status build_publish(struct build *build, struct manifest *manifest, struct err *err);

/* Removes the scratch folder and, when nothing was published, all that has the generation's name. Safe on NULL. */
void build_free(struct build *build);

#endif
