/* bench_feed.c - one set of documents for all engines: what an index of ours holds, as plain texts and as words.
 *
 *     bench_feed INDEX FOLDER PARTS REPEAT
 *     bench_feed words < LINES              the words of each line, between single spaces
 *
 * Document i of the index, all of them REPEAT times over, goes to part i % PARTS, so that each part is a fair sample:
 *
 *     FOLDER/text/PP/DDDD/NNNNNNNN.txt     the text as indexed
 *     FOLDER/words/PP/DDDD/NNNNNNNN.txt    its words (lib/token.h) between single spaces, one before and behind too
 *     FOLDER/feed/PP                       for each: "WORDS_LEN TEXT_LEN NUMBER\n", words, "\n", text, "\n"
 *     FOLDER/sphinx/PP.xml                 the words as documents of Sphinx's xmlpipe2, without its head and end
 *
 * Prints PART<TAB>DOCUMENTS<TAB>WORDS<TAB>BYTES OF TEXT a line. In words/ and feed/ the mark of an overlong word is an
 * "x", which is a letter to every engine. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/buf.h"
#include "lib/token.h"
#include "store/snapshot.h"

enum { DOCS_A_FOLDER = 1000, PARTS_MAX = 99 };

struct part {
    FILE *feed, *xml;
    uint64_t docs, words, bytes;
};

struct feeder {
    const char *folder;
    struct part parts[PARTS_MAX];
    unsigned n_parts;
    uint64_t n_docs;
    struct tokenizer *tokenizer;
    struct buf text, words, path;
    struct err err;
};

static bool fail(struct feeder *f, const char *what)
{
    err_set(&f->err, ST_IO, "%s: %s", what, strerror(errno));
    return false;
}

/* FOLDER and the rest of a path, in f->path until the next call. */
static const char *path_of(struct feeder *f, const char *kind, unsigned part, const char *rest)
{
    buf_clear(&f->path);
    buf_addf(&f->path, "%s/%s/%02u%s", f->folder, kind, part, rest);
    buf_addc(&f->path, '\0');
    return buf_ok(&f->path) ? f->path.data : "";
}

static bool make_folder(struct feeder *f, const char *path)
{
    return mkdir(path, 0777) == 0 || errno == EEXIST || fail(f, path);
}

static bool open_file(struct feeder *f, const char *path, FILE **out)
{
    *out = fopen(path, "w");
    return *out != NULL || fail(f, path);
}

static bool open_parts(struct feeder *f)
{
    static const char *const kinds[] = {"text", "words", "feed", "sphinx"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        buf_clear(&f->path);
        buf_addf(&f->path, "%s/%s", f->folder, kinds[i]);
        buf_addc(&f->path, '\0');
        if (!buf_ok(&f->path) || !make_folder(f, f->path.data))
            return false;
    }
    for (unsigned i = 0; i < f->n_parts; i++) {
        struct part *p = &f->parts[i];
        if (!make_folder(f, path_of(f, "text", i, "")) || !make_folder(f, path_of(f, "words", i, "")) ||
            !open_file(f, path_of(f, "feed", i, ""), &p->feed) ||
            !open_file(f, path_of(f, "sphinx", i, ".xml"), &p->xml))
            return false;
    }
    return true;
}

static bool close_parts(struct feeder *f)
{
    bool ok = true;
    for (unsigned i = 0; i < f->n_parts; i++) {
        struct part *p = &f->parts[i];
        if (p->xml != NULL && (ferror(p->xml) | fclose(p->xml)) != 0)
            ok = fail(f, path_of(f, "sphinx", i, ".xml"));
        if (p->feed != NULL && (ferror(p->feed) | fclose(p->feed)) != 0)
            ok = fail(f, path_of(f, "feed", i, ""));
    }
    return ok;
}

/* Words of f->text into f->words. */
static uint64_t fold(struct feeder *f)
{
    uint64_t n = 0;
    struct token token;
    buf_clear(&f->words);
    buf_addc(&f->words, ' ');
    tokenizer_begin(f->tokenizer, f->text.data, f->text.len, NULL);
    for (; tokenizer_next(f->tokenizer, &token); n++) {
        size_t at = f->words.len;
        buf_add(&f->words, token.word, token.word_len);
        char *mark = buf_ok(&f->words) ? memchr(f->words.data + at, TOKEN_LONG_MARK, token.word_len) : NULL;
        if (mark != NULL)
            *mark = 'x';
        buf_addc(&f->words, ' ');
    }
    return n;
}

