/* info.h - what an index holds, as NAME<TAB>VALUE lines or one JSON object. It changes nothing and takes no lock.
 * Governed by doc/verbatim-indexer.1. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_INFO_H
#define VERBATIM_INFO_H

#include <stdio.h>

#include "lib/base.h"
#include "lib/err.h"

enum status info_print(const char *index_dir, bool json, FILE *out, struct err *err);

#endif
