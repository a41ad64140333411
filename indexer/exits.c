/* exits.c - see exits.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/exits.h"

static const unsigned char codes[] = {
    [ST_OK] = EXIT_DONE,           [ST_END] = EXIT_DONE,           [ST_NOMEM] = EXIT_NO_WRITE,
    [ST_USAGE] = EXIT_BAD_USAGE,   [ST_NOT_FOUND] = EXIT_NO_INPUT, [ST_DAMAGED] = EXIT_BAD_INDEX,
    [ST_VERSION] = EXIT_BAD_INDEX, [ST_CREATE] = EXIT_NO_CREATE,   [ST_IO] = EXIT_NO_WRITE,
    [ST_NO_SPACE] = EXIT_NO_WRITE, [ST_LOCKED] = EXIT_LOCKED,      [ST_BAD_QUERY] = EXIT_BUG,
    [ST_TOO_BROAD] = EXIT_BUG,     [ST_CANCELLED] = EXIT_NO_WRITE, [ST_TIMEOUT] = EXIT_BUG,
    [ST_INTERNAL] = EXIT_BUG,
};

int exit_code(enum status status)
{
    return (size_t)status < BASE_COUNT(codes) ? codes[status] : EXIT_BUG;
}
