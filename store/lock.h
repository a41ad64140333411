/* lock.h - one writer an index, and sweeping what no generation in use names.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_LOCK_H
#define VERBATIM_LOCK_H

#include "lib/base.h"
#include "lib/err.h"

struct lock {
    int fd; /* -1 when not held */
};
#define LOCK_INIT {-1}

/* Creates the index folder when create is set and it is not there, and takes its lock, waiting up to wait_seconds.
 * ST_LOCKED when another run holds it; ST_DAMAGED when the folder has something in it but is no index (nothing is
 * touched); ST_NOT_FOUND, ST_CREATE. The kernel gives the lock back when the process ends, however it ends. */
enum status lock_take(const char *index_dir, bool create, double wait_seconds, struct lock *lock, struct err *err);
void lock_release(struct lock *lock);

/* With the lock held: when the folder has generations but no `current` (it was lost, or a first run ended just before
 * it was written), makes the newest one whose manifest is whole the live one, so that nothing is swept away.
 * ST_DAMAGED when none is; ST_NOT_FOUND when `current` is there but may not be read. */
enum status lock_recover(const char *index_dir, struct err *err);

/* With the lock held: removes scratch folders, and generations and segments that neither the live generation nor a
 * reader (snapshot.h) uses. Never touches names that are not an index's own. */
enum status lock_sweep(const char *index_dir, struct err *err);

#endif
