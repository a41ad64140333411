/* match.h - deciding whether and where a positional unit of a plan matches in a document's words. The one place that
 * does: answers, counts and highlights all come from here. It knows codes and positions, no index and no text.
 *
 * A node matches every span for which some choice of distinct word occurrences meets its constraints; the matches of a
 * unit are its minimal spans (doc/query.md). Spans of inner nodes are kept whole, not only the minimal ones: under an
 * outer distance a wider span may be the nearer one. At the root only minimal spans count; there one pass over those
 * of the operands finds nearly all, as the minimal-interval algorithms of Clarke, Cormack and Burkowski ("An algebra
 * for structured text search", 1995) do, and shows where the rest may be (match_least.c). Which occurrences a span
 * uses is remembered only where two operands may want the same one (plan_contend).
 *
 * A matcher is one thread's and serves one plan. Governed by doc/query.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_MATCH_H
#define VERBATIM_MATCH_H

#include "lib/base.h"
#include "lib/err.h"
#include "lib/plan.h"
#include "lib/scan.h"

/* A position of the body at which a new sentence begins, and a new paragraph when that is set. */
struct match_break {
    uint32_t pos;
    bool paragraph;
};

/* A document's words in code. Readable bytes around the codes as scan.h asks. */
struct match_doc {
    const uint8_t *body, *body_end;
    const uint8_t *title, *title_end; /* a title kept apart, or both NULL */
    uint32_t n_body, n_title;
    uint32_t heading_pos, heading_words; /* the title as a range of the body */
    /* Fills in the sentence and paragraph breaks of the body, ascending, when an operator asks for them. */
    enum status (*breaks)(void *arg, const struct match_break **breaks, size_t *n, struct err *err);
    void *breaks_arg;
};

/* Asked now and then while matching takes long; anything but ST_OK stops it with that status. */
struct match_stop {
    enum status (*check)(void *arg, struct err *err);
    void *arg;
};

/* The most ways to match that are looked at in one document: past it the query is refused (ST_TOO_BROAD). */
enum { MATCH_MAX_WAYS = 1 << 22 };

struct matcher;

struct matcher *matcher_new(const struct plan *plan, const struct match_stop *stop); /* NULL: out of memory */
void matcher_free(struct matcher *m);                                                 /* safe on NULL */

/* Tells the ranks of a leaf's words in the segment whose documents come next, sorted, copied; n_words of the segment's
 * vocabulary bounds them. */
enum status matcher_bind(struct matcher *m, unsigned leaf, const uint32_t *ranks, size_t n, uint32_t max_rank,
                         struct err *err);
/* After all leaves of a segment are bound. */
enum status matcher_bound(struct matcher *m, struct err *err);

/* The next document; it must stay valid until the next call of this. */
void matcher_begin(struct matcher *m, const struct match_doc *doc);

/* Positions are joint: those of a title kept apart first, then a gap that no operator spans, then the body. */
struct match_span {
    uint32_t first, last; /* joint positions of its first and last word */
};
bool match_in_title(const struct match_doc *doc, uint32_t joint, uint32_t *pos); /* which field, which position there */

/* The matches of a unit in the document: its minimal spans, ascending. Borrowed until the next call. */
enum status matcher_unit(struct matcher *m, const struct plan_span *unit, const struct match_span **spans, size_t *n,
                         struct err *err);

/* From now on matcher_count may stop at the first match of a document: whether there is one is all that is asked. */
void matcher_first_only(struct matcher *m, bool first_only);

/* How many matches there are; cheaper where places are not needed, and where tightness (NULL) is not. */
enum status matcher_count(struct matcher *m, const struct plan_span *unit, size_t *n, double *tightness,
                          struct err *err);

/* Whether a unit is single words near each other, or a phrase of words and stars that each have their place, anywhere:
 * all that matcher_count asks of a document is then where its codes are and whether n_title is 0. */
bool matcher_needs_codes(const struct matcher *m, const struct plan_span *unit);
/* Of one whose words are near each other, those, when masks tell how many matches there are in a field, or whether
 * there is one if that is enough (scan.h): nothing else is as fast, but tightness is not told. NULL otherwise. */
const struct scan_near *matcher_near(const struct matcher *m, const struct plan_span *unit);
/* Counts them, in the fields of a document; with `enough` found it need not go on. */
size_t match_count_near(const struct match_doc *doc, const struct scan_near *near, size_t enough);

/* How many of a unit's matches lie in the title. */
enum status matcher_count_title(struct matcher *m, const struct plan_span *unit, size_t *n, struct err *err);

/* Joint positions of the words that the query names in one of the matches just found, ascending. Borrowed. */
enum status matcher_words(struct matcher *m, const struct plan_span *unit, struct match_span span,
                          const uint32_t **words, size_t *n, struct err *err);

#endif
