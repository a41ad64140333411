/* lock.c - taking an index folder for writing; see lock.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/dir.h"
#include "store/manifest.h"
#include "store/names.h"

enum { POLL_MS = 50 };

/* ---- whether the folder is one to write in --------------------------------------------------------------------- */

static enum status refuse_foreign(void *context, const char *name, struct err *err)
{
    const char *index_dir = context;
    if (names_parse(name).kind != NAMES_FOREIGN)
        return ST_OK;
    return err_set(err, ST_DAMAGED, "%s: not an index: it has '%s' in it; nothing was touched", index_dir, name);
}

/* An index has a `current` that names a generation. Without one every name must be an index's own: an empty folder,
 * what an interrupted first run left, or an index whose `current` was damaged. */
static enum status check_folder(const char *index_dir, struct err *err)
{
    uint64_t generation;
    struct err ignored;
    if (manifest_current(index_dir, &generation, &ignored) == ST_OK)
        return ST_OK;
    return dir_each(index_dir, refuse_foreign, (void *)(uintptr_t)index_dir, err);
}

static enum status make_folder(const char *index_dir, struct err *err)
{
    struct stat st;
    if (stat(index_dir, &st) == 0)
        return ST_OK;
    if (errno != ENOENT)
        return err_sys(err, ST_NOT_FOUND, errno, "%s: cannot look at it", index_dir);
    enum status status = dir_make(index_dir, err);
    if (status != ST_OK && stat(index_dir, &st) == 0) /* another first run made it meanwhile */
        return ST_OK;
    return status == ST_OK ? dir_sync_parent(index_dir, err) : status;
}

static enum status check_is_folder(const char *index_dir, struct err *err)
{
    struct stat st;
    if (stat(index_dir, &st) != 0)
        return err_sys(err, ST_NOT_FOUND, errno, "%s: no index there", index_dir);
    if (!S_ISDIR(st.st_mode))
        return err_set(err, ST_DAMAGED, "%s: not an index: it is not a folder", index_dir);
    return ST_OK;
}

/* ---- the lock ------------------------------------------------------------------------------------------------- */

static double now_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static enum status wait_for_lock(int fd, const char *path, double wait_seconds, struct err *err)
{
    double until = now_seconds() + wait_seconds;
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return err_sys(err, ST_IO, errno, "%s: cannot lock", path);
        if (now_seconds() >= until)
            return err_set(err, ST_LOCKED, "%s: another run holds the lock", path);
        (void)nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
    }
    return ST_OK;
}

static enum status open_and_lock(const char *path, double wait_seconds, struct lock *lock, struct err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return err_sys(err, ST_CREATE, errno, "%s: cannot create", path);
    enum status status = wait_for_lock(fd, path, wait_seconds, err);
    if (status == ST_OK)
        lock->fd = fd;
    else
        (void)close(fd);
    return status;
}

enum status lock_take(const char *index_dir, bool create, double wait_seconds, struct lock *lock, struct err *err)
{
    *lock = (struct lock)LOCK_INIT;
    enum status status = create ? make_folder(index_dir, err) : ST_OK;
    if (status == ST_OK)
        status = check_is_folder(index_dir, err);
    if (status == ST_OK)
        status = check_folder(index_dir, err);
    if (status != ST_OK)
        return status;
    char *path = dir_path("%s/lock", index_dir);
    status = path == NULL ? err_nomem(err) : open_and_lock(path, wait_seconds, lock, err);
    free(path);
    return status;
}

void lock_release(struct lock *lock)
{
    if (lock->fd >= 0)
        (void)close(lock->fd);
    lock->fd = -1;
}
