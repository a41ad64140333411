/* known.c - see known.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/known.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "store/coding.h"
#include "store/dir.h"

enum { HEAD_LEN = 8, SUMS_LEN = 64, FIXED_LEN = KNOWN_HASH_LEN + 1 };
enum { OUTCOME_MASK = 7, IS_UNSURE = 8, IS_MADE = 16, IS_USUAL = 32 };

static char *known_path(const char *index_dir, uint64_t generation)
{
    return dir_path("%s/files-%08" PRIu64, index_dir, generation);
}

const char *known_outcome_name(enum known_outcome outcome)
{
    static const char *const names[KNOWN_OUTCOMES] = {"read", "binary", "too-large", "broken", "unreadable"};
    return names[outcome];
}

uint64_t known_skipped(const struct known_sums *sums)
{
    uint64_t n = sums->skipped_parts;
    for (size_t i = KNOWN_READ + 1; i < KNOWN_OUTCOMES; i++)
        n += sums->outcomes[i];
    return n;
}

static void add_sums(struct known_sums *sums, const struct known_file *file)
{
    sums->files++;
    sums->docs += file->n_docs;
    sums->skipped_parts += file->n_skipped;
    sums->outcomes[file->outcome]++;
}

/* ---- writing -------------------------------------------------------------------------------------------------- */

enum status known_create(struct known_writer *w, const char *index_dir, uint64_t generation, uint64_t limit,
                         struct err *err)
{
    *w = (struct known_writer){0};
    char *path = known_path(index_dir, generation);
    enum status status = path == NULL ? err_nomem(err) : file_create(&w->file, path, KNOWN_KIND, err);
    free(path);
    if (status == ST_OK)
        file_put64(&w->file, limit);
    return status;
}

static size_t shared_len(const struct buf *before, const struct known_file *file)
{
    size_t most = before->len < file->path_len ? before->len : file->path_len, n = 0;
    while (n < most && before->data[n] == file->path[n])
        n++;
    return n;
}

static struct known_before before_next(const struct known_file *file)
{
    return (struct known_before){(uint64_t)file->mtime_ns, file->inode, file->stamp};
}

static uint64_t difference(uint64_t value, uint64_t before)
{
    return coding_zigzag((int64_t)(value - before));
}

static void put_numbers(const struct known_file *file, const struct known_before *before, struct buf *out)
{
    bool usual = file->stamp == before->stamp && file->n_docs == 1 && file->n_parts == 0 && file->n_skipped == 0;
    buf_add(out, file->hash, KNOWN_HASH_LEN);
    buf_addc(out, (char)(file->outcome | (file->unsure ? IS_UNSURE : 0) | (file->made ? IS_MADE : 0) |
                         (usual ? IS_USUAL : 0)));
    coding_put_varint(out, file->size);
    coding_put_varint(out, difference((uint64_t)file->mtime_ns, before->mtime_ns));
    coding_put_varint(out, difference(file->inode, before->inode));
    const uint64_t numbers[] = {file->stamp, file->n_docs, file->n_parts, file->n_skipped};
    for (size_t i = 0; i < BASE_COUNT(numbers) && !usual; i++)
        coding_put_varint(out, numbers[i]);
}

/* The next one differs from this. */
static void end_entry(struct known_writer *w, const struct known_file *file, const void *bytes, size_t len)
{
    if ((!buf_ok(&w->bytes) || !buf_ok(&w->path)) && w->file.failure.status == ST_OK)
        w->file.failure.status = err_nomem(&w->file.failure);
    file_put(&w->file, bytes, len);
    w->before = before_next(file);
    add_sums(&w->sums, file);
}

