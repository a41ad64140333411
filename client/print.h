/* print.h - rows to standard output: as they came, or, from JSON, as lines with colours, grouped by document on a
 * terminal. It asks nothing. Governed by doc/verbatim.1, "Output". SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_PRINT_H
#define VERBATIM_PRINT_H

#include "client/row.h"
#include "client/term.h"
#include "lib/base.h"
#include "lib/buf.h"

enum print_form {
    PRINT_ROWS,   /* as they came */
    PRINT_JSON,   /* the same; the rows are JSON */
    PRINT_DOCS,   /* the same; the third field is a path */
    PRINT_LINES,  /* from JSON: PATH:LINE:COLUMN:TEXT, and context as PATH-LINE-TEXT */
    PRINT_GROUPED /* from JSON: the path once, then LINE:COLUMN:TEXT; matches in one line are shown in one */
};

struct printer {
    enum print_form form;
    struct term term;
    bool context; /* lines around matches are wanted: groups that do not touch are separated by -- */
    struct buf out;

    /* from JSON: the row that waits for the next one, and what was printed last */
    struct row row, next;
    bool waiting;
    struct buf path;
    uint32_t last_line; /* of that document; 0: none yet */
    bool began;         /* anything was printed */
};

void printer_init(struct printer *p, enum print_form form, const struct term *term, bool context);
void printer_release(struct printer *p);

/* Rows, each ended by a newline. False when one is not of the form, memory ran out or nothing can be written. */
bool printer_rows(struct printer *p, const char *rows, size_t len);
/* After the last rows. */
bool printer_end(struct printer *p);

#endif
