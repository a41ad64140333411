/* progress.h - a bar on a terminal: documents, MB/s, time left. It knows no files; the caller says how far it is.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_PROGRESS_H
#define VERBATIM_PROGRESS_H

#include <time.h>

#include "lib/base.h"

struct progress {
    bool enabled;
    bool terminal; /* a bar that is drawn over itself; otherwise a line every few seconds */
    bool shown;    /* a bar stands on the screen */
    uint64_t total_docs, total_bytes;
    char phase[80]; /* what goes on instead of reading documents, or empty */
    struct timespec began, drawn;
};

/* Draws only when forced (--progress) or when stderr is a terminal, and never when quiet. */
void progress_begin(struct progress *p, bool forced, bool quiet, uint64_t total_docs, uint64_t total_bytes);

/* Something else begins: the bar starts over and says so. */
void progress_phase(struct progress *p, const char *what, uint64_t total_docs, uint64_t total_bytes);

/* So many are done. Draws at most a few times a second. */
void progress_update(struct progress *p, uint64_t docs, uint64_t bytes);

/* The same with a word for what goes on now ("joining segments"), at once. */
void progress_say(struct progress *p, const char *what);

/* Takes the bar off the screen; the next update draws it again. */
void progress_hide(struct progress *p);

#endif
