/* sandbox_landlock.c - files, with Landlock (landlock(7)); see sandbox.h. A right that this kernel's version does not
 * know is left out. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "queryd/sandbox.h"

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

/* All rights over files that a version has: 13 in the first, then moving, cutting short, ioctl. */
static uint64_t all_rights(long version)
{
    static const unsigned n_rights[] = {0, 13, 14, 15, 15, 16};
    size_t last = BASE_COUNT(n_rights) - 1;
    unsigned n = n_rights[(size_t)version < last ? (size_t)version : last];
    return (UINT64_C(1) << n) - 1;
}

static bool allow(int rules, const char *path, uint64_t rights)
{
    struct landlock_path_beneath_attr beneath = {.allowed_access = rights,
                                                 .parent_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (beneath.parent_fd < 0)
        return false;
    bool ok = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
    (void)close(beneath.parent_fd);
    return ok;
}

static bool allow_removing(int rules, const struct listener *l)
{
    char path[ADDRESS_MAX];
    if (!l->made_file)
        return true;
    memcpy(path, l->address + strlen("unix:"), strlen(l->address) - strlen("unix:") + 1);
    return allow(rules, dirname(path), LANDLOCK_ACCESS_FS_REMOVE_FILE);
}

static bool restrict_to(int rules, const char *index_dir, const struct listen_set *listeners)
{
    bool ok = allow(rules, index_dir, READ);
    for (size_t i = 0; i < listeners->n && ok; i++)
        ok = allow_removing(rules, &listeners->items[i]);
    return ok && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
}

enum sandbox_result sandbox_files(const char *index_dir, const struct listen_set *listeners)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1)
        return SANDBOX_NOT_THERE;
    struct landlock_ruleset_attr attr = {.handled_access_fs = all_rights(version)};
    int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr.handled_access_fs, 0);
    if (rules < 0)
        return SANDBOX_FAILED;
    bool ok = restrict_to(rules, index_dir, listeners);
    (void)close(rules);
    return ok ? SANDBOX_ON : SANDBOX_FAILED;
}
