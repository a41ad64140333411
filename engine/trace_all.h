/* trace_all.h - passages that documents of a snapshot share with each other: all pairs of documents, in memory that
 * does not grow with them. Pairs come from fingerprints, hashes of some of each document's runs of words, chosen so
 * that two documents with a run in common have one in common (S. Schleimer, D. S. Wilkerson, A. Aiken, "Winnowing:
 * Local Algorithms for Document Fingerprinting", 2003), sorted on disk; each pair is then aligned as a trace is.
 * Governed by doc/query.md, "Tracing". SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_TRACE_ALL_H
#define VERBATIM_TRACE_ALL_H

#include "engine/trace.h"

enum { TRACE_ALL_RUN = 8, TRACE_ALL_EVERY_PAIR = 32 };

/* A passage of two documents. */
struct trace_pair {
    const struct segment *segment, *other_segment;
    uint32_t doc, other_doc;
    const struct align_passage *passage; /* positions of the passage are of doc, those of the document of other_doc */
};

struct trace_all_request {
    uint32_t run, tolerance; /* as in trace_request */
    uint32_t coverage;       /* per cent of the shorter document that a passage shares at least */
    const char *exclude;     /* as in trace_request */
    size_t exclude_len;
    const char *dir; /* where files for sorting go */
    size_t memory;   /* bytes that sorting may take, about */
    /* Called for each passage, best first of two documents; what it returns but ST_OK ends the run. */
    enum status (*found)(void *arg, const struct trace_pair *pair, struct err *err);
    /* Called now and then; may be NULL. The first half of the work is reading documents, the second comparing them. */
    void (*progress)(void *arg, double share);
    void *arg;
};

/* Where more than TRACE_ALL_EVERY_PAIR documents have a run in common, each is paired with the first of them only, for
 * that run. *pairs: how many pairs of documents were aligned. */
enum status trace_all(struct searcher *s, const struct snapshot *snap, const struct trace_all_request *req,
                      uint64_t *pairs, struct err *err);

#endif
