/* sandbox_seccomp_none.c - a build without libseccomp; see sandbox.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/sandbox.h"

enum sandbox_result sandbox_calls(void)
{
    return SANDBOX_NOT_BUILT;
}
