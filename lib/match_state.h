/* match_state.h - what the parts of the matcher share (match_*.c); nobody else includes it.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_MATCH_STATE_H
#define VERBATIM_MATCH_STATE_H

#include "lib/etdc.h"
#include "lib/match.h"
#include "lib/scan.h"

/* Between a title kept apart and the body: more than any operator reaches over (distance 1,000; at most 4,096 stars and
 * gaps of 100 in 8 KiB of query). */
enum { MATCH_FIELD_GAP = 1 << 20 };

/* A list of positions in matcher.pool. */
struct list {
    uint32_t off, n;
};

/* One way to match: its hull, the contended occurrences it uses, and, when words are asked for, all its words. */
struct way {
    uint32_t first, last;
    struct list used;
    struct list words;
    bool doubtful; /* match_least.c: it is in order, but too far apart */
};

struct ways {
    struct way *items;
    size_t n, cap;
};

/* Ascending positions, borrowed. */
struct slice {
    const uint32_t *items;
    size_t n;
};

/* Up to so many ranks one scan each; beyond, one pass that decodes every word. */
enum { MATCH_FEW_RANKS = 3, MATCH_FEW_RARE = 24, MATCH_RARE = 1024 };

struct leaf_state {
    uint32_t *ranks;
    size_t n_ranks, cap_ranks;
    uint64_t *bits; /* the ranks as a set, when there are many */
    size_t cap_bits;
    uint32_t n_bits;
    struct scan_positions found;
    uint64_t found_in; /* number of the document that found is of */
};

/* match_windows.c: the words of a span, each of a kind */
struct windows {
    struct scan_words words;
    unsigned leaves[SCAN_KINDS];
    uint32_t times[SCAN_KINDS]; /* how often a kind is wanted */
    uint32_t n_kinds, n_places; /* places: the sum of times */
    uint32_t rarest;            /* rank */
    uint32_t longest;           /* words that a window may cover */
    bool ordered;               /* it must end with the second kind */
    bool once;                  /* each is wanted once: near says the same */
    struct scan_near near;
};

struct span_state {
    struct ways ways;
    struct ways least;   /* of match_least */
    struct scan_positions found; /* is_fixed: where it begins */
    uint64_t found_in;   /* number of the document that found is of */
    bool is_fixed; /* PHRASE of words and stars, more than a leaf of several ranks: match_fixed finds it */
    bool is_code;  /* of those one of words with one rank each: code is all of it */
    size_t anchor, n_anchor; /* slots that are looked for first */
    uint8_t *code; /* the anchor in code; code_len 0: it is one word of several ranks */
    size_t code_len, cap_code;
    struct scan_needle needle;
    bool is_sequence; /* is_fixed: all at once, by masks */
    bool is_rare;     /* it has a word that is worth looking for first in long texts */
    bool is_loose;    /* words of many ranks are any words in the sequence: each hit is looked at */
    struct scan_sequence sequence;
    bool is_word_pair; /* match_is_word_pair */
    bool is_windows;   /* match_windows finds it at the root */
    struct windows windows;
    bool absent;  /* PHRASE: a word of it is not in the segment */
};

/* Where in the body new ones begin, ascending. */
struct breaks {
    uint32_t *items;
    size_t n, cap;
    size_t at; /* the first behind the position asked for last */
};

struct matcher {
    const struct plan *plan;
    struct match_stop stop;
    struct leaf_state *leaves;
    struct span_state *spans;
    struct scan_positions pool;  /* lists of ways */
    struct scan_positions near;  /* scratch of match_front.c */
    struct scan_hits hits;
    struct ways fold; /* scratch of match_least */
    struct match_span *out;
    size_t n_out, cap_out;

    const struct match_doc *doc;
    uint64_t doc_number;
    uint32_t base; /* joint position of the body's first word */
    struct breaks breaks[2]; /* of sentences, and of paragraphs alone */
    bool has_breaks;

    bool first_only;       /* matcher_count: one match is as good as all */
    bool some_are_enough;  /* match_fixed: the same */
    bool want_words;       /* keep the words of each way */
    uint32_t lo, hi;       /* only occurrences in [lo, hi] */
    size_t work;           /* ways and steps of this evaluation */
    enum status status;    /* sticky */
    struct err *err;
};

