/* priority.c - see priority.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/priority.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of ioprio_set(2), which the C library does not know. */
enum { WHO_PROCESS = 1, CLASS_IDLE = 3, CLASS_SHIFT = 13, NICEST = 19 };

void priority_lower(void)
{
    (void)setpriority(PRIO_PROCESS, 0, NICEST);
#ifdef SYS_ioprio_set
    (void)syscall(SYS_ioprio_set, WHO_PROCESS, 0, CLASS_IDLE << CLASS_SHIFT);
#endif
}
