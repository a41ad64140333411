/* footnotes.h - footnotes in Markdown, which CommonMark does not know: `[^1]` in the text and `[^1]: ...` at the start
 * of a line. The marks are no text, the note is. It knows no other Markdown. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VERBATIM_FOOTNOTES_H
#define VERBATIM_FOOTNOTES_H

#include "lib/base.h"
#include "lib/buf.h"

struct footnote {
    const char *label; /* borrowed from the text */
    size_t len;
};

struct footnotes {
    struct footnote *items; /* sorted, each label once or more */
    size_t n, cap;
    struct buf
        copy; /* of the text, where CommonMark takes no definition of a note for one of a link; empty if n is 0 */
};

/* Finds the definitions in a text. f is zeroed or was used before. False when memory ran out. */
bool footnotes_find(struct footnotes *f, const char *text, size_t len);
void footnotes_release(struct footnotes *f);

/* Length of the mark `[^label]` at p, with the colon and blanks behind it where it begins a note; 0 when there is none
 * whose note is in the text. begins_note: it stands where a definition was found. */
size_t footnotes_mark(const struct footnotes *f, const char *p, size_t left, bool begins_note);

#endif
