/* sample.c - see sample.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/sample.h"

#include "indexer/program.h"

enum {
    SHARE = 16,        /* one file of so many is looked at */
    MOST = 2048,       /* files */
    LARGEST = 1 << 18, /* bytes of a file */
    ENOUGH = 1 << 23   /* bytes in all */
};

static bool is_wanted(const struct file *file)
{
    return file->action == FILE_READ && file->size <= LARGEST;
}

static size_t count_wanted(const struct file_list *files)
{
    size_t n = 0;
    for (size_t i = 0; i < files->n; i++)
        n += is_wanted(&files->items[i]);
    return n;
}

static enum status read_one(struct intake *in, const struct pipeline_options *o, size_t file, struct chunk *sample,
                            struct intake_notes *notes, struct err *err)
{
    if (o->stop != NULL && *o->stop != 0)
        return err_set(err, ST_CANCELLED, "stopped");
    files_stored_path(o->files, file, &in->stored_path);
    if (!buf_ok(&in->stored_path))
        return err_nomem(err);
    if (o->options != NULL && program_for(o->options, in->stored_path.data, in->stored_path.len) != NULL)
        return ST_OK;
    enum status st = intake_file(in, file, sample, notes, err);
    intake_notes_clear(notes); /* whatever is wrong with it is told when it is read in earnest */
    return st;
}

static enum status read_some(struct intake *in, const struct pipeline_options *o, size_t step, struct chunk *sample,
                             struct err *err)
{
    struct intake_notes notes = {0};
    uint64_t bytes = 0;
    size_t seen = 0;
    enum status st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < o->files->n && bytes < ENOUGH; i++) {
        const struct file *file = &o->files->items[i];
        if (!is_wanted(file) || seen++ % step != 0)
            continue;
        bytes += file->size;
        st = read_one(in, o, i, sample, &notes, err);
    }
    intake_notes_release(&notes);
    return st;
}

enum status sample_files(const struct pipeline_options *o, struct build *build, struct err *err)
{
    size_t n = count_wanted(o->files), step = n / SHARE > MOST ? (n + MOST - 1) / MOST : SHARE;
    if (n < BUILD_FEWEST_DOCS)
        return ST_OK;
    struct intake in = {.files = o->files,
                        .follow = o->follow,
                        .options = o->options,
                        .max_file_size = o->max_file_size,
                        .stop = o->stop};
    struct chunk *sample;
    enum status st = chunk_new_sample(build, &sample, err);
    if (st != ST_OK)
        return st;
    st = read_some(&in, o, step, sample, err);
    intake_release(&in);
    if (st == ST_OK)
        return build_leave_out(build, sample, err);
    chunk_free(sample);
    return st;
}
