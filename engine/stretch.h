/* stretch.h - a stretch of a document's text and where its words are, kept from one row to the next: rows of one
 * document come in text order, and most of them lie in the stretch of the row before. For files of this folder only.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_STRETCH_H
#define VERBATIM_STRETCH_H

#include "engine/excerpt.h"
#include "engine/search.h"

struct stretch;

struct stretch *stretch_new(void);      /* NULL when memory ran out */
void stretch_free(struct stretch *st); /* safe on NULL */
/* What it holds is no longer asked for: its segment may go. */
void stretch_forget(struct stretch *st);

/* Makes it hold words [first, last] of the body of a hit's document. Stops when the searcher has to (search.h). */
enum status stretch_hold(struct stretch *st, struct searcher *s, const struct search_hit *hit, uint32_t first,
                         uint32_t last, struct err *err);
/* Of what it holds: the bytes of a word in the document; line and first byte of the line of such a byte. */
struct excerpt_span stretch_word(const struct stretch *st, uint32_t pos);
void stretch_line(struct stretch *st, uint32_t off, uint32_t *line, uint32_t *line_off);

#endif
