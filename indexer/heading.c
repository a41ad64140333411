/* heading.c - see heading.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/heading.h"

enum { NOWHERE = -1 };

void heading_init(struct heading *h, const struct markup *m)
{
    *h = (struct heading){.m = m, .start = NOWHERE, .end = NOWHERE};
}

void heading_begin(struct heading *h)
{
    h->inside = h->end == NOWHERE;
    h->from = h->m->text.len;
    h->start = h->inside ? NOWHERE : h->start;
}

void heading_piece(struct heading *h)
{
    if (h->inside && h->start == NOWHERE)
        h->start = (int64_t)h->m->last_start;
}

void heading_end(struct heading *h)
{
    if (h->inside && h->start != NOWHERE && (int64_t)h->m->text.len > h->start)
        h->end = (int64_t)h->m->text.len;
    h->inside = false;
}

void heading_squeeze(struct buf *out, const char *title, size_t len)
{
    buf_clear(out);
    for (size_t i = 0; i < len; i++) {
        bool space = (unsigned char)title[i] <= ' ';
        if (!space)
            buf_addc(out, title[i]);
        else if (out->len > 0 && out->data[out->len - 1] != ' ')
            buf_addc(out, ' ');
    }
    while (out->len > 0 && out->data[out->len - 1] == ' ')
        out->len--;
}

void heading_title(const struct heading *h, struct buf *out, struct document *doc)
{
    if (h->end == NOWHERE)
        return;
    heading_squeeze(out, h->m->text.data + h->start, (size_t)(h->end - h->start));
    if (out->len == 0)
        return;
    doc->title = out->data;
    doc->title_len = out->len;
    doc->title_in_text = true;
    doc->title_start = (uint32_t)h->start;
    doc->title_end = (uint32_t)h->end;
}
