/* glob.h - does a path match a shell-like pattern? For `path:` in queries and for the indexer's --include and
 * --exclude. It reads no folders. Governed by doc/query.md, "Filters". SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_GLOB_H
#define VERBATIM_GLOB_H

#include "lib/base.h"

/* Whether the glob matches the whole path, or names a folder that the path lies below. Case counts.
 *
 *     *       any run of characters without a slash     **      any run of characters
 *     ?       one character, not a slash                [a-z]   one of these; [!a-z] or [^a-z]: none of these
 *     \x      x itself
 *
 * Two stars as a whole part (at the start or after a slash, before a slash) stand for no folder too: a, two stars, b
 * matches a/b and a/x/y/b.
 * A character is a UTF-8 sequence; a byte that is not UTF-8 is one too. A bracket that is never closed is itself. A
 * glob names a folder when its last part (behind the last slash) has no wildcard: `docs` and `docs/` match
 * docs/a/b.txt, `docs/?` and `docs/` followed by a star do not. Any bytes may stand in both; time is bounded by
 * glob_len * path_len * path_len, memory is constant. */
bool glob_match(const char *glob, size_t glob_len, const char *path, size_t path_len);

/* The same without folders: only the path itself. */
bool glob_match_exact(const char *glob, size_t glob_len, const char *path, size_t path_len);

/* Offset of the first bracket that is never closed, or glob_len. A bracket may be taken for itself, as glob_match does,
 * or for a mistake. */
size_t glob_open_bracket(const char *glob, size_t glob_len);

/* Whether it holds any of * ? [ \ (otherwise it is plain words). */
bool glob_has_wildcard(const char *glob, size_t glob_len);

#endif
