/* manifest.c - see manifest.h.
 *
 *     verbatim index 3
 *     generation  42
 *     published   1669852800
 *     language    en
 *     skipped     0
 *     files       LENGTH  CHECKSUM
 *     root        NAME  PATH                                               one line a root
 *     segment     ID  CHECKSUM  DOCS  DEAD_DOCS  WORDS  DEAD_WORDS  TOMBS  one line a segment, in order; TOMBS: the
 *                                                                          generation that wrote its tombstones, or 0
 *     crc         89abcdef
 *
 * The separators are TABs (lines.h). Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/dir.h"
#include "store/file.h"
#include "store/lines.h"
#include "store/names.h"

static char *manifest_path(const char *index_dir, uint64_t generation)
{
    return dir_path("%s/gen-%08" PRIu64, index_dir, generation);
}

void manifest_release(struct manifest *m)
{
    arena_release(&m->arena);
    *m = (struct manifest){0};
}

/* ---- current -------------------------------------------------------------------------------------------------- */

static enum status judge_name(void *context, const char *name, struct err *err)
{
    const char *index_dir = context;
    struct names_parsed parsed = names_parse(name);
    if (parsed.kind == NAMES_FOREIGN)
        return err_set(err, ST_DAMAGED, "%s: not an index: it has '%s' in it", index_dir, name);
    if (parsed.kind == NAMES_GENERATION && parsed.generation > 1)
        return err_set(err, ST_DAMAGED,
                       "%s: damaged: it has no file named current; the next run of the indexer makes it", index_dir);
    return ST_OK;
}

/* An empty folder and what a first run leaves that was interrupted are no index yet; anything else is damage. */
static enum status no_current(const char *index_dir, int errnum, struct err *err)
{
    struct stat st;
    if (errnum == EACCES)
        return err_sys(err, ST_NOT_FOUND, errnum, "%s/current: cannot read", index_dir);
    if (errnum != ENOENT && errnum != ENOTDIR)
        return err_sys(err, ST_IO, errnum, "%s/current: cannot open", index_dir);
    if (stat(index_dir, &st) != 0)
        return err_sys(err, ST_NOT_FOUND, errno, "%s: no index there", index_dir);
    if (!S_ISDIR(st.st_mode))
        return err_set(err, ST_DAMAGED, "%s: not an index: it is not a folder", index_dir);
    enum status status = dir_each(index_dir, judge_name, (void *)(uintptr_t)index_dir, err);
    if (status != ST_OK)
        return status;
    return err_set(err, ST_NOT_FOUND, "%s: no index there (it has no file named current)", index_dir);
}

/* Reads at most room - 1 bytes. */
static enum status read_current(const char *index_dir, char *text, size_t room, struct err *err)
{
    char *path = dir_path("%s/current", index_dir);
    if (path == NULL)
        return err_nomem(err);
    enum status status = ST_OK;
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* whatever it is, it is not waited for */
    ssize_t n = fd < 0 ? 0 : read(fd, text, room - 1);
    if (fd < 0)
        status = no_current(index_dir, errno, err);
    else if (fstat(fd, &st) != 0)
        status = err_sys(err, ST_IO, errno, "%s: cannot look at it", path);
    else if (!S_ISREG(st.st_mode) || st.st_size >= (off_t)room)
        status = err_set(err, ST_DAMAGED, "%s: damaged: it does not name a generation", path);
    else if (n < 0)
        status = err_sys(err, errno == EISDIR ? ST_DAMAGED : ST_IO, errno, "%s: cannot read", path);
    text[n > 0 ? n : 0] = '\0';
    if (status == ST_OK && strlen(text) != (size_t)n)
        status = err_set(err, ST_DAMAGED, "%s: damaged: it does not name a generation", path);
    if (fd >= 0)
        (void)close(fd);
    free(path);
    return status;
}

enum status manifest_current(const char *index_dir, uint64_t *generation, struct err *err)
{
    char text[64];
    enum status status = read_current(index_dir, text, sizeof text, err);
    if (status != ST_OK)
        return status;
    size_t len = strlen(text);
    struct names_parsed name = {.kind = NAMES_FOREIGN};
    if (len > 0 && text[len - 1] == '\n') {
        text[len - 1] = '\0';
        name = names_parse(text);
    }
    if (name.kind != NAMES_GENERATION)
        return err_set(err, ST_DAMAGED, "%s/current: damaged: it does not name a generation", index_dir);
    *generation = name.generation;
    return ST_OK;
}

static enum status rename_current(const char *index_dir, const char *from, const char *to, uint64_t generation,
                                  struct err *err)
{
    char text[64];
    int len = snprintf(text, sizeof text, "gen-%08" PRIu64 "\n", generation);
    enum status status = file_write_all(from, text, (size_t)len, err);
    if (status == ST_OK)
        status = file_sync(from, err);
    if (status == ST_OK && rename(from, to) != 0)
        status = err_sys(err, ST_IO, errno, "%s: cannot rename to current", from);
    return status == ST_OK ? dir_sync(index_dir, err) : status;
}

