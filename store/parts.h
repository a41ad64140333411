/* parts.h - the file `segment` of a segment's folder: which parts it has, their lengths and sums, what they count.
 *
 *     verbatim segment 1
 *     id     00000042-0
 *     docs   60000
 *     words  14000000
 *     part   NAME  LENGTH  SUM                   one line a part, in the order of parts_names
 *     crc    89abcdef
 *
 * Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_PARTS_H
#define VERBATIM_PARTS_H

#include "lib/base.h"
#include "lib/err.h"
#include "store/file.h"

enum parts_kind {
    PARTS_TERMS,
    PARTS_WORDS,
    PARTS_VOCAB,
    PARTS_DOCS,
    PARTS_PLACES,
    PARTS_TEXT,
    PARTS_HOLDERS,
    PARTS_PAIRS,
    PARTS_BLOCKS,
    PARTS_BIGRAMS,
    PARTS_STEMS,
    PARTS_COUNT
};
extern const char *const parts_names[PARTS_COUNT];

struct parts {
    uint32_t docs;
    uint64_t words;
    struct file_seal seals[PARTS_COUNT];
    uint32_t crc; /* of the list itself */
    uint64_t len; /* bytes of it */
};

/* dir is the segment's folder. */
enum status parts_write(const char *dir, const char *id, struct parts *parts, struct err *err);
enum status parts_read(const char *dir, const char *id, struct parts *parts, struct err *err);

#endif
