/* dir.h - folders and paths: joining names, making, syncing, listing, removing. It knows no formats and none of an
 * index's names (names.h). SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_DIR_H
#define VERBATIM_DIR_H

#include "lib/base.h"
#include "lib/err.h"

/* A path printed into memory of its own, to be freed; NULL when memory ran out. */
char *dir_path(const char *fmt, ...) BASE_PRINTF(1, 2);

/* Makes one folder, which must not be there. */
enum status dir_make(const char *path, struct err *err);

/* Syncs a folder, so that names made, renamed and removed in it last. */
enum status dir_sync(const char *path, struct err *err);

/* Syncs the folder that a path is a name in. */
enum status dir_sync_parent(const char *path, struct err *err);

/* Syncs a folder and every file in it; it holds no folders. */
enum status dir_sync_files(const char *path, struct err *err);

/* Calls visit for each name but "." and "..", in byte order, until one returns other than ST_OK, which is then the
 * result. The folder may be changed while visiting. ST_NOT_FOUND when it is not there. */
typedef enum status dir_visit(void *context, const char *name, struct err *err);
enum status dir_each(const char *path, dir_visit *visit, void *context, struct err *err);

/* Removes a file, or a folder with all below it; symbolic links are removed, not followed. Fine when it is gone. */
enum status dir_remove(const char *path, struct err *err);

#endif
