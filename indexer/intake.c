/* intake.c - see intake.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/intake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#include "indexer/listing.h"
#include "lib/array.h"

enum { HASH_STEP = 1 << 18 };

/* The clock of files goes in steps: of a hundredth of a second at most in Linux's own file systems, of two seconds in
 * some others, whose times are whole seconds. A change inside the step in which a file was read does not show. */
static const int64_t SECOND = 1000000000, STEP_FINE = 50000000, STEP_COARSE = 2000000000, DAY = 86400000000000;

void intake_notes_clear(struct intake_notes *notes)
{
    notes->n_results = notes->n_skips = 0;
    arena_clear(&notes->words);
}

void intake_notes_release(struct intake_notes *notes)
{
    free(notes->results);
    free(notes->skips);
    arena_release(&notes->words);
    *notes = (struct intake_notes){0};
}

void intake_release(struct intake *in)
{
    reader_room_release(&in->room);
    input_release(&in->input);
    buf_release(&in->open_path);
    buf_release(&in->stored_path);
    buf_release(&in->bytes);
}

/* A file on its way from its reader into a chunk. */
struct passage {
    struct intake *in;
    struct chunk *chunk;
    struct intake_notes *notes;
    struct pipeline_result *result;
    struct err *err;
    enum status status;
};

/* ---- what the reader gives ------------------------------------------------------------------------------------- */

/* The number behind "PATH/"; 0 when the path is the file's own, -1 when it is neither. */
static int64_t part_number(const struct intake *in, const struct document *doc)
{
    size_t len = in->stored_path.len, at = len + 1;
    int64_t number = 0;
    if (doc->path_len == len)
        return 0;
    if (doc->path_len <= at || doc->path_len > at + 9 || doc->path[len] != '/' || doc->path[at] == '0')
        return -1;
    for (; at < doc->path_len; at++) {
        if (doc->path[at] < '0' || doc->path[at] > '9')
            return -1;
        number = number * 10 + (doc->path[at] - '0');
    }
    return number;
}

static bool pass_document(void *user, struct document *doc)
{
    struct passage *p = user;
    int64_t part = part_number(p->in, doc);
    doc->mtime = p->in->input.mtime;
    if (p->in->stop != NULL && *p->in->stop != 0)
        p->status = err_set(p->err, ST_CANCELLED, "stopped");
    else if (part < 0 || (p->result->n_docs > 0 && (part == 0) != (p->result->n_parts == 0)))
        p->status =
            err_set(p->err, ST_INTERNAL, "%.*s: no path for a document of this file", (int)doc->path_len, doc->path);
    else
        p->status = chunk_add(p->chunk, doc, p->err);
    p->result->n_docs++;
    if (part > p->result->n_parts)
        p->result->n_parts = (uint32_t)part;
    return p->status == ST_OK;
}

static const char *keep(struct passage *p, const char *words, size_t len)
{
    const char *copy = arena_copy(&p->notes->words, words, len);
    if (copy == NULL)
        p->status = err_nomem(p->err);
    return copy;
}

static bool pass_skip(void *user, const char *path, size_t path_len, enum read_result why, const char *detail)
{
    struct passage *p = user;
    struct intake_notes *notes = p->notes;
    struct pipeline_skip skip = {.file = p->result->file, .why = why};
    if (!ARRAY_RESERVE(notes->skips, notes->skips_cap, notes->n_skips + 1)) {
        p->status = err_nomem(p->err);
        return false;
    }
    skip.part = keep(p, path, path_len);
    if (detail != NULL)
        skip.detail = keep(p, detail, strlen(detail));
    notes->skips[notes->n_skips++] = skip;
    p->result->n_skipped++;
    return p->status == ST_OK;
}

/* ---- comparing ------------------------------------------------------------------------------------------------- */

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * SECOND + now.tv_nsec;
}

/* Whether a change after `began` could leave the file with the same time. One far in the future was set by hand. */
static bool is_unsure(int64_t mtime_ns, int64_t began)
{
    int64_t step = mtime_ns % SECOND == 0 ? STEP_COARSE : STEP_FINE;
    return mtime_ns > began - step && mtime_ns < began + DAY;
}

static void put_hash(XXH64_hash_t hash, uint8_t out[KNOWN_HASH_LEN])
{
    XXH64_canonical_t canonical;
    XXH64_canonicalFromHash(&canonical, hash);
    memcpy(out, canonical.digest, KNOWN_HASH_LEN);
}

/* Of all bytes of the open file; those that the input has read stay read. */
static enum status hash_file(struct intake *in, uint8_t hash[KNOWN_HASH_LEN], bool *readable, struct err *err)
{
    XXH3_state_t *state = XXH3_createState();
    char *room = buf_reserve(&in->bytes, HASH_STEP);
    ssize_t n = 0;
    *readable = false;
    if (state == NULL || room == NULL) {
        XXH3_freeState(state);
        return err_nomem(err);
    }
    (void)XXH3_64bits_reset(state);
    for (off_t at = 0; (n = pread(in->input.fd, room, HASH_STEP, at)) > 0 || (n < 0 && errno == EINTR);) {
        if (n < 0)
            continue;
        (void)XXH3_64bits_update(state, room, (size_t)n);
        at += n;
    }
    put_hash(XXH3_64bits_digest(state), hash);
    XXH3_freeState(state);
    *readable = n == 0;
    return ST_OK;
}

