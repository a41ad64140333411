/* generation.h - which generation of the index serves, and the thread that looks for a newer one: when told that
 * something changed (watch.h), twice a second, on SIGHUP and on `reload`. A new one is verified whole before it
 * serves; one that fails is told in the log and the old one goes on. Requests hold a reference to the one they began
 * on. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_GENERATION_H
#define VERBATIM_GENERATION_H

#include "lib/base.h"
#include "lib/err.h"
#include "queryd/job.h"
#include "queryd/log.h"
#include "store/snapshot.h"

struct generation;

/* Opens the live generation for n_readers threads (ST_NOT_FOUND, ST_DAMAGED, ST_VERSION ...) and starts the thread.
 * All pointers are borrowed until it has stopped. Of the first generation Xapian's part is verified before, the rest
 * in the background. */
enum status generation_new(const char *index_dir, unsigned n_readers, const struct log *log, struct done *done,
                           struct generation **out, struct err *err);

/* Waits up to a second for the threads. False: one still runs, and nothing may be freed. Safe on NULL. */
bool generation_stop(struct generation *g);
void generation_free(struct generation *g); /* once it has stopped; safe on NULL */

struct snapshot *generation_ref(struct generation *g); /* what serves now; the caller gives the reference back */
uint64_t generation_number(struct generation *g);

void generation_look(struct generation *g); /* look now, even at what was refused; returns at once */
void generation_hint(struct generation *g); /* `current` may be another one; returns at once */
uint64_t generation_count(struct generation *g); /* that were taken up since the start */

/* `reload`: takes the job over and runs it, in the thread, after looking. */
void generation_submit(struct generation *g, struct job *job);
/* Takes back a job that has not been begun. */
bool generation_withdraw(struct generation *g, struct job *job);

/* Whether the generation that was there at the start turned out to be damaged while it served: ST_DAMAGED and why. The
 * process then sends itself SIGTERM, since no answer could be trusted. */
enum status generation_damage(struct generation *g, struct err *err);

/* For a job in the thread: what serves now, and ST_OK or why the newest does not. */
enum status generation_result(struct generation *g, uint64_t *number, struct err *err);

#endif
