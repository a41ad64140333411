/* search.h - running a query on a snapshot: candidates from the inverted index, decided and located by the matcher.
 *
 * A searcher is one thread's: it keeps scratch memory, an inflated block of text and its number as a reader of
 * snapshots (the Xapian handles of that number are its own). Results are borrowed from the searcher until its next
 * search_run; the snapshot must outlive them: free the searcher, or run it on another, before giving it up. It knows no
 * sockets and formats nothing. Governed by doc/query.md.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SEARCH_H
#define VERBATIM_SEARCH_H

#include <stdatomic.h>

#include "lib/base.h"
#include "lib/err.h"
#include "lib/query.h"
#include "store/snapshot.h"

struct searcher;

struct searcher *searcher_new(unsigned reader); /* NULL when memory ran out */
void searcher_free(struct searcher *s);         /* safe on NULL */

/* Lets go of the last search_run and its snapshot, and says when what comes next has to stop: at a deadline in
 * search_now() (0: none), or when *cancel becomes true (may be NULL). For browse.h; a search brings its own. */
void searcher_reset(struct searcher *s, const atomic_bool *cancel, int64_t deadline);

enum search_order { SEARCH_BY_RANK, SEARCH_BY_PATH, SEARCH_BY_DATE, SEARCH_BY_INDEX };

/* What a page is made of: nothing (counts only), documents, or matches. offset and limit count those. */
enum search_page { SEARCH_COUNTS, SEARCH_DOCS, SEARCH_MATCHES };

enum search_complete { SEARCH_WHOLE, SEARCH_TIMED_OUT, SEARCH_PAGE_FULL, SEARCH_DOCS_ONLY };

struct search_request {
    const struct query *query;
    enum search_page page;
    enum search_order order;
    uint64_t limit, offset;
    uint64_t per_doc;          /* rows of one document on a page of matches at most; 0: all */
    bool stop_when_full;       /* stop once the page is full: counts are then lower bounds */
    bool docs_only;            /* with SEARCH_COUNTS: documents are counted, of matches there is a lower bound */
    int64_t deadline;          /* search_now() at which to stop; 0: none */
    int64_t rows_deadline;     /* the same for search_matches and excerpts, after search_run: ST_TIMEOUT */
    const atomic_bool *cancel; /* becomes true when nobody wants the answer any more; may be NULL */
};

/* A document on the page. */
struct search_hit {
    const struct segment *segment;
    uint32_t doc;
    double score;
    uint64_t matches;    /* in the document; 0 when only filters and NOT matched it */
    uint64_t first, n;   /* the rows on the page: matches [first, first + n); a document without matches has one row */
};

struct search_result {
    uint64_t docs, matches;
    enum search_complete complete;
    struct search_hit *hits; /* best first, as the order asks */
    size_t n_hits;
    uint64_t candidates; /* documents, or blocks of words, that the index offered */
    uint64_t checked;    /* of those, the ones whose words were read */
};

/* Monotonic clock, nanoseconds. */
int64_t search_now(void);

/* ST_OK; ST_CANCELLED; ST_TIMEOUT when the deadline passed before anything was found; ST_TOO_BROAD for a pattern that
 * stands for too many words; ST_NOMEM; ST_DAMAGED. */
enum status search_run(struct searcher *s, const struct snapshot *snap, const struct search_request *req,
                       struct search_result *out, struct err *err);

/* One match, in positions of its field. */
struct search_match {
    bool in_title;         /* of a title kept apart from the text: it has no place in the text */
    uint32_t first, last;  /* positions of its first and last word in that field */
    const uint32_t *words; /* positions of the words that the query names, ascending; gaps are not among them */
    size_t n_words;
};

/* The matches of a hit of the last search_run, hit->first and hit->n of them, in text order; borrowed until the next
 * call. *n is 0 for a document without matches. The same matcher that decided finds them again. */
enum status search_matches(struct searcher *s, const struct search_hit *hit, const struct search_match **matches,
                           size_t *n, struct err *err);

/* How the query is read and what running it costs, a line each, "NAME<TAB>VALUE" and newline, appended to out: the
 * canonical query, the tree, words it stands for with their documents, candidates, checked, the time of each stage. */
enum status search_explain(struct searcher *s, const struct snapshot *snap, const struct search_request *req,
                           struct buf *out, size_t *n_lines, struct err *err);

#endif
