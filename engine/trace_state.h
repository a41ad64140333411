/* trace_state.h - what the files of tracing share. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_TRACE_STATE_H
#define VERBATIM_TRACE_STATE_H

#include "engine/searcher.h"
#include "engine/trace.h"
#include "lib/arena.h"
#include "shim/shim.h"

/* A distinct word of the text. */
struct trace_word {
    const char *bytes; /* in the arena */
    size_t len;
    uint64_t documents; /* live, over the whole index */
    bool common;        /* in so many documents that it seeds nothing */
    bool varies;        /* long enough to have variants, and no number */

    /* in the segment looked at */
    uint32_t rank;     /* 0: it is not there */
    uint32_t postings; /* documents that hold it, dead ones included */
    const uint8_t *bits;
    size_t bits_len;
    uint32_t *list; /* malloc'ed; documents that hold it, ascending; NULL: not read, or bits tell */
    size_t at;      /* in the list, while a window is looked at */
};

struct trace_place {
    uint32_t start, end; /* bytes of a word of the text */
};

struct tracer {
    struct searcher *searcher;
    struct trace_request request;
    const struct snapshot *snap;
    struct arena arena; /* of a run */

    uint32_t n;      /* words of the text */
    uint32_t *words; /* number of each */
    struct trace_place *places;
    struct trace_word *distinct;
    uint32_t n_distinct;
    float *values;

    /* the segment looked at */
    const struct segment *segment;
    uint64_t *ranks; /* open addressing: rank << 32 | number + 1 */
    size_t n_ranks;
    uint32_t *direct; /* number + 1 by rank, of the TRACE_DIRECT commonest words */
    uint8_t *tries;   /* malloc'ed; of each document: windows looked for in vain, or TRACE_CANDIDATE */
    size_t cap_tries;
    size_t listed; /* postings held in lists */

    /* the document looked at */
    uint32_t *doc_words, *doc_ranks; /* malloc'ed */
    size_t cap_doc_words, cap_doc_ranks;

    struct align *align;
    struct trace_hit *hits; /* malloc'ed */
    size_t n_hits, cap_hits;
};

enum { TRACE_DIRECT = 1 << 14, TRACE_CANDIDATE = 255 };

/* Splits the text into words, numbers them and says what each is worth. */
enum status trace_read_text(struct tracer *t, struct err *err);

/* Whether a word may have variants. */
bool trace_varies(const char *bytes, size_t len);

/* Finds the text's words in a segment. */
enum status trace_turn_to(struct tracer *t, const struct segment *segment, struct err *err);

/* Marks the candidates of the segment in t->tries: documents that have some window of the text. */
enum status trace_seed(struct tracer *t, uint64_t *postings, struct err *err);
void trace_drop_lists(struct tracer *t);

/* Aligns the text with a document of the segment. */
enum status trace_align(struct tracer *t, uint32_t doc, const struct align_passage **passages, size_t *n,
                        struct err *err);

/* Whether a path is the one left out, or below it. */
bool trace_is_excluded(const char *exclude, size_t exclude_len, const char *path, size_t len);

/* What tracer_run does before it looks at segments: reads the text. */
enum status tracer_begin(struct tracer *t, const struct snapshot *snap, const struct trace_request *req,
                         struct err *err);

enum status trace_check_stop(const struct tracer *t, struct err *err);

#endif
