/* coincide.h - what a plan alone tells of the spans of its units. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERBATIM_COINCIDE_H
#define VERBATIM_COINCIDE_H

#include "lib/plan.h"

/* Spans of two units may be identical, and count once then. *ok becomes false when memory ran out. */
bool coincide_may(const struct plan *plan, bool *ok);
/* A match may end with a word that is none of its leaves. */
bool coincide_ends_open(const struct plan_span *span);

#endif