void known_put(struct known_writer *w, const struct known_file *file)
{
    size_t shared = shared_len(&w->path, file);
    buf_clear(&w->bytes);
    coding_put_varint(&w->bytes, shared);
    coding_put_varint(&w->bytes, file->path_len - shared);
    buf_add(&w->bytes, file->path + shared, file->path_len - shared);
    put_numbers(file, &w->before, &w->bytes);
    w->path.len = shared;
    buf_add(&w->path, file->path + shared, file->path_len - shared);
    w->copied = NULL;
    end_entry(w, file, w->bytes.data, w->bytes.len);
}

void known_copy(struct known_writer *w, const struct known_file *file)
{
    if (file->entry != NULL && file->entry == w->copied) {
        buf_clear(&w->path);
        buf_add(&w->path, file->path, file->path_len);
        end_entry(w, file, file->entry, file->entry_len);
    } else {
        known_put(w, file);
    }
    w->copied = file->entry + file->entry_len;
}

enum status known_finish(struct known_writer *w, struct manifest *manifest, struct err *err)
{
    uint8_t sums[SUMS_LEN] = {0};
    bytes_put64(sums, w->sums.files);
    bytes_put64(sums + 8, w->sums.docs);
    bytes_put64(sums + 16, w->sums.skipped_parts);
    for (size_t i = KNOWN_READ + 1; i < KNOWN_OUTCOMES; i++)
        bytes_put64(sums + 16 + 8 * i, w->sums.outcomes[i]);
    file_put(&w->file, sums, sizeof sums);
    struct file_seal seal;
    enum status status = file_finish(&w->file, &seal, err);
    if (status != ST_OK)
        return status;
    manifest->files_len = seal.len;
    manifest->files_checksum = seal.crc;
    manifest->skipped = known_skipped(&w->sums);
    return ST_OK;
}

void known_writer_release(struct known_writer *w)
{
    file_release(&w->file);
    buf_release(&w->path);
    buf_release(&w->bytes);
}

/* ---- reading -------------------------------------------------------------------------------------------------- */

static void read_sums(struct known *k)
{
    const uint8_t *p = k->map.body + k->map.body_len - SUMS_LEN;
    k->sums = (struct known_sums){bytes_get64(p), bytes_get64(p + 8), bytes_get64(p + 16), {0}};
    uint64_t rest = k->sums.files;
    for (size_t i = KNOWN_READ + 1; i < KNOWN_OUTCOMES; i++) {
        k->sums.outcomes[i] = bytes_get64(p + 16 + 8 * i);
        rest -= k->sums.outcomes[i];
    }
    k->sums.outcomes[KNOWN_READ] = rest;
}

static enum status open_map(struct known *k, const char *path, const struct manifest *manifest, bool verify,
                            struct err *err)
{
    enum status status = file_map(&k->map, path, KNOWN_KIND, err);
    if (status != ST_OK)
        return status;
    struct file_seal seal = file_map_seal(&k->map);
    if (seal.len != manifest->files_len || seal.crc != manifest->files_checksum)
        status = file_damaged(&k->map, "it is not the file that the generation names", err);
    else if (k->map.body_len < HEAD_LEN + SUMS_LEN)
        status = file_damaged(&k->map, "too short to be whole", err);
    else if (verify)
        status = file_map_verify(&k->map, err);
    if (status == ST_OK) {
        k->limit = bytes_get64(k->map.body);
        read_sums(k);
    }
    return status;
}

enum status known_open(struct known *k, const char *index_dir, const struct manifest *manifest, bool verify,
                       struct err *err)
{
    *k = (struct known){0};
    char *path = known_path(index_dir, manifest->generation);
    enum status status = path == NULL ? err_nomem(err) : open_map(k, path, manifest, verify, err);
    free(path);
    if (status != ST_OK)
        known_close(k);
    return status;
}

void known_close(struct known *k)
{
    file_map_release(&k->map);
    *k = (struct known){0};
}

static uint64_t behind(uint64_t before, uint64_t difference)
{
    return before + (uint64_t)coding_unzigzag(difference);
}

