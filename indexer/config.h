/* config.h - the configuration file: keys of options, roots, sections of filters. It opens no root.
 * Governed by doc/verbatim.conf.5. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_CONFIG_H
#define VERBATIM_CONFIG_H

#include "indexer/options.h"
#include "lib/base.h"
#include "lib/err.h"

/* Sets what a file says. ST_NOT_FOUND when it cannot be read; ST_USAGE names file, line and key. */
enum status config_read(struct options *o, const char *path, struct err *err);

#endif