/* ---- one file -------------------------------------------------------------------------------------------------- */

static void take_stat(struct pipeline_result *r, const struct stat *st)
{
    r->size = (uint64_t)st->st_size;
    r->mtime_ns = listing_mtime(st);
    r->inode = st->st_ino;
}

/* Whether the index has the open file as it is. */
static enum status compare(struct passage *p, const struct file *file, struct err *err)
{
    bool readable;
    if (file->known_hash == NULL || p->result->mtime_ns / SECOND != file->mtime_ns / SECOND)
        return ST_OK;
    enum status st = hash_file(p->in, p->result->hash, &readable, err);
    p->result->unchanged = st == ST_OK && readable && memcmp(p->result->hash, file->known_hash, KNOWN_HASH_LEN) == 0;
    return st;
}

/* Of the bytes that were read, where they are the file's and still there. What changed since has another time, or is
 * compared with them the next time. */
static enum status take_hash(struct passage *p, const struct reading *reading, struct err *err)
{
    struct stat st;
    struct pipeline_result now = *p->result;
    const struct buf *bytes = &p->in->input.bytes;
    bool readable = true;
    enum status status = ST_OK;
    if (reading->whole)
        put_hash(XXH3_64bits(bytes->data, bytes->len), p->result->hash);
    else
        status = hash_file(p->in, p->result->hash, &readable, err);
    if (fstat(p->in->input.fd, &st) == 0)
        take_stat(&now, &st);
    if (!readable || now.size != p->result->size || now.mtime_ns != p->result->mtime_ns) {
        p->result->unsure = true;
        memset(p->result->hash, 0, KNOWN_HASH_LEN);
    }
    return status;
}

static enum status read_open(struct passage *p, const struct file *file, struct err *err)
{
    struct intake *in = p->in;
    struct reader_sink sink = {pass_document, pass_skip, p};
    struct reading reading = {.room = &in->room,
                              .in = &in->input,
                              .path = in->stored_path.data,
                              .path_len = in->stored_path.len,
                              .max_size = in->max_file_size,
                              .sink = &sink,
                              .options = in->options,
                              .open_path = in->open_path.data,
                              .stop = in->stop};
    struct stat st;
    int64_t began = now_ns();
    if (fstat(in->input.fd, &st) == 0)
        take_stat(p->result, &st);
    p->result->unsure = is_unsure(p->result->mtime_ns, began);
    enum status status = compare(p, file, err);
    if (status != ST_OK || p->result->unchanged)
        return status;
    memset(p->result->hash, 0, KNOWN_HASH_LEN);
    p->result->why = reader_read(&reading);
    p->result->made = reading.made;
    if (p->result->why == READ_NOMEM)
        return err_nomem(err);
    if (p->result->why == READ_STOPPED || p->status != ST_OK)
        return p->status;
    return p->result->n_docs > 0 ? take_hash(p, &reading, err) : ST_OK;
}

static enum status read_file(struct passage *p, const struct file *file, struct err *err)
{
    struct intake *in = p->in;
    bool follow = in->follow || files_root(in->files, p->result->file)->is_file;
    p->result->why = input_open(&in->input, in->open_path.data, follow);
    enum status st = p->result->why == READ_OK ? read_open(p, file, err) : ST_OK;
    if (st == ST_OK && p->result->why != READ_OK && in->input.detail[0] != '\0')
        p->result->detail = keep(p, in->input.detail, strlen(in->input.detail));
    p->result->errnum = in->input.errnum;
    input_close(&in->input);
    reader_room_shrink(&in->room);
    return st == ST_OK ? p->status : st;
}

enum status intake_file(struct intake *in, size_t file, struct chunk *chunk, struct intake_notes *notes,
                        struct err *err)
{
    const struct file *f = &in->files->items[file];
    struct pipeline_result result = {.file = file, .size = f->size, .mtime_ns = f->mtime_ns, .inode = f->inode};
    struct passage passage = {.in = in, .chunk = chunk, .notes = notes, .result = &result, .err = err};
    files_open_path(in->files, file, &in->open_path);
    files_stored_path(in->files, file, &in->stored_path);
    if (!buf_ok(&in->open_path) || !buf_ok(&in->stored_path) ||
        !ARRAY_RESERVE(notes->results, notes->results_cap, notes->n_results + 1))
        return err_nomem(err);
    enum status st = read_file(&passage, f, err);
    notes->results[notes->n_results++] = result;
    return st;
}

enum status intake_compare(struct intake *in, size_t file, bool *same, struct err *err)
{
    const struct file *f = &in->files->items[file];
    uint8_t hash[KNOWN_HASH_LEN];
    bool readable = false;
    *same = false;
    if (f->known_hash == NULL)
        return ST_OK;
    files_open_path(in->files, file, &in->open_path);
    if (!buf_ok(&in->open_path))
        return err_nomem(err);
    bool follow = in->follow || files_root(in->files, file)->is_file;
    bool opened = input_open(&in->input, in->open_path.data, follow) == READ_OK;
    enum status st = opened ? hash_file(in, hash, &readable, err) : ST_OK;
    *same = st == ST_OK && readable && memcmp(hash, f->known_hash, KNOWN_HASH_LEN) == 0;
    input_close(&in->input);
    return st;
}
