/* ahead.h - folders read by other threads before the walk comes to them. What is read so is as if the walk had read it
 * itself; what could not be read ahead is forgotten, and the walk meets the reason by itself.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_AHEAD_H
#define VERBATIM_AHEAD_H

#include <pthread.h>

#include "indexer/listing.h"

enum ahead_state { AHEAD_IDLE, AHEAD_WANTED, AHEAD_BEGUN, AHEAD_READ, AHEAD_FAILED };

/* A folder to come, in storage of the caller's; zeroed at first. */
struct ahead_folder {
    struct ahead_folder *next; /* of those that are wanted */
    enum ahead_state state;
    int at;           /* the folder above, open until this one is taken */
    const char *name; /* borrowed as long */
    struct listing listing;
};

enum { AHEAD_THREADS_MAX = 7 };

struct ahead {
    bool hidden;
    unsigned n_threads, n_wanted; /* the walk's own */
    size_t most_held;             /* never changes */
    pthread_t threads[AHEAD_THREADS_MAX];
    pthread_mutex_t lock; /* over all below, and the folders */
    pthread_cond_t wanted, read;
    struct ahead_folder *first;  /* wanted, the next one that the walk comes to first */
    size_t n_held, n_held_names; /* read or begun, and not taken yet */
    bool ended;
};

/* Threads are started once there is something to do. With none of them nothing is read ahead. */
void ahead_begin(struct ahead *a, unsigned n_threads, bool hidden);
/* Every folder has been taken. */
void ahead_end(struct ahead *a);

/* Wants a folder that the walk will come to, behind those wanted of the same one above, before all others. */
void ahead_want(struct ahead *a, struct ahead_folder *folder, int at, const char *name);
/* Takes one: true when it was read, and *out is the caller's then. While it is being read others are. */
bool ahead_take(struct ahead *a, struct ahead_folder *folder, struct listing *out);

#endif