/* Of a file that is not usual. */
static bool get_counts(const uint8_t **p, const uint8_t *end, struct known_file *out)
{
    uint64_t stamp, docs, parts, skipped;
    if (!bytes_get_varint(p, end, &stamp) || !bytes_get_varint(p, end, &docs) || !bytes_get_varint(p, end, &parts) ||
        !bytes_get_varint(p, end, &skipped))
        return false;
    out->stamp = (uint32_t)stamp;
    out->n_docs = (uint32_t)docs;
    out->n_parts = (uint32_t)parts;
    out->n_skipped = (uint32_t)skipped;
    return stamp <= UINT32_MAX && docs <= UINT32_MAX && parts <= UINT32_MAX && skipped <= UINT32_MAX;
}

static bool get_numbers(const uint8_t **p, const uint8_t *end, const struct known_before *before,
                        struct known_file *out)
{
    if (end - *p < FIXED_LEN)
        return false;
    uint8_t flags = (*p)[KNOWN_HASH_LEN];
    uint64_t mtime, inode;
    out->hash = *p;
    out->outcome = flags & OUTCOME_MASK;
    out->unsure = (flags & IS_UNSURE) != 0;
    out->made = (flags & IS_MADE) != 0;
    *p += FIXED_LEN;
    if (out->outcome >= KNOWN_OUTCOMES || !bytes_get_varint(p, end, &out->size) || !bytes_get_varint(p, end, &mtime) ||
        !bytes_get_varint(p, end, &inode))
        return false;
    out->mtime_ns = (int64_t)behind(before->mtime_ns, mtime);
    out->inode = behind(before->inode, inode);
    out->stamp = before->stamp;
    out->n_docs = 1;
    out->n_parts = out->n_skipped = 0;
    return (flags & IS_USUAL) != 0 || get_counts(p, end, out);
}

/* Makes the next path in c->path; false when it is cut short or not behind the one before. */
static bool get_path(struct known_cursor *c, const uint8_t **p, const uint8_t *end)
{
    uint64_t shared, rest;
    if (!bytes_get_varint(p, end, &shared) || !bytes_get_varint(p, end, &rest) || shared > c->path.len ||
        rest > (uint64_t)(end - *p))
        return false;
    bool ascends = c->n == 0 || (rest > 0 && (shared == c->path.len || (uint8_t)c->path.data[shared] < **p));
    c->path.len = (size_t)shared;
    buf_add(&c->path, *p, (size_t)rest);
    *p += rest;
    return ascends;
}

enum status known_next(struct known_cursor *c, struct known_file *out, struct err *err)
{
    const struct file_map *map = &c->known->map;
    if (c->at == 0)
        c->at = HEAD_LEN;
    const uint8_t *p = map->body + c->at, *end = map->body + map->body_len - SUMS_LEN;
    out->entry = p;
    if (p == end && c->n == c->known->sums.files)
        return ST_END;
    if (p >= end || !get_path(c, &p, end) || !get_numbers(&p, end, &c->before, out))
        return file_damaged(map, "its list of files is cut short or out of order", err);
    if (!buf_ok(&c->path))
        return err_nomem(err);
    out->path = c->path.data;
    out->path_len = c->path.len;
    c->before = before_next(out);
    out->entry_len = (size_t)(p - out->entry);
    c->at = (size_t)(p - map->body);
    c->n++;
    return ST_OK;
}

void known_cursor_release(struct known_cursor *c)
{
    buf_release(&c->path);
}

enum status known_check(const struct known *k, struct err *err)
{
    struct known_cursor c = {.known = k};
    struct known_file file;
    struct known_sums sums = {0};
    enum status status;
    while ((status = known_next(&c, &file, err)) == ST_OK)
        add_sums(&sums, &file);
    known_cursor_release(&c);
    if (status != ST_END)
        return status;
    if (memcmp(&sums, &k->sums, sizeof sums) != 0)
        return file_damaged(&k->map, "its sums are not those of its files", err);
    return ST_OK;
}
