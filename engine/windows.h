/* windows.h - the parts of long documents outside of which a unit of the plan cannot match. Each match of a unit that
 * is local lies in one window whole, and what is minimal in its window is minimal in the document: windows can be
 * matched as if they were documents (lib/match.h), and what is found adds up.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_WINDOWS_H
#define VERBATIM_WINDOWS_H

#include "engine/postings.h"
#include "lib/arena.h"
#include "lib/plan.h"
#include "store/segment.h"

struct windows;

/* Whether a unit's matches are of bounded length and depend on nothing but the words in them: anywhere in the document,
 * no NOTNEAR, no sentences. */
bool windows_suit(const struct plan_span *unit);

/* Of a unit that is local, in the segment of the postings; lives in the arena. NULL: there are no long documents, the
 * windows would be nearly all of them, or no memory is left. */
struct windows *windows_make(const struct plan_span *unit, const struct postings *p, const struct segment *segment,
                             struct arena *arena);

/* Whether a long document has a window. */
bool windows_are_in(const struct windows *w, const struct segment_long *d);

/* Codes [begin, end). */
struct window {
    uint64_t begin, end;
};

/* Going over the windows of one document. */
enum { WINDOWS_AHEAD = 4 };
struct windows_walk {
    /* set by the caller */
    const struct windows *windows;
    const struct segment_long *doc;

    uint32_t next; /* block of the document, from 0, to look for a window from */
    struct window ahead[WINDOWS_AHEAD]; /* whose memory is on its way: a ring; an empty one is the end */
    size_t at;
    bool begun;
};
/* The next window: codes of the document, cut anywhere; they ascend and are apart. False at the end. */
bool windows_next(struct windows_walk *walk, struct window *out);

#endif
