/* judge.h - does a document match the whole query, with how many matches, and where? Evaluates the boolean part of the
 * plan for one document after the other; positional units are the matcher's.
 * A judge is one thread's and serves one plan. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_JUDGE_H
#define VERBATIM_JUDGE_H

#include "engine/phrase.h"
#include "engine/postings.h"
#include "lib/match.h"
#include "lib/plan.h"
#include "store/segment.h"

struct judge;

/* The plan has its words (expand.h) and knows what contends. */
enum status judge_new(const struct plan *plan, const struct match_stop *stop, struct judge **out, struct err *err);
void judge_free(struct judge *j); /* safe on NULL */

/* The documents that come next are of this segment. With any_order they may come in any order and single words are
 * looked for in the document; otherwise documents ascend and the inverted index tells of single words. */
enum status judge_segment(struct judge *j, const struct segment *segment, struct postings *p, bool any_order,
                          struct err *err);

/* The phrase of plain words that is the whole query, anywhere in a document; NULL when it is none. Whoever goes over
 * its documents (phrase.h) need not judge them. */
struct phrase *judge_only_phrase(struct judge *j);
/* The matcher when the whole query is a unit that documents may pass by for (stream.h), and the unit; otherwise NULL.
 * Those in which words must stand next to each other are not: few documents may match. */
struct matcher *judge_only_passing(struct judge *j, const struct plan_span **unit);
/* Whether matches of two units may be the same words, and count once. */
bool judge_may_coincide(const struct judge *j);
/* From now on judge_doc says whether documents match, with a part of their matches: at least one, where some count. */
void judge_documents_only(struct judge *j);
/* From now on frequencies are of no use to anybody. */
void judge_counts_only(struct judge *j);
/* Of the phrases that the query needs, finds all blocks at once: worth it for more than a few documents. */
enum status judge_find_blocks(struct judge *j, struct err *err);
/* Other units are matched only where in long documents they may match: worth it in the same cases. */
void judge_want_windows(struct judge *j);
/* Whether a document may match, by the phrases that it needs: reads its record, not its words. */
bool judge_may_match(struct judge *j, uint32_t doc);

/* A positional operand that a document satisfies. */
struct judge_hit {
    unsigned unit; /* number in the plan */
    size_t matches;
    double frequency; /* its matches, tighter ones counting more: 1 for the tightest possible */
};

struct judge_verdict {
    bool matched;
    uint64_t matches;             /* of all positive operands, identical spans once */
    const struct judge_hit *hits; /* borrowed until the next document */
    size_t n_hits;
    bool is_rough; /* frequencies are at most what the hits say; judge_doc knows them */
};

enum status judge_doc(struct judge *j, uint32_t doc, struct judge_verdict *out, struct err *err);

/* What judge_doc would say of a document that holds the only unit n times. */
void judge_take_found(struct judge *j, uint32_t doc, size_t n, double frequency, struct judge_verdict *out);

/* For scoring the document last judged: how many matches of a unit lie in its title. */
enum status judge_title_matches(struct judge *j, unsigned unit, size_t *n, struct err *err);

/* A match and the unit it is of. */
struct judge_place {
    struct match_span span;
    unsigned unit;
};

/* All matches of a document, in text order, identical spans once. Borrowed until the next call or document. */
enum status judge_places(struct judge *j, uint32_t doc, const struct judge_place **places, size_t *n, struct err *err);

/* Joint positions of the words of one of those places, and the document they are in. */
enum status judge_words(struct judge *j, const struct judge_place *place, const uint32_t **words, size_t *n,
                        struct err *err);
const struct match_doc *judge_match_doc(const struct judge *j);

/* Documents whose words were read so far. */
uint64_t judge_checked(const struct judge *j);

#endif