/* match_ways.c: ways and lists */
bool way_add(struct matcher *m, struct ways *ways, struct way way);
struct list list_with(struct matcher *m, struct list list, uint32_t pos); /* pos behind all of it */
struct list list_join(struct matcher *m, struct list a, struct list b);   /* both ascending, disjoint */
bool lists_share(const struct matcher *m, struct list a, struct list b);
void ways_sort(struct matcher *m, struct ways *ways);   /* by first, last, used; equal ones once */
void ways_latest(struct matcher *m, struct ways *ways); /* by last, of those to the same last the latest first */
void ways_minimal(struct ways *ways);                   /* sorted ones: keeps those that contain no other */
bool match_step(struct matcher *m);                     /* one more step of work; false: stop */
void match_fail(struct matcher *m, enum status status);

/* What a match adds to tightness, by the words in it that need not be: in steps of 2^-24, so that sums are the same in
 * whatever parts a document is matched. */
static inline double match_tightness(uint32_t words)
{
    const double round = 0x1p28;
    return 1.0 / (1.0 + words) + round - round;
}

/* match_where.c */
struct slice match_leaf(struct matcher *m, unsigned leaf, bool title);
size_t slice_lower(struct slice s, uint32_t pos);                                  /* first index with item >= pos */
void match_field(const struct matcher *m, bool title, uint32_t pos, uint32_t *lo, uint32_t *hi); /* [lo, hi) */
/* The positions [lo, hi] of the sentence (paragraph) that pos is in. */
bool match_sentence(struct matcher *m, bool paragraph, uint32_t pos, uint32_t *lo, uint32_t *hi);

/* Whether its ranks are looked for one by one; otherwise every word is decoded. */
bool match_leaf_is_few(const struct leaf_state *leaf);
/* All occurrences of a leaf in a text, ascending. */
bool match_leaf_hits(const struct leaf_state *leaf, struct scan_text text, uint32_t base, struct scan_hits *out);

/* match_fixed.c */
bool match_bind_fixed(struct matcher *m, const struct plan_span *span); /* false: no memory */
/* Where it begins, all occurrences, ascending. A document is searched once. */
struct slice match_fixed(struct matcher *m, const struct plan_span *span);
/* How many there are, anywhere; of a document's first match no more need be counted, if that is all that is asked. */
size_t match_count_fixed(struct matcher *m, const struct plan_span *span);
bool match_leaf_has(const struct leaf_state *leaf, uint32_t rank);
double match_leaf_cost(const struct leaf_state *leaf); /* of looking for it, only to compare */

/* match_front.c: the ways to have matched a phrase so far; the next word stands least to most words behind the last
 * one. Before the first word there are no ways yet, and least to most words stand in front of it: stars, and gaps
 * behind a star. */
struct front {
    bool latest; /* of ways to the same place the one that began last is enough; they are sorted by last */
    bool begun;
    uint32_t least, most;
    struct ways ways;
};
void front_step(struct matcher *m, bool title, unsigned leaf, struct front *front); /* over a word */
void front_settle(struct matcher *m, bool title, struct front *front); /* spans end where stars and gaps behind do */
void front_begin_anywhere(struct matcher *m, bool title, struct front *front); /* nothing but stars so far */

/* match.c: the spans of a node, whatever it is. Where root is set the minimal ones are enough, and which occurrences
 * they use is not told. */
struct ways *match_eval(struct matcher *m, const struct plan_span *span, bool root);

/* match_phrase.c, match_unordered.c, match_join.c: add ways, sorted */
void match_phrase(struct matcher *m, const struct plan_span *span, bool root, struct ways *ways);
void match_unordered(struct matcher *m, const struct plan_span *span, bool root, struct ways *ways);
void match_join(struct matcher *m, const struct plan_span *span, bool root, struct ways *ways);

/* match_pair.c: NEAR or BEFORE of two single words that have no word in common; its minimal spans. */
bool match_is_word_pair(const struct plan *plan, const struct plan_span *span);
void match_word_pair(struct matcher *m, const struct plan_span *span, struct ways *out);

/* match_windows.c: single words near each other at the root; is_windows says whether it can be done. Lists the minimal
 * spans in [lo, hi], or counts all of the document's (tightness may be NULL). */
void match_bind_windows(struct matcher *m, const struct plan_span *span);
void match_windows(struct matcher *m, const struct plan_span *span, struct ways *out);
void match_count_windows(struct matcher *m, const struct plan_span *span, size_t *n, double *tightness);

/* match_least.c: the minimal spans of a node with operands, without all spans of these where that can be helped. */
void match_least(struct matcher *m, const struct plan_span *span, struct ways *out);

/* match_join.c: which of left have nobody of right near; near_enough: whether two ways are at most that far apart. */
void match_without_neighbours(struct matcher *m, uint32_t distance, const struct ways *left, const struct ways *right,
                              struct ways *out);
bool match_near_enough(enum plan_span_kind kind, uint32_t distance, const struct way *a, const struct way *b);

#endif
