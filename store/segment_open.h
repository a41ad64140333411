/* segment_open.h - opening, closing and checking segments; what snapshot.c needs beyond segment.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_SEGMENT_OPEN_H
#define VERBATIM_SEGMENT_OPEN_H

#include "lib/base.h"
#include "lib/err.h"
#include "store/bigrams.h"
#include "store/blocks.h"
#include "store/docs.h"
#include "store/file.h"
#include "store/holders.h"
#include "store/manifest.h"
#include "store/pairs.h"
#include "store/parts.h"
#include "store/places.h"
#include "store/segment.h"
#include "store/stems.h"
#include "store/text.h"
#include "store/tombs.h"
#include "store/vocab_part.h"

struct segment {
    struct manifest_segment entry;
    size_t number; /* among those of its snapshot */
    char *dir; /* owned */
    struct parts parts;
    struct file_map words;
    struct vocab vocab;
    struct docs docs;
    struct places places;
    struct holders holders;
    struct pairs pairs;
    struct blocks blocks;
    struct bigrams bigrams;
    struct stems stems;
    struct text text;
    struct tombs tombs;
    struct shim_db **dbs; /* n_readers of them */
    unsigned n_readers;
};

/* Opens everything that a generation's manifest says of one segment. */
enum status segment_open(const char *index_dir, const struct manifest_segment *entry, unsigned n_readers,
                         struct segment **out, struct err *err);
void segment_close(struct segment *s); /* safe on NULL */

/* What reading a document's text takes from the other parts. */
enum status segment_text_doc(const struct segment *s, uint32_t doc, struct text_doc *out, struct err *err);

/* Verifies every byte of Xapian's part, whose lists cannot be read safely otherwise. */
enum status segment_verify_lists(const struct segment *s, struct err *err);

/* Verifies every byte of every part, and with deep, which takes a reader, also that the parts agree with each other. */
enum status segment_verify(const struct segment *s, bool deep, struct err *err);

#endif
