/* stream.c - see stream.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/stream.h"

/* Bytes from which on a document is the judge's: none of the long ones is shorter. Documents that are fetched ahead. */
enum { LONG_DOCUMENT = 4096, AHEAD = 8 };

/* Of what is not right the judge says more. */
static bool is_for_judge(const struct segment_words *w)
{
    return w->body == NULL || w->body_end - w->body >= LONG_DOCUMENT || !segment_fields_begin(w);
}

static enum status take_batch(struct stream *s, struct err *err)
{
    enum status status = ST_OK;
    size_t n = candidates_take(s->candidates, &s->next, s->docs, STREAM_BATCH, &status, err);
    s->n_offered += n;
    s->at = s->n = 0;
    for (size_t i = 0; i < n; i++) {
        s->docs[s->n] = s->docs[i];
        if (!segment_fields(s->segment, s->docs[i], &s->words[s->n]))
            s->words[s->n] = (struct segment_words){0};
        s->n += !segment_is_dead(s->segment, s->docs[i]);
    }
    for (size_t i = 0; i < AHEAD && i < s->n; i++)
        segment_prefetch_fields(&s->words[i]);
    return status == ST_OK && n == 0 ? ST_END : status;
}

static enum status count(struct stream *s, const struct segment_words *w, struct stream_found *out, struct err *err)
{
    const struct match_doc fields = {.body = w->body,
                                     .body_end = w->body_end,
                                     .title = w->title,
                                     .title_end = w->title_end,
                                     .n_title = w->n_title};
    out->is_rough = s->sums || s->near != NULL;
    s->n_counted++;
    if (s->near != NULL) {
        out->n = match_count_near(&fields, s->near, s->enough);
        out->frequency = (double)out->n;
        return ST_OK;
    }
    matcher_begin(s->matcher, &fields);
    return matcher_count(s->matcher, s->unit, &out->n, out->is_rough ? NULL : &out->frequency, err);
}

enum status stream_next(struct stream *s, struct stream_found *out, struct err *err)
{
    enum status status = s->at == s->n ? take_batch(s, err) : ST_OK;
    *out = (struct stream_found){.doc = STREAM_NONE};
    while (s->at < s->n && status == ST_OK && out->doc == STREAM_NONE) {
        size_t i = s->at++;
        if (i + AHEAD < s->n)
            segment_prefetch_fields(&s->words[i + AHEAD]);
        out->n = 0;
        out->ask_judge = is_for_judge(&s->words[i]);
        if (!out->ask_judge)
            status = count(s, &s->words[i], out, err);
        if (out->ask_judge || (out->n > 0 && !s->sums))
            out->doc = s->docs[i];
        s->n_docs += out->n > 0;
        s->n_matches += out->n;
    }
    return status;
}
