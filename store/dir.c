/* dir.c - see dir.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/file.h"

char *dir_path(const char *fmt, ...)
{
    char *path;
    va_list args;
    va_start(args, fmt);
    int len = vasprintf(&path, fmt, args);
    va_end(args);
    return len < 0 ? NULL : path;
}

enum status dir_make(const char *path, struct err *err)
{
    if (mkdir(path, 0777) != 0)
        return err_sys(err, ST_CREATE, errno, "%s: cannot make this folder", path);
    return ST_OK;
}

enum status dir_sync(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == EACCES)
        return ST_OK; /* one that may be written but not read cannot be synced */
    if (fd < 0)
        return err_sys(err, ST_IO, errno, "%s: cannot open this folder", path);
    /* Some file systems cannot sync a folder and say so with EINVAL; they keep names without it. */
    int errnum = fsync(fd) == 0 || errno == EINVAL ? 0 : errno;
    (void)close(fd);
    return errnum == 0 ? ST_OK : err_sys(err, ST_IO, errnum, "%s: cannot sync this folder", path);
}

enum status dir_sync_parent(const char *path, struct err *err)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    while (len > 0 && path[len - 1] != '/')
        len--;
    char *parent = len == 0 ? dir_path(".") : dir_path("%.*s", (int)len, path);
    enum status status = parent == NULL ? err_nomem(err) : dir_sync(parent, err);
    free(parent);
    return status;
}

static int keep_name(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

enum status dir_each(const char *path, dir_visit *visit, void *context, struct err *err)
{
    struct dirent **names;
    int n = scandir(path, &names, keep_name, compare_names);
    if (n < 0) {
        if (errno == ENOMEM)
            return err_nomem(err);
        return err_sys(err, errno == ENOENT ? ST_NOT_FOUND : ST_IO, errno, "%s: cannot list this folder", path);
    }
    enum status status = ST_OK;
    for (int i = 0; i < n; i++) {
        if (status == ST_OK)
            status = visit(context, names[i]->d_name, err);
        free(names[i]);
    }
    free(names);
    return status;
}

static enum status sync_below(void *context, const char *name, struct err *err)
{
    const char *dir = context;
    char *path = dir_path("%s/%s", dir, name);
    enum status status = path == NULL ? err_nomem(err) : file_sync(path, err);
    free(path);
    return status;
}

enum status dir_sync_files(const char *path, struct err *err)
{
    enum status status = dir_each(path, sync_below, (void *)(uintptr_t)path, err);
    return status == ST_OK ? dir_sync(path, err) : status;
}

static enum status remove_below(void *context, const char *name, struct err *err)
{
    const char *dir = context;
    char *path = dir_path("%s/%s", dir, name);
    if (path == NULL)
        return err_nomem(err);
    enum status status = dir_remove(path, err);
    free(path);
    return status;
}

enum status dir_remove(const char *path, struct err *err)
{
    if (unlink(path) == 0 || errno == ENOENT)
        return ST_OK;
    if (errno != EISDIR && errno != EPERM) /* what unlink says of a folder, on Linux and elsewhere */
        return err_sys(err, ST_IO, errno, "%s: cannot remove", path);
    enum status status = dir_each(path, remove_below, (void *)(uintptr_t)path, err);
    if (status != ST_OK)
        return status == ST_NOT_FOUND ? ST_OK : status;
    if (rmdir(path) != 0 && errno != ENOENT)
        return err_sys(err, ST_IO, errno, "%s: cannot remove", path);
    return ST_OK;
}
