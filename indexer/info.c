/* info.c - see info.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/info.h"

#include <string.h>

#include "indexer/report.h"
#include "lib/json.h"
#include "store/known.h"
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

static uint64_t dead_documents(const struct manifest *m)
{
    uint64_t n = 0;
    for (size_t i = 0; i < m->n_segments; i++)
        n += m->segments[i].dead_docs;
    return n;
}

static void add_segment_line(struct buf *out, const struct manifest_segment *s)
{
    buf_addf(out, "segment\t%s\t%u\t%u\n", s->id, s->docs - s->dead_docs, s->dead_docs);
}

static void add_lines(struct buf *out, const struct snapshot *s, const struct manifest *m, const struct known *known,
                      const struct parts *p)
{
    buf_addf(out, "generation\t%llu\npublished\t", (unsigned long long)m->generation);
    add_time(out, m->published);
    buf_addf(out, "\nlanguage\t%s\ndocuments\t%llu\nwords\t%llu\n", m->language, (unsigned long long)snapshot_docs(s),
             (unsigned long long)snapshot_words(s));
    buf_addf(out, "dead\t%llu\nfiles\t%llu\nskipped\t%llu\n", (unsigned long long)dead_documents(m),
             (unsigned long long)known->sums.files, (unsigned long long)m->skipped);
    for (enum known_outcome o = KNOWN_READ + 1; o < KNOWN_OUTCOMES; o++)
        buf_addf(out, "skipped.%s\t%llu\n", known_outcome_name(o), (unsigned long long)known->sums.outcomes[o]);
    buf_addf(out, "skipped.parts\t%llu\n", (unsigned long long)known->sums.skipped_parts);
    buf_addf(out, "segments\t%zu\nbytes\t%llu\n", m->n_segments, (unsigned long long)p->total);
    for (size_t i = 0; i < p->n; i++)
        buf_addf(out, "bytes.%s\t%llu\n", p->sums[i].name, (unsigned long long)p->sums[i].bytes);
    for (size_t i = 0; i < m->n_segments; i++)
        add_segment_line(out, &m->segments[i]);
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

static void add_reasons(struct buf *out, const struct known *known)
{
    json_key(out, "skipped_by_reason");
    json_open(out, '{');
    for (enum known_outcome o = KNOWN_READ + 1; o < KNOWN_OUTCOMES; o++)
        add_number(out, known_outcome_name(o), known->sums.outcomes[o]);
    add_number(out, "parts", known->sums.skipped_parts);
    json_close(out, '}');
}

static void add_segments(struct buf *out, const struct manifest *m)
{
    json_key(out, "segment_list");
    json_open(out, '[');
    for (size_t i = 0; i < m->n_segments; i++) {
        json_open(out, '{');
        add_string(out, "id", m->segments[i].id);
        add_number(out, "documents", m->segments[i].docs - m->segments[i].dead_docs);
        add_number(out, "dead", m->segments[i].dead_docs);
        json_close(out, '}');
    }
    json_close(out, ']');
}

static void add_json(struct buf *out, const struct snapshot *s, const struct manifest *m, const struct known *known,
                     const struct parts *p)
{
    json_open(out, '{');
    add_number(out, "generation", m->generation);
    json_key(out, "published");
    json_time(out, m->published);
    add_string(out, "language", m->language);
    add_number(out, "documents", snapshot_docs(s));
    add_number(out, "words", snapshot_words(s));
    add_number(out, "dead", dead_documents(m));
    add_number(out, "files", known->sums.files);
    add_number(out, "skipped", m->skipped);
    add_reasons(out, known);
    add_number(out, "segments", m->n_segments);
    add_segments(out, m);
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
    struct known known = {0};
    struct buf text = BUF_INIT;
    enum status st = snapshot_open(index_dir, 1, false, &s, err);
    if (st != ST_OK)
        return st;
    if (snapshot_manifest(s)->files_len > 0)
        st = known_open(&known, index_dir, snapshot_manifest(s), false, err);
    sum_parts(s, &parts);
    add_part(&parts, &(struct segment_part){.name = "files", .bytes = known.map.len});
    if (json)
        add_json(&text, s, snapshot_manifest(s), &known, &parts);
    else
        add_lines(&text, s, snapshot_manifest(s), &known, &parts);
    if (st == ST_OK && !buf_ok(&text))
        st = err_nomem(err);
    if (st == ST_OK)
        (void)fwrite(text.data, 1, text.len, out);
    buf_release(&text);
    known_close(&known);
    snapshot_unref(s);
    return st;
}
