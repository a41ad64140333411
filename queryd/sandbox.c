/* sandbox.c - see sandbox.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/sandbox.h"

const char *sandbox_result_name(enum sandbox_result result)
{
    static const char *const names[] = {"on", "not built in", "not in this kernel", "failed"};
    return names[result];
}
