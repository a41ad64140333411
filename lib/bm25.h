/* bm25.h - how much an operand that matches says about a document.
 *
 * Robertson, Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the k1 and b that Lucene
 * and Xapian use by default. A phrase or proximity operand counts as a unit: its frequency is that of its matches, its
 * weight the sum of its words' weights. Governed by doc/query.md, "Order". SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_BM25_H
#define VERBATIM_BM25_H

#include <math.h>

#include "lib/base.h"

#define BM25_K1 1.2
#define BM25_B 0.75
#define BM25_TITLE 4.0 /* a match in the title counts as so many more */

/* Weight of a word that `holding` of `documents` documents hold: always positive. */
static inline double bm25_weight(double documents, double holding)
{
    holding = holding > documents ? documents : holding;
    return log(1.0 + (documents - holding + 0.5) / (holding + 0.5));
}

/* Score of an operand of that weight in a document of so many words, where the mean is mean_words. */
static inline double bm25_score(double weight, double frequency, double words, double mean_words)
{
    double length = mean_words > 0 ? words / mean_words : 1.0;
    return weight * frequency * (BM25_K1 + 1.0) / (frequency + BM25_K1 * (1.0 - BM25_B + BM25_B * length));
}

#endif