enum status manifest_publish(const char *index_dir, uint64_t generation, struct err *err)
{
    char *from = dir_path("%s/current.new", index_dir), *to = dir_path("%s/current", index_dir);
    enum status status =
        from == NULL || to == NULL ? err_nomem(err) : rename_current(index_dir, from, to, generation, err);
    free(from);
    free(to);
    return status;
}

/* ---- writing -------------------------------------------------------------------------------------------------- */

static void print_segment(const struct manifest_segment *s, struct buf *out)
{
    lines_word(out, "segment");
    lines_word(out, s->id);
    lines_hex(out, s->checksum);
    lines_number(out, s->docs);
    lines_number(out, s->dead_docs);
    lines_number(out, s->words);
    lines_number(out, s->dead_words);
    lines_number(out, s->tombs_generation);
    lines_end(out);
}

static void print_number(const char *keyword, uint64_t number, struct buf *out)
{
    lines_word(out, keyword);
    lines_number(out, number);
    lines_end(out);
}

static void print_manifest(const struct manifest *m, struct buf *out)
{
    lines_begin(out, "index", MANIFEST_FORMAT);
    print_number("generation", m->generation, out);
    print_number("published", (uint64_t)(m->published < 0 ? 0 : m->published), out);
    lines_word(out, "language");
    lines_word(out, m->language == NULL ? "" : m->language);
    lines_end(out);
    print_number("skipped", m->skipped, out);
    lines_word(out, "files");
    lines_number(out, m->files_len);
    lines_hex(out, m->files_checksum);
    lines_end(out);
    for (size_t i = 0; i < m->n_roots; i++) {
        lines_word(out, "root");
        lines_word(out, m->roots[i].name);
        lines_word(out, m->roots[i].path);
        lines_end(out);
    }
    for (size_t i = 0; i < m->n_segments; i++)
        print_segment(&m->segments[i], out);
    (void)lines_seal(out);
}

enum status manifest_write(const char *index_dir, const struct manifest *m, struct err *err)
{
    struct buf text = BUF_INIT;
    print_manifest(m, &text);
    char *path = manifest_path(index_dir, m->generation);
    enum status status =
        path == NULL || !buf_ok(&text) ? err_nomem(err) : file_write_all(path, text.data, text.len, err);
    free(path);
    buf_release(&text);
    return status;
}

/* ---- reading -------------------------------------------------------------------------------------------------- */

static enum status expect_number(struct lines *l, const char *keyword, uint64_t max, uint64_t *out, struct err *err)
{
    enum status status = lines_expect(l, keyword, 1, err);
    return status == ST_OK ? lines_get_number(l, 0, max, out, err) : status;
}

static enum status parse_head(struct lines *l, uint64_t generation, struct manifest *m, struct err *err)
{
    uint64_t published;
    enum status status = expect_number(l, "generation", NAMES_MAX_GENERATION, &m->generation, err);
    if (status == ST_OK && m->generation != generation)
        status = lines_damaged(l, "it is another generation than its name says", err);
    if (status == ST_OK)
        status = expect_number(l, "published", INT64_MAX, &published, err);
    if (status == ST_OK)
        status = lines_expect(l, "language", 1, err);
    if (status != ST_OK)
        return status;
    m->published = (int64_t)published;
    m->language = arena_copy(&m->arena, lines_get_word(l, 0), strlen(lines_get_word(l, 0)));
    if (m->language == NULL)
        return err_nomem(err);
    status = expect_number(l, "skipped", UINT64_MAX, &m->skipped, err);
    if (status == ST_OK)
        status = lines_expect(l, "files", 2, err);
    if (status == ST_OK)
        status = lines_get_number(l, 0, UINT64_MAX, &m->files_len, err);
    return status == ST_OK ? lines_get_hex(l, 1, &m->files_checksum, err) : status;
}

/* Room for one more of what the manifest lists; arrays double inside the arena. */
static void *grow_list(struct arena *arena, void *items, size_t n, size_t size)
{
    if (n > 0 && (n & (n - 1)) != 0)
        return items;
    char *bigger = arena_calloc(arena, n == 0 ? 1 : 2 * n, size);
    if (bigger != NULL && n > 0)
        memcpy(bigger, items, n * size);
    return bigger;
}

