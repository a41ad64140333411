/* facts.c - see facts.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "queryd/facts.h"

#include "engine/excerpt.h"
#include "lib/json.h"

void facts_begin(struct facts *f, const struct request *req, struct reply *reply)
{
    *f = (struct facts){.reply = reply, .json = req->settings->v[SETTING_FORMAT] == FORMAT_JSON};
    if (f->json)
        json_open(&reply->rows, '{');
}

static struct buf *begin_value(struct facts *f, const char *name)
{
    struct buf *out = &f->reply->rows;
    if (f->json)
        json_key(out, name);
    else
        buf_addf(out, "%s\t", name);
    return out;
}

static void end_value(struct facts *f)
{
    if (!f->json)
        (void)reply_end_row(f->reply);
}

void facts_uint(struct facts *f, const char *name, uint64_t v)
{
    struct buf *out = begin_value(f, name);
    buf_addf(out, "%llu", (unsigned long long)v);
    end_value(f);
}

void facts_real(struct facts *f, const char *name, double v)
{
    struct buf *out = begin_value(f, name);
    buf_addf(out, "%.3f", v);
    end_value(f);
}

void facts_string(struct facts *f, const char *name, const char *text, size_t len)
{
    struct buf *out = begin_value(f, name);
    if (f->json)
        json_string(out, text, len);
    else
        excerpt_add_clean(out, text, len);
    end_value(f);
}

/* The form of a time is JSON's; a line has it without the quotes. */
void facts_time(struct facts *f, const char *name, int64_t seconds)
{
    struct buf *out = begin_value(f, name), text = BUF_INIT;
    json_time(&text, seconds);
    if (f->json)
        buf_add(out, text.data, text.len);
    else if (text.len > 2 && text.data[0] == '"')
        buf_add(out, text.data + 1, text.len - 2);
    out->failed |= text.failed;
    buf_release(&text);
    end_value(f);
}

void facts_end(struct facts *f)
{
    if (f->json) {
        json_close(&f->reply->rows, '}');
        (void)reply_end_row(f->reply);
    }
    reply_ok(f->reply, "%s", "");
}
