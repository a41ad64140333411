/* info.c - see info.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/info.h"

#include <errno.h>
#include <string.h>

#include "indexer/report.h"
#include "lib/json.h"
#include "store/snapshot.h"

enum { PARTS_MAX = 32 };

struct parts {
    struct segment_part sums[PARTS_MAX];
    size_t n;
    uint64_t total;
};

static void add_part(struct parts *p, const struct segment_part *part)
{
    size_t i = 0;
    p->total += part->bytes;
    while (i < p->n && strcmp(p->sums[i].name, part->name) != 0)
        i++;
    if (i == PARTS_MAX)
        return;
    if (i == p->n)
        p->sums[p->n++] = (struct segment_part){.name = part->name};
    p->sums[i].bytes += part->bytes;
}

/* Each kind of part over all segments, in the order of the first. */
static void sum_parts(const struct snapshot *s, struct parts *p)
{
    *p = (struct parts){0};
    for (size_t i = 0; i < snapshot_segments(s); i++) {
        struct segment_part parts[PARTS_MAX];
        size_t n = segment_parts(snapshot_segment(s, i), parts, PARTS_MAX);
        for (size_t k = 0; k < n && k < PARTS_MAX; k++)
            add_part(p, &parts[k]);
    }
}

static void add_root_line(struct buf *out, const struct manifest_root *root)
{
    const char *name = *root->name == '\0' ? "." : root->name;
    buf_adds(out, "root\t");
    report_path(out, name, strlen(name));
    buf_addc(out, '\t');
    report_path(out, root->path, strlen(root->path));
    buf_addc(out, '\n');
}

/* The form of a time is JSON's, without its quotes. */
static void add_time(struct buf *out, int64_t seconds)
{
    struct buf text = BUF_INIT;
    json_time(&text, seconds);
    if (text.len > 2)
        buf_add(out, text.data + 1, text.len - 2);
    out->failed |= text.failed;
    buf_release(&text);
}

static void add_lines(struct buf *out, const struct snapshot *s, const struct manifest *m, const struct parts *p)
{
    buf_addf(out, "generation\t%llu\npublished\t", (unsigned long long)m->generation);
    add_time(out, m->published);
    buf_addf(out, "\nlanguage\t%s\ndocuments\t%llu\nwords\t%llu\n", m->language, (unsigned long long)snapshot_docs(s),
             (unsigned long long)snapshot_words(s));
    buf_addf(out, "skipped\t%llu\nsegments\t%zu\nbytes\t%llu\n", (unsigned long long)m->skipped, m->n_segments,
             (unsigned long long)p->total);
    for (size_t i = 0; i < p->n; i++)
        buf_addf(out, "bytes.%s\t%llu\n", p->sums[i].name, (unsigned long long)p->sums[i].bytes);
    for (size_t i = 0; i < m->n_roots; i++)
        add_root_line(out, &m->roots[i]);
}

static void add_number(struct buf *out, const char *name, uint64_t value)
{
    json_key(out, name);
    json_uint(out, value);
}

static void add_string(struct buf *out, const char *name, const char *value)
{
    json_key(out, name);
    json_string(out, value, strlen(value));
}

static void add_json(struct buf *out, const struct snapshot *s, const struct manifest *m, const struct parts *p)
{
    json_open(out, '{');
    add_number(out, "generation", m->generation);
    json_key(out, "published");
    json_time(out, m->published);
    add_string(out, "language", m->language);
    add_number(out, "documents", snapshot_docs(s));
    add_number(out, "words", snapshot_words(s));
    add_number(out, "skipped", m->skipped);
    add_number(out, "segments", m->n_segments);
    add_number(out, "bytes", p->total);
    json_key(out, "parts");
    json_open(out, '{');
    for (size_t i = 0; i < p->n; i++)
        add_number(out, p->sums[i].name, p->sums[i].bytes);
    json_close(out, '}');
    json_key(out, "roots");
    json_open(out, '[');
    for (size_t i = 0; i < m->n_roots; i++) {
        json_open(out, '{');
        add_string(out, "name", *m->roots[i].name == '\0' ? "." : m->roots[i].name);
        add_string(out, "path", m->roots[i].path);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_close(out, '}');
    buf_addc(out, '\n');
}

enum status info_print(const char *index_dir, bool json, FILE *out, struct err *err)
{
    struct snapshot *s = NULL;
    struct parts parts;
    struct buf text = BUF_INIT;
    enum status st = snapshot_open(index_dir, 1, false, &s, err);
    if (st != ST_OK)
        return st;
    sum_parts(s, &parts);
    if (json)
        add_json(&text, s, snapshot_manifest(s), &parts);
    else
        add_lines(&text, s, snapshot_manifest(s), &parts);
    if (!buf_ok(&text))
        st = err_nomem(err);
    else if (fwrite(text.data, 1, text.len, out) != text.len || fflush(out) != 0)
        st = err_sys(err, ST_IO, errno, "cannot write");
    buf_release(&text);
    snapshot_unref(s);
    return st;
}
