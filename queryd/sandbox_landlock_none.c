/* sandbox_landlock_none.c - a build without Landlock; see sandbox.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/sandbox.h"

enum sandbox_result sandbox_files(const char *index_dir, const struct listen_set *listeners)
{
    (void)index_dir;
    (void)listeners;
    return SANDBOX_NOT_BUILT;
}
