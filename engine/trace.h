/* trace.h - who else carries these words: the passages that documents of a snapshot share with a text, verbatim or
 * nearly. Candidates come from the inverted index, by windows of the text's words; in each the word store is aligned
 * with the text (lib/align.h). Only bodies are looked at, not titles kept apart. Governed by doc/query.md, "Tracing".
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_TRACE_H
#define VERBATIM_TRACE_H

#include "engine/search.h"
#include "lib/align.h"

enum { TRACE_RUN = 4, TRACE_TOLERANCE = 16, TRACE_MIN_RUN = 2, TRACE_MAX_RUN = 100 };

struct trace_request {
    const char *text; /* valid UTF-8; borrowed until tracer_free */
    size_t len;
    uint32_t run;        /* TRACE_MIN_RUN .. TRACE_MAX_RUN */
    uint32_t tolerance;  /* at most ALIGN_MAX_TOLERANCE; 0: verbatim only */
    uint32_t coverage;   /* per cent of the text's words that a passage shares at least */
    bool patient;        /* as in align_rules */
    const char *exclude; /* a stored path: that document, or all below that folder, is left out; NULL: none */
    size_t exclude_len;
    uint64_t limit, offset;
    int64_t deadline;          /* search_now() at which to stop; 0: none */
    int64_t rows_deadline;     /* the same for tracer_pairs */
    const atomic_bool *cancel; /* may be NULL */
};

/* A passage of a document that the text shares. Positions are of words, from 0. */
struct trace_hit {
    const struct segment *segment;
    uint32_t doc;
    const char *path; /* borrowed from the snapshot */
    size_t path_len;
    double score;
    uint32_t shared, near, run;
    uint32_t first, last;         /* in the text */
    uint32_t doc_first, doc_last; /* in the document's body */
};

struct trace_result {
    uint64_t docs, passages;      /* all that were found */
    bool timed_out;               /* the deadline passed: there may be more */
    uint32_t words;               /* of the text */
    const struct trace_hit *hits; /* [offset, offset + limit) of them, best first, ties by path and place */
    size_t n_hits;
    uint64_t postings, candidates; /* read; documents whose words were read */
};

struct tracer;

/* Uses the searcher's tokenizer and reader: one thread's. NULL when memory ran out. */
struct tracer *tracer_new(struct searcher *s);
void tracer_free(struct tracer *t); /* safe on NULL */

/* ST_OK; ST_USAGE when the text has fewer words than a run; ST_CANCELLED; ST_TIMEOUT when nothing was found in
 * time. The result is borrowed until the next run; the snapshot must outlive it. */
enum status tracer_run(struct tracer *t, const struct snapshot *snap, const struct trace_request *req,
                       struct trace_result *out, struct err *err);

/* The pairs of words of a hit, for showing it; borrowed until the next call. */
enum status tracer_pairs(struct tracer *t, const struct trace_hit *hit, const struct align_pair **pairs, size_t *n,
                         struct err *err);

/* Bytes of a word of the text. */
void tracer_word(const struct tracer *t, uint32_t pos, size_t *start, size_t *end);

#endif
