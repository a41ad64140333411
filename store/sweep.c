/* sweep.c - removing what no generation in use names; see lock.h.
 *
 * Readers hold a shared lock on the gen-N they read (snapshot.c), so a generation whose lock can be had exclusively is
 * nobody's. Its manifest goes first: what it named is then unnamed, and goes in the same sweep or in the next.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/array.h"
#include "store/dir.h"
#include "store/lock.h"
#include "store/manifest.h"
#include "store/names.h"

struct sweep {
    const char *index_dir;
    uint64_t live;
    bool keep_segments; /* something could not be read: only scratch and unused manifests go */
    uint64_t *kept;     /* generations that stay */
    size_t n_kept, kept_cap;
    struct manifest_segment *segments; /* that stay, with their tombstones */
    size_t n_segments, segments_cap;
};

static enum status remove_name(const struct sweep *s, const char *name, struct err *err)
{
    char *path = dir_path("%s/%s", s->index_dir, name);
    if (path == NULL)
        return err_nomem(err);
    enum status status = dir_remove(path, err);
    free(path);
    return status;
}

static enum status keep_segments_of(struct sweep *s, uint64_t generation, struct err *err)
{
    struct manifest m;
    enum status status = manifest_read(s->index_dir, generation, &m, err);
    if (status == ST_NOMEM || status == ST_IO)
        return status;
    if (status != ST_OK) {
        s->keep_segments = true;
        return ST_OK;
    }
    if (!ARRAY_RESERVE(s->segments, s->segments_cap, s->n_segments + m.n_segments))
        status = err_nomem(err);
    for (size_t i = 0; status == ST_OK && i < m.n_segments; i++)
        s->segments[s->n_segments++] = m.segments[i];
    manifest_release(&m);
    return status;
}

static enum status keep_generation(struct sweep *s, uint64_t generation, struct err *err)
{
    if (!ARRAY_RESERVE(s->kept, s->kept_cap, s->n_kept + 1))
        return err_nomem(err);
    s->kept[s->n_kept++] = generation;
    return keep_segments_of(s, generation, err);
}

/* Removes a manifest that is not live unless a reader holds it; holding its lock meanwhile keeps new ones off. */
static enum status sweep_generation(struct sweep *s, const char *name, uint64_t generation, struct err *err)
{
    char *path = dir_path("%s/%s", s->index_dir, name);
    if (path == NULL)
        return err_nomem(err);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool in_use = fd < 0 ? errno != ENOENT : flock(fd, LOCK_EX | LOCK_NB) != 0;
    free(path);
    enum status status = in_use ? keep_generation(s, generation, err) : remove_name(s, name, err);
    if (fd >= 0)
        (void)close(fd);
    return status;
}

/* First pass: manifests, and what never outlives a run. */
static enum status visit_generation(void *context, const char *name, struct err *err)
{
    struct sweep *s = context;
    struct names_parsed parsed = names_parse(name);
    if (parsed.kind == NAMES_SCRATCH || parsed.kind == NAMES_CURRENT_NEW)
        return remove_name(s, name, err);
    if (parsed.kind != NAMES_GENERATION)
        return ST_OK;
    if (parsed.generation == s->live)
        return keep_generation(s, parsed.generation, err);
    return s->keep_segments ? ST_OK : sweep_generation(s, name, parsed.generation, err);
}

static bool is_kept_generation(const struct sweep *s, uint64_t generation)
{
    for (size_t i = 0; i < s->n_kept; i++)
        if (s->kept[i] == generation)
            return true;
    return false;
}

static bool is_kept_segment(const struct sweep *s, const char *id)
{
    for (size_t i = 0; i < s->n_segments; i++)
        if (strcmp(s->segments[i].id, id) == 0)
            return true;
    return false;
}

static bool is_kept_tombs(const struct sweep *s, uint64_t generation, const char *id)
{
    for (size_t i = 0; i < s->n_segments; i++)
        if (s->segments[i].tombs_generation == generation && strcmp(s->segments[i].id, id) == 0)
            return true;
    return false;
}

/* Second pass, when it is known what stays. */
static enum status visit_segment(void *context, const char *name, struct err *err)
{
    struct sweep *s = context;
    struct names_parsed parsed = names_parse(name);
    if (parsed.kind == NAMES_SEGMENT && !is_kept_segment(s, parsed.id))
        return remove_name(s, name, err);
    if (parsed.kind == NAMES_TOMBS && !is_kept_tombs(s, parsed.generation, parsed.id))
        return remove_name(s, name, err);
    if (parsed.kind == NAMES_FILES && !is_kept_generation(s, parsed.generation))
        return remove_name(s, name, err);
    return ST_OK;
}

/* Without a `current` nothing is live (an interrupted first run); with a damaged one anything may be. */
static enum status find_live(struct sweep *s, struct err *err)
{
    struct manifest m;
    enum status status = manifest_current(s->index_dir, &s->live, err);
    if (status == ST_NOT_FOUND) {
        s->live = UINT64_MAX;
        return ST_OK;
    }
    if (status == ST_OK)
        status = manifest_read(s->index_dir, s->live, &m, err);
    if (status == ST_OK)
        manifest_release(&m);
    s->keep_segments = status != ST_OK;
    return status == ST_NOMEM || status == ST_IO ? status : ST_OK;
}

enum status lock_sweep(const char *index_dir, struct err *err)
{
    struct sweep s = {.index_dir = index_dir};
    enum status status = find_live(&s, err);
    if (status == ST_OK)
        status = dir_each(index_dir, visit_generation, &s, err);
    if (status == ST_OK && !s.keep_segments)
        status = dir_each(index_dir, visit_segment, &s, err);
    free(s.kept);
    free(s.segments);
    return status;
}
