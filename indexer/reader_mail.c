/* reader_mail.c - a file that is one e-mail: saved messages, those of Maildir and MH folders, web archives (MHTML).
 * Lines and columns are those of the text as indexed. SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "indexer/reader.h"

static enum read_result read_mail(struct reading *r)
{
    enum read_result result = reading_bytes(r);
    if (result != READ_OK)
        return result;
    return reading_message(r, r->in->bytes.data, r->in->bytes.len, r->path, r->path_len);
}

/* Whether the file lies in a folder where Maildir has its messages. */
static bool in_maildir(const struct reading *r)
{
    const char *slash = memrchr(r->path, '/', r->path_len);
    size_t len = slash == NULL ? 0 : (size_t)(slash - r->path);
    if (len < 3 || (len > 3 && slash[-4] != '/'))
        return false;
    return memcmp(slash - 3, "cur", 3) == 0 || memcmp(slash - 3, "new", 3) == 0;
}

static bool begins_mail(const struct reading *r, const char *bytes, size_t len)
{
    enum { ENOUGH = 3 };
    size_t known, n = message_fields(bytes, len, &known);
    return n > 0 && known >= (in_maildir(r) ? 1 : ENOUGH);
}

const struct reader reader_mail = {"mail", ".eml.mht.mhtml.", begins_mail, read_mail};
