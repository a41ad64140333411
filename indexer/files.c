/* files.c - see files.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/files.h"

#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/large.h"

void files_release(struct file_list *list)
{
    free(list->folders);
    free(list->items);
    arena_release(&list->arena);
    *list = (struct file_list){0};
}

void files_expect(struct file_list *list, uint64_t n)
{
    if (list->items != NULL || n > SIZE_MAX / sizeof *list->items)
        return;
    list->items = large_alloc((size_t)n * sizeof *list->items);
    list->cap = list->items == NULL ? 0 : (size_t)n;
}

bool files_add_folder(struct file_list *list, size_t root, const char *stored, size_t stored_len, uint32_t *id)
{
    if (list->n_folders >= UINT32_MAX || stored_len > UINT32_MAX ||
        !ARRAY_RESERVE(list->folders, list->folders_cap, list->n_folders + 1))
        return false;
    char *copy = arena_copy(&list->arena, stored, stored_len);
    if (copy == NULL)
        return false;
    *id = (uint32_t)list->n_folders;
    list->folders[list->n_folders++] = (struct folder){copy, (uint32_t)stored_len, (uint32_t)root};
    return true;
}

/* Names are kept end to end in pages: the arena's alignment would cost a third more. NULL when memory ran out. */
static char *keep_name(struct file_list *list, const char *name, size_t len)
{
    enum { PAGE = 1 << 16 };
    if (len + 1 > list->page_left) {
        list->page_left = len + 1 > PAGE ? len + 1 : PAGE;
        list->page = arena_alloc(&list->arena, list->page_left);
    }
    if (list->page == NULL) {
        list->page_left = 0;
        return NULL;
    }
    char *copy = list->page;
    memcpy(copy, name, len + 1);
    list->page += len + 1;
    list->page_left -= len + 1;
    return copy;
}

bool files_add(struct file_list *list, uint32_t folder, const char *name, const struct file *file)
{
    size_t len = strlen(name);
    char *copy = len > UINT16_MAX ? NULL : keep_name(list, name, len);
    if (copy == NULL || !ARRAY_RESERVE(list->items, list->cap, list->n + 1))
        return false;
    struct file *added = &list->items[list->n++];
    *added = *file;
    added->name = copy;
    added->name_len = (uint16_t)len;
    added->folder = folder;
    list->bytes += file->size;
    return true;
}

static int compare_paths(const struct file_list *list, const struct file *a, const struct file *b)
{
    const struct folder *fa = &list->folders[a->folder], *fb = &list->folders[b->folder];
    size_t common = fa->stored_len < fb->stored_len ? fa->stored_len : fb->stored_len;
    int order = fa == fb ? 0 : memcmp(fa->stored, fb->stored, common);
    if (order != 0)
        return order;
    /* One folder is the beginning of the other: what follows the common part in each are two strings in two pieces. */
    const char *pa[2] = {fa->stored + common, a->name}, *pb[2] = {fb->stored + common, b->name};
    size_t ia = *pa[0] == '\0' ? 1 : 0, ib = *pb[0] == '\0' ? 1 : 0;
    const unsigned char *x = (const unsigned char *)pa[ia], *y = (const unsigned char *)pb[ib];
    for (;;) {
        if (*x == '\0' && ia == 0)
            x = (const unsigned char *)pa[++ia];
        if (*y == '\0' && ib == 0)
            y = (const unsigned char *)pb[++ib];
        if (*x != *y || *x == '\0')
            return (int)*x - (int)*y;
        x++;
        y++;
    }
}

static int compare_items(const void *a, const void *b, void *list)
{
    return compare_paths(list, a, b);
}

void files_sort(struct file_list *list)
{
    for (size_t i = 1; i < list->n; i++) {
        if (compare_paths(list, &list->items[i - 1], &list->items[i]) > 0) {
            qsort_r(list->items, list->n, sizeof *list->items, compare_items, list);
            return;
        }
    }
}

const struct root *files_root(const struct file_list *list, size_t i)
{
    return &list->roots->items[list->folders[list->items[i].folder].root];
}

void files_stored_path(const struct file_list *list, size_t i, struct buf *out)
{
    const struct file *file = &list->items[i];
    const struct folder *folder = &list->folders[file->folder];
    buf_clear(out);
    buf_add(out, folder->stored, folder->stored_len);
    buf_add(out, file->name, file->name_len);
}

void files_open_path(const struct file_list *list, size_t i, struct buf *out)
{
    const struct file *file = &list->items[i];
    const struct folder *folder = &list->folders[file->folder];
    const struct root *root = &list->roots->items[folder->root];
    size_t above = strlen(root->name) + strlen(root_joint(root));
    buf_clear(out);
    buf_adds(out, root->path);
    if (!root->is_file) {
        buf_addc(out, '/');
        buf_add(out, folder->stored + above, folder->stored_len - above);
        buf_add(out, file->name, file->name_len);
    }
    buf_addc(out, '\0');
}
