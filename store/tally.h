/* tally.h - how often a word occurs, for each posting of a list: directly addressable codes (Brisaboa, Ladra, Navarro,
 * Information Processing and Management 49, 2013), so that one is read without those before it being read.
 *
 *     occurrences - 1 is the sum of its digits, one of each layer from the first on; a digit that is all ones goes on
 *     in the next layer, where the digits of those that do follow each other. Widths: 1, 2, 4, 8, 32 bits.
 *
 *     varint after varint   digits of the second layer, of the third ...; a 0, or the last layer's, is the last one
 *     layer after layer     low bits first, each filled up to a byte
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_TALLY_H
#define VERBATIM_TALLY_H

#include "lib/base.h"
#include "lib/buf.h"

enum {
    TALLY_LAYERS = 5,
    TALLY_SPARE = 8 /* bytes behind them that must be readable */
};

/* Appends those of n postings; occurrences: changed by it; scratch: room for n. */
void tally_put(struct buf *out, uint32_t *occurrences, uint32_t n, uint32_t *scratch);

/* Reading on from the first posting to the last. Plain values. */
struct tally {
    const uint8_t *begin, *end;                                      /* all that they may take */
    const uint8_t *layers;                                           /* NULL until asked for the first one */
    uint32_t off[TALLY_LAYERS], n[TALLY_LAYERS], done[TALLY_LAYERS]; /* bytes behind layers; digits */
    uint32_t last;                                                   /* what was returned last */
};

void tally_open(struct tally *c, uint32_t n, const uint8_t *begin, const uint8_t *end);
/* The i-th; i never goes back. Of damaged ones any number. */
uint32_t tally_get(struct tally *c, uint32_t i);

#endif
