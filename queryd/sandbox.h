/* sandbox.h - shuts the process off from what it does not need, once its sockets are open: with Landlock from all files
 * but the index (to read) and its own sockets' folders (to remove them), with seccomp from system calls that only an
 * intruder would make. Each where the kernel and the build have it. Governed by doc/verbatim-queryd.1, "SECURITY".
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SANDBOX_H
#define VERBATIM_SANDBOX_H

#include "lib/base.h"
#include "lib/err.h"
#include "queryd/listen.h"

/* What came of one of the two. */
enum sandbox_result { SANDBOX_ON, SANDBOX_NOT_BUILT, SANDBOX_NOT_THERE, SANDBOX_FAILED };
const char *sandbox_result_name(enum sandbox_result result); /* "on", "not built in", ... */

/* Files: sandbox_landlock.c or sandbox_landlock_none.c. Before there are threads. */
enum sandbox_result sandbox_files(const char *index_dir, const struct listen_set *listeners);

/* System calls: sandbox_seccomp.c or sandbox_seccomp_none.c. What is refused fails with EPERM. */
enum sandbox_result sandbox_calls(void);

#endif
