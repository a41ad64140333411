/* shim.h - the C face of Xapian: building, compacting and reading inverted indexes without positions, and stemmers.
 *
 * Nothing outside this folder names Xapian. A term is bytes and a length (1..SHIM_TERM_MAX, no NUL), a document a
 * 32-bit number from 1 in each database. Every entry catches every exception and returns a status with a sentence.
 * No object may be used by two threads, not even for reading: each thread opens its own. A shim_postings must be
 * freed before its shim_db is closed.
 * Governed by ARCHITECTURE.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SHIM_H
#define VERBATIM_SHIM_H

#ifdef __cplusplus
#include <cstddef>
#include <cstdint>
#define SHIM_NOEXCEPT noexcept
extern "C" {
#else
#define SHIM_NOEXCEPT
#endif

/* Inside the braces: these are C headers. */
#include "lib/base.h"
#include "lib/err.h"

enum { SHIM_TERM_MAX = 245, SHIM_TERMS_AT_ONCE = 50000 };

/* ---- building ------------------------------------------------------------------------------------------------ */

struct shim_term {
    const char *bytes; /* borrowed for the call */
    size_t len;
    uint32_t wdf; /* occurrences in the document, at least 1 */
};

struct shim_builder;

/* Creates a scratch database in a new folder dir. After any failure it is good only for closing. */
enum status shim_builder_open(const char *dir, struct shim_builder **out, struct err *err) SHIM_NOEXCEPT;
/* Adds the next document (numbers 1, 2, 3 ...), of distinct terms in any order; n_terms may be 0. Terms that Xapian
 * could not hold are refused here (ST_USAGE), before anything is lost. */
enum status shim_builder_add(struct shim_builder *b, const struct shim_term *terms, size_t n_terms,
                             struct err *err) SHIM_NOEXCEPT;
/* Gives the document added last more terms, distinct from those it has. A document of very many is best given in parts
 * of SHIM_TERMS_AT_ONCE: each takes about 500 bytes while Xapian has it in memory, and parts take turns. */
enum status shim_builder_more(struct shim_builder *b, const struct shim_term *terms, size_t n_terms,
                              struct err *err) SHIM_NOEXCEPT;
/* Commits and closes; the handle is gone whatever the status. */
enum status shim_builder_finish(struct shim_builder *b, struct err *err) SHIM_NOEXCEPT;
/* Closes without committing; safe on NULL. */
void shim_builder_discard(struct shim_builder *b) SHIM_NOEXCEPT;

/* Joins databases, in order, into one single-file database at dst, not yet synced: document d of the k-th becomes d
 * plus the number of documents of those before it. */
enum status shim_compact(const char *const *dirs, size_t n_dirs, const char *dst, struct err *err) SHIM_NOEXCEPT;

/* ---- reading ------------------------------------------------------------------------------------------------- */

struct shim_db;

enum status shim_db_open(const char *path, struct shim_db **out, struct err *err) SHIM_NOEXCEPT;
void shim_db_close(struct shim_db *db) SHIM_NOEXCEPT; /* safe on NULL */

enum status shim_db_check(const char *path, struct err *err) SHIM_NOEXCEPT; /* Xapian's own check of the whole file */

struct shim_stats {
    uint32_t documents;   /* that hold the term */
    uint64_t occurrences; /* of it in all of them */
};
/* Zeroes for a term that is not there. */
enum status shim_term_stats(struct shim_db *db, const char *term, size_t len, struct shim_stats *out,
                            struct err *err) SHIM_NOEXCEPT;

/* A posting list, in ascending order of document numbers, read a page at a time. */
struct shim_postings;
struct shim_posting {
    uint32_t doc;
    uint32_t wdf;
};

/* Opens the list of a term; an absent term gives an empty list. */
enum status shim_postings_open(struct shim_db *db, const char *term, size_t len, struct shim_postings **out,
                               struct err *err) SHIM_NOEXCEPT;
/* Copies the next postings, at most cap, whose documents are >= at_least (0: no bound; a bound never goes back).
 * *n is 0 only at the end. */
enum status shim_postings_read(struct shim_postings *p, uint32_t at_least, struct shim_posting *page, size_t cap,
                               size_t *n, struct err *err) SHIM_NOEXCEPT;
void shim_postings_free(struct shim_postings *p) SHIM_NOEXCEPT; /* safe on NULL */

/* ---- stemming ------------------------------------------------------------------------------------------------ */

struct shim_stemmer;

/* language: a code or English name that Xapian's Snowball stemmers know ("en", "german"); ST_USAGE otherwise. */
enum status shim_stemmer_new(const char *language, struct shim_stemmer **out, struct err *err) SHIM_NOEXCEPT;
void shim_stemmer_free(struct shim_stemmer *s) SHIM_NOEXCEPT; /* safe on NULL */
/* Writes the stem of a folded word into out (room bytes) and its length into *stem_len. */
enum status shim_stem(struct shim_stemmer *s, const char *word, size_t len, char *out, size_t room, size_t *stem_len,
                      struct err *err) SHIM_NOEXCEPT;
/* "danish german english ..." one space between, borrowed for the life of the program. */
const char *shim_stemmer_languages(void) SHIM_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