/* A small file KIND/PP/DDDD/NNNNNNNN.txt, in its folder. */
static bool write_file(struct feeder *f, const char *kind, unsigned part, const struct buf *content)
{
    char rest[48];
    snprintf(rest, sizeof rest, "/%04" PRIu64, f->n_docs / DOCS_A_FOLDER);
    if (!make_folder(f, path_of(f, kind, part, rest)))
        return false;
    snprintf(rest, sizeof rest, "/%04" PRIu64 "/%08" PRIu64 ".txt", f->n_docs / DOCS_A_FOLDER, f->n_docs);
    FILE *file;
    const char *path = path_of(f, kind, part, rest);
    if (!open_file(f, path, &file))
        return false;
    fwrite(content->data, 1, content->len, file);
    return (ferror(file) | fclose(file)) == 0 || fail(f, path);
}

static bool write_document(struct feeder *f)
{
    unsigned number = (unsigned)(f->n_docs % f->n_parts);
    struct part *p = &f->parts[number];
    p->words += fold(f);
    if (!buf_ok(&f->text) || !buf_ok(&f->words))
        return err_nomem(&f->err), false;
    p->docs++;
    p->bytes += f->text.len;
    fprintf(p->feed, "%zu %zu %" PRIu64 "\n", f->words.len, f->text.len, f->n_docs);
    fwrite(f->words.data, 1, f->words.len, p->feed);
    fputc('\n', p->feed);
    fwrite(f->text.data, 1, f->text.len, p->feed);
    fputc('\n', p->feed);
    fprintf(p->xml, "<sphinx:document id=\"%" PRIu64 "\"><part>%u</part><t>", f->n_docs + 1, number);
    fwrite(f->words.data, 1, f->words.len, p->xml);
    fputs("</t></sphinx:document>\n", p->xml);
    bool ok = write_file(f, "text", number, &f->text) && write_file(f, "words", number, &f->words);
    f->n_docs++;
    return ok;
}

static bool write_segment(struct feeder *f, const struct segment *segment, struct text_cache *cache)
{
    for (uint32_t i = 0; i < segment_docs(segment); i++) {
        struct segment_doc doc;
        if (segment_is_dead(segment, i))
            continue;
        buf_clear(&f->text);
        if (segment_doc(segment, i, &doc, &f->err) != ST_OK ||
            segment_text(segment, i, 0, doc.text_len, cache, &f->text, &f->err) != ST_OK || !write_document(f))
            return false;
    }
    return true;
}

static bool feed(struct feeder *f, const struct snapshot *snap, unsigned repeat)
{
    struct text_cache *cache = text_cache_new();
    f->tokenizer = tokenizer_new();
    bool ok = cache != NULL && f->tokenizer != NULL;
    if (!ok)
        err_nomem(&f->err);
    ok = ok && open_parts(f);
    for (unsigned round = 0; ok && round < repeat; round++)
        for (size_t i = 0; ok && i < snapshot_segments(snap); i++)
            ok = write_segment(f, snapshot_segment(snap, i), cache);
    ok &= close_parts(f);
    tokenizer_free(f->tokenizer);
    text_cache_free(cache);
    return ok;
}

static int fold_lines(void)
{
    static struct feeder f;
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    f.tokenizer = tokenizer_new();
    while (f.tokenizer != NULL && (len = getline(&line, &cap, stdin)) > 0) {
        buf_clear(&f.text);
        buf_add(&f.text, line, (size_t)len);
        uint64_t n = fold(&f);
        printf("%.*s\n", n > 0 ? (int)f.words.len - 2 : 0, n > 0 ? f.words.data + 1 : "");
    }
    int status = f.tokenizer == NULL;
    free(line);
    tokenizer_free(f.tokenizer);
    buf_release(&f.text);
    buf_release(&f.words);
    return status;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "words") == 0)
        return fold_lines();
    unsigned long parts = argc == 5 ? strtoul(argv[3], NULL, 10) : 0;
    unsigned long repeat = argc == 5 ? strtoul(argv[4], NULL, 10) : 0;
    if (parts < 1 || parts > PARTS_MAX || repeat < 1 || repeat > 1000) {
        fprintf(stderr, "usage: bench_feed INDEX FOLDER PARTS REPEAT    (1 to %d parts)\n", PARTS_MAX);
        return 64;
    }
    static struct feeder f;
    f.folder = argv[2];
    f.n_parts = (unsigned)parts;
    struct snapshot *snap;
    if (snapshot_open(argv[1], 1, false, &snap, &f.err) != ST_OK) {
        fprintf(stderr, "bench_feed: %s\n", f.err.text);
        return 1;
    }
    bool ok = feed(&f, snap, (unsigned)repeat);
    if (!ok)
        fprintf(stderr, "bench_feed: %s\n", f.err.text);
    for (unsigned i = 0; ok && i < f.n_parts; i++)
        printf("%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n", i, f.parts[i].docs, f.parts[i].words, f.parts[i].bytes);
    snapshot_unref(snap);
    buf_release(&f.text);
    buf_release(&f.words);
    buf_release(&f.path);
    return ok ? 0 : 1;
}
