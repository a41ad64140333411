/* names.h - the names that may stand in an index folder, and nothing about what is in them.
 *
 *     current  current.new  lock  gen-NNNNNNNN  files-NNNNNNNN  seg-NNNNNNNN-K  del-NNNNNNNN-NNNNNNNN-K
 *     scratch-NNNNNNNN
 *
 * N is a generation's number, at least eight digits; NNNNNNNN-K, a segment's id, is the generation that made it and
 * its place among those made then. Governed by doc/index-format.md. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_NAMES_H
#define VERBATIM_NAMES_H

#include "lib/base.h"

enum names_kind {
    NAMES_FOREIGN, /* none of ours */
    NAMES_CURRENT,
    NAMES_CURRENT_NEW, /* about to be renamed to current */
    NAMES_LOCK,
    NAMES_GENERATION,
    NAMES_FILES,
    NAMES_SEGMENT,
    NAMES_TOMBS,
    NAMES_SCRATCH
};

#define NAMES_MAX_GENERATION UINT64_C(999999999999999)
enum { NAMES_ID_ROOM = 40 };

struct names_parsed {
    enum names_kind kind;
    uint64_t generation; /* GENERATION, FILES, TOMBS, SCRATCH: the number; SEGMENT: of the one that made it */
    const char *id;      /* SEGMENT, TOMBS: the segment's id, inside the name; otherwise NULL */
};

struct names_parsed names_parse(const char *name);
bool names_is_id(const char *id); /* of a segment */

/* Writes the id of the ordinal-th segment (from 0) that a generation makes. */
void names_make_id(char id[NAMES_ID_ROOM], uint64_t generation, unsigned ordinal);

#endif
