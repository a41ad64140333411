/* succession.c - see succession.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/succession.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/tiers.h"
#include "store/tombs.h"

struct succession_kept {
    size_t segment;
    struct manifest_segment *entry;
};

static uint64_t share(uint64_t whole, uint64_t part, uint64_t of)
{
    return of == 0 ? 0 : (uint64_t)((double)whole * (double)part / (double)of);
}

/* Words of the newly dead are taken to be as many as of others: what exactly they take away is counted later, and only
 * where a segment stays. */
static void describe(const struct succession *s, size_t i, struct tier *tier)
{
    const struct manifest_segment *entry = &snapshot_manifest(s->held)->segments[i];
    const struct segment *segment = snapshot_segment(s->held, i);
    uint64_t live_words = entry->words - entry->dead_words;
    uint32_t live = entry->docs - entry->dead_docs;
    *tier = (struct tier){.docs = entry->docs,
                          .dead_docs = entry->dead_docs + (uint32_t)s->dead[i].n,
                          .words = entry->words,
                          .dead_words = entry->dead_words + share(live_words, s->dead[i].n, live)};
    tier->bytes = share(segment_text_before(segment, entry->docs), tier->docs - tier->dead_docs, tier->docs);
}

/* ---- what stays ------------------------------------------------------------------------------------------------ */

static enum status write_tombs(const struct succession *s, const struct succession_kept *kept, struct err *err)
{
    const struct segment *segment = snapshot_segment(s->held, kept->segment);
    const struct ledger_dead *dead = &s->dead[kept->segment];
    struct manifest_segment *entry = kept->entry;
    size_t n = 0, next = 0;
    uint32_t *all = malloc(((size_t)entry->dead_docs + dead->n + 1) * sizeof *all);
    if (all == NULL)
        return err_nomem(err);
    for (uint32_t doc = 0; doc < segment_docs(segment); doc++) {
        bool dies = next < dead->n && dead->docs[next] == doc;
        next += dies;
        if (dies || segment_is_dead(segment, doc))
            all[n++] = doc;
    }
    enum status st = tombs_write(s->index_dir, build_generation(s->build), segment, all, n, entry, err);
    free(all);
    return st;
}

static void *write_all_tombs(void *user)
{
    struct succession *s = user;
    for (size_t i = 0; i < s->n_kept && s->status == ST_OK; i++)
        s->status = write_tombs(s, &s->kept[i], &s->err);
    return NULL;
}

static void keep_segment(struct succession *s, size_t i)
{
    struct manifest_segment *entry = &s->manifest->segments[s->manifest->n_segments++];
    *entry = snapshot_manifest(s->held)->segments[i];
    if (s->dead[i].n > 0)
        s->kept[s->n_kept++] = (struct succession_kept){i, entry};
}

/* ---- what is merged -------------------------------------------------------------------------------------------- */

/* What is damaged must not be given a good checksum. */
static enum status take_segment(struct succession *s, size_t i, struct err *err)
{
    const struct segment *segment = snapshot_segment(s->held, i);
    if (s->tiers[i].docs == s->tiers[i].dead_docs)
        return ST_OK;
    enum status st = segment_verify_bytes(segment, err);
    s->n_merged++;
    if (st == ST_OK && !pipeline_cut_segment(&s->tasks, segment, s->dead[i].docs, s->dead[i].n))
        st = err_nomem(err);
    return st;
}

static enum status merge(struct succession *s, struct pipeline_options *options, struct err *err)
{
    if (s->tasks.n == 0)
        return ST_OK;
    char what[80];
    (void)snprintf(what, sizeof what, "merging %zu segment%s, %.1f MB of text", s->n_merged,
                   s->n_merged == 1 ? "" : "s", (double)s->tasks.bytes / 1e6);
    progress_phase(options->progress, what, s->tasks.n_files, s->tasks.bytes);
    return pipeline_run(&s->tasks, s->build, options, err);
}

static enum status each_segment(struct succession *s, struct err *err)
{
    size_t n = snapshot_segments(s->held);
    enum status st = ST_OK;
    for (size_t i = 0; i < n; i++)
        describe(s, i, &s->tiers[i]);
    tiers_choose(s->tiers, n, build_text(s->build));
    for (size_t i = 0; i < n && st == ST_OK; i++) {
        if (s->tiers[i].merged)
            st = take_segment(s, i, err);
        else
            keep_segment(s, i);
    }
    return st;
}

enum status succession_begin(struct succession *s, struct pipeline_options *options, struct err *err)
{
    size_t n = snapshot_segments(s->held);
    s->tiers = calloc(n + 1, sizeof *s->tiers);
    s->kept = calloc(n + 1, sizeof *s->kept);
    s->manifest->segments = arena_calloc(&s->manifest->arena, n + 1, sizeof *s->manifest->segments);
    if (s->tiers == NULL || s->kept == NULL || s->manifest->segments == NULL)
        return err_nomem(err);
    enum status st = each_segment(s, err);
    if (st != ST_OK)
        return st;
    s->threaded = s->n_kept > 0 && pthread_create(&s->thread, NULL, write_all_tombs, s) == 0;
    if (!s->threaded)
        (void)write_all_tombs(s);
    return merge(s, options, err);
}

static void wait_for_tombs(struct succession *s)
{
    if (s->threaded)
        (void)pthread_join(s->thread, NULL);
    s->threaded = false;
}

enum status succession_finish(struct succession *s, struct err *err)
{
    wait_for_tombs(s);
    if (s->status != ST_OK)
        *err = s->err;
    return s->status;
}

void succession_release(struct succession *s)
{
    wait_for_tombs(s);
    pipeline_tasks_release(&s->tasks);
    free(s->tiers);
    free(s->kept);
    *s = (struct succession){0};
}
