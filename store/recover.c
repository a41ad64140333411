/* recover.c - an index whose `current` is gone though generations are there; see lock.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/dir.h"
#include "store/lock.h"
#include "store/manifest.h"
#include "store/names.h"

struct found {
    const char *index_dir;
    uint64_t newest; /* of all generations; 0: there are none */
    uint64_t whole;  /* the newest whose manifest can be read; 0: none */
};

static enum status look_at(void *context, const char *name, struct err *err)
{
    struct found *f = context;
    struct names_parsed parsed = names_parse(name);
    struct manifest m = {0};
    if (parsed.kind != NAMES_GENERATION)
        return ST_OK;
    if (parsed.generation > f->newest)
        f->newest = parsed.generation;
    enum status status = manifest_read(f->index_dir, parsed.generation, &m, err);
    if (status == ST_OK && parsed.generation > f->whole)
        f->whole = parsed.generation;
    if (status == ST_OK)
        manifest_release(&m);
    return status == ST_NOMEM || status == ST_IO ? status : ST_OK; /* it may be whole all the same */
}

/* One that may not be read is there: whoever went on without it would sweep all that it names. */
static enum status has_current(const char *index_dir, bool *has, struct err *err)
{
    struct stat st;
    char *path = dir_path("%s/current", index_dir);
    if (path == NULL)
        return err_nomem(err);
    *has = lstat(path, &st) == 0 || errno != ENOENT;
    bool kept_off = *has && faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0 && errno == EACCES;
    enum status status = kept_off ? err_sys(err, ST_NOT_FOUND, EACCES, "%s: cannot read", path) : ST_OK;
    free(path);
    return status;
}

enum status lock_recover(const char *index_dir, struct err *err)
{
    struct found f = {.index_dir = index_dir};
    bool has = false;
    enum status status = has_current(index_dir, &has, err);
    if (status != ST_OK || has)
        return status;
    status = dir_each(index_dir, look_at, &f, err);
    if (status != ST_OK)
        return status;
    if (f.whole > 0)
        return manifest_publish(index_dir, f.whole, err);
    if (f.newest > 1) /* a first run that was interrupted leaves generation 1 at most */
        return err_set(err, ST_DAMAGED,
                       "%s: damaged: it has generations, but no file named current and no whole manifest", index_dir);
    return ST_OK;
}
