/* files.h - the list of files to read, compact enough for millions: folders once, names in an arena. It reads nothing.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_FILES_H
#define VERBATIM_FILES_H

#include "indexer/roots.h"
#include "lib/arena.h"
#include "lib/base.h"
#include "lib/buf.h"

struct folder {
    const char *stored; /* begins the stored path of what is directly in it: "", "docs/" or "docs/sub/" */
    uint32_t stored_len;
    uint32_t root; /* index into the list of roots */
};

/* What a run does with a file (ledger.h). */
enum file_action {
    FILE_READ,
    FILE_KEEP,      /* the index has it as it is */
    FILE_TOO_LARGE, /* not even opened */
    FILE_DENIED     /* its permissions say that it cannot be read; what the index has stays */
};

/* The name apart: what the file system says, as the walk saw it; the file may have changed since. */
struct file {
    const char *name; /* NUL-terminated; for a root that is a file: the root's name */
    uint16_t name_len;
    uint8_t action; /* enum file_action */
    bool denied;    /* may not be read */
    uint32_t folder;
    uint64_t size;
    int64_t mtime_ns; /* nanoseconds since 1970 UTC */
    uint64_t inode;
    const uint8_t *known_hash; /* if its bytes still hash to this, the index has it as it is; or NULL; borrowed */
};

struct file_list {
    const struct root_list *roots; /* borrowed */
    struct folder *folders;
    size_t n_folders, folders_cap;
    struct file *items;
    size_t n, cap;
    uint64_t bytes; /* sum of sizes */
    struct arena arena;
    char *page; /* where the next name goes, in the arena */
    size_t page_left;
};

void files_release(struct file_list *list); /* safe on a zeroed one */

/* Makes room for so many files at once, if there is memory for it. */
void files_expect(struct file_list *list, uint64_t n);
/* Adds a folder; *id is for files_add. False when memory ran out. */
bool files_add_folder(struct file_list *list, size_t root, const char *stored, size_t stored_len, uint32_t *id);
/* file: all but name, name_len and folder are taken from it. */
bool files_add(struct file_list *list, uint32_t folder, const char *name, const struct file *file);

/* Sorts by the bytes of the stored paths; quick when they are already. */
void files_sort(struct file_list *list);

/* Sets `out` to the stored path, without a NUL. */
void files_stored_path(const struct file_list *list, size_t i, struct buf *out);

/* Sets `out` to the path to open, with a NUL. */
void files_open_path(const struct file_list *list, size_t i, struct buf *out);

const struct root *files_root(const struct file_list *list, size_t i);

#endif