static enum status parse_root(struct lines *l, struct manifest *m, struct err *err)
{
    struct manifest_root *roots = grow_list(&m->arena, m->roots, m->n_roots, sizeof *roots);
    const char *name = lines_get_word(l, 0), *path = lines_get_word(l, 1);
    if (roots == NULL)
        return err_nomem(err);
    m->roots = roots;
    struct manifest_root *root = &roots[m->n_roots];
    root->name = arena_copy(&m->arena, name, strlen(name));
    root->path = arena_copy(&m->arena, path, strlen(path));
    if (root->name == NULL || root->path == NULL)
        return err_nomem(err);
    m->n_roots++;
    return ST_OK;
}

static enum status parse_counts(struct lines *l, struct manifest_segment *s, struct err *err)
{
    uint64_t docs = 0, dead_docs = 0;
    enum status status = lines_get_hex(l, 1, &s->checksum, err);
    if (status == ST_OK)
        status = lines_get_number(l, 2, UINT32_MAX - 1, &docs, err);
    if (status == ST_OK)
        status = lines_get_number(l, 3, docs, &dead_docs, err);
    if (status == ST_OK)
        status = lines_get_number(l, 4, UINT64_MAX, &s->words, err);
    if (status == ST_OK)
        status = lines_get_number(l, 5, s->words, &s->dead_words, err);
    if (status == ST_OK)
        status = lines_get_number(l, 6, NAMES_MAX_GENERATION, &s->tombs_generation, err);
    if (status == ST_OK && (s->tombs_generation != 0) != (dead_docs != 0))
        status = lines_damaged(l, "dead documents without tombstones, or the other way round", err);
    s->docs = (uint32_t)docs;
    s->dead_docs = (uint32_t)dead_docs;
    return status;
}

static enum status parse_segment(struct lines *l, struct manifest *m, struct err *err)
{
    struct manifest_segment *segments = grow_list(&m->arena, m->segments, m->n_segments, sizeof *segments);
    const char *id = lines_get_word(l, 0);
    if (segments == NULL)
        return err_nomem(err);
    m->segments = segments;
    if (strlen(id) >= sizeof segments->id || !names_is_id(id))
        return lines_damaged(l, "no name of a segment", err);
    memcpy(segments[m->n_segments].id, id, strlen(id) + 1);
    return parse_counts(l, &segments[m->n_segments++], err);
}

static enum status parse_lists(struct lines *l, struct manifest *m, struct err *err)
{
    for (;;) {
        enum status status = lines_next(l, err);
        if (status != ST_OK)
            return status == ST_END ? ST_OK : status;
        if (lines_is(l, "root", 2) && m->n_segments == 0)
            status = parse_root(l, m, err);
        else if (lines_is(l, "segment", 7))
            status = parse_segment(l, m, err);
        else
            status = lines_damaged(l, "neither a root nor a segment", err);
        if (status != ST_OK)
            return status;
    }
}

static enum status parse_manifest(const char *path, uint64_t generation, struct manifest *m, struct err *err)
{
    struct lines l;
    enum status status = lines_open(&l, path, "index", MANIFEST_FORMAT, err);
    if (status != ST_OK)
        return status;
    status = parse_head(&l, generation, m, err);
    if (status == ST_OK)
        status = parse_lists(&l, m, err);
    lines_release(&l);
    return status;
}

enum status manifest_read(const char *index_dir, uint64_t generation, struct manifest *m, struct err *err)
{
    *m = (struct manifest){0};
    char *path = manifest_path(index_dir, generation);
    if (path == NULL)
        return err_nomem(err);
    enum status status = parse_manifest(path, generation, m, err);
    free(path);
    if (status != ST_OK)
        manifest_release(m);
    return status;
}

/* Lines of other formats may say anything, but if these are there they say what they say in this one. */
static enum status parse_roots(struct lines *l, struct manifest *m, struct err *err)
{
    enum status status;
    while ((status = lines_next(l, err)) == ST_OK) {
        if (lines_is(l, "root", 2))
            status = parse_root(l, m, err);
        else if (lines_is(l, "language", 1))
            m->language = arena_copy(&m->arena, lines_get_word(l, 0), strlen(lines_get_word(l, 0)));
        if (status != ST_OK)
            return status;
    }
    if (status == ST_END && (m->n_roots == 0 || m->language == NULL))
        return err_set(err, ST_VERSION, "%s: it names no roots", l->path);
    return status == ST_END ? ST_OK : status;
}

enum status manifest_read_roots(const char *index_dir, uint64_t generation, struct manifest *m, struct err *err)
{
    struct lines l;
    *m = (struct manifest){0};
    char *path = manifest_path(index_dir, generation);
    if (path == NULL)
        return err_nomem(err);
    enum status status = lines_open(&l, path, "index", LINES_ANY_VERSION, err);
    if (status == ST_OK) {
        status = parse_roots(&l, m, err);
        lines_release(&l);
    }
    free(path);
    if (status != ST_OK)
        manifest_release(m);
    return status;
}
