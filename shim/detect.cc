/* detect.cc - see detect.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "shim/detect.h"

#include <uchardet/uchardet.h>

enum status detect_charset(struct uchardet **d, const char *bytes, size_t len, const char **charset) noexcept
{
    *charset = "";
    try {
        if (*d == nullptr)
            *d = uchardet_new();
        if (*d == nullptr)
            return ST_NOMEM;
        uchardet_reset(*d);
        (void)uchardet_handle_data(*d, bytes, len);
        uchardet_data_end(*d);
        *charset = uchardet_get_charset(*d);
        return ST_OK;
    } catch (...) {
        detect_free(*d); /* whatever it was in the middle of */
        *d = nullptr;
        return ST_NOMEM;
    }
}

void detect_free(struct uchardet *d) noexcept
{
    if (d != nullptr)
        uchardet_delete(d);
}
