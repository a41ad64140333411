/* ahead.c - see ahead.h. Folders are wanted depth first, so those of the deepest one come first.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/ahead.h"

#include <fcntl.h>
#include <sys/resource.h>

/* What may be held at a time: descriptors are few, and names take memory. */
enum { HELD_PER_THREAD = 8, HELD_NAMES = 100000, ENOUGH_DESCRIPTORS = 600 };

/* Where descriptors are scarce, all are for the walk. */
static bool has_descriptors(void)
{
    struct rlimit most;
    return getrlimit(RLIMIT_NOFILE, &most) == 0 && most.rlim_cur >= ENOUGH_DESCRIPTORS;
}

void ahead_begin(struct ahead *a, unsigned n_threads, bool hidden)
{
    *a = (struct ahead){.hidden = hidden};
    if (has_descriptors())
        a->n_wanted = n_threads < AHEAD_THREADS_MAX ? n_threads : AHEAD_THREADS_MAX;
    a->most_held = (size_t)a->n_wanted * HELD_PER_THREAD;
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->wanted, NULL);
    pthread_cond_init(&a->read, NULL);
}

void ahead_end(struct ahead *a)
{
    pthread_mutex_lock(&a->lock);
    a->ended = true;
    pthread_cond_broadcast(&a->wanted);
    pthread_mutex_unlock(&a->lock);
    while (a->n_threads > 0)
        pthread_join(a->threads[--a->n_threads], NULL);
    pthread_cond_destroy(&a->wanted);
    pthread_cond_destroy(&a->read);
    pthread_mutex_destroy(&a->lock);
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

static bool may_read(const struct ahead *a)
{
    return a->first != NULL && a->n_held < a->most_held && a->n_held_names < HELD_NAMES;
}

/* Reads the first one that is wanted; with the lock held but for the reading. */
static void read_first(struct ahead *a)
{
    struct ahead_folder *folder = a->first;
    struct listing l = {0};
    a->first = folder->next;
    folder->state = AHEAD_BEGUN;
    a->n_held++;
    pthread_mutex_unlock(&a->lock);
    bool done = listing_open(&l, folder->at, folder->name, O_NOFOLLOW) && listing_read(&l, a->hidden);
    if (!done)
        listing_release(&l);
    pthread_mutex_lock(&a->lock);
    folder->listing = l;
    folder->state = done ? AHEAD_READ : AHEAD_FAILED;
    a->n_held_names += l.n;
    pthread_cond_broadcast(&a->read);
}

static void *run_thread(void *user)
{
    struct ahead *a = user;
    pthread_mutex_lock(&a->lock);
    while (!a->ended) {
        if (may_read(a))
            read_first(a);
        else
            pthread_cond_wait(&a->wanted, &a->lock);
    }
    pthread_mutex_unlock(&a->lock);
    return NULL;
}

static void start_threads(struct ahead *a)
{
    while (a->n_threads < a->n_wanted) {
        if (pthread_create(&a->threads[a->n_threads], NULL, run_thread, a) != 0)
            a->n_wanted = a->n_threads; /* the walk goes on with those that are there */
        else
            a->n_threads++;
    }
}

/* ---- for the walk -------------------------------------------------------------------------------------------- */

void ahead_want(struct ahead *a, struct ahead_folder *folder, int at, const char *name)
{
    start_threads(a);
    if (a->n_threads == 0)
        return;
    pthread_mutex_lock(&a->lock);
    struct ahead_folder **place = &a->first;
    while (*place != NULL && (*place)->at == at)
        place = &(*place)->next;
    *folder = (struct ahead_folder){.next = *place, .state = AHEAD_WANTED, .at = at, .name = name};
    *place = folder;
    pthread_cond_signal(&a->wanted);
    pthread_mutex_unlock(&a->lock);
}

static void drop_wanted(struct ahead *a, const struct ahead_folder *folder)
{
    for (struct ahead_folder **place = &a->first; *place != NULL; place = &(*place)->next) {
        if (*place == folder) {
            *place = folder->next;
            return;
        }
    }
}

bool ahead_take(struct ahead *a, struct ahead_folder *folder, struct listing *out)
{
    if (a->n_threads == 0)
        return false;
    pthread_mutex_lock(&a->lock);
    while (folder->state == AHEAD_BEGUN) {
        if (may_read(a))
            read_first(a);
        else
            pthread_cond_wait(&a->read, &a->lock);
    }
    bool was_read = folder->state == AHEAD_READ;
    if (folder->state == AHEAD_WANTED)
        drop_wanted(a, folder);
    a->n_held -= was_read || folder->state == AHEAD_FAILED;
    a->n_held_names -= folder->listing.n;
    *out = folder->listing;
    *folder = (struct ahead_folder){0};
    pthread_cond_signal(&a->wanted);
    pthread_mutex_unlock(&a->lock);
    return was_read;
}
